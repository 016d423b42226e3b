"""Who lives in the demo world: people, and every identifier that any of them owns."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tandem.demo.names import FIRST, LAST, MAILBOXES, PLACES, STORES
from tandem.demo.writing import Bools, Cells, Ints, joined, numbered, picked, uuids, words

MEMBER, ONLINE, CARD_ONLY, GUEST, BROWSER, WALK_IN = range(6)
KINDS = ("crm_id", "loyalty_id", "email", "phone", "anonymous_id", "social_handle")
_SHARES = (0.42, 0.22, 0.07, 0.14, 0.07, 0.08)
_PEOPLE_PER_TABLET = 130
_NONE = -1


@dataclass(frozen=True)
class Identifiers:
    """All identifier values of the world, one row each; rows are addressed by their place."""

    kind: Ints
    value: Cells
    mailbox: Bools

    def text(self, places: Ints) -> Cells:
        """The normalised value at each place, null where there is none."""
        return picked(self.value, places)


@dataclass(frozen=True)
class People:
    """One row per true person; identifier columns hold places in `ids`, -1 where the person has none.

    A person owns the devices device_from .. device_from + devices - 1. Shared devices belong to nobody.
    """

    ids: Identifiers
    role: Ints
    first_name: Cells
    last_name: Cells
    country: Cells
    city: Cells
    postcode: Cells
    home_store: Ints
    joined_day: Ints
    crm: Ints
    crm_twin: Ints
    card: Ints
    card_new: Ints
    email: Ints
    email_second: Ints
    email_twin: Ints
    email_typo: Ints
    phone: Ints
    handle: Ints
    device_from: Ints
    devices: Ints
    tablets: Ints
    tablet_of: Ints
    kiosks: Ints

    def __len__(self) -> int:
        return len(self.role)


class _Registry:
    """Hands out places to blocks of identifier values while the world is being made."""

    def __init__(self) -> None:
        self.kinds: list[Ints] = []
        self.values: list[Cells] = []
        self.mailboxes: list[Bools] = []
        self.size = 0

    def add(self, kind: str, values: Cells, mailbox: bool = False) -> Ints:
        count = len(values)
        self.kinds.append(np.full(count, KINDS.index(kind)))
        self.values.append(values)
        self.mailboxes.append(np.full(count, mailbox))
        self.size += count
        return np.arange(self.size - count, self.size)

    def add_for(self, kind: str, owners: Bools, values: Cells, mailbox: bool = False) -> Ints:
        """Values of the marked people; gives one place per person, -1 for the others."""
        places = np.full(len(owners), _NONE)
        places[owners] = self.add(kind, values.filter(pa.array(owners)), mailbox)
        return places

    def done(self) -> Identifiers:
        return Identifiers(
            np.concatenate(self.kinds), pa.concat_arrays(self.values), np.concatenate(self.mailboxes)
        )


def make_people(rng: np.random.Generator, count: int, days: int) -> People:
    """Draw the people and what identifies them. `days` is the length of the history."""
    role = rng.choice(6, count, p=_SHARES)
    registry = _Registry()
    first, last = rng.integers(0, len(FIRST), count), rng.integers(0, len(LAST), count)
    where = rng.choice(len(PLACES), count, p=[place[3] for place in PLACES])
    customer = (role == MEMBER) | (role == ONLINE)
    twin = customer & (rng.random(count) < 0.015)
    emails = _emails(rng, registry, first, last, role, twin)
    devices, device_from = _devices(rng, registry, role)
    tablets = registry.add("anonymous_id", uuids(rng, max(2, count // _PEOPLE_PER_TABLET)))
    kiosks = registry.add("anonymous_id", words([f"kiosk-{store}" for store in STORES]))
    crm, crm_twin, card, card_new = _numbers(rng, registry, role, twin)
    handle = (role != WALK_IN) & (rng.random(count) < 0.04)
    handles = joined("@", _slug(words(FIRST), first), "_outdoors_", _plain(np.arange(count)))
    return People(
        role=role, first_name=picked(words(FIRST), first), last_name=picked(words(LAST), last),
        **_addresses(rng, where), home_store=rng.integers(0, len(STORES), count),
        joined_day=(rng.random(count) ** 1.5 * (days - 30)).astype(np.int64),
        crm=crm, crm_twin=crm_twin, card=card, card_new=card_new, **emails,
        phone=_phones(rng, registry, role, where), handle=registry.add_for("social_handle", handle, handles),
        device_from=device_from, devices=devices, tablets=tablets,
        tablet_of=_tablet_users(rng, tablets, customer), kiosks=kiosks, ids=registry.done(),
    )  # fmt: skip


def _plain(numbers: Ints) -> Cells:
    return pa.array(numbers).cast(pa.string())


def _slug(names: Cells, places: Ints) -> Cells:
    """Names as they are written in an address: lower case, plain letters."""
    plain = pc.utf8_lower(names)
    for letter, by in (("ö", "oe"), ("ü", "ue"), ("á", "a"), ("é", "e"), ("ë", "e"), ("'", "")):
        plain = pc.replace_substring(plain, letter, by)
    return picked(plain, places)


def _emails(
    rng: np.random.Generator, registry: _Registry, first: Ints, last: Ints, role: Ints, twin: Bools
) -> dict[str, Ints]:
    """Up to three addresses a person and one misspelt; the person's number keeps all of them distinct."""
    count = len(role)
    number, given, family = _plain(np.arange(count)), _slug(words(FIRST), first), _slug(words(LAST), last)
    at = [joined("@", picked(words(MAILBOXES), rng.integers(0, len(MAILBOXES), count))) for _ in range(3)]
    known = (role != BROWSER) & (role != WALK_IN)
    second = known & (rng.random(count) < 0.12)
    typo = known & (rng.random(count) < 0.03)
    initial = pc.utf8_slice_codeunits(given, 0, 1)
    slipped = joined(initial, pc.utf8_slice_codeunits(given, 2), ".", family, number, at[0])
    return {
        "email": registry.add_for("email", known, joined(given, ".", family, number, at[0]), True),
        "email_second": registry.add_for("email", second, joined(initial, family, "-", number, at[1]), True),
        "email_twin": registry.add_for("email", twin, joined(family, "_", number, at[2]), True),
        "email_typo": registry.add_for("email", typo, slipped),
    }


