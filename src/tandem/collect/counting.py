"""How many rows of each file came, landed, wait, were there already, or are of no kind; kept in `loads`."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlglot import exp

from tandem.collect import landing
from tandem.collect.landing import Work
from tandem.collect.results import TakenFile
from tandem.engine import functions as f
from tandem.engine.files import Listed
from tandem.kernel.values import Type


@dataclass(frozen=True)
class Tally:
    """What was read, before anything is looked up in the lake: rows, and rows that wait, by file number."""

    read: dict[int, tuple[int, int]]
    broken: int
    unplanned: int
    dropped: int

    @property
    def waits(self) -> bool:
        """Whether any row or value goes to quarantine."""
        return bool(self.broken or self.dropped)


def tally(work: Work) -> Tally:
    """Counts over the staged rows, in one pass."""
    file = exp.column("_file", "r")
    counts = [exp.Count(this=exp.Star()), *(f.count_if(one) for one in _conditions())]
    query = exp.select(file, *counts).from_(landing.table(landing.ROWS, "r"))
    rows = work.engine.rows(query.where(exp.column("_line", "r") > 0).group_by(file.copy()))
    sums = [sum(row[n] for row in rows) for n in (2, 3, 4)]
    return Tally({row[0]: (row[1], row[2]) for row in rows}, *sums)


def _conditions() -> tuple[exp.Expr, ...]:
    return landing.broken(), landing.unplanned(), exp.column("dropped", "r")


@dataclass(frozen=True)
class Counted:
    """Counts per file, and rows landed per kind."""

    files: tuple[TakenFile, ...]
    landed: tuple[tuple[str, int], ...]


def count(work: Work, before: Tally, refused: set[str]) -> Counted:
    """What became of the rows: those staged as people are new, the rest of the good ones were there already."""
    columns = [exp.column(name, "p") for name in ("_file", "kind")]
    query = exp.select(*columns, exp.Count(this=exp.Star())).from_(landing.table(landing.PEOPLE, "p"))
    rows = work.engine.rows(query.group_by(*(column.copy() for column in columns)))
    files = []
    for one in work.files:
        read, bad = before.read.get(one.number, (0, 0))
        erased = work.erased.get(one.number, 0)
        new = sum(n for file, kind, n in rows if file == one.number and kind is not None)
        odd = sum(n for file, kind, n in rows if file == one.number and kind is None)
        known = None if one.name in refused else read + erased
        files.append(TakenFile(one.name, known, new, bad, read - bad - new - odd, odd, erased))
    kinds = [
        (kind.name, sum(n for _, number, n in rows if number == kind.number))
        for kind in work.reading.contract.kinds
    ]
    return Counted(tuple(files), tuple(kinds))


def land_loads(work: Work, files: Sequence[TakenFile]) -> None:
    prints = {one.name: one.fingerprint for one in work.files}
    rows = [
        (one.file, prints[one.file], one.rows_read, one.landed, one.quarantined, one.duplicate, one.erased)
        for one in files
    ]
    names = ("rows_read", "rows_landed", "rows_quarantined", "rows_duplicate", "rows_erased")
    columns = (("file", Type.TEXT), ("fingerprint", Type.TEXT), *((name, Type.INTEGER) for name in names))
    work.engine.stage_files("collect_loads", Listed(columns, rows))
    try:
        at = f.instant(work.now).as_("at")
        _, source, batch = work.landed()
        listed = [exp.column(name, "l") for name, _ in columns]
        work.append(
            "loads", exp.select(*listed, source, batch, at).from_(landing.table("collect_loads", "l"))
        )
    finally:
        work.engine.drop_stage("collect_loads")
