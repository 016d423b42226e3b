"""A field that is used anywhere, not only shown, must be granted: each way of using one is refused by name."""

import pytest
from unit.audience.world import FILES, MARKETER, NOW, catalogue, charter

from tandem import audience
from tandem.deliver.asking import needs
from tandem.kernel.values import Actor, Destination
from tandem.measure.moments import footprint
from tandem.policy import Permit, Refusal, decide

TRAITS = FILES["traits/all.yml"] + (
    "  - {trait: note, latest: purchase.health_note}\n"
    "  - {trait: ill, count: purchase, where: [{field: health_note, known: true}]}\n"
)
WAYS = {
    "nothing sensitive": "{did: purchase}",
    "a condition on a field": "{did: purchase, where: [{field: health_note, known: true}]}",
    "a condition that must not hold": "{not: {did: purchase, where: [{field: health_note, is: x}]}}",
    "a trait of it": "{trait: note, known: true}",
    "a trait that only filters by it": "{trait: ill, at_least: 1}",
    "another audience that uses it": "{audience: inner}",
    "SQL that filters": "FROM event_purchase WHERE health_note = 'x'",
    "SQL that orders": (
        "FROM (SELECT person_id, ROW_NUMBER() OVER (PARTITION BY person_id ORDER BY health_note, event_id) AS n "
        "FROM event_purchase) AS s WHERE n = 2"
    ),
    "SQL that joins": (
        "FROM (SELECT a.person_id FROM event_purchase AS a JOIN event_purchase AS b "
        "ON a.person_id = b.person_id AND a.health_note = b.health_note) AS s"
    ),
    "SQL that groups": "FROM event_purchase GROUP BY person_id HAVING MAX(health_note) IS NOT NULL",
}
MAIL = """
campaign: note
audience: all_buyers
purpose: marketing_email
channel: email
holdout: 10%
window: 30 days
goal: {event: purchase, value: amount}
message: {subject: Hello, text: "Your note: {{ note }}"}
"""
PARTS = {
    "traits__all": TRAITS,
    "audiences__inner": "audience: inner\nwho: {did: purchase, where: [{field: health_note, known: true}]}\n",
    "audiences__all_buyers": "audience: all_buyers\nwho: {did: purchase}\n",
    "campaigns__note": MAIL,
}


@pytest.mark.parametrize("way", WAYS)
def test_an_audience_that_uses_a_sensitive_field_in_any_way_is_refused(way: str) -> None:
    who = f'{{sql: "SELECT person_id {WAYS[way]}"}}' if way.startswith("SQL") else WAYS[way]
    shop = charter(**PARTS, audiences__x=f"audience: x\nwho: {who}\n")
    tables = catalogue(shop)
    reads = audience.bind(shop.audience("x"), shop, tables).footprint()
    decision = decide(MARKETER, "analytics", Destination.PREVIEW, reads, shop, tables, now=NOW)
    assert isinstance(decision, Permit) == (way == "nothing sensitive"), decision
    if isinstance(decision, Refusal):
        assert {one.code for one in decision.reasons} == {"POL-101"}
        assert "sensitive" in decision.reasons[0].sentence


def test_what_a_message_prints_must_be_granted() -> None:
    shop = charter(**PARTS)
    reads = needs(shop.campaign("note"), shop).footprint
    decision = decide(MARKETER, "marketing_email", Destination.EMAIL, reads, shop, catalogue(shop), now=NOW)
    assert isinstance(decision, Refusal)
    assert [one.found for one in decision.reasons] == ["profile.note (sensitive)"]


def test_what_a_goal_adds_up_must_be_granted() -> None:
    web = FILES["sources/web.yml"].replace(
        "amount: {type: money, label: internal", "amount: {type: money, label: sensitive"
    )
    shop = charter(**PARTS, sources__web=web)
    reads = footprint(shop.campaign("note"))
    decision = decide(MARKETER, "analytics", Destination.MEASURE, reads, shop, catalogue(shop), now=NOW)
    assert isinstance(decision, Refusal)
    assert "event_purchase.amount" in decision.reasons[0].sentence


def test_working_out_traits_asks_for_every_field_they_read() -> None:
    shop = charter(**PARTS)
    reads = audience.trait_footprint(shop)
    decision = decide(Actor("x", "analyst"), "analytics", Destination.PREVIEW, reads, shop, catalogue(shop))
    assert isinstance(decision, Refusal)
    assert {"event_purchase.health_note (sensitive)"} <= {one.found for one in decision.reasons}
