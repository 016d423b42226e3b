"""Random small shops and random audiences for the properties. Times stand on window edges on purpose."""

import random
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st
from unit.audience.world import NOW

from tandem.charter.definitions import (
    Ago,
    All,
    AudienceCondition,
    Comparison,
    Condition,
    DidCondition,
    DidMeasure,
    Not,
    Operator,
    Test,
    TraitCondition,
)
from tandem.charter.definitions import (
    Any as AnyOf,
)

KEYS, PEOPLE = 12, 7
DAYS = [0, 1, 10, 29.999, 30, 30.001, 89, 90, 91, 365, 400]
WORDS = ["tents", "boots", "maps", "Tents"]


def world(seed: int) -> dict[str, list[dict[str, Any]]]:
    """Rows of every table, by table."""
    r = random.Random(seed)
    keys = list(range(1, KEYS + 1))

    def at() -> Any:
        return NOW - timedelta(days=r.choice(DAYS))

    def maybe(value: Any) -> Any:
        return value if r.random() < 0.8 else None

    purchases = [
        {
            "event_id": i,
            "event_at": at(),
            "subject_key": r.choice([*keys, None, 999]),
            "amount": maybe(Decimal(r.randrange(-500, 5000)) / 100),
            "category": maybe(r.choice(WORDS)),
            "quantity": maybe(r.randrange(5)),
            "weight": maybe(r.randrange(100) / 10),
            "gift": maybe(r.random() < 0.5),
            "due": maybe(date(2026, 1, 1) + timedelta(days=r.randrange(60))),
        }
        for i in range(40)
    ]
    return {
        "person_map": [
            {"identifier_key": key, "person_id": r.randrange(1, PEOPLE + 1) * 10, "since_version": 1}
            for key in keys
        ],
        "consents": [
            {
                "consent_id": i,
                "subject_key": r.choice([*keys, 999]),
                "purpose": r.choice(["marketing_email", "analytics"]),
                "state": r.choice(["granted", "granted", "granted", "denied", "unreadable"]),
                "at": NOW - timedelta(days=r.choice([-3, 1, 2, 3])),
                "proof_event_id": i,
                "batch_id": r.randrange(1, 4),
            }
            for i in range(25)
        ],
        "suppressions": [
            {"suppression_id": i, "identifier_key": r.choice([*keys, 999]), "reason": "bounce", "at": at()}
            for i in range(2)
        ],
        "event_purchase": purchases,
        "event_visit": [
            {"event_id": 1000 + i, "event_at": at(), "subject_key": r.choice(keys), "page": maybe("/")}
            for i in range(10)
        ],
        "record_crm": [
            {
                "record_id": r.randrange(1, 6),
                "event_at": at(),
                "received_at": NOW,
                "subject_key": r.choice(keys),
                "content": i,
                "first_name": maybe(r.choice(["Ada", "Bo"])),
                "country": maybe(r.choice(["GB", "FR"])),
                "born": maybe(date(1990, 1, r.randrange(1, 28))),
                "vip": maybe(r.random() < 0.5),
            }
            for i in range(9)
        ],
    }


def _test(values: st.SearchStrategy[Any], *operators: Operator) -> st.SearchStrategy[Test]:
    def several(operator: Operator) -> st.SearchStrategy[Test]:
        if operator is Operator.KNOWN:
            return st.booleans().map(lambda known: Test(operator=operator, values=(known,)))
        if operator is Operator.BETWEEN:
            pair = st.tuples(values, values).map(lambda two: tuple(sorted(two)))
            return pair.map(lambda two: Test(operator=operator, values=two))
        size = 3 if operator in (Operator.IN, Operator.NOT_IN) else 1
        return st.lists(values, min_size=1, max_size=size).map(
            lambda some: Test(operator=operator, values=tuple(some))
        )

    return st.sampled_from(operators).flatmap(several)


