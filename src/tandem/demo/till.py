"""The till feed: one row per receipt of the 40 stores, in store time, mostly with a card or an e-mail."""

from dataclasses import replace

import numpy as np
import pyarrow as pa

from tandem.demo.feeds import DAY, Feed, email_as_typed, instants, london, months, with_junk
from tandem.demo.names import CATEGORIES, JUNK_CARDS, JUNK_EMAILS, STORES
from tandem.demo.people import People
from tandem.demo.shopping import History, Orders
from tandem.demo.writing import Columns, Ints, money, numbered, picked, replaced, stamped, words

KINDS = ("purchase", "product_returned", "training")
_TYPES = words(("sale", "return", "training"))
TIME = "%Y-%m-%dT%H:%M:%S"


def make_till(rng: np.random.Generator, people: People, orders: Orders, history: History) -> Feed:
    """All receipts before breaks and duplicates: sales, returns, and staff training (without contract)."""
    sales = orders.only(~orders.online)
    back = np.flatnonzero(rng.random(len(sales)) < 0.04)
    trained = np.flatnonzero(rng.random(len(sales)) < 0.0008)
    of = np.concatenate([np.arange(len(sales)), back, trained])
    kind = np.repeat([0, 1, 2], [len(sales), len(back), len(trained)])
    at = sales.at[of] + np.where(kind == 1, rng.integers(2, 25, len(of)) * DAY, 0)
    keep = at < history.until
    of, kind, at = of[keep], kind[keep], at[keep]
    person = sales.person[of]
    card, email = (np.where(kind == 2, -1, ids) for ids in _shown(rng, people, person, at, history))
    store = np.where(
        rng.random(len(of)) < 0.8, people.home_store[person], rng.integers(0, len(STORES), len(of))
    )
    columns = till_columns(
        numbered("T", np.arange(len(of)), 8),
        at,
        kind,
        store,
        sales.category[of],
        sales.items[of],
        sales.pence[of],
    )
    columns["card_no"] = people.ids.text(card)
    columns["email"] = email_as_typed(rng, people.ids.text(email))
    feed = Feed("till", columns, KINDS, kind, person, at, months(at), {"card_no": card, "email": email})
    feed = with_junk(rng, _offered(rng, feed), "card_no", 0.006, JUNK_CARDS)
    return with_junk(rng, feed, "email", 0.01, JUNK_EMAILS)


def till_columns(
    receipt: pa.Array, at: Ints, kind: Ints, store: Ints, category: Ints, items: Ints, pence: Ints
) -> Columns:
    """The columns of a till file without the two that say who bought; `at` is UTC, written as store time."""
    return {
        "receipt_no": receipt,
        "type": picked(_TYPES, kind),
        "sold_at": stamped(instants(at + london(at)), TIME),
        "store": picked(words(STORES), store),
        "category": picked(words(CATEGORIES), category),
        "items": pa.array(items).cast(pa.string()),
        "total": money(pence),
    }


def _shown(
    rng: np.random.Generator, people: People, person: Ints, at: Ints, history: History
) -> tuple[Ints, Ints]:
    """The card that was shown and the address given for the receipt, -1 where there was none."""
    dice, which = rng.random(len(person)), rng.random(len(person))
    renewed = (people.card_new[person] >= 0) & (at > (history.start + history.until) // 2)
    card = np.where(renewed, people.card_new[person], people.card[person])
    email = people.email[person]
    for other, low, high in ((people.email_second[person], 0.72, 0.92), (people.email_typo[person], 0.92, 1)):
        email = np.where((which >= low) & (which < high) & (other >= 0), other, email)
    asked = np.where(card >= 0, 0.15, 0.35)
    return np.where(dice < 0.87, card, -1), np.where(rng.random(len(person)) < asked, email, -1)


def _offered(rng: np.random.Generator, feed: Feed) -> Feed:
    """Some clerks type a made-up card number when the customer has none."""
    empty = (feed.identifiers["card_no"] < 0) & (rng.random(len(feed)) < 0.02)
    columns = {**feed.columns, "card_no": replaced(feed.columns["card_no"], empty, JUNK_CARDS[0])}
    return replace(feed, columns=columns)
