"""Erase people everywhere: lake with its log and old versions, ledger, exported files; and keep them out from then on.

The keyed hashes of all their identifiers are written first, so that nothing comes back while the work goes on, and
they are also how the work is taken up after a crash: whom a request is about is asked of them and of the tables
`identifiers` and `person_map`, which therefore are the last to go. Every step finds nothing where it was done.
"""

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlglot import exp

from tandem.kernel import Problems, Refused, iso
from tandem.kernel.values import Actor
from tandem.ledger import PersonRequest, RightsState
from tandem.ledger.forgetting import struck
from tandem.policy.erased import mark_erased, mark_hashes
from tandem.usecases import person_rows
from tandem.usecases.alone import alone
from tandem.usecases.auditing import by, nameless
from tandem.usecases.erase_exports import ErasedExport, erase_from_exports
from tandem.usecases.erasing_rows import (
    Journal,
    drop_stages,
    erase_rows,
    ids_of,
    in_order,
    people_of,
    stray_rows,
    table_rows,
)
from tandem.usecases.kept_out import hash_key
from tandem.usecases.person_names import Names, names_of
from tandem.usecases.person_rows import PEOPLE
from tandem.usecases.person_texts import KEYS
from tandem.usecases.problems import NO_RIGHT, NOBODY_KNOWN, OTHER_KIND
from tandem.usecases.progress import Told, silent
from tandem.usecases.signing import canonical, public_key, sign
from tandem.usecases.workspace import Workspace

DUE = timedelta(days=30)
"""The month that GDPR Art. 12(3) gives, by its shortest but February."""
ROLES = ("privacy", "admin")
ERASURE = "erasure"
RETAINED = (
    "The audit log, which the law asks for, keeps numbers of people and no identifier.",
    "Files that sources delivered are theirs: rows of these people are left out whenever such a file is read.",
    "Copies that others took of exported files, and backups outside this workspace, are theirs to erase.",
    "What was handed to a person as an export lies where it was written to; whoever wrote it has to remove it.",
    "The charter and what was in force before are kept: where they name these people is listed here, to be edited.",
)

IN_A_STORE = "In an object store, tables of sources that left the charter were not looked for: remove them."


def retained(*, local: bool) -> tuple[str, ...]:
    """What stays, for the receipt. `local`: the lake lies in a folder, whose tables can be listed."""
    return RETAINED if local else (*RETAINED, IN_A_STORE)


@dataclass(frozen=True)
class Preview:
    """What an erasure would do: rows by table, values in rows about others by column. `unknown` lead to nobody."""

    people: int
    identifiers: int
    rows: Mapping[str, int] = field(default_factory=dict)
    values: Mapping[str, int] = field(default_factory=dict)
    contacts: int = 0
    exports: tuple[ErasedExport, ...] = ()
    unknown: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, object]:
        """For JSON."""
        return {**vars(self), "exports": [vars(one) for one in self.exports], "unknown": list(self.unknown)}


def refuse_others(actor: Actor) -> None:
    """Raise RUN-080 unless the actor may act on people's rights."""
    if actor.role not in ROLES:
        sentence = f"the role {actor.role} may not act on people's rights"
        raise Refused([NO_RIGHT(sentence, found=actor.role, expected=" or ".join(ROLES))])


def refuse_kind(request: PersonRequest, *kinds: str) -> None:
    """Raise RUN-086 unless the request is of one of these kinds."""
    if request.kind not in kinds:
        sentence = f"request {request.id} is one of {request.kind}"
        raise Refused([OTHER_KIND(sentence, found=request.kind, expected=" or ".join(kinds))])


def preview_erasure(work: Workspace, texts: Sequence[str]) -> Preview:
    """Whom these texts lead to, and what there is of them everywhere. Noted in the audit log, else
    nothing is changed. Raises RUN-080, RUN-081."""
    refuse_others(work.actor)
    with _staged(work):
        unknown = _asked(work, texts)
        person_rows.stage_leads(work)
        every = in_order(work)
        rows = {table.name: table_rows(work, table) for table in every}
        values = {name: count for table in every for name, count in stray_rows(work, table)}
        people, now = ids_of(work), people_of(work)
        one = now[0] if len(now) == 1 else None
        work.trail.add(by(work.actor, "person", "look", "done", person_id=one, detail={"people": len(now)}))
        return Preview(
            people=len(now),
            identifiers=_count(work, KEYS),
            rows={name: count for name, count in rows.items() if count},
            values={name: count for name, count in values.items() if count},
            contacts=work.ledger.contacts_of(people),
            exports=erase_from_exports(work, _names(work), people, dry=True),
            unknown=unknown,
        )


def ask_erasure(
    work: Workspace, texts: Sequence[str], reason: str, now: datetime, *, regulation: str = "gdpr"
) -> PersonRequest:
    """Note that these people are to be erased, as an open request. Raises RUN-080; RUN-081 if all lead to nobody;
    RUN-097 if the reason names somebody else."""
    refuse_others(work.actor)
    with _staged(work):
        _asked(work, texts)
        key, names = hash_key(work), _names(work)
        rows = work.engine.rows(person_rows.identifiers_of_people().order_by("kind", "value"))
        request = PersonRequest(
            id=str(uuid.uuid4()),
            kind=ERASURE,
            regulation=regulation,
            subjects=tuple(
                {"kind": kind, "format": "raw", "hash": key.hash(kind, value)} for kind, value in rows
            ),
            asked_by=work.actor.name,
            asked_at=now,
            due_at=now + DUE,
            extra={"reason": nameless(struck(reason, names.told))},
        )
    work.ledger.add_person_request(request)
    detail: dict[str, object] = {"request": request.id, "kind": ERASURE, "reason": request.extra["reason"]}
    work.trail.add(by(work.actor, "request", ERASURE, "asked", detail=detail))
    return request


