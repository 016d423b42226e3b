"""The e-mail feed: what the mailing tool reports of each newsletter, and who said no to more of them."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from tandem.demo.crm import GRANTED
from tandem.demo.feeds import DAY, Feed, months
from tandem.demo.people import People
from tandem.demo.shopping import History
from tandem.demo.web import SUBSCRIBE
from tandem.demo.writing import Bools, Cells, Columns, Ints, numbered, picked, replaced, words

KINDS = (
    "email_sent", "email_opened", "email_clicked", "email_bounced", "email_complained", "email_unsubscribed",
    "list_exported",
)  # fmt: skip
SENT, OPENED, CLICKED, BOUNCED, COMPLAINED, UNSUBSCRIBED, EXPORTED = range(len(KINDS))
_EVENTS = words(("sent", "open", "click", "bounce", "complaint", "unsubscribe", "export"))
MAILINGS = (
    "spring boots",
    "summer tents",
    "autumn layers",
    "winter sale",
    "new trails",
    "members evening",
    "boot care",
    "rain week",
    "map of the month",
    "store news",
)
QUIET_DAYS = 180


@dataclass(frozen=True)
class Subscriptions:
    """One row per address that may be written to: since when, and when and how it left (0: never)."""

    person: Ints
    email: Ints
    crm: Ints
    since: Ints
    left_at: Ints
    how: Ints


UNSUBSCRIBE, COMPLAINT, BY_PHONE = 1, 2, 3


def subscriptions(
    rng: np.random.Generator, people: People, crm: Feed, newsletter: Ints, web: Feed, history: History
) -> Subscriptions:
    """Who signed up by CRM or on the web. Only those whose last yes is old enough may withdraw later on,

    so that the order of yes and no is the same whichever identifier of the person they are filed under.
    """
    yes = np.flatnonzero((newsletter == GRANTED) & (crm.identifiers["email"] >= 0))
    signed = np.flatnonzero((web.kind == SUBSCRIBE) & (web.identifiers["email"] >= 0))
    signed = signed[~np.isin(web.person[signed], crm.person[yes])]
    person = np.concatenate([crm.person[yes], web.person[signed]])
    email = np.concatenate([crm.identifiers["email"][yes], web.identifiers["email"][signed]])
    record = np.concatenate([crm.identifiers["crm_id"][yes], np.full(len(signed), -1)])
    since = np.concatenate([crm.at[yes], web.at[signed]])
    last = np.zeros(len(people), np.int64)
    for feed, rows in ((crm, np.arange(len(crm))), (web, np.flatnonzero(web.kind == SUBSCRIBE))):
        np.maximum.at(last, feed.person[rows], feed.at[rows])
    calm = (last[person] < history.until - QUIET_DAYS * DAY) & people.ids.mailbox[email]
    calm &= people.crm_twin[person] < 0
    leaves = calm & (rng.random(len(person)) < 0.11)
    left = history.until - (QUIET_DAYS - 10 - rng.random(len(person)) * (QUIET_DAYS - 12)) * DAY
    how = np.where(
        leaves, rng.choice((UNSUBSCRIBE, COMPLAINT, BY_PHONE), len(person), p=(0.84, 0.06, 0.1)), 0
    )
    return Subscriptions(person, email, record, since, np.where(leaves, left, 0).astype(np.int64), how)


def make_mailing(rng: np.random.Generator, people: People, subs: Subscriptions, history: History) -> Feed:
    """Everything the mailing tool saw before breaks and duplicates: a mailing every ten weeks."""
    sends = [_one_mailing(rng, people, subs, m, at) for m, at in enumerate(_calendar(history))]
    left = np.flatnonzero((subs.how == UNSUBSCRIBE) | (subs.how == COMPLAINT))
    kind = np.where(subs.how[left] == COMPLAINT, COMPLAINED, UNSUBSCRIBED)
    mailing = np.searchsorted(_calendar(history), subs.left_at[left]) - 1
    sends.append((left, kind, subs.left_at[left], mailing))
    exports = np.flatnonzero(rng.random(len(subs.person)) < 0.002)
    sends.append(
        (exports, np.full(len(exports), EXPORTED), subs.since[exports], np.zeros(len(exports), np.int64))
    )
    of, kind, at, mailing = (np.concatenate(column) for column in zip(*sends, strict=True))
    at = np.minimum(at, history.until - 1)
    named = (subs.crm[of] >= 0) & (rng.random(len(of)) < 0.8)
    identifiers = {"subscriber_id": np.where(named, subs.crm[of], -1), "address": subs.email[of]}
    label = picked(words(MAILINGS), np.maximum(mailing, 0))
    columns = mailing_columns(numbered("E", np.arange(len(of)), 9), kind, at, label)
    columns["address"] = people.ids.text(identifiers["address"])
    columns["subscriber_id"] = people.ids.text(identifiers["subscriber_id"])
    return Feed("email", columns, KINDS, kind, subs.person[of], at, months(at), identifiers)


def mailing_columns(event_id: Cells, kind: Ints, at: Ints, mailing: Cells) -> Columns:
    """The columns of an engagement file without the two that say who; times are seconds since 1970."""
    nothing = pa.nulls(len(kind), pa.string())
    return {
        "event_id": event_id,
        "event": picked(_EVENTS, kind),
        "occurred_at": pa.array(at).cast(pa.string()),
        "mailing": mailing,
        "link": replaced(nothing, kind == CLICKED, "https://harbourpine.example/offers"),
        "bounce_type": replaced(nothing, kind == BOUNCED, "hard"),
    }


def _calendar(history: History) -> Ints:
    """When the mailings went out, 9:00 UTC; the last one 30 days before today."""
    days = history.days * (np.arange(len(MAILINGS)) + 1) // len(MAILINGS) - 30
    return history.start + days * DAY + 9 * 3_600


def _one_mailing(
    rng: np.random.Generator, people: People, subs: Subscriptions, mailing: int, at: int
) -> tuple[Ints, Ints, Ints, Ints]:
    """Rows (subscription, kind, time, mailing) of one mailing: sent to four in five, read by some."""
    open_ = (subs.since < at) & ((subs.left_at == 0) | (subs.left_at > at))
    to = np.flatnonzero(open_ & (rng.random(len(subs.person)) < 0.8))
    lost = ~people.ids.mailbox[subs.email[to]]
    opened = _some(rng, ~lost, 0.32)
    clicked = _some(rng, opened, 0.22)
    parts = (
        (np.ones(len(to), bool), SENT, 0),
        (lost, BOUNCED, 60),
        (opened, OPENED, 7_200),
        (clicked, CLICKED, 7_500),
    )
    rows = np.concatenate([to[which] for which, _, _ in parts])
    kind = np.repeat([kind for _, kind, _ in parts], [int(which.sum()) for which, _, _ in parts])
    delay = np.repeat([delay for _, _, delay in parts], [int(which.sum()) for which, _, _ in parts])
    when = at + delay + np.where(delay > 60, rng.integers(0, 2 * DAY, len(rows)), 0)
    return rows, kind, when, np.full(len(rows), mailing)


def _some(rng: np.random.Generator, among: Bools, share: float) -> Bools:
    return among & (rng.random(len(among)) < share)
