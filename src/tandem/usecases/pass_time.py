"""Let days pass in the demo company: people buy, and those who were contacted buy more. Then a beat takes it in.

A span of days is cut into steps, each of them: note who was reached since, write the files of the step, run one
beat at its end, move the company's clock. What is cut off is noted in truth/passing.json, so the next call goes
on where this one stopped.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from sqlglot import exp

from tandem.charter import load_project
from tandem.deliver import MailSink
from tandem.demo import ExpectedLift, Truth, has_heard, hear, live, load_truth, planted_lift
from tandem.engine import functions as f
from tandem.kernel import Problems, iso, numbers
from tandem.ledger import RunState
from tandem.measure.moments import REACHED
from tandem.usecases.alone import alone
from tandem.usecases.problems import NO_DEMO, NOT_SO_LONG
from tandem.usecases.progress import Told, silent
from tandem.usecases.run_beat import Beat, run_beat
from tandem.usecases.workspace import Workspace

STEP = timedelta(days=7)
LONGEST_DAYS = 92
PASSING = Path("truth") / "passing.json"


@dataclass(frozen=True)
class Passed:
    """Time that passed: [since, until), the beat at the end of each step, and what people bought meanwhile."""

    since: datetime
    until: datetime
    beats: tuple[Beat, ...]
    purchases: int

    def to_dict(self) -> dict[str, object]:
        """For JSON."""
        return {
            "since": iso(self.since),
            "until": iso(self.until),
            "purchases": self.purchases,
            "beats": [beat.to_dict() for beat in self.beats],
        }


def can_pass_time(root: Path) -> bool:
    """Whether the folder is a company with a known truth, which alone knows what happens next."""
    return (root / "truth" / "truth.json").is_file()


def pass_time(work: Workspace, days: int, wall: Callable[[], datetime], told: Told = silent) -> Passed:
    """Let 1 to 92 days pass from the company's clock on, with a beat every week, when a campaign starts, and at
    the end. `wall` is the real clock.

    Time that an earlier call left half passed is passed to its end first, and nothing else. Raises RUN-020 in
    a company that lives in real time, RUN-021 for another number of days.
    """
    since = work.ledger.simulated_now()
    if since is None or not can_pass_time(work.root):
        raise Problems(NO_DEMO("time cannot be let pass in this company", found=str(work.root)))
    if not 1 <= days <= LONGEST_DAYS:
        expected = f"1 to {LONGEST_DAYS} days"
        raise Problems(
            NOT_SO_LONG("so many days cannot pass at once", found=f"{days} days", expected=expected)
        )
    with alone(work.ledger, wall, told, name="time") as told, demo_mail(work.root):
        truth = load_truth(work.root)
        stops = _going_on(work.root, since) or _planned(work, since, days)
        beats, purchases = [], 0
        for number, (start, end) in enumerate(pairwise([since, *stops])):
            told(f"{numbers.day(start)} to {numbers.day(end)}", number, len(stops))
            purchases += _live(work, truth, start, end)
            beats.append(run_beat(work, end, wall, told))
            work.ledger.set_simulated_now(end)
        (work.root / PASSING).unlink()
    return Passed(since, stops[-1], tuple(beats), purchases)


def planted(work: Workspace, campaign: str) -> ExpectedLift:
    """The lift that the truth of a demo implies for the people assigned to a campaign after its launch.

    Raises ValueError if an arm has nobody.
    """
    rows = exp.select("person_id", "arm", "assigned_at").from_(work.engine.ref("assignments"))
    assigned = work.engine.arrow(rows.where(exp.column("campaign").eq(f.value(campaign))))
    window = work.charter.campaign(campaign).window
    return planted_lift(load_truth(work.root), work.root, assigned, _person_map(work), window)


@contextmanager
def demo_mail(root: Path) -> Iterator[bool]:
    """The demo's mail server on its port until the block ends; says whether it is ours.

    Nothing is started in any other company, or while another process of the demo has the port.
    """
    email = load_project(root).email if can_pass_time(root) else None
    if email is None:
        yield False
        return
    sink = MailSink(root / "mail", email.port)
    try:
        sink.__enter__()
    except Problems:
        yield False
        return
    try:
        yield True
    finally:
        sink.__exit__(None, None, None)


def _going_on(root: Path, since: datetime) -> list[datetime]:
    """The steps that an earlier call planned and did not end; empty if there is none."""
    noted = root / PASSING
    if not noted.is_file():
        return []
    planned = [datetime.fromisoformat(text) for text in json.loads(noted.read_text(encoding="utf-8"))]
    left = [stop for stop in planned if stop > since]
    if not left:
        noted.unlink()
    return left


def _planned(work: Workspace, since: datetime, days: int) -> list[datetime]:
    """The ends of the steps to come, noted before the first of them begins."""
    # Runs by hand may have been at later times than the clock; no beat may be before them.
    begin = max([since, *(run.now_used for run in work.ledger.runs(20) if run.state is RunState.DONE)])
    until = begin + timedelta(days=days)
    weeks = {begin + STEP * number for number in range(1, days // STEP.days + 1)}
    starts = {c.starts for c in work.charter.campaigns if c.starts and begin < c.starts < until}
    stops = sorted(weeks | starts | {until})
    noted = work.root / PASSING
    noted.with_suffix(".part").write_text(json.dumps([stop.isoformat() for stop in stops]), encoding="utf-8")
    noted.with_suffix(".part").replace(noted)
    return stops


def _live(work: Workspace, truth: Truth, start: datetime, end: datetime) -> int:
    """The files of one step; how many purchases are in them."""
    if not has_heard(work.root, start):
        hear(truth, work.root, _left(work, end), _person_map(work), start=start)
    return live(truth, work.root, start=start, end=end).purchases


def _left(work: Workspace, end: datetime) -> Any:
    """Every contact that left before `end`."""
    state, sent_at = exp.column("state"), exp.column("sent_at")
    query = (
        exp.select("contact_id", "campaign", "channel", "person_id", "sent_at")
        .from_(work.engine.ref("contacts"))
        .where(state.isin(*(f.value(word) for word in REACHED)), sent_at < f.instant(end))
    )
    return work.engine.arrow(query)


def _person_map(work: Workspace) -> Any:
    query = exp.select("identifier_key", "person_id").from_(work.engine.ref("person_map"))
    return work.engine.arrow(query)
