"""The company lives on after its history: days pass, people buy, and those who were contacted buy more."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tandem.demo.arrivals import (
    deliver,
    has,
    mail_arrivals,
    seconds_of,
    step_name,
    till_arrivals,
    web_arrivals,
)
from tandem.demo.effects import Contacts, chances, draw_day
from tandem.demo.everyday import everyday
from tandem.demo.feeds import DAY, Feed
from tandem.demo.hearing import contacts_of, heard, instants_of
from tandem.demo.judging import true_people
from tandem.demo.lift import ExpectedLift
from tandem.demo.names import CATEGORIES
from tandem.demo.shopping import Orders
from tandem.demo.truth import Truth
from tandem.demo.writing import Bools, Ints

LIVED = Path("truth") / "lived"
_DETAILS = 41


@dataclass(frozen=True)
class Lived:
    """How many purchases there were in some days, and visits by people who only looked around."""

    purchases: int
    visits: int


@dataclass(frozen=True)
class _Step:
    """One row per purchase, in order of time, and one per visit of somebody who only looked around."""

    orders: Orders
    recognised: Bools
    lookers: Ints
    looks_at: Ints


def live(truth: Truth, out: Path, *, start: datetime, end: datetime) -> Lived:
    """Write what happens in [start, end) to out/data and, purchase by purchase, to out/truth/lived.

    Everybody buys at the base rate of the truth; whoever is noted by `hear` buys with the higher planted chance
    for the planted days after the contact. Two steps bring the same purchases as one over both. Files and
    numbers are named after `start`: the same step again writes the same bytes.
    """
    begin, until = seconds_of(start), seconds_of(end)
    known = heard(out)
    made = _step(truth, contacts_of(known), begin, until)
    rng = np.random.default_rng([truth.seed, _DETAILS, begin])
    feeds: dict[str, Feed] = {}
    for path, feed in _feeds(rng, truth, made, known, begin, until).items():
        if len(feed):
            feeds[path.format(step_name(start))] = feed
    deliver(out, feeds)
    everyday(truth, out, start=start, end=end)
    (out / LIVED).mkdir(parents=True, exist_ok=True)
    pq.write_table(_table(made), out / LIVED / f"{step_name(start)}.parquet")
    return Lived(len(made.orders), len(made.lookers))


def planted_lift(
    truth: Truth, out: Path, assigned: pa.Table, person_map: pa.Table, window: timedelta
) -> ExpectedLift:
    """The lift that is planted for people assigned to a campaign after the history and the launch.

    `assigned` has person_id, arm (treated or not) and assigned_at. Exact, given who was contacted when and
    whatever the luck: the chance of at least one purchase in [assigned_at, assigned_at + window) that can be
    joined, and the mean value of all of them. Whom the truth does not know never buys. Raises ValueError if an
    arm is empty.
    """
    treated = pc.equal(assigned["arm"], "treated").to_numpy()
    if treated.all() or not treated.any():
        raise ValueError("both arms need at least one person")
    since, length = instants_of(assigned["assigned_at"]), int(window.total_seconds())
    people = true_people(truth, person_map, assigned["person_id"].to_numpy())
    joined = np.where(people >= 0, truth.people["recognised"].to_numpy()[people], 0.0)
    none, value = np.zeros(len(people)), np.zeros(len(people))
    contacts = contacts_of(heard(out))
    for number in range(int(since.min()) // DAY, (int(since.max()) + length) // DAY + 1):
        day = draw_day(truth, number)
        chance, pounds = chances(truth, contacts, day)
        moment = day.at[people]
        inside = (moment >= since) & (moment < since + length)
        buys = np.where(inside, chance[people] * joined, 0.0)
        none += np.log1p(-buys)
        value += buys * pounds[people]
    bought = 1 - np.exp(none)
    return ExpectedLift(
        conversion_treated=float(bought[treated].mean()),
        conversion_control=float(bought[~treated].mean()),
        value_treated=float(value[treated].mean()),
        value_control=float(value[~treated].mean()),
    )


def _step(truth: Truth, contacts: Contacts, begin: int, until: int) -> _Step:
    parts: list[tuple[Any, ...]] = []
    looks: list[tuple[Ints, Ints]] = []
    for number in range(begin // DAY, (until - 1) // DAY + 1):
        day = draw_day(truth, number)
        chance, pounds = chances(truth, contacts, day)
        now = (day.at >= begin) & (day.at < until)
        who = np.flatnonzero(now & (day.luck < chance))
        pence = np.maximum(1, np.round(pounds[who] * day.worth[who] * 100)).astype(np.int64)
        parts.append((who, day.at[who], pence, day.online[who], day.recognised[who]))
        seen = np.flatnonzero(day.looks & (day.looks_at >= begin) & (day.looks_at < until))
        looks.append((seen, day.looks_at[seen]))
    person, at, pence, online, recognised = (np.concatenate(column) for column in zip(*parts, strict=True))
    lookers, looks_at = (np.concatenate(column) for column in zip(*looks, strict=True))
    order = np.argsort(at, kind="stable")
    one, none = np.ones(len(person), np.int64), np.zeros(len(person), np.int64)
    bought = Orders(person, at, pence, none, one, online.astype(bool))
    return _Step(bought.only(order), recognised.astype(bool)[order], lookers, looks_at)


def _feeds(
    rng: np.random.Generator, truth: Truth, made: _Step, known: pa.Table, begin: int, until: int
) -> dict[str, Feed]:
    """What each system delivers; the category of a purchase is drawn here, because nothing hangs on it."""
    orders = replace(made.orders, category=rng.integers(0, len(CATEGORIES), len(made.orders)))
    store = orders.only(~orders.online)
    mails = _mails(truth, known, begin)
    return {
        "web/{}.ndjson.gz": web_arrivals(
            rng, truth, orders.only(orders.online), made.lookers, made.looks_at, begin
        ),
        "till/{}.csv.gz": till_arrivals(rng, truth, store, made.recognised[~orders.online], begin),
        "email/{}.csv": mail_arrivals(
            rng, truth, mails["person"].to_numpy(), instants_of(mails["at"]),
            mails["campaign"].combine_chunks(), begin, until,
        ),
    }  # fmt: skip


def _mails(truth: Truth, known: pa.Table, begin: int) -> pa.Table:
    """The messages that this step is the first to feel, to people with an address."""
    mail = pc.equal(known["channel"], "email").to_numpy()
    new = mail & (instants_of(known["at"]) >= begin) & has(truth, "email")[known["person"].to_numpy()]
    return known.filter(pa.array(new))


def _table(made: _Step) -> pa.Table:
    """One row per purchase: true person, when (naive UTC), value in pounds."""
    return pa.table({
        "person": made.orders.person,
        "at": made.orders.at.astype("datetime64[s]").astype("datetime64[us]"),
        "value": made.orders.pence / 100, "recognised": made.recognised, "online": made.orders.online,
    })  # fmt: skip
