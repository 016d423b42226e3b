"""One beat of the loop: collect, resolve, refresh, evaluate, act.

Each stage is incremental; the same now changes nothing.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from tandem.identity import Resolution
from tandem.kernel import Problem, Problems, iso, numbers
from tandem.ledger import RunState
from tandem.usecases.alone import alone
from tandem.usecases.apply_retention import Retained, apply_retention
from tandem.usecases.auditing import by
from tandem.usecases.collect_events import Collected, collect_all
from tandem.usecases.evaluate_audiences import Evaluated, evaluate_audiences
from tandem.usecases.finish_erasures import Finished, finish_erasures
from tandem.usecases.problems import TIME_BACKWARDS
from tandem.usecases.progress import Cancelled, Told, silent
from tandem.usecases.refresh_profiles import Refreshed, refresh_profiles
from tandem.usecases.remind_pulse import Reminded, remind_all
from tandem.usecases.resolve_people import resolve_people
from tandem.usecases.run_campaigns import CampaignBeat, run_campaigns
from tandem.usecases.run_pulse import close_ended
from tandem.usecases.vacuum_lake import Vacuumed, vacuum_lake
from tandem.usecases.workspace import Workspace, unapplied

T = TypeVar("T")


@dataclass(frozen=True)
class Beat:
    """What one beat did, stage by stage, and how long each took. `pending`: the charter has unapplied edits.

    `pulses`: runs of a survey that were closed, for their time was over. `reminded`: runs of a survey that are open and
    had reminders due.
    """

    run_id: int
    now: datetime
    collected: Collected
    people: Resolution
    refreshed: Refreshed
    audiences: tuple[Evaluated, ...]
    campaigns: tuple[CampaignBeat, ...]
    seconds: dict[str, float] = field(default_factory=dict)
    pending: bool = False
    retained: Retained = field(default_factory=lambda: Retained({}, {}))
    erasures: Finished = field(default_factory=Finished)
    vacuumed: Vacuumed = field(default_factory=Vacuumed)
    pulses: tuple[str, ...] = ()
    reminded: tuple[Reminded, ...] = ()

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Everything that kept a part from going on."""
        of_campaigns = [
            p for c in self.campaigns for p in (*c.problems, *(c.delivered.problems if c.delivered else ()))
        ]
        of_letters = [problem for one in self.reminded for problem in one.posted.problems]
        return (*self.erasures.problems, *self.collected.problems, *of_campaigns, *of_letters)

    @property
    def notes(self) -> tuple[str, ...]:
        """What is worth knowing and stops nothing, each once."""
        of_campaigns = [note for c in self.campaigns if c.delivered for note in c.delivered.notes]
        return tuple(dict.fromkeys([*self.erasures.notes, *self.collected.notes, *of_campaigns]))

    @property
    def sentences(self) -> tuple[str, ...]:
        """What was done, in short. No group of people is counted here: audiences and campaigns say how many."""
        taken = [one for one in self.collected.sources if one.files]
        rows = sum(one.rows_landed for one in taken)
        waits = sum(one.rows_quarantined for one in taken)
        changed = [one.audience for one in self.audiences if one.changed]
        active = [one.campaign for one in self.campaigns if one.assigned and one.assigned.new_treated]
        people = self.people
        return (
            f"Worked as of {numbers.moment(self.now)}.",
            *self.erasures.sentences,
            f"{numbers.plural(sum(len(one.files) for one in taken), 'file')} brought {numbers.plural(rows, 'row')}; "
            f"{numbers.count(waits)} went to quarantine."
            if taken
            else "Nothing new lay in any source.",
            *((_left_out(erased),) if (erased := sum(one.rows_erased for one in taken)) else ()),
            *((self.retained.sentence(),) if self.retained else ()),
            *((self.vacuumed.sentence(),) if self.vacuumed else ()),
            "Who is who was worked out." if people.new or people.merged else "Nobody new, and nobody merged.",
            f"Audiences that changed: {', '.join(changed)}." if changed else "No audience changed.",
            f"Campaigns that went on: {', '.join(active)}."
            if active
            else "No campaign assigned anybody new.",
            *([f"Pulses closed after their last day: {', '.join(self.pulses)}."] if self.pulses else ()),
            *(f"Pulse {one.sentence}." for one in self.reminded),
        )

    def to_dict(self) -> dict[str, object]:
        """For JSON and for the ledger's note of the run."""
        return {
            "run": self.run_id,
            "now": iso(self.now),
            "erasures": self.erasures.to_dict(),
            "collected": self.collected.to_dict(),
            "retained": self.retained.to_dict(),
            "vacuumed": self.vacuumed.to_dict(),
            "people": self.people.to_dict(),
            "refreshed": self.refreshed.to_dict(),
            "audiences": [one.to_dict() for one in self.audiences],
            "campaigns": [one.to_dict() for one in self.campaigns],
            "pulses_closed": list(self.pulses),
            "pulses_reminded": [one.to_dict() for one in self.reminded],
            "seconds": self.seconds,
            "unapplied_edits": self.pending,
            "sentences": list(self.sentences),
            "notes": list(self.notes),
            "problems": [problem.to_dict() for problem in self.problems],
        }


