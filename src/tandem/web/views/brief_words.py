"""Briefs in words: where one stands, what happens next, what each version and step was."""

from dataclasses import dataclass
from datetime import datetime

from tandem.align.briefs import TITLES
from tandem.align.briefs import Ask as Said
from tandem.align.names import TITLED
from tandem.kernel import numbers
from tandem.ledger import Commitment, CommitmentKind, CommitmentState
from tandem.usecases.see_briefs import BriefInFull, BriefSeen, Stage
from tandem.web.values import Table

STAGES = {
    Stage.ASKED: ("waits for IT", "accent"),
    Stage.COMMITTED: ("committed", "good"),
    Stage.CHANGED: ("changed after commitment", "bad"),
    Stage.LATE: ("late", "bad"),
    Stage.DELIVERED: ("delivered", "accent"),
    Stage.ACCEPTED: ("accepted", "good"),
    Stage.WITHDRAWN: ("withdrawn", ""),
}
"""Stage → what people read, and the tone of its badge."""
STEPS = {
    "made": "committed",
    "agreed_again": "agreed again",
    "kept": "delivered",
    "accepted": "accepted",
    "sent_back": "sent back",
    "withdrawn": "withdrawn",
}


@dataclass(frozen=True)
class BriefLine:
    """One brief of the list: number, title, state with its tone, by whom, and what it waits for in a sentence."""

    id: int
    title: str
    stage: str
    state: str
    tone: str
    by: str
    sentence: str
    missing: tuple[str, ...]
    changed_after: int
    due: datetime | None


@dataclass(frozen=True)
class Part:
    """One part of a brief as it stands; `text` is "" where it says nothing."""

    part: str
    title: str
    text: str


@dataclass(frozen=True)
class VersionLine:
    """One version: who wrote it when and why, what it changed, and whether that was after a commitment."""

    version: int
    by: str
    side: str
    at: datetime
    reason: str
    after_commitment: bool
    changes: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class StepLine:
    """One thing that happened to a commitment or a promise."""

    at: datetime
    what: str
    by: str
    side: str
    reason: str


@dataclass(frozen=True)
class PromiseLine:
    """A promise made outside without IT's agreement."""

    id: int
    what: str
    by: str
    state: str
    tone: str
    due: datetime
    open: bool


def line_of(seen: BriefSeen, now: datetime) -> BriefLine:
    """One brief as the list shows it."""
    state, tone = STAGES[seen.stage]
    if seen.stage is Stage.ASKED and not seen.whole:
        state, tone = "not complete", "warn"
    return BriefLine(
        id=seen.brief.id,
        title=seen.ask.title,
        stage=str(seen.stage),
        state=state,
        tone=tone,
        by=seen.brief.actor.name,
        sentence=_sentence(seen, now),
        missing=tuple(dict.fromkeys(TITLES[one.part] for one in seen.missing)),
        changed_after=seen.changed_after,
        due=seen.commitment.due if seen.commitment else None,
    )


def _sentence(seen: BriefSeen, now: datetime) -> str:
    """What happens next."""
    held = seen.commitment
    match seen.stage:
        case Stage.WITHDRAWN:
            return f"Withdrawn by {seen.brief.withdrawn_by}."
        case Stage.ASKED:
            return _asked(seen, now)
    assert held is not None
    day = numbers.day(held.due)
    match seen.stage:
        case Stage.CHANGED:
            wrote = seen.brief.latest
            who = f"{wrote.actor.name} changed it {numbers.ago(wrote.at, now)}, after IT committed itself"
            return f"{who} for {day}; IT has to agree again or withdraw."
        case Stage.COMMITTED:
            return f"{held.actor.name} promised it for {day}, {numbers.ago(held.due, now)}."
        case Stage.LATE:
            return f"{held.actor.name} promised it for {day}; that was {numbers.ago(held.due, now)}."
        case Stage.DELIVERED:
            assert held.kept_at is not None
            timely = "in time" if held.in_time else f"after the promised {day}"
            return f"Delivered {numbers.ago(held.kept_at, now)}, {timely}; marketing accepts it or sends it back."
        case _:
            timely = "in time" if held.in_time else f"after the promised {day}"
            return f"Delivered {timely}, and accepted by {held.accepted_by}."


def _asked(seen: BriefSeen, now: datetime) -> str:
    since = f"Asked by {seen.brief.actor.name} {numbers.ago(seen.brief.made_at, now)}"
    if not seen.whole:
        parts = ", ".join(dict.fromkeys(TITLES[one.part].lower() for one in seen.missing))
        return f"{since}; IT cannot commit before it says: {parts}."
    if seen.answer_due is None:
        return f"{since}; IT has not answered yet."
    over = "was due" if seen.answer_due <= now else "is due"
    return f"{since}; an answer {over} {numbers.ago(seen.answer_due, now)}."


def parts_of(said: Said) -> tuple[Part, ...]:
    """What it says, part by part."""
    texts = {
        "who": said.who,
        "what_for": said.what_for,
        "data": ", ".join(said.data),
        "purpose": said.purpose,
        "wanted": numbers.day(said.wanted) if said.wanted else "",
        "success": said.success,
    }
    return tuple(Part(part, TITLES[part], text) for part, text in texts.items())


def steps_of(found: BriefInFull) -> tuple[StepLine, ...]:
    """What happened to its commitments and promises, oldest first."""
    kinds = {one.id: one.kind for one in found.commitments}
    lines = []
    for step in found.steps:
        promise = kinds[step.commitment] is CommitmentKind.PROMISE
        what = STEPS[step.step]
        if step.step in ("made", "agreed_again"):
            what = f"{'promised outside' if promise else what}, for {numbers.day(step.due)}"
        elif promise:
            what = f"promise {'kept' if step.step == 'kept' else what}"
        lines.append(StepLine(step.at, what, step.actor.name, _side(step.function), step.reason))
    return tuple(sorted(lines, key=lambda line: line.at))


def versions_of(found: BriefInFull) -> tuple[VersionLine, ...]:
    """Every version, newest first."""
    return tuple(
        VersionLine(
            version=seen.version.version,
            by=seen.version.actor.name,
            side=_side(seen.version.function),
            at=seen.version.at,
            reason=seen.version.reason,
            after_commitment=seen.version.after_commitment,
            changes=tuple((TITLES[one.part], one.before, one.after) for one in seen.changes),
        )
        for seen in found.versions
    )


def promise_of(one: Commitment, now: datetime) -> PromiseLine:
    """A promise as pages show it."""
    stands = one.stands(now)
    tone = {CommitmentState.LATE: "bad", CommitmentState.KEPT: "good"}.get(stands, "")
    is_open = one.state is CommitmentState.OPEN
    return PromiseLine(one.id, one.what, one.actor.name, str(stands), tone, one.due, is_open)


def _side(function: str | None) -> str:
    return TITLED.get(function or "", "")


def table_of(lines: list[BriefLine]) -> Table:
    """All of them as a table."""
    rows = [
        (
            str(one.id),
            one.title,
            one.state,
            one.by,
            numbers.day(one.due) if one.due else "",
            numbers.count(one.changed_after),
        )
        for one in lines
    ]
    return Table(
        name="briefs",
        title="All briefs",
        columns=("number", "title", "state", "asked by", "promised for", "changes after commitment"),
        rows=tuple(rows),
        numeric=(True, False, False, False, False, True),
        links=tuple(f"/agree/briefs/{one.id}" for one in lines),
    )
