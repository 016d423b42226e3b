"""Any audience of conditions, written out as the SQL that it lowers to and read back, has the same people."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from properties.test_audience import SEEDS, SHOP, TABLES, closed, found, shop
from sqlglot import exp
from unit.audience import reference
from unit.audience.random_world import conditions
from unit.audience.world import NOW, ids, permit

from tandem import audience
from tandem.charter.definitions import Audience, Condition, SqlCondition
from tandem.engine.meaning import STAMP
from tandem.kernel.values import Destination

__all__ = ["closed"]
USES = [("analytics", Destination.PREVIEW), ("marketing_email", Destination.EMAIL)]


def unguarded(query: exp.Select) -> exp.Select:
    """The query as a person would write it: every guarded table by its name, everybody as the profile's people."""
    query = query.copy()
    for inner in list(query.find_all(exp.Subquery)):
        stamped = [one for one in inner.find_all(exp.Table) if STAMP in one.meta]
        if inner.alias == "everybody":
            people = exp.select("person_id").distinct().from_("profile")
            inner.replace(people.subquery("everybody"))
        elif inner.alias in TABLES and stamped:
            inner.replace(exp.to_table(inner.alias))
    return query


def as_sql(who: Condition) -> SqlCondition:
    bound = audience.bind(Audience(audience="x", who=who), SHOP, TABLES)
    query = audience.people(bound, permit(SHOP, bound.footprint()), TABLES, NOW)
    return SqlCondition(sql=unguarded(query).sql("duckdb", pretty=True))


@given(seed=st.sampled_from(SEEDS), who=conditions, use=st.sampled_from(USES))
@settings(max_examples=60)
def test_written_out_it_has_the_same_people(seed: int, who: Condition, use: tuple[str, Destination]) -> None:
    """Everybody is here whoever the profile knows: those whom the counting purpose reaches."""
    _, rows, profile = shop(seed)
    purpose, destination = use
    consent = purpose == "marketing_email"
    universe = reference.reached(rows, purpose, consent, destination is Destination.EMAIL, NOW)
    asked = reference.members(who, SHOP, rows, universe & set(profile), profile, NOW)
    assert found(seed, as_sql(who), *use) == sorted(asked)


@given(who=conditions)
@settings(max_examples=60)
def test_written_out_it_reads_at_least_the_same(who: Condition) -> None:
    def reads(one: Condition) -> frozenset[Any]:
        return audience.bind(Audience(audience="x", who=one), SHOP, TABLES).footprint()

    assert reads(who) <= reads(as_sql(who))


@given(seed=st.sampled_from(SEEDS), who=conditions)
@settings(max_examples=20)
def test_the_guard_holds_whatever_is_written(seed: int, who: Condition) -> None:
    """The same SQL under a contact permit reaches nobody without a yes, or whom it must not."""
    engine, rows, _ = shop(seed)
    sql = as_sql(who)
    reached = reference.reached(rows, "marketing_email", True, True, NOW)
    bound = audience.bind(Audience(audience="x", who=sql), SHOP, TABLES)
    allowed = permit(SHOP, bound.footprint(), "marketing_email", Destination.EMAIL)
    assert set(ids(engine, audience.people(bound, allowed, TABLES, NOW))) <= reached
