"""A banner book of a million answers to sixty questions, beside the same tables by svy in the same run.

24 single questions, 21 five-point statements, 14 multiple ones of 8 items and a number; weighted; by the total, the
side, six regions and four sizes. Ours is the whole book: bases, shares, boxes, means, nets, standard errors, intervals,
letters, suppression. svy, with the same columns as a polars frame with unanswered as null, gives the shares, their
standard errors and logit intervals of each question by each banner variable (`estimation.prop`), and the means
(`estimation.mean`); no boxes, letters or suppression. As that takes long, svy does one of every `--each` questions of
each kind and ours is timed on the same ones too: the ratios compare the same tables, none is scaled up. Interleaved,
the best of `--best`, by the clock and by the time of all cores. The load of the machine is told, and how far apart the
shares and standard errors of both are at most.
`python bench/survey.py [--people N]`
"""

import argparse
import json
import os
import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl
import svy

from tandem.align.codebook import Choice, Codebook, Kind, Variable
from tandem.align.responses import Responses
from tandem.align.tables import Book, RowKind, banner_book

BANNER = ("SIDE", "REGION", "SIZE")
ITEMS = 8


def choices(number: int) -> tuple[Choice, ...]:
    return tuple(Choice(code, f"answer {code}") for code in range(1, number + 1))


def fill(people: int, rng: np.random.Generator) -> Responses:
    """Answers that lean by side and region, with some who do not know and some who were not asked."""
    variables = [
        Variable(name, name, Kind.SINGLE, name, choices(k)) for name, k in zip(BANNER, (2, 6, 4), strict=True)
    ]
    columns = {v.name: rng.integers(1, len(v.choices) + 1, people).astype(float) for v in variables}
    lean = 0.1 * columns["SIDE"] + 0.02 * columns["REGION"]
    for number in range(24):
        k = 3 + number % 6
        variables.append(
            Variable(f"S{number}", f"S{number}", Kind.SINGLE, "single", (*choices(k), Choice(99, "?", True)))
        )
        answer = 1 + np.floor(k * np.clip(rng.random(people) + lean - 0.2, 0, 0.999))
        columns[f"S{number}"] = silent(np.where(rng.random(people) < 0.03, 99.0, answer), number, rng)
    for number in range(21):
        variables.append(Variable(f"F{number}", f"F{number}", Kind.FIVE, "five", choices(5)))
        answer = 1 + np.floor(5 * np.clip(rng.random(people) + lean - 0.2, 0, 0.999))
        columns[f"F{number}"] = silent(answer, number, rng)
    for number in range(14):
        variables.append(Variable(f"M{number}", f"M{number}", Kind.MULTIPLE, "multiple", choices(ITEMS)))
        asked = silent(np.zeros(people), number, rng)
        for item in range(1, ITEMS + 1):
            columns[f"M{number}__{item}"] = asked + (rng.random(people) < 0.08 * item * (0.8 + lean))
    variables.append(Variable("N0", "N0", Kind.NUMERIC, "number"))
    columns["N0"] = silent(rng.gamma(4, 5, people), 0, rng)
    return Responses(
        Codebook("bench", "Bench", tuple(variables), "SIDE"), columns, rng.uniform(0.4, 2.5, people)
    )


def silent(answer: np.ndarray, number: int, rng: np.random.Generator) -> np.ndarray:
    """One question in three was not asked of one in ten."""
    return np.where(rng.random(len(answer)) < 0.1, np.nan, answer) if number % 3 == 0 else answer


def as_svy(responses: Responses, names: list[str]) -> svy.Sample:
    """The same answers as svy takes them: codes as whole numbers, null where there is no answer or none that counts."""
    columns: dict[str, Any] = {}
    for name in (each for variable in (*BANNER, *names) for each in responses.codebook[variable].columns):
        column = responses.columns[name]
        known = ~(np.isnan(column) | (column == 99))
        whole = name != "N0"
        values = np.where(known, column, 0).astype(np.int32) if whole else np.where(known, column, 0.0)
        columns[name] = pl.Series(name, values).set(pl.Series(~known), None)
    return svy.Sample(pl.DataFrame({**columns, "w": responses.weight}), svy.Design(wgt="w"))