def run_beat(work: Workspace, now: datetime, wall: Callable[[], datetime], told: Told = silent) -> Beat:
    """One beat at `now`, alone: a second run waits for nobody but says who is at work. `wall` is the real clock."""
    with alone(work.ledger, wall, told) as going:
        _refuse_going_back(work, now)
        run_id = work.ledger.start_run(now, work.actor.name, wall())
        try:
            beat = _beat(work, now, run_id, wall, going)
        except Problems as stopped:
            failure: dict[str, object] = {"problems": [problem.to_dict() for problem in stopped.problems]}
            work.ledger.end_run(run_id, RunState.FAILED, failure, wall())
            raise
        except Cancelled:
            work.ledger.end_run(run_id, RunState.INTERRUPTED, {"cancelled": True}, wall())
            raise
        work.ledger.end_run(run_id, RunState.DONE, _noted(beat), wall())
        work.trail.add(by(work.actor, "change", "run", "done", detail={"run": run_id, "as of": iso(now)}))
        work.trail.flush()
        return beat


def _beat(work: Workspace, now: datetime, run_id: int, wall: Callable[[], datetime], told: Told) -> Beat:
    seconds: dict[str, float] = {}
    erasures = finish_erasures(work, now, told)
    with _timed(seconds, "collect"):
        collected = collect_all(work, now, told)
    with _timed(seconds, "retention"):
        retained = apply_retention(work, now, told)
    with _timed(seconds, "people"):
        people = resolve_people(work, now, told)
    with _timed(seconds, "profiles"):
        refreshed = refresh_profiles(work, now, told)
    with _timed(seconds, "audiences"):
        audiences = evaluate_audiences(work, now, told)
    with _timed(seconds, "campaigns"):
        campaigns = run_campaigns(work, collected, now, told)
    with _timed(seconds, "pulses"):
        pulses = close_ended(work.root, work.ledger, now, wall())
        reminded = remind_all(work.root, work.ledger, now, wall, told)
    vacuumed = vacuum_lake(work, wall(), told)
    return Beat(
        run_id,
        now,
        collected,
        people,
        refreshed,
        audiences,
        campaigns,
        seconds,
        pending=unapplied(work.root, work.ledger),
        retained=retained,
        erasures=erasures,
        vacuumed=vacuumed,
        pulses=pulses,
        reminded=reminded,
    )


def _left_out(rows: int) -> str:
    return f"{numbers.plural(rows, 'row')} stayed outside, for somebody who was erased is named there."


def _refuse_going_back(work: Workspace, now: datetime) -> None:
    last = max((run.now_used for run in work.ledger.runs(20) if run.state is RunState.DONE), default=None)
    if last is not None and now < last:
        sentence = (
            "this time is before that of an earlier run, and what was done then cannot be undone by time"
        )
        raise Problems(TIME_BACKWARDS(sentence, found=iso(now), expected=f"{iso(last)} or later"))


@contextmanager
def _timed(seconds: dict[str, float], stage: str) -> Iterator[None]:
    start = time.perf_counter()
    yield
    seconds[stage] = round(time.perf_counter() - start, 3)


def _noted(beat: Beat) -> dict[str, object]:
    """The beat without the names of files, which the table `loads` has."""
    plain = beat.to_dict()
    plain.pop("collected")
    return plain | {"rows_landed": sum(taken.rows_landed for taken in beat.collected.sources)}
