"""Briefs as they stand: what is asked, what is missing, who committed to what by when, every version as differences."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tandem.align.briefs import Ask, Difference, Remark, Weight, ask_of, differences
from tandem.charter import Charter
from tandem.charter.definitions import Service
from tandem.ledger import (
    Brief,
    BriefVersion,
    Commitment,
    CommitmentKind,
    CommitmentState,
    CommitmentStep,
    Ledger,
)
from tandem.usecases.make_brief import lacks


class Stage(StrEnum):
    """Where a brief stands, and so who has to move: IT, IT, IT, IT, marketing, nobody, nobody."""

    ASKED = "asked"
    COMMITTED = "committed"
    CHANGED = "changed"
    LATE = "late"
    DELIVERED = "delivered"
    ACCEPTED = "accepted"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class BriefSeen:
    """One brief as it stands at a time.

    `commitment`: the one that is not withdrawn. `changed_after`: versions written after a commitment.
    `answer_due`: by when IT has to commit or say why not, if a service level is agreed and nobody has yet.
    """

    brief: Brief
    ask: Ask
    stage: Stage
    commitment: Commitment | None
    promises: tuple[Commitment, ...]
    remarks: tuple[Remark, ...]
    changed_after: int
    answer_due: datetime | None

    @property
    def missing(self) -> tuple[Remark, ...]:
        """What IT has to know before it can commit."""
        return tuple(one for one in self.remarks if one.weight is Weight.MISSING)

    @property
    def unagreed(self) -> bool:
        """Whether the brief says now what IT has not agreed to."""
        held = self.commitment
        return held is not None and held.agreed_version != self.brief.latest.version

    @property
    def whole(self) -> bool:
        """Whether IT can commit to it as it is."""
        return not self.missing

    @property
    def is_open(self) -> bool:
        """Whether something is still to be done."""
        return self.stage not in (Stage.ACCEPTED, Stage.WITHDRAWN)


@dataclass(frozen=True)
class VersionSeen:
    """One version of a brief and what it says differently from the one before; the first differs from nothing."""

    version: BriefVersion
    changes: tuple[Difference, ...]


@dataclass(frozen=True)
class BriefInFull:
    """One brief with every version, newest first, and every step of its commitments and promises, oldest first."""

    seen: BriefSeen
    versions: tuple[VersionSeen, ...]
    commitments: tuple[Commitment, ...]
    steps: tuple[CommitmentStep, ...]


def see_briefs(
    ledger: Ledger, charter: Charter, now: datetime, *, open_only: bool = False
) -> tuple[BriefSeen, ...]:
    """Every brief, newest first; or those alone in which something is still to be done."""
    held = _by_brief(ledger.commitments())
    changed = ledger.changes_after_commitment()
    return tuple(
        seen(one, held.get(one.id, ()), changed.get(one.id, 0), charter, now)
        for one in ledger.briefs(open_only=open_only)
    )


def see_brief(ledger: Ledger, charter: Charter, number: int, now: datetime) -> BriefInFull:
    """One brief in full. Raises LDG-110."""
    brief = ledger.brief(number)
    history, commitments = ledger.brief_history(number), tuple(ledger.commitments_of(number))
    changed = sum(one.after_commitment for one in history)
    return BriefInFull(
        seen(brief, commitments, changed, charter, now),
        tuple(reversed(versions_of(history))),
        commitments,
        tuple(step for one in commitments for step in ledger.commitment_steps(one.id)),
    )


def loose_promises(ledger: Ledger) -> tuple[Commitment, ...]:
    """Promises made outside that are about no brief, newest first."""
    found = ledger.commitments()
    return tuple(one for one in found if one.kind is CommitmentKind.PROMISE and one.brief is None)


def versions_of(history: Iterable[BriefVersion]) -> list[VersionSeen]:
    """Each version with its differences from the one before, in their order."""
    found, before = [], Ask("")
    for version in history:
        said = ask_of(version.content)
        found.append(VersionSeen(version, differences(before, said) if version.version > 1 else ()))
        before = said
    return found


def seen(
    brief: Brief, commitments: Iterable[Commitment], changed: int, charter: Charter, now: datetime
) -> BriefSeen:
    """A brief with what was promised about it."""
    found = [*commitments]
    live = [
        one
        for one in found
        if one.kind is CommitmentKind.COMMITMENT and one.state is not CommitmentState.WITHDRAWN
    ]
    held = live[-1] if live else None
    ask = ask_of(brief.latest.content)
    stage = _stage(brief, held, now)
    return BriefSeen(
        brief=brief,
        ask=ask,
        stage=stage,
        commitment=held,
        promises=tuple(one for one in found if one.kind is CommitmentKind.PROMISE),
        remarks=lacks(charter, ask, now) if stage is not Stage.ACCEPTED else (),
        changed_after=changed,
        answer_due=_answer_due(brief, charter) if stage is Stage.ASKED else None,
    )


def _answer_due(brief: Brief, charter: Charter) -> datetime | None:
    level = charter.agenda.level(Service.BRIEF_ANSWERED) if charter.agenda else None
    return brief.made_at + level.within if level else None


def _stage(brief: Brief, held: Commitment | None, now: datetime) -> Stage:
    if brief.withdrawn_at is not None:
        return Stage.WITHDRAWN
    if held is None:
        return Stage.ASKED
    if held.accepted_at is not None:
        return Stage.ACCEPTED
    if held.state is CommitmentState.KEPT:
        # Whatever it says now, marketing moves next: IT can agree again once it was sent back.
        return Stage.DELIVERED
    if held.agreed_version != brief.latest.version:
        return Stage.CHANGED
    return Stage.LATE if held.stands(now) is CommitmentState.LATE else Stage.COMMITTED


def _by_brief(commitments: Iterable[Commitment]) -> Mapping[int, tuple[Commitment, ...]]:
    """By brief, oldest first."""
    found: dict[int, tuple[Commitment, ...]] = {}
    for one in sorted(commitments, key=lambda held: held.id):
        if one.brief is not None:
            found[one.brief] = (*found.get(one.brief, ()), one)
    return found
