"""Briefs: what marketing asks IT for, who committed to it by when, and everything that changed since."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from tandem.align.briefs import Remark
from tandem.kernel import Problem, Problems, numbers
from tandem.ledger import Commitment, CommitmentState
from tandem.usecases import keep_commitments as keeping
from tandem.usecases.make_brief import withdraw_brief
from tandem.usecases.see_briefs import BriefSeen, Stage, loose_promises, see_brief, see_briefs
from tandem.usecases.sides import BRIEFS, COMMITS, Desk
from tandem.web.asking import Ask
from tandem.web.page import Go, PageContext, doc
from tandem.web.values import Table
from tandem.web.views.brief_words import (
    BriefLine,
    Part,
    PromiseLine,
    StepLine,
    VersionLine,
    line_of,
    parts_of,
    promise_of,
    steps_of,
    table_of,
    versions_of,
)


@dataclass(frozen=True, kw_only=True)
class BriefsPage(PageContext):
    """Every brief with where it stands; what waits comes first."""

    open: tuple[BriefLine, ...] = doc("Briefs in which something is still to be done, newest first.")
    done: tuple[BriefLine, ...] = doc("Briefs that were accepted or withdrawn.")
    promises: tuple[PromiseLine, ...] = doc("Promises made outside that are about no brief.")
    may_brief: bool = doc("Whether your role makes briefs and says what was promised.")
    table: Table = doc("All briefs as a table.")
    typed: Mapping[str, str] = doc("What a form sent that could not be taken, by its fields.")


@dataclass(frozen=True, kw_only=True)
class BriefPage(PageContext):
    """One brief: what it asks, what it lacks, who committed to it, and its history as differences."""

    id: int = doc("Its number.")
    version: int = doc(
        "The latest version; forms name it, so that nobody commits to what they have not read."
    )
    state: str = doc("Where it stands.")
    tone: str = doc("How its state is marked.")
    sentence: str = doc("What happens next, in a sentence.")
    parts: tuple[Part, ...] = doc("What it says, part by part.")
    remarks: tuple[Remark, ...] = doc("What it lacks, and why that matters; empty for a complete brief.")
    whole: bool = doc("Whether IT can commit to it as it is.")
    commitment: Commitment | None = doc("IT's commitment, if there is one that was not withdrawn.")
    unagreed: bool = doc("Whether it was changed after the commitment and IT has not agreed again.")
    due: str = doc("The day that a form offers for a commitment.")
    steps: tuple[StepLine, ...] = doc("What happened to its commitments and promises, oldest first.")
    promises: tuple[PromiseLine, ...] = doc("Promises made outside about it without IT.")
    versions: tuple[VersionLine, ...] = doc("Every version, newest first, with what it changed.")
    do: tuple[str, ...] = doc("What your role may do with it now.")
    typed: Mapping[str, str] = doc("What a form sent that could not be taken, by its fields.")


def desk(ask: Ask) -> Desk:
    """Who acts, by the company's time."""
    return Desk(ask.root, ask.ledger, ask.actor, ask.now, ask.wall())


def every(ask: Ask, problems: tuple[Problem, ...] = ()) -> PageContext:
    """All briefs."""
    found = see_briefs(ask.ledger, ask.work.charter, ask.now)
    lines = [(line_of(one, ask.now), one.is_open) for one in found]
    return BriefsPage(
        title="Briefs",
        problems=problems,
        typed=_typed(ask, problems),
        open=tuple(line for line, is_open in lines if is_open),
        done=tuple(line for line, is_open in lines if not is_open),
        promises=tuple(promise_of(one, ask.now) for one in loose_promises(ask.ledger)),
        may_brief=ask.actor.role in BRIEFS,
        table=table_of([line for line, _ in lines]),
    )


def one(ask: Ask) -> PageContext:
    """One brief in full."""
    return _one(ask, _number(ask), ())


def _one(ask: Ask, number: int, problems: tuple[Problem, ...]) -> PageContext:
    found = see_brief(ask.ledger, ask.work.charter, number, ask.now)
    seen = found.seen
    line = line_of(seen, ask.now)
    held = seen.commitment
    return BriefPage(
        title=seen.ask.title,
        problems=problems,
        typed=_typed(ask, problems),
        id=seen.brief.id,
        version=seen.brief.latest.version,
        state=line.state,
        tone=line.tone,
        sentence=line.sentence,
        parts=parts_of(seen.ask),
        remarks=seen.remarks,
        whole=seen.whole,
        commitment=held,
        unagreed=seen.unagreed,
        due=_offered(seen, ask.now),
        steps=steps_of(found),
        promises=tuple(promise_of(each, ask.now) for each in seen.promises),
        versions=versions_of(found),
        do=_may(seen, ask.actor.role),
    )