SAME = (Operator.IS, Operator.IS_NOT, Operator.IN, Operator.NOT_IN)
SIZES = (Operator.AT_LEAST, Operator.AT_MOST, Operator.MORE_THAN, Operator.LESS_THAN, Operator.BETWEEN)
money = st.sampled_from([Decimal("0"), Decimal("9.99"), Decimal("25"), Decimal("30.00005"), 20, 100])
text = _test(
    st.sampled_from([*WORDS, "t", "ent"]), *SAME, Operator.CONTAINS, Operator.STARTS_WITH, Operator.KNOWN
)
whole = st.integers(0, 4)
days = st.sampled_from([date(2026, 1, 15), date(2026, 1, 31), date(2025, 12, 1)])
agos = st.sampled_from([Ago(timedelta(days=n)) for n in (1, 30, 90, 365)])
yes = _test(st.booleans(), Operator.IS, Operator.IS_NOT, Operator.KNOWN)
moments = st.one_of(
    _test(agos, Operator.AFTER, Operator.BEFORE),
    _test(days, Operator.AFTER, Operator.BEFORE, Operator.BETWEEN),
    _test(st.just(NOW), Operator.BEFORE),
)
dates = st.one_of(
    _test(days, *SAME, Operator.AFTER, Operator.BEFORE, Operator.BETWEEN, Operator.KNOWN),
    _test(agos, Operator.AFTER, Operator.BEFORE),
)


def _named(kind: type, word: str, name: str, tests: st.SearchStrategy[Test]) -> st.SearchStrategy[Any]:
    return tests.map(lambda test: kind(operator=test.operator, values=test.values, **{word: name}))


where = st.one_of(
    _named(Comparison, "field", "category", text),
    _named(Comparison, "field", "amount", _test(money, *SAME, *SIZES, Operator.KNOWN)),
    _named(Comparison, "field", "quantity", _test(whole, *SAME, *SIZES, Operator.KNOWN)),
    _named(Comparison, "field", "weight", _test(money, *SIZES, Operator.KNOWN)),
    _named(Comparison, "field", "gift", yes),
    _named(Comparison, "field", "due", dates),
)
spans = st.sampled_from([None, timedelta(days=30), timedelta(days=90), timedelta(days=365)])
measures = st.one_of(
    st.tuples(st.just(DidMeasure.COUNT), st.none(), _test(whole, *SAME, *SIZES)),
    st.tuples(st.just(DidMeasure.SUM), st.sampled_from(["amount", "quantity"]), _test(money, *SIZES)),
    st.tuples(st.sampled_from([DidMeasure.FIRST, DidMeasure.LAST]), st.none(), moments),
)
bought = st.builds(
    lambda measure, within, where: DidCondition(
        event="purchase",
        measure=measure[0],
        of=measure[1],
        test=measure[2],
        within=within,
        where=tuple(where),
    ),
    measures,
    spans,
    st.lists(where, max_size=2),
)
visited = st.builds(lambda within: DidCondition(event="visit", within=within), spans)
traits = st.one_of(
    _named(TraitCondition, "trait", "country", _test(st.sampled_from(["GB", "FR"]), *SAME, Operator.KNOWN)),
    _named(TraitCondition, "trait", "lifetime_value", _test(money, *SAME, *SIZES, Operator.KNOWN)),
    _named(TraitCondition, "trait", "orders", _test(whole, *SAME, *SIZES, Operator.KNOWN)),
    _named(TraitCondition, "trait", "vip", yes),
    _named(TraitCondition, "trait", "born", dates),
    _named(TraitCondition, "trait", "favourite", text),
)
leaves = st.one_of(bought, bought, visited, traits, st.just(AudienceCondition(audience="vip")))
conditions: st.SearchStrategy[Condition] = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: All(conditions=tuple(parts))),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: AnyOf(conditions=tuple(parts))),
        inner.map(lambda part: Not(condition=part)),
    ),
    max_leaves=6,
)
