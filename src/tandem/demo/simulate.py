"""A seeded world of shoppers, written as the files that a company's systems would deliver."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa

from tandem.demo.answers import consents_table, people_table, suppressed_table
from tandem.demo.breaks import TORN, TORN_MONTH, TWICE_MONTH, arrived, with_breaks
from tandem.demo.contacts import json_lines, make_ads, make_social, make_support
from tandem.demo.crm import make_crm
from tandem.demo.feeds import Feed, month_name
from tandem.demo.mailing import make_mailing, subscriptions
from tandem.demo.people import KINDS, People, make_people
from tandem.demo.reach import UNPLANNED, Reach, reach
from tandem.demo.shopping import History, interest_ends, make_orders
from tandem.demo.till import make_till
from tandem.demo.truth import Plant, Truth, write_truth
from tandem.demo.web import make_web, web_lines
from tandem.demo.writing import Cells, Ints, csv_lines, write_lines

DAYS = 730
MONTHLY = {"web": "web/{}.ndjson.gz", "till": "till/{}.csv.gz", "email": "email/{}.csv",
           "support": "support/{}.ndjson", "social": "social/{}.ndjson"}  # fmt: skip
WHOLE = {"crm": "crm/customers.csv", "ads": "ads/spend.csv"}
_JSON_NUMBERS = ("satisfaction", "posted_at", "followers")


@dataclass(frozen=True)
class _Delivery:
    """What was written for one source."""

    files: int
    rows: int
    duplicates: int
    broken: dict[str, int]


def simulate(seed: int, people: int, until: datetime, out: Path) -> Truth:
    """Write two years of source files up to `until` under out/data, and the truth under out/truth.

    `until` is naive UTC; history ends at its midnight. The same arguments give the same bytes. At least
    50 people. Raises ValueError for fewer.
    """
    if people < 50:
        raise ValueError("a demo world needs at least 50 people")
    end = datetime(until.year, until.month, until.day)
    history = History(_seconds(end - timedelta(days=DAYS)), _seconds(end))
    crowd = make_people(_rng(seed, 0), people, DAYS)
    ends = interest_ends(_rng(seed, 1), crowd, history)
    orders = make_orders(_rng(seed, 2), crowd, ends, history)
    web = make_web(_rng(seed, 3), crowd, orders, ends, history)
    till = make_till(_rng(seed, 4), crowd, orders, history)
    crm, newsletter, sms = make_crm(_rng(seed, 5), crowd, history)
    subs = subscriptions(_rng(seed, 6), crowd, crm, newsletter, web, history)
    mailing = make_mailing(_rng(seed, 7), crowd, subs, history)
    support = make_support(_rng(seed, 8), crowd, subs, history)
    social, ads = make_social(_rng(seed, 9), crowd, history), make_ads(_rng(seed, 10), history)
    feeds = (web, till, crm, mailing, support, social, ads)
    joined = reach(feeds, len(crowd.ids.kind))
    deliveries = [_deliver(_rng(seed, 20 + n), feed, out / "data") for n, feed in enumerate(feeds)]
    plant = Plant()
    truth = Truth(
        seed=seed, start=end - timedelta(days=DAYS), until=end, plant=plant,
        identifiers=_identifiers_table(crowd, joined),
        people=people_table(crowd, orders, (web, till), joined, history, plant),
        consents=consents_table(crowd, joined, (crm, newsletter, sms), web, mailing, support),
        suppressed=suppressed_table(crowd, mailing),
        broken=_broken_table(feeds, deliveries), events=_events_table(feeds),
        sources=_sources_table(feeds, deliveries),
    )  # fmt: skip
    write_truth(truth, out / "truth")
    return truth


def _rng(seed: int, stream: int) -> np.random.Generator:
    return np.random.default_rng([seed, stream])


def _seconds(moment: datetime) -> int:
    return int((moment - datetime(1970, 1, 1)).total_seconds())


def lines_of(feed: Feed) -> tuple[Cells, str | None]:
    """The rows of a feed as lines of its file format, and the header line if the format has one."""
    match feed.source:
        case "web":
            return web_lines(feed), None
        case "support" | "social":
            return json_lines(feed.columns, _JSON_NUMBERS), None
        case _:
            return csv_lines(feed.columns), ",".join(feed.columns)


def _deliver(rng: np.random.Generator, feed: Feed, data: Path) -> _Delivery:
    """Make a feed late, double and broken, and write its files."""
    months = np.unique(feed.month)
    twice, torn = _month(months, TWICE_MONTH.get(feed.source)), _month(months, TORN_MONTH.get(feed.source))
    feed, duplicates = arrived(rng, feed)
    feed, broken = with_breaks(rng, feed, np.array([twice] if twice is not None else [], np.int64))
    lines, header = lines_of(feed)
    if feed.source in WHOLE:
        write_lines(data / WHOLE[feed.source], lines, header)
        return _Delivery(1, len(lines), duplicates, broken)
    files, rows = 0, 0
    for month in np.unique(feed.month):
        body = lines.filter(pa.array(feed.month == month))
        path = MONTHLY[feed.source]
        start = _torn(body[0].as_py()) if month == torn else ""
        write_lines(data / path.format(month_name(month)), body, header, start)
        files, rows = files + 1, rows + len(body) + bool(start)
        if month == twice:
            write_lines(data / path.format(month_name(month) + "-again"), body, header)
            files, rows, duplicates = files + 1, rows + len(body), duplicates + len(body)
    return _Delivery(files, rows, duplicates, broken | ({TORN: 1} if torn is not None else {}))


def _month(months: Ints, place: int | None) -> int | None:
    """The month at a place, or the last one if there are fewer."""
    return None if place is None else int(months[min(place, len(months) - 1)])


def _torn(line: str) -> str:
    """The start of a row whose writing was cut off after the key: a new row, not a repeated one."""
    return "T99999999,sale,20" if line.startswith("T") else line[: len(line) // 3]


def _identifiers_table(people: People, joined: Reach) -> pa.Table:
    ids, shared = joined.identifier, joined.shared[joined.identifier]
    return pa.table({
        "kind": pa.array(KINDS).take(pa.array(people.ids.kind[ids])),
        "value": people.ids.text(ids),
        "person": joined.person,
        "group": pa.array(joined.group[ids], mask=shared),
        "shared": shared,
        "mailbox": people.ids.mailbox[ids],
    })  # fmt: skip


def _broken_table(feeds: Sequence[Feed], deliveries: Sequence[_Delivery]) -> pa.Table:
    rows = [
        {"source": feed.source, "break": name, "rows": count}
        for feed, delivery in zip(feeds, deliveries, strict=True)
        for name, count in delivery.broken.items()
    ]
    return pa.Table.from_pylist(rows)


def _events_table(feeds: Sequence[Feed]) -> pa.Table:
    rows = [
        {"source": feed.source, "kind": kind, "rows": int((feed.kind == number).sum()),
         "planned": kind not in UNPLANNED}
        for feed in feeds
        for number, kind in enumerate(feed.kinds)
    ]  # fmt: skip
    return pa.Table.from_pylist(rows)


def _sources_table(feeds: Sequence[Feed], deliveries: Sequence[_Delivery]) -> pa.Table:
    rows = [
        {"source": feed.source, "files": done.files, "rows_written": done.rows, "rows_valid": len(feed),
         "rows_duplicate": done.duplicates, "rows_broken": sum(done.broken.values())}
        for feed, done in zip(feeds, deliveries, strict=True)
    ]  # fmt: skip
    return pa.Table.from_pylist(rows)
