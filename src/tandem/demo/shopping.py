"""Who buys what, when, how and for how much, over the years before today."""

from dataclasses import dataclass

import numpy as np

from tandem.demo.feeds import DAY
from tandem.demo.names import CATEGORIES, CATEGORY_SHARE
from tandem.demo.people import BROWSER, CARD_ONLY, GUEST, MEMBER, ONLINE, WALK_IN, People
from tandem.demo.writing import Bools, Floats, Ints

_ORDERS = {MEMBER: 6.4, ONLINE: 4.6, CARD_ONLY: 4.6, GUEST: 2.0, BROWSER: 0.0, WALK_IN: 2.0}
_ONLINE = {MEMBER: 0.3, ONLINE: 0.75, CARD_ONLY: 0.0, GUEST: 0.8, BROWSER: 0.0, WALK_IN: 0.0}
_TYPICAL = np.array((145.0, 95.0, 85.0, 70.0, 45.0, 55.0, 75.0, 14.0))  # pounds, per category
_SPREAD = 0.45


@dataclass(frozen=True)
class History:
    """When history starts and ends, seconds since 1970 UTC; nothing happens at or after `until`."""

    start: int
    until: int

    @property
    def days(self) -> int:
        return (self.until - self.start) // DAY


@dataclass(frozen=True)
class Orders:
    """One row per true order, sorted by time. `pence` > 0; `category` is a place in names.CATEGORIES."""

    person: Ints
    at: Ints
    pence: Ints
    category: Ints
    items: Ints
    online: Bools

    def __len__(self) -> int:
        return len(self.person)

    def only(self, which: Bools | Ints) -> "Orders":
        """The marked orders, or those at these places in this order."""
        return Orders(*(getattr(self, name)[which] for name in self.__dataclass_fields__))


def interest_ends(rng: np.random.Generator, people: People, history: History) -> Ints:
    """The day on which a person stops shopping: for four in nine somewhere in between, else never."""
    left = people.joined_day + rng.random(len(people)) * (history.days - people.joined_day)
    return np.where(rng.random(len(people)) < 0.45, left, history.days).astype(np.int64)


def make_orders(rng: np.random.Generator, people: People, ends: Ints, history: History) -> Orders:
    """Draw every order: a rate per person (gamma), then a Poisson count over the days of interest."""
    active = (ends - people.joined_day) / history.days
    appetite = rng.gamma(1.3, 1 / 1.3, len(people))
    counts = rng.poisson(_by_role(_ORDERS, people.role) * appetite * (0.25 + 0.75 * active))
    person = np.repeat(np.arange(len(people)), counts)
    days = people.joined_day[person] + rng.random(len(person)) * (ends - people.joined_day)[person]
    online = rng.random(len(person)) < _by_role(_ONLINE, people.role)[person]
    at = history.start + days.astype(np.int64) * DAY + shop_hours(rng, online)
    category = rng.choice(len(CATEGORIES), len(person), p=CATEGORY_SHARE)
    pence, items = baskets(rng, category)
    order = np.argsort(at, kind="stable")
    return Orders(person[order], at[order], pence[order], category[order], items[order], online[order])


def shop_hours(rng: np.random.Generator, online: Bools) -> Ints:
    """Second of the day, UTC: stores sell from 9 to 18 h, the web shop from 6 to 23 h."""
    first, last = np.where(online, 6, 9) * 3_600, np.where(online, 23, 18) * 3_600
    seconds: Ints = (first + rng.random(len(online)) * (last - first)).astype(np.int64)
    return seconds


def baskets(rng: np.random.Generator, category: Ints) -> tuple[Ints, Ints]:
    """Value in pence and number of items per order; the value is lognormal around the category's price."""
    items = 1 + rng.poisson(0.4, len(category))
    pounds = _TYPICAL[category] * rng.lognormal(0, _SPREAD, len(category)) * items**0.5
    return np.maximum(100, np.round(pounds * 100)).astype(np.int64), items


def _by_role(rates: dict[int, float], role: Ints) -> Floats:
    return np.array([rates[number] for number in range(len(rates))])[role]
