"""What goes wrong on the way: late rows, rows sent twice, and rows that break their contract, all counted."""

from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from tandem.demo.feeds import Feed
from tandem.demo.web import ORDER, PAGE, VIEW
from tandem.demo.writing import Ints, numbered, replaced

_ANY = -1
SALE = 0


@dataclass(frozen=True)
class Break:
    """So many extra rows of one source with one cell spoilt. `text` None empties the cell."""

    source: str
    name: str
    column: str
    text: str | None
    rows: int
    kind: int = _ANY


KEYS = {
    "web": "message_id", "till": "receipt_no", "crm": "crm_id", "email": "event_id",
    "support": "contact_id", "social": "mention_id", "ads": "channel",
}  # fmt: skip
BREAKS = (
    Break("web", "bad_number", "total", '"twelve"', 9, ORDER),
    Break("web", "missing_required", "product_id", None, 14, VIEW),
    Break("web", "impossible_date", "timestamp", "2025-02-30T10:00:00.000Z", 7, PAGE),
    Break("web", "negative_amount", "total", "-20.00", 6, ORDER),
    Break("till", "bad_number", "total", "12x30", 11, SALE),
    Break("till", "missing_required", "total", None, 8, SALE),
    Break("till", "impossible_date", "sold_at", "2025-02-30T10:00:00", 6, SALE),
    Break("till", "negative_amount", "total", "-5.00", 5, SALE),
    Break("till", "unknown_value", "store", "store-99", 4, SALE),
    Break("crm", "missing_required", "crm_id", None, 5),
    Break("crm", "impossible_date", "updated_at", "2025-02-30 10:00:00", 4),
    Break("email", "missing_required", "mailing", None, 6, 0),
    Break("email", "impossible_date", "occurred_at", "yesterday", 5, 0),
    Break("support", "bad_number", "satisfaction", '"very"', 4),
    Break("support", "missing_required", "topic", None, 3),
    Break("social", "bad_number", "followers", '"many"', 5),
    Break("ads", "negative_amount", "spend", "-12.00", 3),
    Break("ads", "bad_number", "clicks", "lots", 2),
)
TORN = "torn_row"
# place of the month, from the first, whose file ends in the middle of a row; and of the file delivered twice
TORN_MONTH = {"web": 5, "till": 11, "support": 7}
TWICE_MONTH = {"web": 8, "till": 9}
_LATE = {"web": 0.01}
_REPEATED = {"web": 0.01, "till": 0.003, "email": 0.005}


def arrived(rng: np.random.Generator, feed: Feed) -> tuple[Feed, int]:
    """The feed as it arrives: some rows a month late, some rows twice; and the number of rows sent twice."""
    latest = int(feed.month.max(initial=0))
    late = rng.random(len(feed)) < _LATE.get(feed.source, 0.0)
    feed = replace(feed, month=np.minimum(feed.month + late, latest))
    again = np.flatnonzero(rng.random(len(feed)) < _REPEATED.get(feed.source, 0.0))
    copies = feed.rows(again)
    delay = rng.integers(0, 2, len(again))
    copies = replace(copies, month=np.minimum(copies.month + delay, latest))
    return feed.followed_by(copies), len(again)


def with_breaks(rng: np.random.Generator, feed: Feed, spared: Ints) -> tuple[Feed, dict[str, int]]:
    """The feed with its planted broken rows, none in the spared months, and how many of each break.

    Broken rows are copies of good rows under keys of their own, so leaving all of them out loses nothing.
    """
    planted: dict[str, int] = {}
    good = feed
    for number, plan in enumerate(b for b in BREAKS if b.source == feed.source):
        fits = ~np.isin(good.month, spared) & ((good.kind == plan.kind) | (plan.kind == _ANY))
        places = np.flatnonzero(fits)
        if len(places):
            feed = feed.followed_by(_spoilt(good.rows(rng.choice(places, plan.rows)), plan, number))
            planted[plan.name] = plan.rows
    return feed, planted


def _spoilt(rows: Feed, plan: Break, number: int) -> Feed:
    key = KEYS[rows.source]
    columns = {**rows.columns, key: numbered(f"X{number}", np.arange(len(rows)), 4)}
    if "email" in columns and rows.source == "crm":
        columns["email"] = pa.nulls(len(rows), pa.string())
    every = np.ones(len(rows), bool)
    columns[plan.column] = replaced(columns[plan.column], every, plan.text)
    return replace(rows, columns=columns)
