"""What a contact does to a person, and the luck of each day. Pure: the draws follow from the seed of the truth.

Everything is drawn per calendar day and person, so a week that passes in one step and a week that passes in
seven bring the same purchases, and the same person has the same luck whoever was contacted.
"""

from dataclasses import dataclass

import numpy as np

from tandem.demo.arrivals import has
from tandem.demo.feeds import DAY
from tandem.demo.lift import answer
from tandem.demo.shopping import shop_hours
from tandem.demo.truth import Truth
from tandem.demo.writing import Bools, Floats, Ints

LOOKING = 0.04 / 14
_STREAM = 31


@dataclass(frozen=True)
class Contacts:
    """One row per message that reached somebody: the true person, when (seconds since 1970), and its strength.

    The strength is the share of the planted effect that the channel carries, 0 to 1.
    """

    person: Ints
    at: Ints
    strength: Floats


@dataclass(frozen=True)
class Day:
    """One row per true person: what becomes of them on one calendar day (UTC), should they buy or look around.

    They buy if `luck` is under their chance; `worth` is the value of it as a multiple of the mean (its own mean
    is 1). `at` and `looks_at` are seconds since 1970 inside opening hours.
    """

    luck: Floats
    at: Ints
    worth: Floats
    recognised: Bools
    online: Bools
    looks: Bools
    looks_at: Ints


def strength_of(truth: Truth, channel: str) -> float:
    """The share of the planted effect that a contact by this channel has."""
    return 1.0 if channel == "email" else truth.plant.file_effect


def draw_day(truth: Truth, number: int) -> Day:
    """The luck of everybody on one day, counted from 1970."""
    rng = np.random.default_rng([truth.seed, _STREAM, number])
    size, spread = truth.people.num_rows, truth.plant.value_spread
    luck = rng.random(size)
    # a lognormal with this shift has mean 1
    worth = rng.lognormal(-spread * spread / 2, spread, size)
    recognised = rng.random(size) < truth.people["recognised"].to_numpy()
    named = has(truth, "crm_id") | has(truth, "email")
    pays_in_store = has(truth, "loyalty_id") | has(truth, "email")
    online = recognised & named & (~pays_in_store | (rng.random(size) < 0.5))
    at = number * DAY + shop_hours(rng, online)
    looks = named & (rng.random(size) < LOOKING)
    return Day(
        luck, at, worth, recognised, online, looks, number * DAY + shop_hours(rng, np.ones(size, bool))
    )


def chances(truth: Truth, contacts: Contacts, day: Day) -> tuple[Floats, Floats]:
    """Per true person the chance to buy on the day, and the mean value of the purchase in pounds.

    A contact counts for the planted days from the moment it was made, more than one not more than the strongest.
    """
    strength = np.zeros(truth.people.num_rows)
    moment = day.at[contacts.person]
    lasting = (contacts.at <= moment) & (moment < contacts.at + truth.plant.days * DAY)
    np.maximum.at(strength, contacts.person[lasting], contacts.strength[lasting])
    everybody = np.arange(truth.people.num_rows)
    nobody, all_of_them = np.zeros(len(everybody), bool), np.ones(len(everybody), bool)
    base, base_value = answer(truth, everybody, nobody)
    told, told_value = answer(truth, everybody, all_of_them)
    chance = base + strength * (told - base)
    daily = 1 - (1 - chance) ** (1 / truth.plant.days)
    return daily, base_value + strength * (told_value - base_value)