def commit(ask: Ask) -> PageContext | Go:
    """Commit IT, or agree again to what was changed, by a day."""
    number, version = _number(ask), numbers.whole(ask.text("version")) or 0

    def act() -> str:
        due = keeping.day_of(ask.text("due"))
        held = see_brief(ask.ledger, ask.work.charter, number, ask.now).seen.commitment
        at, charter, reason = desk(ask), ask.work.charter, ask.text("reason")
        if held is None:
            keeping.commit(at, charter, number, version, due, reason)
            return f"IT is committed to brief {number}, by {numbers.day(due)}."
        keeping.agree_again(at, charter, held.id, version, due, reason)
        return f"IT agrees to version {version}, by {numbers.day(due)}."

    return _done(ask, act, _number(ask))


def deliver(ask: Ask) -> PageContext | Go:
    """Say that it is delivered."""
    return _held(ask, lambda held: keeping.keep(desk(ask), held, ask.text("reason")), "It is delivered.")


def release(ask: Ask) -> PageContext | Go:
    """Take IT's commitment back, with a reason."""
    said = "The commitment is withdrawn; the brief waits for IT again."
    return _held(ask, lambda held: keeping.withdraw_commitment(desk(ask), held, ask.text("reason")), said)


def take(ask: Ask) -> PageContext | Go:
    """Accept what was delivered, or send it back with a reason."""
    reason = ask.text("reason")
    if ask.text("do") == "send back":
        said = "It is sent back, and open again."
        return _held(ask, lambda held: keeping.send_back(desk(ask), held, reason), said)
    return _held(ask, lambda held: keeping.accept(desk(ask), held, reason), "It is accepted.")


def withdraw(ask: Ask) -> PageContext | Go:
    """Take the brief back."""

    def act() -> str:
        withdraw_brief(desk(ask), _number(ask))
        return "The brief is withdrawn."

    return _done(ask, act, _number(ask))


def promised(ask: Ask) -> PageContext | Go:
    """Say that a date was told outside, about a brief or about none."""
    number = _number(ask) if "id" in ask.path else None

    def act() -> str:
        keeping.promise(desk(ask), number, ask.text("what"), keeping.day_of(ask.text("due")))
        return "The promise is kept here, and IT sees it."

    return _done(ask, act, number)


def settle(ask: Ask) -> PageContext | Go:
    """A promise was kept, or is taken back with a reason."""
    number = _number(ask)
    held = ask.ledger.commitment(number)

    def act() -> str:
        at, reason = desk(ask), ask.text("reason")
        if ask.text("do") == "withdraw":
            keeping.withdraw_commitment(at, number, reason)
        else:
            keeping.keep(at, number, reason)
        return "It is noted."

    return _done(ask, act, held.brief)


def _done(ask: Ask, act: Callable[[], str], number: int | None) -> PageContext | Go:
    """Do it and come back to the brief or, without one, to the list; a problem is told there, beside what was typed."""
    try:
        notice = act()
    except Problems as stopped:
        if number is None:
            return every(ask, stopped.problems)
        return _one(ask, number, stopped.problems)
    return Go("/agree/briefs" if number is None else f"/agree/briefs/{number}", notice=notice)


def _typed(ask: Ask, problems: tuple[Problem, ...]) -> Mapping[str, str]:
    """What a form sent that could not be taken, by its fields; each "" where nothing is wrong."""
    return {name: ask.text(name) if problems else "" for name in ("due", "reason", "what")}


def _held(ask: Ask, act: Callable[[int], object], notice: str) -> PageContext | Go:
    """The same for what is done with the brief's commitment."""

    def acted() -> str:
        held = see_brief(ask.ledger, ask.work.charter, _number(ask), ask.now).seen.commitment
        # Without one, 0 is the number of no commitment, and the ledger says so.
        act(held.id if held else 0)
        return notice

    return _done(ask, acted, _number(ask))


def _number(ask: Ask) -> int:
    return numbers.whole(ask.path["id"]) or 0


def _may(seen: BriefSeen, role: str) -> tuple[str, ...]:
    """What a role may do at this stage: the names of the forms on the page."""
    asks, commits = role in BRIEFS, role in COMMITS
    held, stage = seen.commitment, seen.stage
    kept = held is not None and held.state is CommitmentState.KEPT
    done = {
        "edit": asks and seen.is_open and not kept,
        "withdraw": asks and stage is Stage.ASKED,
        "promise": asks and seen.is_open,
        "commit": commits and stage is Stage.ASKED and seen.whole,
        "agree": commits and seen.unagreed and not kept and seen.is_open,
        "deliver": commits and stage in (Stage.COMMITTED, Stage.LATE),
        "release": commits and held is not None and held.state is CommitmentState.OPEN,
        "take": asks and kept and seen.is_open,
    }
    return tuple(name for name, allowed in done.items() if allowed)


def _offered(seen: BriefSeen, now: datetime) -> str:
    """The day that was promised, else the day that is wanted, unless it has passed."""
    held = seen.commitment
    day = held.due.date() if held else seen.ask.wanted
    return day.isoformat() if day and (held or day >= now.date()) else ""
