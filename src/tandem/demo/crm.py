"""The CRM feed: one row per customer record, a snapshot, with what the customer said yes and no to."""

from dataclasses import replace

import numpy as np
import pyarrow as pa

from tandem.demo.feeds import DAY, Feed, email_as_typed, instants, months, phone_as_typed, with_junk
from tandem.demo.names import JUNK_CARDS, JUNK_EMAILS, JUNK_PHONES
from tandem.demo.people import People
from tandem.demo.shopping import History
from tandem.demo.writing import Bools, Ints, picked, replaced, stamped, words

GRANTED, DENIED, UNREADABLE, UNKNOWN = range(4)
STATES = ("granted", "denied", "unreadable", "unknown")
_WRITTEN = (("yes", "Y", "1"), ("no", "N", "0"), ("maybe", "?", "n/k"))
_EMAIL_SHARES = (0.70, 0.15, 0.04, 0.11)
_SMS_SHARES = (0.35, 0.40, 0.03, 0.22)


def make_crm(rng: np.random.Generator, people: People, history: History) -> tuple[Feed, Ints, Ints]:
    """The customer records, and per record its newsletter and its SMS answer (places in STATES)."""
    twins = np.flatnonzero(people.crm_twin >= 0)
    person = np.concatenate([np.flatnonzero(people.crm >= 0), twins])
    twin = np.arange(len(person)) >= len(person) - len(twins)
    ids = _identifiers(rng, people, person, twin)
    since = history.start + people.joined_day[person] * DAY
    at = (since + rng.random(len(person)) * (history.until - 1 - since)).astype(np.int64)
    newsletter = rng.choice(4, len(person), p=_EMAIL_SHARES)
    sms = rng.choice(4, len(person), p=_SMS_SHARES)
    columns = {
        "crm_id": people.ids.text(ids["crm_id"]),
        "first_name": picked(people.first_name, person),
        "last_name": picked(people.last_name, person),
        "email": email_as_typed(rng, people.ids.text(ids["email"])),
        "phone": phone_as_typed(rng, people.ids.text(ids["phone"])),
        "loyalty_card": people.ids.text(ids["loyalty_card"]),
        "country": picked(people.country, person),
        "city": picked(people.city, person),
        "postcode": picked(people.postcode, person),
        "newsletter": _answers(rng, newsletter),
        "sms": _answers(rng, sms),
        "updated_at": stamped(instants(at), "%Y-%m-%d %H:%M:%S"),
    }
    kind = np.zeros(len(person), np.int64)
    feed = Feed("crm", columns, ("customer",), kind, person, at, months(at), ids)
    return _careless(rng, feed), newsletter, sms


def _identifiers(rng: np.random.Generator, people: People, person: Ints, twin: Bools) -> dict[str, Ints]:
    """Places per identifier column. A twin record has an address of its own and nothing else."""
    dice = rng.random(len(person))
    misspelt = (people.email_typo[person] >= 0) & (dice < 0.5)
    email = np.where(misspelt, people.email_typo[person], people.email[person])
    email = np.where(dice > 0.975, -1, email)
    newest = np.where(people.card_new[person] >= 0, people.card_new[person], people.card[person])
    return {
        "crm_id": np.where(twin, people.crm_twin[person], people.crm[person]),
        "email": np.where(twin, people.email_twin[person], email),
        "phone": np.where(twin, -1, people.phone[person]),
        "loyalty_card": np.where(twin, -1, newest),
    }


def _answers(rng: np.random.Generator, state: Ints) -> pa.Array:
    """Each answer as it stands in the CRM: several spellings of yes and no, unreadable ones, and empty."""
    spellings = words([text for group in _WRITTEN for text in group])
    spelling = rng.choice(3, len(state), p=(0.8, 0.1, 0.1))
    return picked(spellings, np.where(state == UNKNOWN, -1, state * 3 + spelling))


def _careless(rng: np.random.Generator, feed: Feed) -> Feed:
    """What staff type into fields that must not be empty."""
    junk = (("email", JUNK_EMAILS, 0.1), ("phone", JUNK_PHONES, 0.02), ("loyalty_card", JUNK_CARDS, 0.01))
    columns = dict(feed.columns)
    for column, texts, share in junk:
        empty = (feed.identifiers[column] < 0) & (rng.random(len(feed)) < share)
        typed = picked(words(texts), rng.integers(0, len(texts), len(feed)))
        columns[column] = replaced(columns[column], empty, typed)
    return with_junk(rng, replace(feed, columns=columns), "email", 0.005, JUNK_EMAILS)