def carry_out(
    work: Workspace, id_: str, now: datetime, wall: Callable[[], datetime], told: Told = silent
) -> PersonRequest:
    """Carry out an erasure that is open, or go on with one that a crash ended. Raises RUN-080, RUN-086 for a request
    of another kind, LDG-100, LDG-102.

    Alone: no run goes on meanwhile. A request that is done is given as it is.
    """
    refuse_others(work.actor)
    request = work.ledger.person_request(id_)
    refuse_kind(request, ERASURE)
    if request.state is RightsState.DONE:
        return request
    with alone(work.ledger, wall, told) as told:
        return go_on(work, id_, now, told)


def go_on(work: Workspace, id_: str, now: datetime, told: Told = silent) -> PersonRequest:
    """Carry out an open erasure from where it stands. For who holds the lease already and was told by a decision of
    before: no role is asked here. Raises LDG-100, LDG-102."""
    with _staged(work):
        open_ = [RightsState.PENDING, RightsState.WORKING]
        request = work.ledger.move_person_request(id_, RightsState.WORKING, open_)
        _note(work, request, "begun")
        journal = Journal(work.ledger, request)
        told("keeping them out", 0, 0)
        _mark(work, request, now)
        person_rows.stage_marked(work, request.id)
        names, people = _names(work), len(people_of(work))
        journal.at_least("found", {"people": people, "identifiers": _count(work, KEYS)})
        person_rows.stage_leads(work)
        erase_rows(work, request, journal, names, told)
        told("writing the receipt", 0, 0)
        return _receipted(work, request, journal, now)


def _asked(work: Workspace, texts: Sequence[str]) -> tuple[str, ...]:
    unknown = person_rows.stage_asked(work, texts)
    if not _count(work, PEOPLE):
        raise Problems(
            NOBODY_KNOWN("nobody is known by what was given", found=", ".join(unknown[:3]) or None)
        )
    return tuple(unknown)


def _mark(work: Workspace, request: PersonRequest, now: datetime) -> None:
    """The hashes of all identifiers of everybody whom the subjects lead to, and of the subjects themselves: somebody
    who is not known yet is kept out too."""
    key = hash_key(work)
    person_rows.stage_subjects(work, request.subjects)
    mark_erased(work.engine, request.id, person_rows.identifiers_with_people(work.engine), key, now)
    raw = [str(one["hash"]) for one in request.subjects if one.get("format") == "raw"]
    mark_hashes(work.engine, request.id, raw, key, now)


def _receipted(work: Workspace, request: PersonRequest, journal: Journal, now: datetime) -> PersonRequest:
    hashes = sorted({str(one["hash"]) for one in request.subjects})
    found = journal.of("found")
    receipt: dict[str, object] = {
        "request": request.id,
        "kind": ERASURE,
        "regulation": request.regulation,
        "reason": request.extra.get("reason"),
        "asked_by": request.asked_by,
        "asked_at": iso(request.asked_at),
        "carried_out_by": work.actor.name,
        "carried_out_at": iso(now),
        "people": found.get("people", 0),
        "identifiers": found.get("identifiers", 0),
        "subjects": hashes,
        "lake_rows": journal.of("rows"),
        "lake_values": journal.of("values"),
        "lake_files_removed": journal.of("files"),
        "ledger_contacts": journal.of("ledger").get("contacts", 0),
        "ledger_words_struck": journal.of("ledger").get("struck", 0),
        "statements_not_yet_taken": journal.of("ledger").get("statements", 0),
        "exported_files": journal.of("exports"),
        "exported_files_not_told_apart": sorted(journal.of("unclear")),
        "charter_files_that_name_them": sorted(journal.of("charter")),
        "applied_charters_that_name_them": sorted(map(int, journal.of("applied"))),
        "retained": list(retained(local=work.engine.lake.is_local)),
        "public_key": public_key(work.root),
    }
    # First what can fail and what must not be lost: a request that is done is never looked at again.
    work.ledger.write_over()
    _note(work, request, "done", people=found.get("people", 0))
    return work.ledger.move_person_request(
        request.id,
        RightsState.DONE,
        [RightsState.WORKING],
        done_at=now,
        receipt=receipt,
        signature=sign(work.root, canonical(receipt)),
        extra={name: value for name, value in journal.extra.items() if name not in journal.PARTS},
    )


def _note(work: Workspace, request: PersonRequest, outcome: str, **more: object) -> None:
    work.trail.add(by(work.actor, "person", ERASURE, outcome, detail={"request": request.id, **more}))
    work.trail.flush()


def _names(work: Workspace) -> Names:
    rows = work.engine.rows(person_rows.identifiers_of_people())
    return names_of(((str(kind), str(value)) for kind, value in rows), work.charter.identity)


def _count(work: Workspace, stage: str) -> int:
    return work.engine.count(exp.select("*").from_(stage))


@contextmanager
def _staged(work: Workspace) -> Iterator[None]:
    try:
        yield
    finally:
        drop_stages(work.engine)
