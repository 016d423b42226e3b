"""Hillstrom's e-mail test of 64,000 customers, brought in as a source and held against a plain reading of its file.

The customers have no names and no numbers, and 6,562 rows repeat the content of another one. A charter wants a
key of every record source, so the file is delivered with a running number in front, as an analyst would export
it. That rows which look alike all land without any key is tested by itself.
"""

import csv
import gzip
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from machine import shared_data
from scipy import stats
from statsmodels.stats.contingency_tables import Table2x2
from statsmodels.stats.proportion import confint_proportions_2indep, proportions_ztest
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW

from tandem.charter import load
from tandem.charter.definitions import Source
from tandem.collect import Taken, take_source
from tandem.engine import open_engine
from tandem.identity import key_identifiers
from tandem.kernel import Problems
from tandem.kernel.values import Actor
from tandem.ledger import open_ledger
from tandem.measure.stats import ArmsReport, Estimate, Refusal, Relative
from tandem.usecases.apply_charter import apply_charter
from tandem.usecases.collect_events import collect_all
from tandem.usecases.report_arms import OutsideReport, report_arms
from tandem.usecases.workspace import Workspace, open_workspace

pytestmark = [pytest.mark.real, pytest.mark.shared]

ENGINES = ["duckdb", pytest.param("spark", marks=pytest.mark.spark)]
NOW = datetime(2026, 6, 1)
ANALYST = Actor("ann", "analyst")
MENS, WOMENS, CONTROL = "Mens E-Mail", "Womens E-Mail", "No E-Mail"
OUTCOMES = ("visit", "conversion", "spend")
CLOSE = {"rel": 1e-9, "abs": 1e-15}

CHARTER = {
    "tandem.toml": """
        name = "MineThatData"
        engine = "{engine}"
        lake = "lake"
        ledger = "ledger.db"
        timezone = "UTC"
        currency = "USD"
        [owners]
        sources = "it"
        identity = "it"
        purposes = "it"
        policies = "it"
        traits = "marketing"
        audiences = "marketing"
        campaigns = "marketing"
        [limits]
        threads = 2
        """,
    "identity.yml": "kinds:\n  - {kind: crm_id, per_person: 1}\n",
    "purposes.yml": """
        purposes:
          - {purpose: research, title: "Research on published, nameless data", basis: legitimate_interest}
        counting: research
        measuring: research
        """,
    "policies/standard.yml": """
        policy: standard
        smallest_group: 10
        roles:
          - role: analyst
            may:
              - {purposes: [research], labels: [public, internal], destinations: [measure]}
        """,
    "sources/hillstrom.yml": """
        source: hillstrom
        title: Randomised e-mail test, 2008
        files: {path: data/hillstrom.csv.gz, format: csv}
        mode: freeze
        key: [customer]
        record:
          fields:
            customer: {type: integer, required: true, label: internal}
            recency: {type: integer, required: true, label: internal}
            history_segment: {type: text, required: true, label: internal}
            history: {type: money, required: true, unit: USD, at_least: 0}
            mens: {type: integer, required: true, label: internal}
            womens: {type: integer, required: true, label: internal}
            zip_code: {type: text, required: true, one_of: [Surburban, Rural, Urban]}
            newbie: {type: integer, required: true, label: internal}
            channel: {type: text, required: true, label: internal}
            arm: {type: text, from: segment, required: true, label: internal}
            visit: {type: boolean, required: true, label: internal}
            conversion: {type: integer, required: true, label: internal, at_least: 0, at_most: 1}
            spend: {type: money, required: true, label: internal, unit: USD, at_least: 0}
        """,
}


def write_charter(root: Path, engine: str) -> None:
    """The charter, and the file where it says."""
    for name, text in CHARTER.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = text.replace("{engine}", engine).splitlines()
        path.write_text(
            "\n".join(line[8:] if line.startswith(" " * 8) else line for line in lines).lstrip() + "\n"
        )
    (root / "data").mkdir()
    with gzip.open(published(), "rt") as given, gzip.open(root / "data" / "hillstrom.csv.gz", "wt") as made:
        made.write(f"customer,{next(given)}")
        made.writelines(f"{number},{line}" for number, line in enumerate(given, 1))


def published() -> Path:
    """The file as it was published."""
    folder = shared_data()
    assert folder is not None
    return folder / "campaigns" / "hillstrom.csv.gz"