def _devices(rng: np.random.Generator, registry: _Registry, role: Ints) -> tuple[Ints, Ints]:
    """Cookies a person: one to four, none for those who never come to the web shop."""
    surfs = (role != WALK_IN) & ((role != CARD_ONLY) | (rng.random(len(role)) < 0.3))
    devices = np.where(surfs, 1 + np.minimum(rng.poisson(0.6, len(role)), 3), 0)
    places = registry.add("anonymous_id", uuids(rng, int(devices.sum())))
    return devices, places[0] + np.cumsum(devices) - devices


def _numbers(
    rng: np.random.Generator, registry: _Registry, role: Ints, twin: Bools
) -> tuple[Ints, Ints, Ints, Ints]:
    """CRM numbers (a twin is a second record of the same person) and loyalty cards (some were replaced)."""
    count = len(role)
    draws = rng.permutation(max(900_000, 40 * count))[: 4 * count].reshape(4, -1)
    carded = (role == MEMBER) | (role == CARD_ONLY)
    again = carded & (rng.random(count) < 0.05)
    return (
        registry.add_for("crm_id", (role == MEMBER) | (role == ONLINE), numbered("C", draws[0], 7)),
        registry.add_for("crm_id", twin, numbered("C1", draws[1], 7)),
        registry.add_for("loyalty_id", carded, numbered("6330", draws[2], 8)),
        registry.add_for("loyalty_id", again, numbered("6331", draws[3], 8)),
    )


def _addresses(rng: np.random.Generator, where: Ints) -> dict[str, Cells]:
    towns = words([town for place in PLACES for town in place[1]])
    sizes = np.array([len(place[1]) for place in PLACES])
    town = (np.cumsum(sizes) - sizes)[where] + (rng.random(len(where)) * sizes[where]).astype(np.int64)
    area = joined(
        picked(words([place[2] for place in PLACES]), where), _plain(rng.integers(1, 30, len(where)))
    )
    return {
        "country": picked(words([place[0] for place in PLACES]), where),
        "city": picked(towns, town),
        "postcode": joined(area, " ", _plain(rng.integers(1, 10, len(where))), "AB"),
    }


def _phones(rng: np.random.Generator, registry: _Registry, role: Ints, where: Ints) -> Ints:
    """Phone numbers in E.164; one in eighty customers has the same number as the next customer (a family)."""
    count = len(role)
    shuffled = (np.arange(count) * 7_919 + 104_729) % 1_000_000
    has = (role != BROWSER) & (role != WALK_IN) & (rng.random(count) < 0.6)
    prefixes = words(("+447400", "+353850", "+4915123"))
    places = registry.add_for("phone", has, joined(picked(prefixes, where), _six(shuffled)))
    families = np.flatnonzero(has & (role <= ONLINE) & (rng.random(count) < 1 / 80))
    customers = np.flatnonzero(has & (role <= ONLINE))
    partner = customers[(np.searchsorted(customers, families) + 1) % len(customers)]
    apart = ~np.isin(partner, families)
    places[partner[apart]] = places[families[apart]]
    return places


def _six(numbers: Ints) -> Cells:
    return pc.utf8_lpad(_plain(numbers), 6, "0")


def _tablet_users(rng: np.random.Generator, tablets: Ints, customer: Bools) -> Ints:
    """Which shared tablet a person uses at times, -1 for most: three customers to a tablet."""
    users = rng.permutation(np.flatnonzero(customer))[: 3 * len(tablets)]
    places = np.full(len(customer), _NONE)
    places[users] = np.resize(tablets, len(users))
    return places
