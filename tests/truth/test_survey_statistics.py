"""Surveys beside two independent programs: R's package survey and the Python package svy, to 6 digits and more.

The samples are drawn here, one stratified and one clustered; with the shared data the same runs on the samples of
Californian schools that survey researchers compare their programs by.
"""

import csv
import json
import subprocess
import warnings
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
import svy
from machine import r_survey, shared_data

from tandem.align.codebook import Choice, Codebook, Kind, Variable
from tandem.align.responses import Responses
from tandem.align.stats import (
    Design,
    Lonely,
    Margin,
    beta_interval,
    compare_groups,
    jackknife,
    logit_interval,
    mean,
    rake,
    rao_scott,
    total,
)
from tandem.align.tables import RowKind, banner_book

CLOSE = 1e-7


@dataclass(frozen=True, eq=False)
class Sample:
    """One sample: a number, a yes or no, two questions, a part of the people, and how they were drawn."""

    name: str
    y: np.ndarray
    yes: np.ndarray
    a: np.ndarray
    b: np.ndarray
    inside: np.ndarray
    w: np.ndarray
    fpc: np.ndarray
    stratum: np.ndarray
    cluster: np.ndarray

    def design(self, finite: bool = True) -> Design:
        fpc = self.fpc if finite else None
        if self.name == "stratified":
            return Design(self.w, strata=self.stratum, population=fpc)
        return Design(self.w, cluster=self.cluster, population=fpc)

    def margins(self) -> list[Margin]:
        """Targets 1 : 2 : 3 ... for a, the same for all of b."""
        a, b = codes(self.a), codes(self.b)
        return [Margin("a", a, np.arange(a.max() + 1) + 1.0), Margin("b", b, np.ones(b.max() + 1))]

    def columns(self) -> dict[str, list[Any]]:
        names = ("y", "yes", "a", "b", "inside", "w", "fpc", "stratum", "cluster")
        return {name: getattr(self, name).tolist() for name in names}


def codes(labels: np.ndarray) -> np.ndarray:
    return np.unique(labels, return_inverse=True)[1]


def drawn(name: str) -> Sample:
    """90 people in three strata drawn at unequal rates, or 24 clusters of unequal size, weights unequal too."""
    rng = np.random.default_rng(5)
    stratum, cluster = np.repeat(["N", "S", "W"], (40, 30, 20)), np.arange(90)
    if name == "clustered":
        cluster = np.repeat(np.arange(24), rng.integers(2, 9, 24))
        stratum = np.repeat("all", cluster.size)
    effect = rng.normal(0, 4, 24)[cluster % 24]
    n = cluster.size
    population = {"N": 400.0, "S": 90.0, "W": 50.0, "all": 300.0}
    return Sample(
        name=name,
        y=np.round(50 + effect + rng.normal(0, 8, n), 2),
        yes=(rng.random(n) < 0.4 + 0.03 * effect).astype(float),
        a=rng.choice(["one", "three", "two"], n, p=[0.3, 0.3, 0.4]),
        b=rng.choice(["left", "right"], n),
        inside=(rng.random(n) < 0.6).astype(int),
        w=np.round(rng.uniform(2, 9, n), 3),
        fpc=np.array([population[each] for each in stratum]),
        stratum=stratum,
        cluster=cluster,
    )


def schools(name: str) -> Sample:
    """The schools: performance index, whether the target was met, type and whole-school target, poor pupils."""
    folder = shared_data()
    assert folder is not None
    file = folder / "surveys" / ("apistrat.csv" if name == "stratified" else "apiclus1.csv")
    with file.open() as lines:
        rows = list(csv.DictReader(lines))

    def column(name: str) -> np.ndarray:
        return np.array([row[name] for row in rows])

    return Sample(
        name=name,
        y=column("api00").astype(float),
        yes=(column("comp.imp") == "Yes").astype(float),
        a=column("stype"),
        b=column("sch.wide"),
        inside=(column("meals").astype(int) > 50).astype(int),
        w=column("pw").astype(float),
        fpc=column("fpc").astype(float),
        stratum=column("stype") if name == "stratified" else np.repeat("all", len(rows)),
        cluster=np.arange(len(rows)) if name == "stratified" else column("dnum").astype(int),
    )