@pytest.fixture(scope="module")
def plain() -> dict[str, dict[str, np.ndarray]]:
    """Per arm and outcome the values of its customers, read by Python's csv alone."""
    values: dict[str, dict[str, list[float]]] = {}
    with gzip.open(published(), "rt", newline="") as file:
        for row in csv.DictReader(file):
            arm = values.setdefault(row["segment"], {name: [] for name in OUTCOMES})
            for name in OUTCOMES:
                arm[name].append(float(row[name]))
    return {arm: {name: np.array(some) for name, some in found.items()} for arm, found in values.items()}


@pytest.fixture(scope="module", params=ENGINES)
def landed(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Workspace, Taken]]:
    """The test in a lake, by the engine under test, and what collecting said."""
    root = tmp_path_factory.mktemp(f"hillstrom-{request.param}")
    write_charter(root, request.param)
    apply_charter(root, ANALYST, NOW)
    with open_workspace(root, ANALYST) as work:
        collected = collect_all(work, NOW)
        assert collected.problems == ()
        (taken,) = collected.sources
        yield work, taken


@pytest.fixture(scope="module")
def report(landed: tuple[Workspace, Taken]) -> OutsideReport:
    return report_arms(landed[0], "hillstrom", "arm", CONTROL, OUTCOMES)


def of(report: OutsideReport, outcome: str) -> ArmsReport:
    found = report.outcomes[outcome]
    assert isinstance(found, ArmsReport), found
    return found


def test_every_customer_lands_once(landed: tuple[Workspace, Taken]) -> None:
    work, taken = landed
    assert dict(taken.landed) == {"record": 64_000}
    assert [one.rows_landed for one in collect_all(work, NOW).sources] == [0]


def test_rows_that_look_alike_land_without_a_key(tmp_path: Path) -> None:
    """On DuckDB alone: what makes a row the same row is worked out by the reader, which both engines share."""
    with gzip.open(published(), "rt") as file:
        copies = Counter(file.read().splitlines()[1:])
    assert (copies.total(), copies.total() - len(copies)) == (64_000, 6_562)
    write_charter(tmp_path, "duckdb")
    shutil.copy(published(), tmp_path / "data")
    charter = load(tmp_path)
    source = keyless(charter.sources[0])
    keys = key_identifiers(charter.identity)
    with (
        closing(open_ledger(tmp_path / "ledger.db")) as ledger,
        open_engine("duckdb", str(tmp_path / "lake"), threads=2) as engine,
    ):
        taken = take_source(
            engine, ledger, source, charter.project, root=tmp_path, key_identifiers=keys, now=NOW
        )
    assert dict(taken.landed) == {"record": 64_000}
    assert taken.waiting == ()


def keyless(source: Source) -> Source:
    """The same contract without the number and without a key."""
    assert source.record is not None
    fields = tuple(one for one in source.record.fields if one.name != "customer")
    return replace(source, key=(), record=replace(source.record, fields=fields))


def test_arms_and_rates_are_the_published_ones(report: OutsideReport) -> None:
    assert report.without_arm == 0
    visit, conversion, spend = (of(report, name) for name in OUTCOMES)
    sizes = {CONTROL: visit.arms[MENS].control.n} | {name: arm.treated.n for name, arm in visit.arms.items()}
    assert sizes == {CONTROL: 21_306, MENS: 21_307, WOMENS: 21_387}
    assert percents(visit) == [18.28, 15.14, 10.62]
    assert percents(conversion, 3) == [1.253, 0.884, 0.573]
    means = [spend.arms[MENS].value, spend.arms[WOMENS].value]
    assert [round(arm.treated, 4) for arm in means] == [1.4226, 1.0772]
    assert round(means[0].control, 4) == 0.6528
    assert round(means[0].difference, 3) == 0.770


def percents(found: ArmsReport, places: int = 2) -> list[float]:
    """Mens, womens and control in per cent, rounded as the publishers round."""
    shares = [
        found.arms[MENS].conversion.treated,
        found.arms[WOMENS].conversion.treated,
        found.arms[MENS].conversion.control,
    ]
    return [round(100 * share, places) for share in shares]


