"""The truth about each person: what can be seen of their shopping, and what they said yes and no to."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tandem.demo.contacts import STOP
from tandem.demo.crm import STATES, UNKNOWN
from tandem.demo.feeds import DAY, Feed
from tandem.demo.mailing import BOUNCED, COMPLAINED, UNSUBSCRIBED
from tandem.demo.people import People
from tandem.demo.reach import Reach
from tandem.demo.shopping import History, Orders
from tandem.demo.truth import Plant
from tandem.demo.web import SUBSCRIBE
from tandem.demo.writing import Bools, Cells, Floats, Ints

PURPOSES = ("marketing_email", "marketing_sms")
_GRANTED, _DENIED, _UNREADABLE = 1, 2, 4


def people_table(
    people: People, orders: Orders, shops: Sequence[Feed], joined: Reach, history: History, plant: Plant
) -> pa.Table:
    """One row per true person. `*_seen`: purchases filed under the group of the strongest identifier."""
    group, strongest = _main(people, joined)
    count, spend, last = _seen(shops, joined, group, len(people))
    big = (spend >= plant.spent_at_least * 100) & (count > 0)
    lapsed = big & (last < history.until - plant.silent_days * DAY)
    fresh = (count > 0) & (last >= history.until - plant.silent_days * DAY)
    base = np.select([lapsed, fresh], [plant.base_conversion, 0.10], 0.02)
    contacted = np.select([lapsed, fresh], [plant.contacted_conversion, 0.15], 0.05)
    paying = (strongest["crm_id"] >= 0) | (strongest["loyalty_id"] >= 0) | (strongest["email"] >= 0)
    true_spend = np.bincount(orders.person, orders.pence, len(people))
    return pa.table({
        "person": np.arange(len(people)),
        "group": pa.array(group, mask=group < 0),
        **{name: people.ids.text(places) for name, places in strongest.items()},
        "orders": np.bincount(orders.person, minlength=len(people)),
        "spend": true_spend / 100,
        "orders_seen": count,
        "spend_seen": spend / 100,
        "last_order_seen": pa.array(last.astype("datetime64[s]").astype("datetime64[us]"), mask=count == 0),
        "lapsed_big_spender": lapsed,
        "base_conversion": base,
        "contacted_conversion": contacted,
        "base_value": np.full(len(people), plant.base_value),
        "contacted_value": np.full(len(people), plant.contacted_value),
        "recognised": np.where(paying, plant.recognised, 0.0),
    })  # fmt: skip


def _main(people: People, joined: Reach) -> tuple[Ints, dict[str, Ints]]:
    """The group of each person's strongest identifier, and the customer number, card and address in it."""
    newest = np.where(joined.of(people.card_new) >= 0, people.card_new, people.card)
    own = {"crm_id": people.crm, "loyalty_id": newest, "email": people.email}
    group = np.full(len(people), -1)
    for places in own.values():
        group = np.where(group < 0, joined.of(places), group)
    linked = {n: np.where((joined.of(ids) == group) & (group >= 0), ids, -1) for n, ids in own.items()}
    return group, linked


def _seen(shops: Sequence[Feed], joined: Reach, group: Ints, size: int) -> tuple[Ints, Floats, Ints]:
    """Per person: purchases filed under the group, their pence, and the time of the last (0 for none)."""
    person, pence, at = [], [], []
    for feed in shops:
        bought = feed.kind == feed.kinds.index("purchase")
        mine = bought & (joined.of_rows(feed) == group[feed.person]) & (group[feed.person] >= 0)
        total = pc.cast(feed.columns["total"].filter(pa.array(mine)), pa.float64()).to_numpy()
        person.append(feed.person[mine])
        pence.append(np.round(total * 100))
        at.append(feed.at[mine])
    who, last = np.concatenate(person), np.zeros(size, np.int64)
    np.maximum.at(last, who, np.concatenate(at))
    count: Ints = np.bincount(who, minlength=size).astype(np.int64)
    spent: Floats = np.bincount(who, np.concatenate(pence), size).astype(np.float64)
    return count, spent, last


def consents_table(
    people: People, joined: Reach, crm: tuple[Feed, Ints, Ints], web: Feed, mailing: Feed, support: Feed
) -> pa.Table:
    """One row per (person, group, purpose) with any answer: the most restrictive of all that was said."""
    records, newsletter, sms = crm
    bits = np.array([_GRANTED, _DENIED, _UNREADABLE, 0])
    stop = pc.equal(support.columns["topic"], STOP).to_numpy(zero_copy_only=False)
    left = (mailing.kind == UNSUBSCRIBED) | (mailing.kind == COMPLAINED)
    said = [
        _said(joined, records, newsletter != UNKNOWN, 0, bits[newsletter]),
        _said(joined, records, sms != UNKNOWN, 1, bits[sms]),
        _said(joined, web, web.kind == SUBSCRIBE, 0, _GRANTED),
        _said(joined, mailing, left, 0, _DENIED),
        _said(joined, support, stop, 0, _DENIED),
        _said(joined, support, stop, 1, _DENIED),
    ]
    keys, mask = np.concatenate([k for k, _ in said], axis=1), np.concatenate([m for _, m in said])
    keys, where = np.unique(keys, axis=1, return_inverse=True)
    heard = np.zeros(keys.shape[1], np.int64)
    np.bitwise_or.at(heard, where.reshape(-1), mask)
    state = np.select([heard & _DENIED > 0, heard & _UNREADABLE > 0], [1, 2], 0)
    return pa.table({
        "person": keys[0], "group": keys[1], "purpose": pa.array(PURPOSES).take(pa.array(keys[2])),
        "state": pa.array(STATES).take(pa.array(state)), "allowed": heard == _GRANTED,
    })  # fmt: skip


def _said(joined: Reach, feed: Feed, which: Bools, purpose: int, mask: Ints | int) -> tuple[Ints, Ints]:
    """(person, group, purpose) and answer of the marked rows that identify somebody."""
    group = joined.of_rows(feed)
    which = which & (group >= 0)
    keys = np.stack([feed.person, group, np.full(len(feed), purpose)])[:, which]
    return keys, np.broadcast_to(mask, len(feed))[which]


def suppressed_table(people: People, mailing: Feed) -> pa.Table:
    """One row per address that bounced for good or complained, with the reason."""
    parts = []
    for kind, reason in ((BOUNCED, "bounce"), (COMPLAINED, "complaint")):
        ids = np.unique(mailing.identifiers["address"][mailing.kind == kind])
        parts.append((people.ids.text(ids), np.full(len(ids), reason)))
    values: list[Cells] = [value for value, _ in parts]
    reasons = pa.array(np.concatenate([reason for _, reason in parts]).tolist(), pa.string())
    addresses = pa.concat_arrays(values)
    kind = pa.array(["email"] * len(addresses), pa.string())
    return pa.table({"kind": kind, "value": addresses, "reason": reasons})
