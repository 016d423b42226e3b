"""Reading the audit log, proving that it is what was written, and handing it out so that others can prove it."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from tandem.kernel import Problem, Problems
from tandem.kernel.values import Actor
from tandem.ledger import Broken, Checker, Finding, Head, Ledger, Recorded, Wanted
from tandem.ledger.problems import AUDIT_BROKEN
from tandem.usecases.auditing import Entry, audit_key, by, copied_head, nameless, write_copy
from tandem.usecases.problems import NO_AUDIT_FILE

__all__ = ["Recorded", "Verdict", "Wanted", "export_lines", "glance", "reseal", "verify", "verify_file"]

ROUNDS = 100
FIELDS = (
    *("number", "at", "kind", "actor", "role", "what", "outcome"),
    *("purpose", "person_id", "detail", "previous", "hash"),
)


@dataclass(frozen=True)
class Verdict:
    """How many entries were followed, the first that is wrong (None: none is), and what else there is to say."""

    entries: int
    finding: Finding | None
    notes: tuple[str, ...] = ()

    @property
    def problem(self) -> Problem | None:
        """The finding as a problem."""
        if self.finding is None:
            return None
        where = f"entry {self.finding.number}: {self.finding.kind}"
        return AUDIT_BROKEN(self.finding.sentence, found=where, expected="the chain as it was written")

    def to_dict(self) -> dict[str, object]:
        """For JSON."""
        found = None
        if self.finding is not None:
            found = {**vars(self.finding), "kind": str(self.finding.kind)}
        return {"sound": found is None, "entries": self.entries, "finding": found, "notes": list(self.notes)}


def verify(root: Path, ledger: Ledger) -> Verdict:
    """Follow the whole chain, then compare it with its head, the seal and the copy of the head outside the ledger.

    Reads page by page, and goes on with what others append meanwhile.
    """
    checker = Checker()
    for _ in range(ROUNDS):
        ledger.follow_audit(checker)
        head = ledger.audit_head()
        if checker.finding is not None or head is None or head.number <= checker.number:
            break
        if ledger.audit_hash(checker.number + 1) is None:
            break
    found = checker.end(head)
    if found is not None and found.kind is Broken.ALTERED:
        found = _placed(ledger, checker, found)
    found, notes = _against(root, ledger, head, found)
    return Verdict(checker.number, found, notes)


def glance(root: Path, ledger: Ledger) -> Finding | None:
    """What can be seen without following the chain: its last entry, the seal, and the copy of the head."""
    head = ledger.audit_head()
    if head is not None and head.number:
        last = ledger.audit_hash(head.number)
        if last is None:
            return Finding(head.number, Broken.CUT, f"the chain had {head.number} entries and has fewer")
        if last != head.hash:
            sentence = f"entry {head.number} is not the one that the head was written for"
            return Finding(head.number, Broken.REWRITTEN, sentence)
        if ledger.audit_hash(head.number + 1) is not None and ledger.audit_head() == head:
            sentence = f"there are more entries than the {head.number} that the head knows"
            return Finding(head.number + 1, Broken.INSERTED, sentence)
    return _against(root, ledger, head, None)[0]


def _placed(ledger: Ledger, checker: Checker, found: Finding) -> Finding:
    """An entry that belongs here by the hash it names, and stands at another number: they changed places."""
    other = ledger.audit_after(checker.hash)
    if found.number != checker.number + 1 or other is None or other == found.number:
        return found
    sentence = f"entry {other} is the one that belongs at {found.number}"
    return Finding(found.number, Broken.REORDERED, sentence)


def _against(
    root: Path, ledger: Ledger, head: Head | None, found: Finding | None
) -> tuple[Finding | None, tuple[str, ...]]:
    if found is not None:
        return found, ()
    key, number = audit_key(root), head.number if head else 0
    if head is not None and head.number and not head.sealed_by(key):
        sentence = (
            "the head has not this workspace's seal: the chain was rewritten, or the secret is another one"
        )
        return Finding(number, Broken.REWRITTEN, sentence), ()
    copy = copied_head(root)
    if copy is None:
        return None, (("there is no copy of the head outside the ledger yet",) if number else ())
    if not copy.sealed_by(key):
        return None, ("the copy of the head outside the ledger has not this workspace's seal",)
    if copy.number > number:
        sentence = f"the ledger has {number} entries and had {copy.number}: it was set back to an older state"
        return Finding(number + 1, Broken.OLDER, sentence), ()
    if ledger.audit_hash(copy.number) != copy.hash:
        sentence = f"entry {copy.number} is not the one that was there when the copy of the head was made"
        return Finding(max(copy.number, 1), Broken.REWRITTEN, sentence), ()
    return None, ()


def verified(actor: Actor, verdict: Verdict) -> Entry:
    """That somebody verified the log, and what came of it."""
    outcome = "sound" if verdict.finding is None else str(verdict.finding.kind)
    return by(actor, "audit", "verify", outcome, detail={"entries": verdict.entries})


def export_lines(ledger: Ledger) -> Iterator[str]:
    """The log as it stands now, one JSON document a line, oldest entry first; the last line is the sealed head."""
    head = ledger.audit_head()
    end = head.number if head else 0
    for page in ledger.audit_pages():
        yield from (json.dumps(one.to_dict(), sort_keys=True) for one in page if one.number <= end)
        if page[-1].number >= end:
            break
    yield json.dumps({"head": vars(head) if head else None})


def verify_file(lines: Iterable[str], key: bytes | None = None) -> Verdict:
    """Follow an exported log. With the workspace's key the seal is checked too; a chain needs no key.

    Raises RUN-070 for a file that is no export.
    """
    checker, head, ended = Checker(), None, False
    for text in lines:
        if ended:
            return Verdict(checker.number, _behind(checker))
        found = _line(text)
        if "head" in found:
            head, ended = _head(found["head"]), True
        elif checker.finding is None and found.keys() != set(FIELDS):
            number = checker.number + 1
            checker.finding = Finding(number, Broken.ALTERED, f"the line of entry {number} has other fields")
        elif checker.finding is None:
            checker.follow(_entry(found))
        elif checker.finding.kind is Broken.REMOVED and found.get("number") == checker.finding.number:
            sentence = f"entry {checker.finding.number} stands behind later ones"
            checker.finding = replace(checker.finding, kind=Broken.REORDERED, sentence=sentence)
    if not ended and checker.finding is None:
        sentence = "the last line with the head is not there"
        return Verdict(checker.number, Finding(checker.number + 1, Broken.CUT, sentence))
    finding, notes = checker.end(head), ()
    if finding is None and head is not None and key is None:
        return Verdict(checker.number, None, ("the seal was not checked",))
    if finding is None and head is not None and key is not None and not head.sealed_by(key):
        sentence = "the head has not this workspace's seal"
        finding = Finding(max(head.number, 1), Broken.REWRITTEN, sentence)
    return Verdict(checker.number, finding, notes)


def reseal(root: Path, ledger: Ledger, reason: str, actor: Actor, now: datetime) -> Verdict:
    """Go on from the log as it stands: after a restored ledger, a new secret, or a change that was looked into.

    What was wrong stands in the entry that says so, so it cannot be hidden by this. Gives what was found before.
    Raises RUN-097 if the reason names somebody.
    """
    nameless(reason)
    found = verify(root, ledger)
    head, copy = ledger.audit_head(), copied_head(root)
    detail = {
        "reason": reason,
        "found": None if found.finding is None else {**vars(found.finding), "kind": str(found.finding.kind)},
        "head": None if head is None else vars(head),
        "copy": None if copy is None else vars(copy),
    }
    made = ledger.reseal_audit(by(actor, "audit", "reseal", "done", detail=detail), now, audit_key(root))
    write_copy(root, made)
    return found


def _behind(checker: Checker) -> Finding:
    number = checker.number + 1
    return checker.finding or Finding(number, Broken.INSERTED, "there are lines behind the head")


def _line(text: str) -> dict[str, object]:
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise Problems(NO_AUDIT_FILE("a line is no entry of an audit log", found=text[:80].strip()))
    return found


def _head(said: object) -> Head | None:
    match said:
        case {"number": int(number), "hash": str(last), "seal": str(sealed)}:
            return Head(number, last, sealed)
        case _:
            return None


def _entry(found: dict[str, object]) -> Recorded:
    """An entry as it stands in the file; what is not there is taken for nothing, and the hash will tell."""
    said = {name: found.get(name) for name in FIELDS}
    return Recorded(**said)  # type: ignore[arg-type]