@pytest.mark.parametrize("arm", [MENS, WOMENS])
@pytest.mark.parametrize("outcome", OUTCOMES)
def test_conversion_is_that_of_an_independent_computation(
    report: OutsideReport, plain: Mapping[str, Mapping[str, np.ndarray]], outcome: str, arm: str
) -> None:
    found = of(report, outcome).arms[arm].conversion
    assert isinstance(found, Estimate)
    treated, control = plain[arm][outcome] > 0, plain[CONTROL][outcome] > 0
    counts, sizes = [treated.sum(), control.sum()], [len(treated), len(control)]
    assert found.difference == pytest.approx(treated.mean() - control.mean(), **CLOSE)
    low, high = confint_proportions_2indep(*interleaved(counts, sizes), method="newcomb", compare="diff")
    assert [found.low, found.high] == pytest.approx([low, high], **CLOSE)
    assert found.p_value == pytest.approx(proportions_ztest(counts, sizes)[1], **CLOSE)
    table = Table2x2([[counts[0], sizes[0] - counts[0]], [counts[1], sizes[1] - counts[1]]])
    assert isinstance(found.relative, Relative)
    ratio = [table.riskratio, *table.riskratio_confint()]
    relative = [found.relative.lift, found.relative.low, found.relative.high]
    assert [one + 1 for one in relative] == pytest.approx(ratio, **CLOSE)


def interleaved(counts: list[int], sizes: list[int]) -> tuple[int, int, int, int]:
    """count1, n1, count2, n2."""
    return counts[0], sizes[0], counts[1], sizes[1]


@pytest.mark.parametrize("arm", [MENS, WOMENS])
@pytest.mark.parametrize("outcome", OUTCOMES)
def test_value_is_that_of_an_independent_computation(
    report: OutsideReport, plain: Mapping[str, Mapping[str, np.ndarray]], outcome: str, arm: str
) -> None:
    found = of(report, outcome).arms[arm].value
    assert isinstance(found, Estimate)
    treated, control = plain[arm][outcome], plain[CONTROL][outcome]
    both = CompareMeans(DescrStatsW(treated), DescrStatsW(control))
    assert found.difference == pytest.approx(treated.mean() - control.mean(), **CLOSE)
    assert [found.low, found.high] == pytest.approx(both.tconfint_diff(usevar="unequal"), **CLOSE)
    assert found.p_value == pytest.approx(stats.ttest_ind(treated, control, equal_var=False).pvalue, **CLOSE)
    assert isinstance(found.relative, Relative)
    assert [found.relative.low, found.relative.high] == pytest.approx(fieller(treated, control), **CLOSE)


def fieller(treated: np.ndarray, control: np.ndarray) -> list[float]:
    """Roots of (m1 - r m0)^2 = t^2 (v1 + r^2 v0), found by solving the quadratic, minus 1."""
    freedom = stats.ttest_ind(treated, control, equal_var=False).df
    t = stats.t.ppf(0.975, freedom)
    m1, m0 = treated.mean(), control.mean()
    v1, v0 = (some.var(ddof=1) / len(some) for some in (treated, control))
    roots = np.roots([m0**2 - t**2 * v0, -2 * m1 * m0, m1**2 - t**2 * v1])
    return sorted(float(root.real) - 1 for root in roots)


def test_the_arms_have_their_planned_sizes(
    report: OutsideReport, plain: Mapping[str, Mapping[str, np.ndarray]]
) -> None:
    sizes = [len(plain[arm]["visit"]) for arm in (MENS, WOMENS, CONTROL)]
    for outcome in OUTCOMES:
        ratio = of(report, outcome).ratio
        assert ratio.ok
        assert ratio.p_value == pytest.approx(stats.chisquare(sizes).pvalue, **CLOSE)


def test_a_plan_that_was_not_followed_is_refused(landed: tuple[Workspace, Taken]) -> None:
    shares = {MENS: 0.25, WOMENS: 0.25, CONTROL: 0.5}
    found = report_arms(landed[0], "hillstrom", "arm", CONTROL, ["visit"], shares).outcomes["visit"]
    assert isinstance(found, Refusal)
    assert found.code == "MSR-002"


@pytest.mark.parametrize(
    ("rows", "arm", "control", "outcome", "code"),
    [
        ("hilstrom", "arm", CONTROL, "visit", "RUN-002"),
        ("hillstrom", "arm", "No Mail", "visit", "MSR-010"),
        ("hillstrom", "arm", CONTROL, "channel", "MSR-011"),
        ("hillstrom", "arm", CONTROL, "visits", "POL-204"),
        ("hillstrom", "arm", CONTROL, "history", "POL-101"),
    ],
    ids=["no such source", "no such arm", "not a number", "no such field", "personal, not granted"],
)
def test_what_cannot_be_reported_is_said(
    landed: tuple[Workspace, Taken], rows: str, arm: str, control: str, outcome: str, code: str
) -> None:
    with pytest.raises(Problems) as stopped:
        report_arms(landed[0], rows, arm, control, [outcome])
    assert [problem.code for problem in stopped.value.problems] == [code]
