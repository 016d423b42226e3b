"""The world's answer to a campaign: the files that arrive in the days after it."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tandem.demo import mailing, till, web
from tandem.demo.feeds import DAY, Feed, months
from tandem.demo.lift import Recipients, answer, recipients
from tandem.demo.names import CATEGORIES, STORES
from tandem.demo.shopping import Orders, shop_hours
from tandem.demo.simulate import lines_of
from tandem.demo.truth import Truth
from tandem.demo.writing import Bools, Cells, Ints, numbered, picked, replaced, uuids, words, write_lines


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
    begin = int((start - datetime(1970, 1, 1)).total_seconds())
    rng = np.random.default_rng([seed, truth.seed, begin])
    made = _answer(rng, truth, recipients(truth, contacted), begin, days)
    name = f"{start:%Y-%m-%d}-after"
    feeds = {
        f"web/{name}.ndjson.gz": _web(rng, truth, made, begin, days),
        f"till/{name}.csv.gz": _till(rng, truth, made, begin),
        f"email/{name}.csv": _mailing(rng, truth, made, begin, days),
    }
    for path, feed in feeds.items():
        lines, header = lines_of(feed)
        write_lines(out / "data" / path, lines, header)
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
    named = _has(truth, "crm_id") | _has(truth, "email")
    pays_in_store = _has(truth, "loyalty_id") | _has(truth, "email")
    online = recognised & named & (~pays_in_store | (rng.random(size) < 0.5))
    at = _moments(rng, online, begin, days)
    return _Answer(
        received, bought, at, np.maximum(1, np.round(value * 100)).astype(np.int64), recognised, online
    )


def _has(truth: Truth, column: str) -> Bools:
    marked: Bools = truth.people[column].combine_chunks().is_valid().to_numpy(zero_copy_only=False)
    return marked


def _moments(rng: np.random.Generator, online: Bools, begin: int, days: int) -> Ints:
    """A moment in opening hours per row, inside the days asked for."""
    at = begin - begin % DAY + rng.integers(0, days, len(online)) * DAY + shop_hours(rng, online)
    at = np.where(at < begin + 3_600, at + DAY, at)
    inside: Ints = np.minimum(at, begin + days * DAY - 1)
    return inside


def _text(truth: Truth, column: str, person: Ints) -> Cells:
    return picked(truth.people[column].combine_chunks(), person)


def _orders(rng: np.random.Generator, made: _Answer, which: Bools) -> Orders:
    person = np.flatnonzero(which)
    category = rng.integers(0, len(CATEGORIES), len(person))
    one = np.ones(len(person), np.int64)
    return Orders(person, made.at[person], made.pence[person], category, one, made.online[person])


def _till(rng: np.random.Generator, truth: Truth, made: _Answer, begin: int) -> Feed:
    """Receipts: with the card, else with the address; neither where the purchase is not recognised."""
    sales = _orders(rng, made, made.bought & ~made.online)
    known = np.where(made.recognised[sales.person], sales.person, -1)
    columns = till.till_columns(
        numbered(f"A{begin}-", np.arange(len(sales)), 6), sales.at, np.zeros(len(sales), np.int64),
        rng.integers(0, len(STORES), len(sales)), sales.category, sales.items, sales.pence,
    )  # fmt: skip
    columns["card_no"] = _text(truth, "loyalty_id", known)
    carded = columns["card_no"].is_valid().to_numpy(zero_copy_only=False)
    columns["email"] = replaced(_text(truth, "email", known), carded, None)
    return _feed("till", columns, till.KINDS, np.zeros(len(sales), np.int64), sales.person, sales.at)


def _web(rng: np.random.Generator, truth: Truth, made: _Answer, begin: int, days: int) -> Feed:
    """One visit per online order (two looks and the order) and visits of people who only look around."""
    orders = _orders(rng, made, made.bought & made.online)
    size = truth.people.num_rows
    lookers = np.flatnonzero((_has(truth, "crm_id") | _has(truth, "email")) & (rng.random(size) < 0.04))
    person = np.concatenate([np.repeat(orders.person, 3), np.repeat(lookers, 2)])
    kind = np.concatenate([
        np.tile((web.PAGE, web.VIEW, web.ORDER), len(orders)), np.tile((web.PAGE, web.VIEW), len(lookers))
    ])  # fmt: skip
    looks = _moments(rng, np.ones(len(lookers), bool), begin, days)
    at = np.concatenate([np.repeat(orders.at, 3), np.repeat(looks, 2)])
    visit = np.repeat(np.arange(len(orders) + len(lookers)), [3] * len(orders) + [2] * len(lookers))
    order = np.where(kind == web.ORDER, visit, -1)
    columns = web.web_columns(rng, kind, at, orders, order)
    columns["order_id"] = numbered(f"A{begin}W", np.maximum(order, 0), 6)
    columns["anonymous_id"] = picked(uuids(rng, len(orders) + len(lookers)), visit)
    columns["user_id"] = _text(truth, "crm_id", person)
    guest = ~_has(truth, "crm_id")[person] & (kind == web.ORDER)
    columns["email"] = _text(truth, "email", np.where(guest, person, -1))
    columns["phone"] = columns["first_name"] = pa.nulls(len(person), pa.string())
    return _feed("web", columns, web.KINDS, kind, person, at)


def _mailing(rng: np.random.Generator, truth: Truth, made: _Answer, begin: int, days: int) -> Feed:
    """Sent, opened, clicked and unsubscribed, for those who received the message at their known address."""
    to = np.flatnonzero(made.received & _has(truth, "email"))
    dice = rng.random((3, len(to)))
    opened, left = dice[0] < 0.38, dice[2] < 0.005
    shares = (
        (np.ones(len(to), bool), mailing.SENT), (opened, mailing.OPENED),
        (opened & (dice[1] < 0.3), mailing.CLICKED), (left, mailing.UNSUBSCRIBED),
    )  # fmt: skip
    person = np.concatenate([to[which] for which, _ in shares])
    kind = np.repeat([kind for _, kind in shares], [int(which.sum()) for which, _ in shares])
    later = np.where(kind == mailing.SENT, 0, kind * 600 + rng.integers(0, DAY, len(kind)))
    at = np.minimum(begin + later, begin + days * DAY - 1)
    label = words(("winback",)).take(pa.array(np.zeros(len(kind), np.int64)))
    columns = mailing.mailing_columns(numbered(f"A{begin}E", np.arange(len(kind)), 7), kind, at, label)
    columns["address"] = _text(truth, "email", person)
    columns["subscriber_id"] = _text(truth, "crm_id", person)
    return _feed("email", columns, mailing.KINDS, kind, person, at)


def _feed(
    source: str, columns: dict[str, Cells], kinds: tuple[str, ...], kind: Ints, person: Ints, at: Ints
) -> Feed:
    return Feed(source, columns, kinds, kind, person, at, months(at), {})


def _table(made: _Answer) -> pa.Table:
    """One row per true person; value in pounds, 0 for those who did not buy."""
    return pa.table({
        "person": np.arange(len(made.bought)), "received": made.received, "bought": made.bought,
        "value": np.where(made.bought, made.pence, 0) / 100, "recognised": made.recognised,
        "online": made.online,
    })  # fmt: skip