REAL = [pytest.mark.real, pytest.mark.shared]
SAMPLES = [
    pytest.param(("drawn", "stratified"), id="drawn stratified"),
    pytest.param(("drawn", "clustered"), id="drawn clustered"),
    pytest.param(("schools", "stratified"), id="schools stratified", marks=REAL),
    pytest.param(("schools", "clustered"), id="schools clustered", marks=REAL),
]


@cache
def sample_of(source: str, name: str) -> Sample:
    return drawn(name) if source == "drawn" else schools(name)


@pytest.fixture(params=SAMPLES)
def sample(request: pytest.FixtureRequest) -> Sample:
    return sample_of(*request.param)


SAID: dict[Sample, dict[str, list[float]]] = {}


def r_says(sample: Sample, folder: Path) -> dict[str, list[float]]:
    """What R's survey computes from the sample; asked once."""
    if sample in SAID:
        return SAID[sample]
    program, table = r_survey(), folder / "sample.csv"
    assert program is not None
    with table.open("w", newline="") as lines:
        columns = sample.columns()
        csv.writer(lines).writerows([columns.keys(), *zip(*columns.values(), strict=True)])
    script = Path(__file__).with_name("survey_statistics.R")
    command = [str(program), "--vanilla", str(script), str(table), sample.name]
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr
    SAID[sample] = json.loads(told.stdout)
    return SAID[sample]


def near(found: Any, said: Any, close: float = CLOSE) -> None:
    np.testing.assert_allclose(np.asarray(found, dtype=float), np.asarray(said, dtype=float), rtol=close)


@pytest.mark.r
def test_designs_and_tests_are_those_of_r(sample: Sample, tmp_path: Path) -> None:
    said = r_says(sample, tmp_path)
    for name in ("fpc", "replacing"):
        design = sample.design(finite=name == "fpc")
        found = mean(design, sample.y)
        near([found.value, found.se, found.deff, found.df], said[f"mean {name}"])
        found = total(design, sample.y)
        near([found.value, found.se], said[f"total {name}"])
        found = mean(design, sample.y, sample.inside == 1)
        near([found.value, found.se, found.df], said[f"domain {name}"])
        table = rao_scott(design, codes(sample.a), codes(sample.b))
        near([table.f, table.df1, table.df2, table.p], said[f"table {name}"])
        pair = compare_groups(design, sample.y, sample.yes == 1, sample.yes == 0)
        near([pair.difference, pair.t, pair.df, pair.p, pair.low, pair.high], said[f"groups {name}"])
        share = mean(design, sample.yes)
        near([share.value, *logit_interval(share)], said[f"logit {name}"])
        near([share.value, *beta_interval(share)], said[f"beta {name}"])
        by = [mean(design, sample.y, sample.a == label) for label in np.unique(sample.a)]
        near([*(one.value for one in by), *(one.se for one in by)], said[f"by {name}"])


@pytest.mark.r
def test_raking_is_that_of_r(sample: Sample, tmp_path: Path) -> None:
    said = r_says(sample, tmp_path)
    margins, design = sample.margins(), sample.design()
    raked = rake(sample.w, margins, tolerance=1e-13)
    assert raked.converged
    near(raked.weight, said["raked weights"])
    near(raked.weight.sum(), sample.w.sum())
    found = mean(with_margins(design, raked.weight, margins), sample.y)
    near([found.value, found.se], said["raked mean"])

    def again(weight: np.ndarray) -> float:
        anew = rake(weight, margins, total=sample.w.sum(), tolerance=1e-13)
        return float(np.average(sample.y, weights=anew.weight))

    found = jackknife(design, again)
    near([found.value, found.se], said["jackknife"], 1e-6)


def with_margins(design: Design, weight: np.ndarray, margins: list[Margin]) -> Design:
    columns = np.hstack([margin.codes[:, None] == np.arange(margin.targets.size) for margin in margins])
    return replace(design, weight=weight, margins=columns.astype(float), start=design.weight)


