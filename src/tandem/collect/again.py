"""A batch of quarantined rows, read from their payloads in place of files."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlglot import exp

from tandem.charter.definitions import Source
from tandem.collect.landing import BatchFile
from tandem.collect.waiting import IDS, among
from tandem.engine import Engine


@dataclass(frozen=True)
class Kept:
    """Rows that wait: an Arrow table (file, line, payload, id), and what its file numbers stand for.

    Rows that came to wait at different times have different numbers, because the time of a record that has
    none of its own is that of its batch.
    """

    rows: Any
    files: tuple[BatchFile, ...]


def kept_rows(engine: Engine, source: Source, ids: Sequence[int]) -> Kept:
    """Those of these entries of this source that are rows and still wait."""
    try:
        return _kept(engine, source, ids)
    finally:
        engine.drop_stage(IDS)


def _kept(engine: Engine, source: Source, ids: Sequence[int]) -> Kept:
    waits = among(engine, ids).where(
        exp.column("level", "q").eq(exp.Literal.string("row")),
        exp.column("source", "q").eq(exp.Literal.string(source.source)),
    )
    file, at = exp.column("file", "w"), exp.column("at", "w")
    batches = exp.select(file, at).distinct().from_(waits.subquery("w"))
    found: list[tuple[str, datetime]] = sorted(engine.rows(batches))
    files = tuple(BatchFile(number, name, "", moment) for number, (name, moment) in enumerate(found))
    order = exp.Order(expressions=[file.copy(), at.copy()])
    rank = exp.Window(this=exp.Anonymous(this="dense_rank"), order=order) - exp.Literal.number(1)
    columns = [
        exp.cast(rank, "bigint").as_("file"),
        exp.column("line", "w"),
        exp.column("payload", "w"),
        exp.column("quarantine_id", "w").as_("id"),
    ]
    return Kept(engine.arrow(exp.select(*columns).from_(waits.subquery("w"))), files)
