"""The decision, as one table: who, for what, where to, which columns, and what comes of it."""

from dataclasses import replace

import pytest
from unit.audience.world import MARKETER, catalogue, charter

from tandem.kernel.values import Actor, Basis, Destination, FieldRef
from tandem.policy import Gap, Permit, Refusal, decide

SHOP = charter()
TABLES = catalogue(SHOP)
ANALYST = Actor("bo@shop.example", "analyst")
AMOUNT = FieldRef("event_purchase", "amount")
GIFT = FieldRef("event_purchase", "gift")
HEALTH = FieldRef("event_purchase", "health_note")
NAME = FieldRef("profile", "first_name")
PREVIEW, EMAIL, FILE = Destination.PREVIEW, Destination.EMAIL, Destination.FILE

CASES = {
    "internal field": (MARKETER, "analytics", PREVIEW, {AMOUNT}, Permit, ()),
    "no field at all": (ANALYST, "analytics", PREVIEW, set(), Permit, ()),
    "personal trait to marketer": (MARKETER, "marketing_email", EMAIL, {NAME}, Permit, ()),
    "personal trait to analyst": (ANALYST, "analytics", PREVIEW, {NAME, AMOUNT}, Refusal, ("POL-101",)),
    "unlabelled field is personal": (ANALYST, "analytics", PREVIEW, {GIFT}, Refusal, ("POL-101",)),
    "each field by name": (ANALYST, "analytics", PREVIEW, {GIFT, HEALTH}, Refusal, ("POL-101", "POL-101")),
    "sensitive field": (MARKETER, "analytics", PREVIEW, {HEALTH}, Refusal, ("POL-101",)),
    "purpose not granted": (ANALYST, "marketing_email", PREVIEW, {AMOUNT}, Refusal, ("POL-102",)),
    "destination not granted": (ANALYST, "analytics", Destination.MEASURE, {AMOUNT}, Refusal, ("POL-102",)),
    "channel not allowed": (MARKETER, "marketing_email", FILE, {AMOUNT}, Refusal, ("POL-103",)),
    "purpose without channels": (MARKETER, "analytics", EMAIL, {AMOUNT}, Refusal, ("POL-103",)),
    "unknown role": (Actor("x", "intern"), "analytics", PREVIEW, {AMOUNT}, Gap, ("POL-202",)),
    "unknown purpose": (MARKETER, "profiling", PREVIEW, {AMOUNT}, Gap, ("POL-203",)),
    "unknown field": (
        MARKETER,
        "analytics",
        PREVIEW,
        {FieldRef("event_purchase", "colour")},
        Gap,
        ("POL-204",),
    ),
    "unknown table": (MARKETER, "analytics", PREVIEW, {FieldRef("event_return", "x")}, Gap, ("POL-204",)),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_decide(case: tuple[Actor, str, Destination, set[FieldRef], type, tuple[str, ...]]) -> None:
    actor, purpose, destination, footprint, kind, codes = case
    decision = decide(actor, purpose, destination, frozenset(footprint), SHOP, TABLES)
    assert type(decision) is kind
    found = {Refusal: "reasons", Gap: "missing"}.get(kind)
    assert tuple(problem.code for problem in getattr(decision, found or "", ())) == codes


def test_a_refusal_names_field_label_and_who_may_grant() -> None:
    decision = decide(ANALYST, "analytics", PREVIEW, frozenset({GIFT}), SHOP, TABLES)
    assert isinstance(decision, Refusal)
    (reason,) = decision.reasons
    assert "`event_purchase.gift`, which is personal" in reason.sentence
    assert (reason.who, reason.expected) == ("it", "fields that are public or internal")


def test_without_policies_there_is_a_gap() -> None:
    bare = replace(SHOP, policies=())
    decision = decide(MARKETER, "analytics", PREVIEW, frozenset({AMOUNT}), bare, TABLES)
    assert isinstance(decision, Gap)
    assert [problem.code for problem in decision.missing] == ["POL-201"]


def test_the_largest_smallest_group_of_the_policies_that_know_the_role_holds() -> None:
    strict = replace(SHOP.policies[0], policy="strict", smallest_group=25)
    others = replace(SHOP.policies[0], policy="others", smallest_group=99, roles=SHOP.policies[0].roles[1:])
    both = replace(SHOP, policies=(*SHOP.policies, strict, others))
    decision = decide(MARKETER, "analytics", PREVIEW, frozenset({AMOUNT}), both, TABLES)
    assert isinstance(decision, Permit)
    assert (decision.smallest_group, decision.policies) == (25, ("standard", "strict"))


def test_a_fingerprint_tells_permits_apart() -> None:
    permit = decide(MARKETER, "analytics", PREVIEW, frozenset({AMOUNT}), SHOP, TABLES)
    assert isinstance(permit, Permit)
    others = [
        replace(permit, actor=ANALYST),
        replace(permit, purpose="recalls"),
        replace(permit, destination=EMAIL),
        replace(permit, footprint=frozenset({AMOUNT, GIFT})),
        replace(permit, basis=Basis.CONSENT),
        replace(permit, smallest_group=11),
        replace(permit, policies=("other",)),
    ]
    assert len({permit.fingerprint, *(other.fingerprint for other in others)}) == len(others) + 1
    assert replace(permit).fingerprint == permit.fingerprint