def svy_sample(sample: Sample, finite: bool = True) -> svy.Sample:
    drawn = {"stratum": "stratum"} if sample.name == "stratified" else {"psu": "cluster"}
    design = svy.Design(wgt="w", pop_size="fpc" if finite else None, **drawn)
    return svy.Sample(pl.DataFrame(sample.columns()), design)


def test_designs_and_tests_are_those_of_svy(sample: Sample) -> None:
    for finite in (True, False):
        design, other = sample.design(finite), svy_sample(sample, finite)
        said = other.estimation.mean("y", deff="wor" if finite else "wr").estimates[0]
        found = mean(design, sample.y)
        near(
            [found.value, found.se, found.deff, *found.interval()],
            [said.est, said.se, said.deff, said.lci, said.uci],
        )
        said = other.estimation.total("y").estimates[0]
        found = total(design, sample.y)
        near([found.value, found.se], [said.est, said.se])
        for method, interval in (("logit", logit_interval), ("beta", beta_interval)):
            said = other.estimation.prop("yes", ci_method=method).estimates[1]
            share = mean(design, sample.yes)
            near([share.value, share.se, *interval(share)], [said.est, said.se, said.lci, said.uci])
        f = other.categorical.tabulate("a", "b").stats.f
        table = rao_scott(design, codes(sample.a), codes(sample.b))
        near([table.f, table.df1, table.df2, table.p], [f.value, f.df_num, f.df_den, f.p_value])


def test_raking_is_that_of_svy(sample: Sample) -> None:
    margins, w = sample.margins(), sample.w
    labels = [np.unique(sample.a).tolist(), np.unique(sample.b).tolist()]
    targets = [
        dict(zip(names, m.targets * w.sum(), strict=True)) for names, m in zip(labels, margins, strict=True)
    ]
    other = svy_sample(sample).weighting.rake(
        controls={"a": targets[0], "b": targets[1]}, tol=1e-12, max_iter=1000, wgt_name="raked"
    )
    raked = rake(w, margins, tolerance=1e-13)
    near(raked.weight, other.data["raked"].to_numpy())
    said = other.estimation.mean("y").estimates[0]
    # Its residuals are those of a regression that weighs everybody the same, as those of R's `rake` are.
    design = replace(with_margins(sample.design(), raked.weight, margins), start=np.ones(w.size))
    found = mean(design, sample.y)
    near([found.value, found.se], [said.est, said.se])


@pytest.mark.real
@pytest.mark.shared
def test_the_figures_that_the_schools_are_known_by() -> None:
    strata, clusters = sample_of("schools", "stratified"), sample_of("schools", "clustered")
    found = mean(strata.design(), strata.y)
    assert (round(found.value, 3), round(found.se, 3)) == (662.287, 9.409)
    found = mean(clusters.design(), clusters.y)
    assert (round(found.value, 3), round(found.se, 3), round(found.deff or 0, 2)) == (644.169, 23.542, 9.35)
    margins = [
        Margin("stype", codes(clusters.a), np.array([4421, 755, 1018])),
        Margin("sch.wide", codes(clusters.b), np.array([1072, 5122])),
    ]
    found = jackknife(
        clusters.design(),
        lambda w: float(np.average(clusters.y, weights=rake(w, margins, tolerance=1e-12).weight)),
    )
    assert (round(found.value, 3), int(found.se * 1000) / 1000) == (641.230, 26.873)


def book_of(rng: np.random.Generator, people: int) -> Responses:
    def choices(*labels: str) -> tuple[Choice, ...]:
        return tuple(Choice(code, label) for code, label in enumerate(labels, 1))

    variables = (
        Variable("SIDE", "SIDE", Kind.SINGLE, "Side", choices("Marketing", "IT")),
        Variable("REGION", "REGION", Kind.SINGLE, "Region", choices("North", "South", "West")),
        Variable(
            "PLEASED",
            "PLEASED",
            Kind.FIVE,
            "Pleased",
            (*choices("1", "2", "3", "4", "5"), Choice(9, "?", True)),
        ),
        Variable("OBSTACLES", "OBSTACLES", Kind.MULTIPLE, "Obstacles", choices("Time", "Money", "Trust")),
        Variable("SHARE", "SHARE", Kind.NUMERIC, "Share of budget"),
    )
    columns = {
        "SIDE": rng.integers(1, 3, people).astype(float),
        "REGION": rng.integers(1, 4, people).astype(float),
        "PLEASED": rng.choice([1.0, 2.0, 3.0, 4.0, 5.0, 9.0, np.nan], people),
        "SHARE": np.where(rng.random(people) < 0.1, np.nan, rng.normal(30, 9, people)),
    }
    silent = rng.random(people) < 0.1
    for code in (1, 2, 3):
        columns[f"OBSTACLES__{code}"] = np.where(silent, np.nan, rng.random(people) < 0.25 * code).astype(
            float
        )
    return Responses(Codebook("b", "B", variables, "SIDE"), columns, rng.uniform(0.4, 2.5, people))


