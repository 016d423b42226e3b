"""Three small feeds: support contacts, social mentions and what advertising cost."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tandem.demo.feeds import DAY, Feed, email_as_typed, instants, months, phone_as_typed
from tandem.demo.mailing import BY_PHONE, Subscriptions
from tandem.demo.names import CHANNELS, NETWORKS, TOPICS
from tandem.demo.people import People
from tandem.demo.shopping import History
from tandem.demo.writing import Cells, joined, money, numbered, picked, replaced, stamped, words

STOP = "stop marketing"


def make_support(rng: np.random.Generator, people: People, subs: Subscriptions, history: History) -> Feed:
    """Contacts by phone, e-mail and chat; some ask to hear no more, by an address that can be joined."""
    reachable = np.flatnonzero((people.email >= 0) | (people.phone >= 0))
    calls = reachable[rng.random(len(reachable)) < 0.16]
    stops = np.flatnonzero(subs.how == BY_PHONE)
    person = np.concatenate([calls, subs.person[stops]])
    stop = np.arange(len(person)) >= len(calls)
    since = history.start + people.joined_day[person] * DAY
    at = (since + rng.random(len(person)) * (history.until - 1 - since)).astype(np.int64)
    at[stop] = subs.left_at[stops]
    dice = rng.random(len(person))
    email = np.where(stop | (dice < 0.6), people.email[person], -1)
    email[stop] = subs.email[stops]
    phone = np.where(~stop & ((dice > 0.45) | (email < 0)), people.phone[person], -1)
    crm = np.where(rng.random(len(person)) < 0.2, people.crm[person], -1)
    topic = picked(words(TOPICS), rng.integers(0, len(TOPICS), len(person)))
    columns = {
        "contact_id": numbered("S", np.arange(len(person)), 7),
        "opened_at": joined(stamped(instants(at + 3_600), "%Y-%m-%dT%H:%M:%S"), "+01:00"),
        "channel": picked(words(("phone", "email", "chat")), rng.integers(0, 3, len(person))),
        "topic": replaced(topic, stop, STOP),
        "satisfaction": pa.array(rng.integers(1, 6, len(person))).cast(pa.string()),
        "crm_id": people.ids.text(crm),
        "email": email_as_typed(rng, people.ids.text(email)),
        "phone": phone_as_typed(rng, people.ids.text(phone)),
    }
    kind = np.zeros(len(person), np.int64)
    ids = {"crm_id": crm, "email": email, "phone": phone}
    return Feed("support", columns, ("support_contact",), kind, person, at, months(at), ids)


def make_social(rng: np.random.Generator, people: People, history: History) -> Feed:
    """Mentions by people with a handle; only those who joined a contest left an address with it."""
    person = np.repeat(np.arange(len(people)), np.where(people.handle >= 0, rng.poisson(3, len(people)), 0))
    at = history.start + (rng.random(len(person)) * (history.days * DAY - 1)).astype(np.int64)
    contest = (people.email[person] >= 0) & (rng.random(len(person)) < 0.15)
    ids = {"handle": people.handle[person], "email": np.where(contest, people.email[person], -1)}
    columns = {
        "mention_id": numbered("M", np.arange(len(person)), 7),
        "posted_at": joined(pa.array(at).cast(pa.string()), "000"),
        "network": picked(words(NETWORKS), rng.integers(0, len(NETWORKS), len(person))),
        "mood": picked(words(("good", "neutral", "bad")), rng.choice(3, len(person), p=(0.5, 0.3, 0.2))),
        "followers": pa.array((rng.pareto(1.2, len(person)) * 80).astype(np.int64)).cast(pa.string()),
        "handle": people.ids.text(ids["handle"]),
        "email": people.ids.text(ids["email"]),
    }
    kind = np.zeros(len(person), np.int64)
    return Feed("social", columns, ("social_mention",), kind, person, at, months(at), ids)


def make_ads(rng: np.random.Generator, history: History) -> Feed:
    """What each advertising channel cost each day; nobody's personal data is in it."""
    day = np.repeat(np.arange(history.days), len(CHANNELS))
    channel = np.tile(np.arange(len(CHANNELS)), history.days)
    at = history.start + day * DAY
    season = 1 + 0.4 * np.sin(day / 365 * 2 * np.pi)
    pence = np.round(rng.gamma(9, 1, len(day)) * season * np.array((60, 45, 30, 25, 15))[channel] * 100)
    clicks = np.round(pence / rng.uniform(40, 120, len(day))).astype(np.int64)
    columns = {
        "day": stamped(instants(at), "%d/%m/%Y"),
        "channel": picked(words(CHANNELS), channel),
        "spend": money(pence.astype(np.int64)),
        "impressions": pa.array(clicks * rng.integers(20, 60, len(day))).cast(pa.string()),
        "clicks": pa.array(clicks).cast(pa.string()),
    }
    zero, nobody = np.zeros(len(day), np.int64), np.full(len(day), -1)
    return Feed("ads", columns, ("ad_spend",), zero, nobody, at, np.zeros(len(day), np.int64), {})


def json_lines(columns: dict[str, Cells], plain: tuple[str, ...]) -> Cells:
    """One flat JSON object per row; columns named in `plain` are written as they are, empty cells as null."""
    parts = []
    for number, (name, cells) in enumerate(columns.items()):
        mark = "" if name in plain else '"'
        head = f'{"{" if number == 0 else ","}"{name}":'
        parts += [head, pc.fill_null(pc.binary_join_element_wise(mark, cells, mark, ""), "null")]
    return joined(*parts, "}")
