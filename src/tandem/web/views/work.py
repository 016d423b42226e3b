"""Long work: what runs now, what ran, and stopping it. And the demo's clock."""

from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlencode

from tandem.kernel import Problem, Refused, numbers
from tandem.ledger import Job
from tandem.usecases.pass_time import LONGEST_DAYS, can_pass_time
from tandem.usecases.problems import NOT_SO_LONG
from tandem.usecases.start_job import cancel, job, jobs, start_job
from tandem.web import problems
from tandem.web.access import Action, may, who_may
from tandem.web.asking import Ask
from tandem.web.page import Go, PageContext, doc, inside
from tandem.web.shell import TITLES
from tandem.web.values import Table

LATEST = 50
ERASE = "erase"


@dataclass(frozen=True)
class Seen:
    """A piece of long work as anybody may see it. `step` and problems are told to the role that began it only.

    They can hold counts of people, which policy allowed to that role. `id` is text.
    """

    id: str
    kind: str
    state: str
    open: bool
    step: str
    done: int
    total: int
    actor: str
    created_at: datetime
    ended_at: datetime | None
    cancel_asked: bool
    problems: tuple[Problem, ...]


@dataclass(frozen=True, kw_only=True)
class WorkPage(PageContext):
    """What was done by whom, newest first."""

    jobs: tuple[Seen, ...] = doc("The last 50 pieces of long work.")
    table: Table = doc("The same as a table.")


@dataclass(frozen=True, kw_only=True)
class TimePage(PageContext):
    """A company with a known truth can live on: what happens next is simulated."""

    possible: bool = doc("Whether this company lives in simulated time.")
    longest: int = doc("Most days that can pass at once.")


@dataclass(frozen=True, kw_only=True)
class JobPage(PageContext):
    """One piece of long work: how far it is, how it ended, what it did."""

    job: Seen = doc("The work itself: kind, state, step, done of total, who asked, when.")
    did: tuple[str, ...] = doc("What it did, in sentences, when it has ended; for the role that began it.")
    took: str | None = doc("How long it took or takes so far.")
    after: str = doc("Where to look next.")


def every(ask: Ask) -> PageContext:
    """The list."""
    found = tuple(_seen(ask, one) for one in jobs(ask.ledger, ask.wall(), LATEST))
    return WorkPage(title="Runs and other work", jobs=found, table=_table(found))


def one(ask: Ask) -> PageContext:
    """One of them."""
    found = job(ask.ledger, _number(ask), ask.wall())
    ended = found.ended_at or ask.wall()
    took = numbers.lasting((ended - found.started_at).total_seconds()) if found.started_at else None
    return JobPage(
        title=TITLES.get(found.kind, found.kind),
        job=_seen(ask, found),
        did=told(found) if _own(ask, found) else (),
        took=took,
        after=inside(ask.text("after")),
    )


def stop(ask: Ask) -> Go:
    """Ask it to stop at the next safe place. An erasure is a duty with a date: only who answers for it stops it."""
    kind = job(ask.ledger, _number(ask), ask.wall()).kind
    if kind == ERASE and (ask.user is None or not may(ask.user.role, Action.RIGHTS)):
        sentence = "you cannot stop the erasure of a person"
        raise Refused(problems.NOT_ALLOWED(sentence, expected=f"{who_may(Action.RIGHTS)} may"))
    found = cancel(ask.ledger, _number(ask), ask.actor, ask.wall())
    return Go(f"/work/{found.id}", notice="Stopping at the next safe place; what was committed stays.")


def run(ask: Ask) -> Go:
    """Do one beat of the loop now."""
    return started(ask, "run", {}, "/")


def clock(ask: Ask) -> PageContext:
    """The demo's clock."""
    return TimePage(title="Time", possible=can_pass_time(ask.root), longest=LONGEST_DAYS)


def let_pass(ask: Ask) -> PageContext | Go:
    """Let days pass in the demo: people buy, contacts are answered, and a beat takes it in."""
    given = ask.text("days")
    days = numbers.whole(given)
    if days is None or not 1 <= days <= LONGEST_DAYS:
        wrong = NOT_SO_LONG("days have to be a whole number", found=given, expected=f"1 to {LONGEST_DAYS}")
        return replace(clock(ask), problems=(wrong,))
    return started(ask, "pass_time", {"days": days}, "/")


def started(ask: Ask, kind: str, arguments: dict[str, object], after: str) -> Go:
    """Begin long work and go to the page that shows it; `after` is where that page leads when it has ended."""
    number = start_job(ask.root, ask.ledger, kind, arguments, ask.actor, ask.wall())
    return Go(f"/work/{number}?{urlencode({'after': after})}")


def told(found: Job) -> tuple[str, ...]:
    """What a job did, in sentences."""
    result = found.result or {}
    parts = [result, *result.get("beats", ())]
    said = [str(one) for part in parts for one in (*part.get("sentences", ()), *part.get("done", ()))]
    return tuple(f"{one[:1].upper()}{one[1:].rstrip('.')}." for one in said)


def _number(ask: Ask) -> int:
    given = numbers.whole(ask.path["id"])
    return -1 if given is None else given


def _own(ask: Ask, found: Job) -> bool:
    return found.actor.role == ask.actor.role


def _seen(ask: Ask, found: Job) -> Seen:
    own = _own(ask, found)
    return Seen(
        id=str(found.id),
        kind=found.kind,
        state=str(found.state),
        open=found.open,
        step=found.step if own else "at work" if found.open else "ended",
        done=found.done,
        total=found.total,
        actor=found.actor.name,
        created_at=found.created_at,
        ended_at=found.ended_at,
        cancel_asked=found.cancel_asked,
        problems=found.problems if own else (),
    )


def _table(found: tuple[Seen, ...]) -> Table:
    return Table(
        name="work",
        title="Runs and other work",
        columns=("what", "state", "asked by", "when (UTC)", "step"),
        rows=tuple(
            (
                TITLES.get(one.kind, one.kind),
                str(one.state),
                one.actor,
                numbers.moment(one.created_at),
                one.step,
            )
            for one in found
        ),
        links=tuple(f"/work/{one.id}" for one in found),
    )
