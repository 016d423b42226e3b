"""Drawn over and over from a known truth: intervals cover it as often as they say, letters lie as seldom."""

import numpy as np

from tandem.align.codebook import Choice, Codebook, Kind, Variable
from tandem.align.responses import Responses
from tandem.align.stats import Design, Margin, Sums, estimate, logit_interval, mean, pair_tests, rake
from tandem.align.tables import Rules, banner_book

POPULATION = 40_000
DRAWS = 500
PEOPLE = 160


def population(rng: np.random.Generator) -> dict[str, np.ndarray]:
    """People of three regions and two sizes, of whom the far and the small answer less and agree less."""
    region = rng.choice(3, POPULATION, p=[0.5, 0.3, 0.2])
    size = (rng.random(POPULATION) < 0.3 + 0.1 * region).astype(int)
    agree = rng.random(POPULATION) < 0.7 - 0.12 * region - 0.15 * size
    answers = 1.0 - 0.2 * region - 0.2 * size
    return {"region": region, "size": size, "agree": agree.astype(float), "answers": answers / answers.sum()}


def test_a_logit_interval_after_raking_covers_as_often_as_it_says() -> None:
    rng = np.random.default_rng(12)
    everybody = population(rng)
    truth = everybody["agree"].mean()
    targets = {name: np.bincount(everybody[name]) for name in ("region", "size")}
    covered, plain, errors, values = 0, 0, [], []
    for _ in range(DRAWS):
        drawn = rng.choice(POPULATION, PEOPLE, p=everybody["answers"])
        margins = [Margin(name, everybody[name][drawn], targets[name]) for name in targets]
        start = np.ones(PEOPLE)
        raked = rake(start, margins)
        assert raked.converged
        columns = np.hstack([margin.codes[:, None] == np.arange(margin.targets.size) for margin in margins])
        design = Design(raked.weight, margins=columns.astype(float), start=start)
        found = mean(design, everybody["agree"][drawn])
        low, high = logit_interval(found)
        covered += low <= truth <= high
        plain += abs(everybody["agree"][drawn].mean() - truth) <= 1.96 * found.se
        errors.append(found.se)
        values.append(found.value)
    assert 0.93 <= covered / DRAWS <= 0.97
    # The standard error is the spread that the draws have, and without weights the truth would be missed.
    assert abs(np.mean(errors) / np.std(values) - 1) < 0.08
    assert plain / DRAWS < covered / DRAWS
    assert abs(np.mean(values) - truth) < 0.01


def test_letters_lie_as_seldom_as_they_say() -> None:
    """2,000 items where two groups agree, weighted: the rate of false differences at two levels."""
    rng = np.random.default_rng(4)
    items, n = 2000, 90
    sums = []
    for _ in range(2):
        w = rng.uniform(0.4, 2.0, n)
        yes = rng.random((n, items)) < 0.45
        sums.append((n, w.sum(), (w**2).sum(), w @ yes, w**2 @ yes))
    counts, weights, squares, wy, w2y = (np.array([each[i] for each in sums]) for i in range(5))
    found = estimate(Sums(counts.astype(float), weights, squares, wy, w2y, w2y), 2 * n)
    _, p = pair_tests(found, np.ones(items, dtype=bool), [0, 1], np.ones(2, dtype=bool))
    assert 0.035 < (p[:, 0, 1] < 0.05).mean() < 0.065
    assert 0.08 < (p[:, 0, 1] < 0.10).mean() < 0.12


def test_a_banner_covers_in_its_columns_too() -> None:
    """One item a draw: how often the intervals of two weighted columns hold the true shares 0.15 and 0.6."""
    rng = np.random.default_rng(9)
    items, people = 400, 200
    names = [f"Q{number}" for number in range(items)]
    yes_no = (Choice(1, "Yes"), Choice(2, "No"))
    side = np.repeat([1.0, 2.0], people // 2)
    truth = {1: 0.15, 2: 0.6}
    columns = {"SIDE": side}
    for name in names:
        columns[name] = np.where(rng.random(people) < np.where(side == 1, truth[1], truth[2]), 1.0, 2.0)
    variables = [Variable(name, name, Kind.SINGLE, name, yes_no) for name in ("SIDE", *names)]
    weight = rng.uniform(0.4, 1.6, people)
    responses = Responses(Codebook("c", "C", tuple(variables), "SIDE"), columns, weight)
    book = banner_book(responses, ["SIDE"], names, Rules())
    for at, code in ((1, 1), (2, 2)):
        cells = [table.rows[0].cells[at] for table in book.tables]
        covered = np.mean([(cell.low or 0) <= truth[code] <= (cell.high or 0) for cell in cells])
        assert 0.93 <= covered <= 0.97
