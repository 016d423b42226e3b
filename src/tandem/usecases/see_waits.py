"""What the last run did, and what waits for whom: edits, quarantine, failures, campaigns about to start."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from tandem.charter.definitions import Campaign, Function
from tandem.kernel import numbers
from tandem.kernel.values import Destination
from tandem.ledger import Job, JobState, Ledger, OutboxState, Run, RunState
from tandem.measure.moments import footprint
from tandem.policy import Permit, shown
from tandem.usecases.approve_plan import needed
from tandem.usecases.briefs_wait import brief_waits
from tandem.usecases.permits import decided
from tandem.usecases.see_data import DataStanding, SourceStanding
from tandem.usecases.see_plan import Waiting, see_plan
from tandem.usecases.workspace import Workspace

RUNS_LOOKED_AT = 50
JOBS_LOOKED_AT = 20
SOON = timedelta(days=14)
LONG = timedelta(days=3)
"""A request for access that waits longer than this hurts."""


@dataclass(frozen=True)
class RunTold:
    """The last run. `at` is the time it worked as of, `took` None while it runs; `did` and `problems` in sentences."""

    state: RunState
    at: datetime
    actor: str
    took: timedelta | None
    did: tuple[str, ...]
    problems: tuple[str, ...]


@dataclass(frozen=True)
class LastRuns:
    """The newest run, and as of when the newest one worked that came to its end; absent before the first."""

    last: RunTold | None
    done_at: datetime | None


class Cause(StrEnum):
    """What kind of thing waits."""

    EDITS = "edits"
    APPROVAL = "approval"
    REQUEST = "request"
    RUN = "run"
    JOB = "job"
    QUARANTINE = "quarantine"
    SILENT = "silent"
    UNCERTAIN = "uncertain"
    STARTS = "starts"
    BRIEF = "brief"


@dataclass(frozen=True)
class Waits:
    """One thing that waits: for which function, and whether it hurts already.

    `about` names the source, the campaign or the number of the job or brief; "" for several, and where there is none.
    """

    cause: Cause
    who: Function
    about: str
    sentence: str
    hurts: bool = False


def last_runs(ledger: Ledger) -> LastRuns:
    """The newest run of any state, and the time of the newest one that is done."""
    runs = ledger.runs(RUNS_LOOKED_AT)
    done = [run.now_used for run in runs if run.state is RunState.DONE]
    return LastRuns(_told(runs[0]) if runs else None, max(done, default=None))


def see_waits(work: Workspace, data: DataStanding | None, now: datetime, wall: datetime) -> tuple[Waits, ...]:
    """Everything that waits at the company's time `now`, what hurts first. `wall` is the real time.

    Without `data`, which takes seconds and may be refused, nothing is said of sources.
    """
    waiting = see_plan(work.root, work.ledger)
    found = [
        *_run(work.ledger),
        *_jobs(work.ledger, wall),
        *_edits(waiting),
        *_approvals(work, waiting, wall),
        *_requests(work, wall),
        *_briefs(work, now),
        *(_sources(data, now) if data else ()),
        *(one for campaign in work.charter.campaigns for one in _campaign(work, campaign, now)),
    ]
    return tuple(sorted(found, key=lambda one: not one.hurts))


def _told(run: Run) -> RunTold:
    summary = run.summary or {}
    return RunTold(
        state=run.state,
        at=run.now_used,
        actor=run.actor,
        took=run.ended_at - run.started_at if run.ended_at else None,
        did=_did(summary) if run.state is RunState.DONE else (),
        problems=tuple(str(one["sentence"]).rstrip(".") for one in summary.get("problems", ())),  # type: ignore[attr-defined]
    )


def _did(summary: Mapping[str, Any]) -> tuple[str, ...]:
    """What a run did in a few words, without the size of any group of people."""
    rows = int(summary.get("rows_landed", 0))
    changed = [one["audience"] for one in summary.get("audiences", ()) if one.get("changed")]
    went_on = [one["campaign"] for one in summary.get("campaigns", ()) if _went_on(one)]
    return (
        f"{numbers.plural(rows, 'row')} came in." if rows else "Nothing new lay in any source.",
        f"{numbers.plural(len(changed), 'audience')} changed." if changed else "No audience changed.",
        *([f"Went on: {', '.join(went_on)}."] if went_on else []),
    )


def _went_on(campaign: Mapping[str, Any]) -> bool:
    assigned, delivered = campaign.get("assigned") or {}, campaign.get("delivered") or {}
    return any(assigned.values()) or any(delivered.get(word) for word in ("sent", "exported"))


def _run(ledger: Ledger) -> list[Waits]:
    last = last_runs(ledger).last
    if last is None:
        return []
    when = numbers.moment(last.at)
    if last.state is RunState.FAILED:
        why = last.problems[0] if last.problems else "it did not say why"
        return [Waits(Cause.RUN, Function.IT, "", f"The run of {when} failed: {why}.", hurts=True)]
    if last.state is RunState.INTERRUPTED:
        sentence = f"The run of {when} was cut off; the next one goes on from there."
        return [Waits(Cause.RUN, Function.IT, "", sentence, hurts=True)]
    return [
        Waits(Cause.RUN, Function.IT, "", f"In the run of {when}: {problem}.", hurts=True)
        for problem in dict.fromkeys(last.problems)
    ]


def _jobs(ledger: Ledger, wall: datetime) -> list[Waits]:
    """Failed work, unless the same kind of work was done since."""
    found: list[Waits] = []
    better: set[str] = set()
    for job in ledger.jobs(wall, JOBS_LOOKED_AT):
        if job.state is JobState.DONE:
            better.add(job.kind)
        elif job.state is JobState.FAILED and job.kind not in better:
            better.add(job.kind)
            found.append(Waits(Cause.JOB, Function.IT, str(job.id), _failed(job), hurts=True))
    return found


def _failed(job: Job) -> str:
    why = job.problems[0].sentence.rstrip(".") if job.problems else "it did not say why"
    return f"Work that {job.actor.name} asked for ({job.kind.replace('_', ' ')}) failed: {why}."


def _edits(waiting: Waiting) -> list[Waits]:
    if waiting.problems:
        count = numbers.plural(len(waiting.problems), "problem")
        sentence = f"The edited charter has {count}, so that it cannot be applied."
        return [Waits(Cause.EDITS, Function.IT, "", sentence, hurts=True)]
    found = []
    for owner, parts in waiting.approvals.items():
        wait = "waits" if len(parts) == 1 else "wait"
        sentence = (
            f"{numbers.plural(len(parts), 'edit')} of the charter {wait} to be applied: {', '.join(parts)}."
        )
        found.append(Waits(Cause.EDITS, Function(owner), "", sentence))
    return found


def _approvals(work: Workspace, waiting: Waiting, wall: datetime) -> list[Waits]:
    """What the plan that waits asks of each function, until it has approved."""
    return [
        Waits(
            Cause.APPROVAL,
            Function(one.owner),
            "",
            f"The plan widens scope in {numbers.plural(len(one.sentences), 'place')} and waits for an approval.",
        )
        for one in needed(waiting, work.ledger, wall)
        if one.given is None
    ]


def _requests(work: Workspace, wall: datetime) -> list[Waits]:
    """Open requests for access in one line, with how long the oldest has waited."""
    found = work.ledger.open_requests()
    if not found:
        return []
    waits = f"{numbers.plural(len(found), 'request')} for access {'waits' if len(found) == 1 else 'wait'}"
    since = numbers.ago(found[0].asked_at, wall)
    sentence = f"{waits} for an answer, the oldest asked {since}."
    owner = Function(work.charter.project.owners.policies)
    return [Waits(Cause.REQUEST, owner, "", sentence, hurts=wall - found[0].asked_at > LONG)]


def _briefs(work: Workspace, now: datetime) -> list[Waits]:
    """Reminders of briefs, commitments and promises."""
    found = brief_waits(work.ledger, work.charter, now)
    return [Waits(Cause.BRIEF, one.who, one.about, one.sentence, one.hurts) for one in found]


def _sources(data: DataStanding, now: datetime) -> list[Waits]:
    """One line each for all silent sources and for all of quarantine, per function that answers for them."""
    found = []
    for who in Function:
        owned = [one for one in data.sources if one.owner == who]
        silent = [one for one in owned if one.silent(now)]
        broken = sorted((one for one in owned if one.waiting), key=lambda one: -one.waiting)
        if silent:
            about = silent[0].source if len(silent) == 1 else ""
            found.append(Waits(Cause.SILENT, who, about, _quiet(silent, now), hurts=True))
        if broken:
            about = broken[0].source if len(broken) == 1 else ""
            found.append(Waits(Cause.QUARANTINE, who, about, _broken(broken)))
    return found


def _quiet(silent: list[SourceStanding], now: datetime) -> str:
    if len(silent) > 1:
        names = ", ".join(one.title for one in silent)
        return f"{len(silent)} sources have been quiet for longer than is usual for them: {names}."
    (one,) = silent
    quiet = numbers.ago(one.latest, now) if one.latest else numbers.UNKNOWN
    usual = numbers.span(one.typical) if one.typical else numbers.UNKNOWN
    return f"{one.title} has been quiet: its newest row is from {quiet}; usually they are {usual} apart."


def _broken(broken: list[SourceStanding]) -> str:
    total = sum(one.waiting for one in broken)
    entries = f"{numbers.plural(total, 'entry', 'entries')} {'waits' if total == 1 else 'wait'} in quarantine"
    if len(broken) == 1:
        return f"{broken[0].title}: {entries}."
    most = f"{broken[0].title} ({numbers.count(broken[0].waiting)})"
    return f"{entries}, from {numbers.plural(len(broken), 'source')}, most of them from {most}."


def _campaign(work: Workspace, campaign: Campaign, now: datetime) -> list[Waits]:
    title = campaign.title or campaign.campaign
    found = []
    uncertain = work.ledger.outbox_counts(campaign.campaign)[OutboxState.UNCERTAIN]
    if uncertain:
        sentence = f"{title}: nobody knows whether {_contacts(work, campaign, uncertain)} went out."
        found.append(Waits(Cause.UNCERTAIN, Function.MARKETING, campaign.campaign, sentence, hurts=True))
    if campaign.starts is not None and now < campaign.starts <= now + SOON:
        sentence = f"{title} starts {numbers.ago(campaign.starts, now)}, on {numbers.day(campaign.starts)}."
        found.append(Waits(Cause.STARTS, Function.MARKETING, campaign.campaign, sentence))
    return found


def _contacts(work: Workspace, campaign: Campaign, number: int) -> str:
    """How many contacts, for who may count them."""
    purpose, to = work.charter.purposes.measuring, Destination.MEASURE
    decision = decided(work, purpose, to, footprint(campaign), work.actor)
    if not isinstance(decision, Permit):
        return "some contacts"
    return f"{shown(number, decision.smallest_group)} contacts"
