"""The web feed: what the shop's tracker sends. Sessions of page views that may log in, buy or sign up."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tandem.demo.feeds import DAY, Feed, email_as_typed, months, phone_as_typed, with_junk
from tandem.demo.names import (
    CATEGORIES,
    JUNK_DEVICES,
    JUNK_EMAILS,
    JUNK_USERS,
    PRODUCTS_PER_CATEGORY,
    SEARCHES,
)
from tandem.demo.people import GUEST, MEMBER, ONLINE, People
from tandem.demo.shopping import History, Orders, shop_hours
from tandem.demo.writing import (
    Bools,
    Cells,
    Columns,
    Ints,
    joined,
    money,
    numbered,
    picked,
    stamped,
    uuids,
    words,
)

KINDS = (
    "page_viewed", "product_viewed", "product_added", "product_searched", "purchase",
    "newsletter_subscribed", "identified", "video_played",
)  # fmt: skip
PAGE, VIEW, ADD, SEARCH, ORDER, SUBSCRIBE, IDENTIFY, VIDEO = range(len(KINDS))
EVENTS = (
    "", "Product Viewed", "Product Added", "Products Searched", "Order Completed",
    "Newsletter Subscribed", "", "Video Played",
)  # fmt: skip
_TYPE = {PAGE: "page", IDENTIFY: "identify"}
# column, name in the JSON, whether its cells are JSON already (numbers)
_MEMBERS: dict[int, tuple[tuple[str, str, bool], ...]] = {
    PAGE: (("path", "path", False), ("title", "title", False)),
    VIEW: (("product_id", "product_id", False), ("category", "category", False), ("price", "price", True)),
    ADD: (("product_id", "product_id", False), ("category", "category", False), ("price", "price", True)),
    SEARCH: (("query", "query", False),),
    ORDER: (
        ("order_id", "order_id", False), ("total", "total", True), ("category", "category", False),
        ("items", "items", True), ("email", "email", False),
    ),
    SUBSCRIBE: (("email", "email", False),),
    IDENTIFY: (("email", "email", False), ("phone", "phone", False), ("first_name", "first_name", False)),
    VIDEO: (("title", "title", False),),
}  # fmt: skip


@dataclass(frozen=True)
class _Sessions:
    """One row per visit. `order` and `signs_up` end a visit; `device` is a place in the identifier list."""

    person: Ints
    device: Ints
    at: Ints
    length: Ints
    logged_in: Bools
    order: Ints
    signs_up: Bools


def make_web(rng: np.random.Generator, people: People, orders: Orders, ends: Ints, history: History) -> Feed:
    """All tracked events before breaks and duplicates."""
    visits = _visits(rng, people, orders, ends, history)
    of = np.repeat(np.arange(len(visits.person)), visits.length)
    first = np.cumsum(visits.length) - visits.length
    step = np.arange(len(of)) - first[of]
    kind = _kinds(rng, visits, of, step)
    at = clock_skew(rng, people, visits.at[of] + step * 40 + rng.integers(0, 30, len(of)), visits.device[of])
    at = np.minimum(at, history.until - 1)
    known = visits.logged_in[of] & (step >= 1)
    person = visits.person[of]
    user = np.where(known, people.crm[person], -1)
    email = _given_email(rng, people, person, kind, known)
    phone = np.where((kind == IDENTIFY) & (rng.random(len(of)) < 0.5), people.phone[person], -1)
    columns = web_columns(rng, kind, at, orders, np.where(kind == ORDER, visits.order[of], -1))
    columns["anonymous_id"] = people.ids.text(visits.device[of])
    columns["user_id"] = people.ids.text(user)
    columns["email"] = email_as_typed(rng, people.ids.text(email))
    columns["phone"] = phone_as_typed(rng, people.ids.text(phone))
    columns["first_name"] = picked(people.first_name, np.where(kind == IDENTIFY, person, -1))
    identifiers = {"anonymous_id": visits.device[of], "user_id": user, "email": email, "phone": phone}
    feed = Feed("web", columns, KINDS, kind, person, at, months(at), identifiers)
    feed = with_junk(rng, feed, "anonymous_id", 0.004, JUNK_DEVICES)
    feed = with_junk(rng, feed, "user_id", 0.004, JUNK_USERS)
    return with_junk(rng, feed, "email", 0.004, JUNK_EMAILS)


def _visits(
    rng: np.random.Generator, people: People, orders: Orders, ends: Ints, history: History
) -> _Sessions:
    """Visits to look around, one visit per online order, and visits that end in a newsletter sign-up."""
    surfs = people.devices > 0
    looks = np.repeat(np.arange(len(people)), rng.poisson(1.1, len(people)) * surfs)
    asks = np.isin(people.role, (MEMBER, ONLINE)) & (rng.random(len(people)) < 0.10)
    asks |= (people.role == GUEST) & (rng.random(len(people)) < 0.45)
    signs = np.flatnonzero(asks)
    bought = np.flatnonzero(orders.online)
    person = np.concatenate([looks, signs, orders.person[bought]])
    order = np.concatenate([np.full(len(looks) + len(signs), -1), bought])
    signs_up = np.repeat([False, True, False], [len(looks), len(signs), len(bought)])
    logged_in = (people.crm[person] >= 0) & (rng.random(len(person)) < 0.55) & ~signs_up
    device = people.device_from[person] + (rng.random(len(person)) * people.devices[person]).astype(np.int64)
    device = _on_shared(rng, people, person, device, logged_in)
    at = np.where(order >= 0, orders.at[order] - 600, _when(rng, people, person, ends, history))
    length = 1 + np.minimum(rng.geometric(0.3, len(person)), 12) + (order >= 0) + signs_up
    return _Sessions(person, device, at, length, logged_in, order, signs_up)


def _when(rng: np.random.Generator, people: People, person: Ints, ends: Ints, history: History) -> Ints:
    """A moment of a visit, while the person takes an interest in the shop."""
    days = people.joined_day[person] + rng.random(len(person)) * (ends - people.joined_day)[person]
    hours = shop_hours(rng, np.ones(len(person), bool))
    return history.start + days.astype(np.int64) * DAY + hours


def _on_shared(
    rng: np.random.Generator, people: People, person: Ints, device: Ints, logged_in: Bools
) -> Ints:
    """Some visits of customers who log in take place on a family's tablet or at a store's kiosk."""
    dice = rng.random(len(person))
    tablet = logged_in & (people.tablet_of[person] >= 0) & (dice < 0.6)
    kiosk = logged_in & (dice > 0.97)
    device = np.where(tablet, people.tablet_of[person], device)
    return np.where(kiosk, people.kiosks[people.home_store[person]], device)


def _kinds(rng: np.random.Generator, visits: _Sessions, of: Ints, step: Ints) -> Ints:
    """What happens at each step of a visit: log in second, order or sign up last, look around before."""
    kind = rng.choice((PAGE, VIEW, ADD, SEARCH, VIDEO), len(of), p=(0.2, 0.55, 0.15, 0.0985, 0.0015))
    kind = np.where(step == 0, PAGE, kind)
    last = step == visits.length[of] - 1
    kind = np.where(visits.logged_in[of] & (step == 1), IDENTIFY, kind)
    kind = np.where(last & visits.signs_up[of], SUBSCRIBE, kind)
    return np.where(last & (visits.order[of] >= 0), ORDER, kind)


def _given_email(rng: np.random.Generator, people: People, person: Ints, kind: Ints, known: Bools) -> Ints:
    """The address in an event: guests give one to buy, customers sometimes; a few misspell it."""
    dice = rng.random(len(person))
    gives = ((kind == ORDER) & (~known | (dice < 0.5))) | ((kind == IDENTIFY) & (dice < 0.7))
    other = rng.random(len(person))
    email = people.email[person]
    email = np.where((other < 0.15) & (people.email_second[person] >= 0), people.email_second[person], email)
    slips = (kind == ORDER) & (other > 0.9) & (people.email_typo[person] >= 0)
    email = np.where(slips, people.email_typo[person], email)
    return np.where(kind == SUBSCRIBE, people.email[person], np.where(gives, email, -1))


def web_columns(rng: np.random.Generator, kind: Ints, at: Ints, orders: Orders, order: Ints) -> Columns:
    """The columns of the web feed without those that say who it was. `order` is a place in `orders` or -1."""
    rows = len(kind)
    category = rng.integers(0, len(CATEGORIES), rows)
    product = category * PRODUCTS_PER_CATEGORY + rng.integers(0, PRODUCTS_PER_CATEGORY, rows)
    bought = np.maximum(order, 0) if len(orders) else np.zeros(rows, np.int64)
    category = np.where(order >= 0, orders.category[bought], category) if len(orders) else category
    millis = (at * 1000 + rng.integers(0, 1000, rows)).astype("datetime64[ms]")
    names = words(CATEGORIES)
    return {
        "message_id": uuids(rng, rows),
        "timestamp": joined(stamped(millis, "%Y-%m-%dT%H:%M:%S", "ms"), "Z"),
        "path": joined("/", pc.replace_substring(picked(names, category), " ", "-")),
        "title": picked(names, category),
        "product_id": numbered("P", product, 4),
        "category": picked(names, category),
        "price": money(1_995 + product * 150),
        "query": words(SEARCHES).take(pa.array(rng.integers(0, len(SEARCHES), rows))),
        "order_id": numbered("W", np.maximum(order, 0), 8),
        "total": money(orders.pence[bought]),
        "items": pa.array(orders.items[bought]).cast(pa.string()),
    }


def web_lines(feed: Feed) -> Cells:
    """One JSON object per event, with the members that its kind has; a null cell leaves its member out."""
    lines, rows = [], []
    for kind in range(len(feed.kinds)):
        places = np.flatnonzero(feed.kind == kind)
        lines.append(_lines_of(kind, feed.rows(places).columns))
        rows.append(places)
    return pa.concat_arrays(lines).take(pa.array(np.argsort(np.concatenate(rows), kind="stable")))


def _lines_of(kind: int, columns: Columns) -> Cells:
    holder = "traits" if kind == IDENTIFY else "properties"
    event = f'"event":"{EVENTS[kind]}",' if EVENTS[kind] else ""
    members = [_member(name, columns[column], plain) for column, name, plain in _MEMBERS[kind]]
    return joined(
        f'{{"type":"{_TYPE.get(kind, "track")}",{event}"anonymousId":', _json(columns["anonymous_id"]),
        ',"userId":', _json(columns["user_id"]), ',"messageId":', _json(columns["message_id"]),
        ',"timestamp":', _json(columns["timestamp"]),
        ',"context":{"library":{"name":"analytics.js","version":"2.11"},"locale":"en-GB"}',
        f',"{holder}":{{"site":"harbourpine.example"', *members, "}}",
    )  # fmt: skip


def _json(cells: Cells) -> Cells:
    return pc.fill_null(pc.binary_join_element_wise('"', cells, '"', ""), "null")


def _member(name: str, cells: Cells, plain: bool) -> Cells:
    mark = "" if plain else '"'
    return pc.fill_null(pc.binary_join_element_wise(f',"{name}":{mark}', cells, mark, ""), "")


def clock_skew(rng: np.random.Generator, people: People, at: Ints, device: Ints) -> Ints:
    """Seconds by which a device's clock is wrong: up to ten minutes, on one device in fifty."""
    wrong = rng.random(len(people.ids.kind)) < 0.02
    return at + np.where(wrong, rng.integers(-600, 600, len(wrong)), 0)[device]
