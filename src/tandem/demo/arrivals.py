"""What the shop's systems deliver after the history: purchases, visits and engagement as rows of their feeds."""

import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import numpy as np
import pyarrow as pa

from tandem.demo import mailing, till, web
from tandem.demo.feeds import DAY, Feed, months
from tandem.demo.names import STORES
from tandem.demo.shopping import Orders
from tandem.demo.simulate import lines_of
from tandem.demo.truth import Truth
from tandem.demo.writing import Bools, Cells, Ints, numbered, picked, replaced, uuids, write_lines

OPENS, CLICKS, LEAVES = 0.38, 0.3, 0.005
STAGING = Path("truth") / "arriving"


def has(truth: Truth, column: str) -> Bools:
    """Per true person whether the truth knows this identifier of theirs."""
    marked: Bools = truth.people[column].combine_chunks().is_valid().to_numpy(zero_copy_only=False)
    return marked


def text(truth: Truth, column: str, person: Ints) -> Cells:
    """The identifier of each true person; null where there is none, and for -1."""
    return picked(truth.people[column].combine_chunks(), person)


def till_arrivals(
    rng: np.random.Generator, truth: Truth, sales: Orders, recognised: Bools, begin: int
) -> Feed:
    """Receipts: with the card, else with the address; neither where the purchase is not recognised.

    `recognised` has one value per sale. `begin` (seconds since 1970) makes the receipt numbers of this delivery.
    """
    known = np.where(recognised, sales.person, -1)
    columns = till.till_columns(
        numbered(f"A{begin}-", np.arange(len(sales)), 6), sales.at, np.zeros(len(sales), np.int64),
        rng.integers(0, len(STORES), len(sales)), sales.category, sales.items, sales.pence,
    )  # fmt: skip
    columns["card_no"] = text(truth, "loyalty_id", known)
    carded = columns["card_no"].is_valid().to_numpy(zero_copy_only=False)
    columns["email"] = replaced(text(truth, "email", known), carded, None)
    return rows_of("till", columns, till.KINDS, np.zeros(len(sales), np.int64), sales.person, sales.at)


def web_arrivals(
    rng: np.random.Generator, truth: Truth, orders: Orders, lookers: Ints, looks: Ints, begin: int
) -> Feed:
    """One visit per online order (two looks and the order), and one of two looks per looker, at `looks`."""
    person = np.concatenate([np.repeat(orders.person, 3), np.repeat(lookers, 2)])
    kind = np.concatenate([
        np.tile((web.PAGE, web.VIEW, web.ORDER), len(orders)), np.tile((web.PAGE, web.VIEW), len(lookers))
    ])  # fmt: skip
    at = np.concatenate([np.repeat(orders.at, 3), np.repeat(looks, 2)])
    visit = np.repeat(np.arange(len(orders) + len(lookers)), [3] * len(orders) + [2] * len(lookers))
    order = np.where(kind == web.ORDER, visit, -1)
    columns = web.web_columns(rng, kind, at, orders, order)
    columns["order_id"] = numbered(f"A{begin}W", np.maximum(order, 0), 6)
    columns["anonymous_id"] = picked(uuids(rng, len(orders) + len(lookers)), visit)
    columns["user_id"] = text(truth, "crm_id", person)
    guest = ~has(truth, "crm_id")[person] & (kind == web.ORDER)
    columns["email"] = text(truth, "email", np.where(guest, person, -1))
    columns["phone"] = columns["first_name"] = pa.nulls(len(person), pa.string())
    return rows_of("web", columns, web.KINDS, kind, person, at)


def mail_arrivals(
    rng: np.random.Generator, truth: Truth, to: Ints, sent: Ints, mailings: Cells, begin: int, end: int
) -> Feed:
    """Sent, opened, clicked and unsubscribed, per message: to whom (a true person with an address), when and
    of which mailing. Nothing happens at or after `end`; times are seconds since 1970.
    """
    dice = rng.random((3, len(to)))
    opened, left = dice[0] < OPENS, dice[2] < LEAVES
    shares = (
        (np.ones(len(to), bool), mailing.SENT), (opened, mailing.OPENED),
        (opened & (dice[1] < CLICKS), mailing.CLICKED), (left, mailing.UNSUBSCRIBED),
    )  # fmt: skip
    message = np.concatenate([np.flatnonzero(which) for which, _ in shares])
    kind = np.repeat([kind for _, kind in shares], [int(which.sum()) for which, _ in shares])
    later = np.where(kind == mailing.SENT, 0, kind * 600 + rng.integers(0, DAY, len(kind)))
    at = np.minimum(sent[message] + later, end - 1)
    ids = numbered(f"A{begin}E", np.arange(len(kind)), 7)
    columns = mailing.mailing_columns(ids, kind, at, picked(mailings, message))
    columns["address"] = text(truth, "email", to[message])
    columns["subscriber_id"] = text(truth, "crm_id", to[message])
    return rows_of("email", columns, mailing.KINDS, kind, to[message], at)


def deliver(out: Path, feeds: Mapping[str, Feed]) -> None:
    """Write each feed to its path under out/data, every file whole or not there at all."""
    for path, feed in feeds.items():
        lines, header = lines_of(feed)
        written = out / STAGING / Path(path).name
        write_lines(written, lines, header)
        arrived = out / "data" / path
        arrived.parent.mkdir(parents=True, exist_ok=True)
        os.replace(written, arrived)


def rows_of(
    source: str, columns: dict[str, Cells], kinds: tuple[str, ...], kind: Ints, person: Ints, at: Ints
) -> Feed:
    """Rows of one source after the history, when nobody asks any more which identifiers they show."""
    return Feed(source, columns, kinds, kind, person, at, months(at), {})


def step_name(start: datetime) -> str:
    """How the files of what happens from `start` on are named."""
    return f"{start:%Y-%m-%dT%H%M%S}"


def seconds_of(moment: datetime) -> int:
    """Seconds since 1970 of a naive UTC moment."""
    return int((moment - datetime(1970, 1, 1)).total_seconds())