def tables_of_svy(sample: svy.Sample, names: list[str]) -> dict[str, list[Any]]:
    """Shares of each column, and means of statements and numbers, by each banner variable."""
    found: dict[str, list[Any]] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in names:
            items = [f"{name}__{item}" for item in range(1, ITEMS + 1)] if name[0] == "M" else [name]
            for by in (None, *BANNER):
                for item in items:
                    if name[0] != "N":
                        found[f"{item} {by}"] = sample.estimation.prop(item, by=by, drop_nulls=True).estimates
                    if name[0] in "FN":
                        found[f"{item} {by} mean"] = sample.estimation.mean(
                            item, by=by, drop_nulls=True
                        ).estimates
    return found


def apart(book: Book, said: dict[str, list[Any]], name: str) -> float:
    """The largest relative difference of a share or its standard error, of one question by its columns."""
    worst = 0.0
    rows = [row for row in book[name].rows if row.kind is RowKind.CHOICE]
    for row in rows:
        for column, cell in zip(book.columns, row.cells, strict=True):
            by = column.variable or None
            item = f"{name}__{row.code}" if name[0] == "M" else name
            level = 1 if name[0] == "M" else row.code
            for one in said[f"{item} {by}"]:
                where = one.by_level[0] if isinstance(one.by_level, tuple | list) else one.by_level
                if int(float(one.y_level)) == level and (by is None or int(float(where)) == column.code):
                    worst = max(worst, abs(cell.value / one.est - 1), abs(cell.se / one.se - 1))
    return worst


def timed(run: Callable[[], Any]) -> tuple[tuple[float, float], Any]:
    """Seconds by the clock and of all cores, and what came of it."""
    clock, cores = time.perf_counter(), time.process_time()
    found = run()
    return (time.perf_counter() - clock, time.process_time() - cores), found


def best(runs: list[tuple[float, float]]) -> tuple[float, float]:
    """The least of each clock."""
    return min(clock for clock, _ in runs), min(cores for _, cores in runs)


def main() -> None:
    """Fill, compare, time, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--each", type=int, default=24, help="svy does one of so many questions of each kind")
    parser.add_argument("--best", type=int, default=2)
    asked = parser.parse_args()
    responses = fill(asked.people, np.random.default_rng(5))
    every = [variable.name for variable in responses.codebook.variables if variable.name not in BANNER]
    some = [name for name in every if int(name[1:]) % asked.each == 0]
    sample = as_svy(responses, some)
    whole, ours, theirs = [], [], []
    for _ in range(asked.best):
        seconds, book = timed(lambda: banner_book(responses, BANNER, every))
        whole.append(seconds)
        seconds, _ = timed(lambda: banner_book(responses, BANNER, some))
        ours.append(seconds)
        seconds, said = timed(lambda: tables_of_svy(sample, some))
        theirs.append(seconds)
    clock, cores = (
        theirs_best / ours_best for theirs_best, ours_best in zip(best(theirs), best(ours), strict=True)
    )
    result = {
        "people": asked.people,
        "questions": len(every),
        "columns": len(book.columns),
        "tandem_whole_book_seconds": round(best(whole)[0], 2),
        "questions_compared": some,
        "tandem_seconds": round(best(ours)[0], 2),
        "svy_seconds": round(best(theirs)[0], 2),
        "ratio": round(clock, 1),
        "ratio_of_core_seconds": round(cores, 1),
        "apart_at_most": max(apart(book, said, name) for name in some if name[0] != "N"),
        "load": round(os.getloadavg()[0], 1),
        "cores": os.cpu_count(),
    }
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
