"""Taking what people say about purposes: from the API, the preference page and the command line, all the same way.

A statement is checked, put on the disk, and then answered; the next run lands it as an event with its consent.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlglot import exp

from tandem.collect.statements import DENIED, GRANTED
from tandem.engine import Engine
from tandem.identity import key_identifiers
from tandem.kernel import Place, Problem, Problems, digest60, iso, parse_instant
from tandem.kernel.values import Type
from tandem.usecases.auditing import by
from tandem.usecases.problems import BAD_STATEMENT
from tandem.usecases.spool import keep
from tandem.usecases.workspace import Workspace

MOST = 1000
LONGEST = 1000
EARLIEST = datetime(1995, 1, 1)
AHEAD = timedelta(hours=1)
STAGE = "statements_raw"
KEYS = {
    "id": "a text that you choose; the same again with the same time is the same statement",
    "identifier": 'an object such as {"kind": "email", "value": "ada@shop.example"}',
    "purpose": "a purpose of purposes.yml",
    "state": "granted or denied",
    "at": "a time such as 2026-03-01T09:00:00Z; now, if it is left out",
    "wording": "the version of the wording that was shown",
    "proof": "a text that proves it, such as the form and its number",
}


@dataclass(frozen=True)
class Statement:
    """What somebody said about one purpose, known by one identifier."""

    kind: str
    value: str
    purpose: str
    state: str
    at: datetime
    id: str = ""
    wording: str | None = None
    proof: str | None = None

    def line(self, by_whom: str, channel: str) -> dict[str, object]:
        """As it is kept."""
        return {
            "id": self.id or uuid.uuid4().hex,
            "who": str(digest60(self.kind, self.value)),
            "identifiers": {self.kind: self.value},
            "purpose": self.purpose,
            "state": self.state,
            "at": iso(self.at),
            "wording": self.wording,
            "proof": self.proof,
            "channel": channel,
            "stated_by": by_whom,
        }


def state_given(work: Workspace, given: object, channel: str, now: datetime) -> tuple[str, ...]:
    """Check a list of statements as another system sends them, keep them all, and give their ids.

    Nothing is kept if one is wrong. Raises RUN-060 for each thing that is wrong, RUN-061 if the disk refuses.
    """
    if not isinstance(given, list) or not 1 <= len(given) <= MOST:
        found = f"{len(given)} statements" if isinstance(given, list) else type(given).__name__
        expected = f"a list of 1 to {MOST} statements"
        raise Problems(
            BAD_STATEMENT("what was sent is no list of statements", found=found, expected=expected)
        )
    wrong: list[Problem] = []
    read = [_read(work, number, one, now, wrong) for number, one in enumerate(given)]
    if not wrong:
        wrong = list(_unusable(work, [(one.kind, one.value) for one in read if one is not None]))
    if wrong:
        raise Problems(wrong)
    return state_consent(work, [one for one in read if one is not None], channel, now)


def state_consent(
    work: Workspace, statements: Sequence[Statement], channel: str, now: datetime, person: int | None = None
) -> tuple[str, ...]:
    """Keep statements that are known to be right; their ids. Noted in the audit log, without identifiers."""
    lines = [one.line(work.actor.name, channel) for one in statements]
    keep(work.root, lines, now)
    said = sorted({(one.purpose, one.state) for one in statements})
    detail = {"channel": channel, "statements": len(lines), "said": [f"{p}: {s}" for p, s in said]}
    work.trail.add(by(work.actor, "consent", "state", "done", person_id=person, detail=detail))
    return tuple(str(line["id"]) for line in lines)


def _read(
    work: Workspace, number: int, given: object, now: datetime, wrong: list[Problem]
) -> Statement | None:
    before, place = len(wrong), Place(f"statement {number + 1}")

    def bad(word: str, found: object, alternatives: Sequence[str] = ()) -> None:
        shown = None if found is None else str(found)[:60]
        sentence = f"`{word}` cannot be read" if found is not None else f"`{word}` is missing"
        expected = KEYS.get(word)
        wrong.append(
            BAD_STATEMENT(sentence, place=place, found=shown, expected=expected, alternatives=alternatives)
        )

    if not isinstance(given, Mapping):
        wrong.append(BAD_STATEMENT("a statement is an object", place=place, expected=", ".join(KEYS)))
        return None
    for word in given:
        if word not in KEYS:
            sentence = f"unknown key `{str(word)[:60]}`"
            wrong.append(BAD_STATEMENT(sentence, place=place, found=str(word)[:60], alternatives=tuple(KEYS)))
    who = _who(work, given.get("identifier"), bad)
    purposes = [one.purpose for one in work.charter.purposes.purposes]
    if given.get("purpose") not in purposes:
        bad("purpose", given.get("purpose"), purposes)
    if given.get("state") not in (GRANTED, DENIED):
        bad("state", given.get("state"), (GRANTED, DENIED))
    at = _moment(given.get("at"), now, bad)
    for word in ("id", "wording", "proof"):
        text = given.get(word)
        if text is not None and not (isinstance(text, str) and text.strip() and len(text) <= LONGEST):
            bad(word, text)
    if len(wrong) > before:
        return None
    return Statement(
        kind=who[0],
        value=who[1],
        purpose=given["purpose"],
        state=given["state"],
        at=at,
        id=given.get("id") or "",
        wording=given.get("wording"),
        proof=given.get("proof"),
    )


def _who(work: Workspace, given: object, bad: Any) -> tuple[str, str]:
    kinds = [one.kind for one in work.charter.identity.kinds]
    if not isinstance(given, Mapping) or set(given) != {"kind", "value"}:
        bad("identifier", given if given is None else "something else")
        return "", ""
    kind, value = given["kind"], given["value"]
    if kind not in kinds:
        bad("identifier", f"kind {str(kind)[:40]}", kinds)
    elif not isinstance(value, str) or not value.strip() or len(value) > LONGEST:
        bad("identifier", "a value that is no text")
    return str(kind), str(value)


def _moment(given: object, now: datetime, bad: Any) -> datetime:
    if given is None:
        return now
    try:
        at = parse_instant(given if isinstance(given, str) else "")
    except (ValueError, OverflowError):
        bad("at", given)
        return now
    if not EARLIEST <= at <= now + AHEAD:
        bad("at", given)
    return at


def _unusable(work: Workspace, given: Sequence[tuple[str, str]]) -> list[Problem]:
    """Values under which nobody can be found: unreadable as their kind, or blocked. The value is not repeated."""
    engine: Engine = work.engine
    rows = [{"kind": kind, "raw": value} for kind, value in dict.fromkeys(given)]
    raw = engine.stage_rows(STAGE, (("kind", Type.TEXT), ("raw", Type.TEXT)), rows)
    keyed = None
    try:
        keyed = key_identifiers(work.charter.identity)(engine, raw)
        blocked = exp.column("blocked").is_(exp.null()).not_()
        found = {
            (kind, value): why
            for kind, value, why in engine.rows(
                exp.select("kind", "raw", "blocked").from_(keyed.copy()).where(blocked)
            )
        }
    finally:
        for stage in (raw, keyed):
            if stage is not None:
                engine.drop_stage(stage.name)
    return [
        BAD_STATEMENT(
            f"nobody can be known by this {kind}: {found[kind, value].replace('_', ' ')}",
            place=Place(f"statement {number + 1}"),
            expected=KEYS["identifier"],
        )
        for number, (kind, value) in enumerate(given)
        if (kind, value) in found
    ]
