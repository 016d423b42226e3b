"""The loop over the demo company, held against what was planted; and cut off in the middle, again and again."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from threading import Lock

import pyarrow.parquet as pq
import pytest
from beats import LAUNCH, READ, Company, Rows, copied, lay_out, tables
from sqlglot import exp

from tandem.deliver import MailSink
from tandem.demo import expected_lift, judging
from tandem.engine import functions as f
from tandem.engine.lake import Lake
from tandem.measure.moments import arms
from tandem.measure.report import NoLift
from tandem.usecases.report_lift import report_lift
from tandem.usecases.run_beat import Beat
from tandem.usecases.run_demo import versions
from tandem.usecases.workspace import Workspace

pytestmark = pytest.mark.long

PEOPLE = 1_500
WRITES = ("commit", "merge", "remove", "add_files")


@dataclass(frozen=True)
class Run:
    """A company that ran undisturbed: what each beat said, its tables after the launch, its versions at the end."""

    company: Company
    twin: Company
    launched: Beat
    after_launch: dict[str, Rows]
    reached: list[str]
    read: Beat
    versions: dict[str, int]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    root = tmp_path_factory.mktemp("loop")
    with MailSink(root / "mail") as sink:
        company = lay_out(root / "company", sink, PEOPLE)
        copied(company, root / "twin")
        launched = company.beat(LAUNCH)
        after_launch = company.work(lambda work: tables(work.engine))
        reached = company.mails()
        company.answer()
        read = company.beat(READ)
        at_end = company.work(versions)
        twin = Company(root / "twin", company.truth, sink, len(sink.taken()))
        yield Run(company, twin, launched, after_launch, reached, read, at_end)


def arrow(work: Workspace, table: str, *columns: str, where: exp.Expr | None = None) -> object:
    query = exp.select(*columns).from_(work.engine.ref(table))
    return work.engine.arrow(query.where(where) if where is not None else query)


def test_nothing_stopped_a_beat(run: Run) -> None:
    assert run.launched.problems == ()
    assert run.read.problems == ()


def test_people_are_found(run: Run) -> None:
    person_map = run.company.work(lambda work: arrow(work, "person_map", "identifier_key", "person_id"))
    scores = judging.pair_scores(run.company.truth, person_map)
    assert scores.precision >= 0.99
    assert scores.recall >= 0.95
    assert scores.people_found == pytest.approx(scores.people_true, rel=0.02)


def test_what_was_planted_broken_waits_in_quarantine_and_nothing_else(run: Run) -> None:
    count = exp.Count(this=exp.Star()).as_("n")

    def found(work: Workspace) -> dict[str, int]:
        query = exp.select("source", count).from_(work.engine.ref("quarantine"))
        return dict(work.engine.rows(query.where(exp.column("level").eq(f.value("row"))).group_by("source")))

    assert run.company.work(found) == judging.planted_broken(run.company.truth)


def test_every_row_is_accounted_for(run: Run) -> None:
    truth = {row["source"]: row for row in run.company.truth.sources.to_pylist()}
    for taken in run.launched.collected.sources:
        planned = truth[taken.source]
        found = (len(taken.files), taken.rows_read, taken.rows_quarantined, taken.rows_duplicate)
        told = tuple(planned[name] for name in ("files", "rows_written", "rows_broken", "rows_duplicate"))
        assert found == told, taken.source


def test_nobody_without_consent_gets_a_message_and_nobody_gets_two(run: Run) -> None:
    assert len(run.reached) > 20
    assert judging.without_consent(run.company.truth, run.reached, "marketing_email") == 0
    suppressed = set(run.company.truth.suppressed["value"].to_pylist())
    assert suppressed.isdisjoint(run.reached)
    assert len(set(run.reached)) == len(run.reached)
    assert run.company.mails() == run.reached, "the second beat sent again"


def test_everybody_of_the_audience_has_an_arm_or_a_reason(run: Run) -> None:
    def people(table: str, *values: str) -> Callable[[Workspace], set[int]]:
        where = exp.column("campaign").eq(f.value("winback"))
        if values:
            column, *wanted = values
            where = exp.and_(where, exp.column(column).isin(*(f.value(one) for one in wanted)))
        return lambda work: set(arrow(work, table, "person_id", where=where)["person_id"].to_pylist())

    receipts = run.company.work(people("receipts"))
    assert receipts >= run.company.work(people("assignments"))
    contacted = run.company.work(people("receipts", "outcome", "contacted"))
    assert contacted == run.company.work(people("contacts"))
    assert len(contacted) == len(run.reached)


def test_too_few_people_for_a_lift_are_refused_one(run: Run) -> None:
    found = run.company.work(lambda work: report_lift(work, "winback", READ))
    assert isinstance(found, NoLift)
    assert found.reason.code == "MSR-001"
    assert min(arm.assigned for arm in found.figures.arms.values()) < 100


def test_the_sums_behind_the_report_are_the_planted_ones(run: Run) -> None:
    """That the planted lift lies in the interval is shown by the demo itself, with people enough."""
    figures = run.company.work(lambda work: report_lift(work, "winback", READ)).figures
    answer = pq.read_table(run.company.root / "truth" / f"answer-{LAUNCH:%Y-%m-%d}.parquet").to_pylist()
    buyers = {row["person"] for row in answer if row["bought"] and row["recognised"]}
    people = {
        arm: run.company.work(lambda work, arm=arm: true_people(run, work, arm)) for arm in figures.arms
    }
    for arm, sums in arms(figures.cells).items():
        assert sums.n == len(people[arm])
        assert sums.conversions == len(buyers.intersection(people[arm])), arm
    planted = expected_lift(run.company.truth, people["treated"], people["control"], run.reached)
    assert planted.conversion > 0


def true_people(run: Run, work: Workspace, arm: str) -> list[int]:
    """The true people whom an arm has."""
    person_map = arrow(work, "person_map", "identifier_key", "person_id")
    where = exp.column("campaign").eq(f.value("winback"))
    where = exp.and_(where, exp.column("arm").eq(f.value(arm)))
    assigned = arrow(work, "assignments", "person_id", where=where)
    return list(judging.true_people(run.company.truth, person_map, assigned["person_id"].to_numpy()))


def test_the_same_beat_again_changes_no_table(run: Run) -> None:
    again = run.company.beat(READ)
    assert again.problems == ()
    assert run.company.work(versions) == run.versions
    assert run.company.mails() == run.reached


class Crash(BaseException):
    """The process dies. No `except Exception` of ours may live on after it."""


@dataclass
class Saw:
    """Lets so many writes to the lake pass, then cuts: before the write is made, or just after."""

    left: int = 0
    after: bool = False
    counting: Lock = field(default_factory=Lock)

    def arm(self, left: int, after: bool) -> None:
        self.left, self.after = left, after

    def around(self, write: Callable[..., object]) -> Callable[..., object]:
        def cut(*args: object, **named: object) -> object:
            # Two writes may be under way at once, and only one of them is the last.
            with self.counting:
                self.left -= 1
                last = self.left == 0
            if last and not self.after:
                raise Crash
            done = write(*args, **named)
            if last:
                raise Crash
            return done

        return cut


def test_a_beat_cut_off_again_and_again_ends_with_the_same_tables(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    saw = Saw()
    for name in WRITES:
        monkeypatch.setattr(Lake, name, saw.around(getattr(Lake, name)))
    cuts = 0
    while True:
        # Steps without a common divisor, so that other runs of writes are cut than those of one stage.
        saw.arm(left=(7, 13, 9, 15)[cuts % 4], after=cuts % 2 == 1)
        try:
            run.twin.beat(LAUNCH)
            break
        except Crash:
            cuts += 1
            assert cuts < 40, "the loop does not get on"
    monkeypatch.undo()
    assert cuts >= 5
    assert run.twin.mails() == run.reached
    found = run.twin.work(lambda work: tables(work.engine))
    assert differing(run.after_launch, found) == {}


def differing(one: dict[str, Rows], other: dict[str, Rows]) -> dict[str, tuple[Rows, Rows]]:
    """Per table that differs, the first rows that only one or only the other has."""
    assert one.keys() == other.keys()
    found = {}
    for name in one:
        left, right = (set(map(repr, some[name])) for some in (one, other))
        if one[name] != other[name]:
            found[name] = (
                sorted(left - right)[:3],
                sorted(right - left)[:3],
                len(one[name]),
                len(other[name]),
            )
    return found