def test_a_banner_book_says_what_svy_says() -> None:
    responses = book_of(np.random.default_rng(8), 600)
    book = banner_book(responses, ["SIDE", "REGION"])
    known = {
        name: np.where(np.isin(column, (9.0,)), np.nan, column) for name, column in responses.columns.items()
    }
    frame = pl.DataFrame({**known, "w": responses.weight}).fill_nan(None)
    other = svy.Sample(frame, svy.Design(wgt="w"))
    for variable, names in (("PLEASED", ["PLEASED"]), ("OBSTACLES", [f"OBSTACLES__{c}" for c in (1, 2, 3)])):
        rows = [row for row in book[variable].rows if row.kind is RowKind.CHOICE]
        for item, name in enumerate(names):
            for by in (None, "SIDE", "REGION"):
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    answered = svy.col(name).is_not_null()
                    said = other.estimation.prop(name, by=by, where=answered).estimates
                for one in said:
                    level = float(one.y_level)
                    if variable == "OBSTACLES" and level == 0:
                        continue
                    row = rows[item] if variable == "OBSTACLES" else rows[int(level) - 1]
                    cell = row.cells[place(book.columns, by, one.by_level)]
                    near([cell.value, cell.se, cell.low, cell.high], [one.est, one.se, one.lci, one.uci])


def place(columns: Any, by: str | None, level: Any) -> int:
    """Where the column of a level of `by` stands."""
    code = int(float(level[0] if isinstance(level, tuple | list) else level)) if by else None
    return next(i for i, c in enumerate(columns) if (c.variable, c.code) == (by or "", code))


@pytest.mark.real
@pytest.mark.shared
def test_a_published_survey_gives_its_published_toplines() -> None:
    folder = shared_data()
    assert folder is not None
    with (folder / "surveys" / "masculinity_raw_responses.csv").open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    labels = (
        "Very masculine",
        "Somewhat masculine",
        "Not very masculine",
        "Not at all masculine",
        "No answer",
    )
    variable = Variable(
        "Q0001", "Q0001", Kind.SINGLE, "Q", tuple(Choice(i, label) for i, label in enumerate(labels, 1))
    )
    answers = np.array([labels.index(row["q0001"]) + 1.0 for row in rows])
    weight = np.array([float(row["weight"]) for row in rows])
    book = banner_book(Responses(Codebook("m", "M", (variable,)), {"Q0001": answers}, weight))
    assert [round(100 * (row.cells[0].value or 0), 1) for row in book["Q0001"].rows] == [
        37.2,
        46.5,
        11.0,
        4.7,
        0.6,
    ]
    assert book["Q0001"].bases[0].people == 1615


def test_a_stratum_of_one_is_taken_as_svy_takes_it() -> None:
    sample = sample_of("drawn", "stratified")
    stratum = sample.stratum.astype(object).copy()
    stratum[0] = "alone"
    alone = replace(sample, stratum=stratum.astype(str), fpc=np.full(len(stratum), 400.0))
    for how, theirs in (
        (Lonely.CERTAINTY, "skip"),
        (Lonely.ADJUST, "center"),
        (Lonely.AVERAGE, "scale"),
    ):
        design = svy.Design(wgt="w", stratum="stratum", singleton=theirs)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            said = svy.Sample(pl.DataFrame(alone.columns()), design).estimation.mean("y").estimates[0]
        found = mean(Design(alone.w, strata=alone.stratum, lonely=how), alone.y)
        near([found.value, found.se], [said.est, said.se])
