"""The world's answer to a campaign: the files that arrive in the days after it."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tandem.demo.arrivals import deliver, has, mail_arrivals, seconds_of, till_arrivals, web_arrivals
from tandem.demo.feeds import DAY, Feed
from tandem.demo.lift import Recipients, answer, recipients
from tandem.demo.names import CATEGORIES
from tandem.demo.shopping import Orders, shop_hours
from tandem.demo.truth import Truth
from tandem.demo.writing import Bools, Ints, picked, words

MAILING = "winback"


@dataclass(frozen=True)
class _Answer:
    """One row per true person: who received the message, who then bought, when, for how much, and where."""

    received: Bools
    bought: Bools
    at: Ints
    pence: Ints
    recognised: Bools
    online: Bools


def respond(
    truth: Truth, out: Path, contacted: Recipients, *, start: datetime, days: int = 14, seed: int = 0
) -> None:
    """Write what happens in [start, start + days) to out/data, and who did what to out/truth.

    Everybody shops at the base rate; those in `contacted` (numbers of true persons, or the addresses that
    a mail server saw) buy with the higher planted chance. Chances are planted for 14 days and scaled to
    `days`. A person buys at most once. The same seed draws the same luck for the same person whoever was
    contacted. Files are named after `start` (naive UTC): a second call for the same start replaces them.
    """
    begin = seconds_of(start)
    rng = np.random.default_rng([seed, truth.seed, begin])
    made = _answer(rng, truth, recipients(truth, contacted), begin, days)
    name = f"{start:%Y-%m-%d}-after"
    feeds = {
        f"web/{name}.ndjson.gz": _web(rng, truth, made, begin, days),
        f"till/{name}.csv.gz": _till(rng, truth, made, begin),
        f"email/{name}.csv": _mailing(rng, truth, made, begin, days),
    }
    deliver(out, feeds)
    (out / "truth").mkdir(parents=True, exist_ok=True)
    pq.write_table(_table(made), out / "truth" / f"answer-{start:%Y-%m-%d}.parquet")


def _answer(rng: np.random.Generator, truth: Truth, who: Ints, begin: int, days: int) -> _Answer:
    size = truth.people.num_rows
    person = np.arange(size)
    received = np.isin(person, who)
    chance, pounds = answer(truth, person, received)
    bought = rng.random(size) < 1 - (1 - chance) ** (days / truth.plant.days)
    spread = truth.plant.value_spread
    # a lognormal with this shift has mean 1
    value = pounds * rng.lognormal(-spread * spread / 2, spread, size)
    recognised = rng.random(size) < truth.people["recognised"].to_numpy()
    named = has(truth, "crm_id") | has(truth, "email")
    pays_in_store = has(truth, "loyalty_id") | has(truth, "email")
    online = recognised & named & (~pays_in_store | (rng.random(size) < 0.5))
    at = _moments(rng, online, begin, days)
    return _Answer(
        received, bought, at, np.maximum(1, np.round(value * 100)).astype(np.int64), recognised, online
    )


def _moments(rng: np.random.Generator, online: Bools, begin: int, days: int) -> Ints:
    """A moment in opening hours per row, inside the days asked for."""
    at = begin - begin % DAY + rng.integers(0, days, len(online)) * DAY + shop_hours(rng, online)
    at = np.where(at < begin + 3_600, at + DAY, at)
    inside: Ints = np.minimum(at, begin + days * DAY - 1)
    return inside


def _orders(rng: np.random.Generator, made: _Answer, which: Bools) -> Orders:
    person = np.flatnonzero(which)
    category = rng.integers(0, len(CATEGORIES), len(person))
    one = np.ones(len(person), np.int64)
    return Orders(person, made.at[person], made.pence[person], category, one, made.online[person])


def _till(rng: np.random.Generator, truth: Truth, made: _Answer, begin: int) -> Feed:
    sales = _orders(rng, made, made.bought & ~made.online)
    return till_arrivals(rng, truth, sales, made.recognised[sales.person], begin)


def _web(rng: np.random.Generator, truth: Truth, made: _Answer, begin: int, days: int) -> Feed:
    """Online orders, and visits of people who only look around."""
    orders = _orders(rng, made, made.bought & made.online)
    size = truth.people.num_rows
    lookers = np.flatnonzero((has(truth, "crm_id") | has(truth, "email")) & (rng.random(size) < 0.04))
    looks = _moments(rng, np.ones(len(lookers), bool), begin, days)
    return web_arrivals(rng, truth, orders, lookers, looks, begin)


def _mailing(rng: np.random.Generator, truth: Truth, made: _Answer, begin: int, days: int) -> Feed:
    """What those did with the message who received it at their known address."""
    to = np.flatnonzero(made.received & has(truth, "email"))
    label = picked(words((MAILING,)), np.zeros(len(to), np.int64))
    return mail_arrivals(rng, truth, to, np.full(len(to), begin), label, begin, begin + days * DAY)


def _table(made: _Answer) -> pa.Table:
    """One row per true person; value in pounds, 0 for those who did not buy."""
    return pa.table({
        "person": np.arange(len(made.bought)), "received": made.received, "bought": made.bought,
        "value": np.where(made.bought, made.pence, 0) / 100, "recognised": made.recognised,
        "online": made.online,
    })  # fmt: skip
