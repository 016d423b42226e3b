"""The company's own labels, grants for a time, row rules, masks, and several policies together."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlglot import exp
from unit.audience.world import ADA, BO, CAST, CY, DEE, FILES, NOW, charter, fill, ids

from tandem import audience, policy
from tandem.charter import Charter
from tandem.charter.definitions import How, Signal, Wording
from tandem.engine import BASE, Catalogue, Engine, open_engine
from tandem.engine import functions as f
from tandem.engine.catalogue import profile_table
from tandem.kernel import Problems
from tandem.kernel.values import Actor, Destination, FieldRef, Type
from tandem.policy import Gap, Permit, Refusal, decide
from tandem.policy.masks import Masked, lowered
from tandem.usecases.workspace import tables_of

POLICY = """
policy: standard
smallest_group: 2
labels:
  - {label: health, title: Health, as: sensitive}
masks:
  - {fields: [crm.first_name], how: hash, roles: [clerk]}
  - {fields: [crm.born, purchase.amount], how: generalise, band: 100, roles: [clerk, teller]}
  - {fields: [crm.first_name], how: partial, roles: [teller, clerk]}
roles:
  - role: marketer
    may:
      - {purposes: [analytics], labels: [public, internal, personal, sensitive], destinations: [preview]}
  - role: nurse
    may:
      - {purposes: [analytics], labels: [public, internal, health], destinations: [preview]}
  - role: temp
    may:
      - {purposes: [analytics], labels: [public, internal], destinations: [preview]}
      - {purposes: [analytics], labels: [personal], destinations: [preview], until: 2026-03-02}
  - role: clerk
    may: [{purposes: [analytics], labels: [public, internal, personal], destinations: [preview, explain]}]
  - role: teller
    may: [{purposes: [analytics], labels: [public, internal, personal], destinations: [preview, explain]}]
  - role: british
    may: [{purposes: [analytics, recalls], labels: [public, internal, personal], destinations: [preview, email]}]
    rows: [{trait: country, is: GB}]
  - role: registrar
    may: [{purposes: [analytics], labels: [public, internal, personal], destinations: [preview]}]
    rows: [{field: crm.country, is: GB}]
  - role: recent
    may: [{purposes: [analytics], labels: [public, internal, personal], destinations: [preview]}]
    rows: [{trait: last_due, after: 90 days ago}]
  - role: system
    may: [{purposes: [analytics], labels: [public, internal, personal], destinations: [preview]}]
"""
WEB = FILES["sources/web.yml"].replace("label: sensitive", "label: health")
SHOP = charter(policies__standard=POLICY, sources__web=WEB)
AMOUNT, HEALTH = FieldRef("event_purchase", "amount"), FieldRef("event_purchase", "health_note")
NAME, BORN = FieldRef("profile", "first_name"), FieldRef("profile", "born")
PREVIEW = Destination.PREVIEW


def catalogue(of: Charter) -> Catalogue:
    landed = BASE.with_tables(tables_of(of))
    return landed.with_tables([profile_table(audience.trait_columns(of, landed))])


TABLES = catalogue(SHOP)


def asked(role: str, *footprint: FieldRef, of: Charter = SHOP, **more: Any) -> policy.Decision:
    return decide(Actor("x", role), "analytics", PREVIEW, frozenset(footprint), of, TABLES, **more)


def permit(role: str, *footprint: FieldRef, **more: Any) -> Permit:
    decision = asked(role, *footprint, **{"now": NOW} | more)
    assert isinstance(decision, Permit), decision
    return decision


def codes(decision: policy.Decision) -> list[str]:
    found = decision.reasons if isinstance(decision, Refusal) else ()
    return [one.code for one in found or getattr(decision, "missing", ())]


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    lake: Path = tmp_path_factory.mktemp("lake")
    with open_engine("duckdb", str(lake), threads=1) as opened:
        opened.ensure(list(TABLES))
        for table, rows in CAST.items():
            fill(opened, table, rows)
        policy.refresh_consents(opened, NOW)
        audience.compute_traits(opened, SHOP, permit("system", *audience.trait_footprint(SHOP)), NOW)
        yield opened


def test_a_label_of_our_own_is_granted_by_its_name_only() -> None:
    assert isinstance(asked("nurse", HEALTH), Permit)
    assert codes(asked("marketer", HEALTH)) == ["POL-101"]


def test_a_trait_keeps_the_label_of_our_own_beside_the_strictest_other() -> None:
    where = "[{field: health_note, known: true}, {field: gift, is: true}]"
    trait = f"traits:\n  - {{trait: ill, count: purchase, where: {where}}}\n"
    of = charter(policies__standard=POLICY, sources__web=WEB, traits__ill=trait)
    ill = FieldRef("profile", "ill")
    tables = catalogue(of)
    assert tables["profile"].column("ill").labels == {"health", "personal"}
    for role in ("nurse", "marketer"):
        assert codes(decide(Actor("x", role), "analytics", PREVIEW, frozenset({ill}), of, tables)) == [
            "POL-101"
        ]


def test_the_strictest_label_of_several_sources_holds() -> None:
    till = WEB.replace("source: web", "source: till").replace(
        "label: internal, unit: GBP", "label: sensitive"
    )
    of = charter(policies__standard=POLICY, sources__web=WEB, sources__till=till)
    assert str(catalogue(of)["event_purchase"].column("amount").label) == "sensitive"


@pytest.mark.parametrize(
    ("now", "found"),
    [
        (datetime(2026, 3, 1, 23, 59), []),
        (datetime(2026, 3, 2), ["POL-104"]),
        (None, ["POL-104"]),
    ],
)
def test_a_grant_ends(now: datetime | None, found: list[str]) -> None:
    assert codes(asked("temp", NAME, now=now)) == found


def test_a_permit_says_when_it_ends_and_the_rest_of_the_role_does_not() -> None:
    assert permit("temp", NAME, AMOUNT).until == datetime(2026, 3, 2)
    assert permit("temp", AMOUNT).until is None
    late = asked("temp", NAME, now=NOW + timedelta(days=2))
    assert isinstance(late, Refusal)
    assert "ended at 2 March 2026" in late.reasons[0].sentence
    assert str(late.clauses[0][0]) == "grant 2 of role `temp` in policies/standard.yml:20:9"


def test_reasons_name_the_clauses_that_were_looked_at() -> None:
    decision = asked("nurse", NAME, now=NOW)
    assert isinstance(decision, Refusal)
    ((clause,),) = decision.clauses
    told = clause.to_dict()
    assert (told["kind"], told["role"], told["number"], told["file"]) == (
        "grant",
        "nurse",
        1,
        "policies/standard.yml",
    )
    assert decision.reasons[0].place == clause.place


@pytest.mark.parametrize(
    ("role", "expected"), [("british", [BO]), ("registrar", [BO]), ("marketer", [ADA, BO, CY, DEE])]
)
def test_row_rules_hold_for_people_and_for_every_table(
    engine: Engine, role: str, expected: list[int]
) -> None:
    allowed = permit(role, AMOUNT)
    assert ids(engine, policy.people(allowed, TABLES)) == expected
    query = exp.select("person_id").distinct().from_(policy.guarded("event_purchase", allowed, TABLES))
    assert set(ids(engine, query)) <= set(expected)


def test_a_field_of_a_row_rule_is_judged_and_not_shown(engine: Engine) -> None:
    allowed = permit("registrar", AMOUNT, FieldRef("record_crm", "vip"))
    assert FieldRef("record_crm", "country") in allowed.judged
    query = exp.select("country").from_(policy.guarded("record_crm", allowed, TABLES))
    with pytest.raises(Problems, match="ENG-001"):
        engine.rows(query)


def test_who_is_outside_the_rows_is_told_so(engine: Engine) -> None:
    everybody = exp.select("person_id").distinct().from_(engine.ref("person_map"))
    found = {one.code: one.people for one in policy.unreachable(everybody, permit("british", AMOUNT), engine)}
    assert found == {"objected": 1, "outside_rows": 3}


def test_rules_of_rows_do_not_open_what_is_not_kept_by_person() -> None:
    assert codes(asked("british", FieldRef("quarantine", "payload"), now=NOW)) == ["POL-106"]
    assert codes(asked("british", FieldRef("loads", "rows_read"), now=NOW)) == []


def test_a_rule_that_looks_back_needs_the_time() -> None:
    assert codes(asked("recent", AMOUNT)) == ["POL-206"]
    assert isinstance(asked("recent", AMOUNT, now=NOW), Permit)


def test_a_masked_field_is_shown_masked_and_used_for_nothing_else(engine: Engine) -> None:
    fields = {NAME, FieldRef("profile", "lifetime_value")}
    assert codes(asked("clerk", *fields, now=NOW, key=b"k")) == ["POL-105", "POL-105"]
    assert codes(asked("clerk", *fields, now=NOW, shown=frozenset(fields))) == ["POL-205"]
    allowed = permit("clerk", *fields, shown=frozenset(fields), key=b"k" * 32)
    query = exp.select("*").from_(policy.guarded("profile", allowed, TABLES))
    rows = {row["person_id"]: row for row in engine.dicts(query)}
    assert rows[BO]["lifetime_value"] == "500 to 600"
    assert rows[DEE]["lifetime_value"] is None
    assert rows[BO]["first_name"].isdigit()
    assert rows[BO]["first_name"] != rows[ADA]["first_name"]
    assert ("k" * 32).encode().hex() not in engine.sql(query)
    teller = permit("teller", NAME, BORN, shown=frozenset({NAME, BORN}))
    query = exp.select("first_name").from_(policy.guarded("profile", teller, TABLES)).where("person_id = 10")
    assert engine.rows(query) == [("A… (up to 4)",)]


@pytest.mark.parametrize(
    ("how", "band", "type_", "value", "expected"),
    [
        ("partial", None, "text", "ada@inbox.example", "…@inbox.example"),
        ("partial", None, "text", "Bo", "…"),
        ("partial", None, "text", "Evelyn", "E… (5 to 8)"),
        ("partial", None, "integer", 5, "masked"),
        ("generalise", None, "date", datetime(1980, 5, 2).date(), "1980"),
        ("generalise", None, "timestamp", datetime(1980, 5, 2, 3), "1980"),
        ("generalise", "10", "integer", 37, "30 to 40"),
        ("generalise", "10", "integer", -3, "-10 to 0"),
        ("generalise", "0.5", "number", 1.7, "1.5 to 2.0"),
        ("generalise", None, "number", 1.7, "masked"),
        ("generalise", None, "text", "Evelyn", "masked"),
    ],
)
def test_what_a_mask_leaves(
    engine: Engine, how: str, band: str | None, type_: str, value: Any, expected: str
) -> None:
    clause = next(iter(policy.clauses(SHOP)))
    masked = Masked(NAME, How(how), Decimal(band) if band else None, clause)
    inner = exp.select(f.cast(f.value(value), Type(type_)).as_("x")).subquery("v")
    query = exp.select(lowered(exp.column("x", "v"), Type(type_), masked, b"")).from_(inner)
    assert engine.rows(query) == [(expected,)]


def test_several_policies_give_the_most_restrictive() -> None:
    strict = (
        "policy: strict\nsmallest_group: 25\nmasks: [{fields: [first_name], how: partial}]\n"
        "roles:\n  - {role: british, rows: [{field: crm.vip, is: true}]}\n"
    )
    both = charter(policies__standard=POLICY, policies__strict=strict, sources__web=WEB)
    allowed = asked("british", AMOUNT, of=both, now=NOW)
    assert isinstance(allowed, Permit)
    assert (allowed.smallest_group, [one.clause.policy for one in allowed.rows]) == (
        25,
        ["standard", "strict"],
    )
    assert codes(asked("marketer", NAME, of=both, now=NOW)) == ["POL-105"]
    clerk = asked("clerk", NAME, of=both, now=NOW, shown=frozenset({NAME}), key=b"k")
    assert isinstance(clerk, Permit)
    assert [str(one.how) for one in clerk.masks] == ["hash"]


def test_a_mask_by_field_reaches_what_hand_written_sql_reads() -> None:
    """Whoever is kept from a field may write a trait of it, which the run works out without masks."""
    sql = "SELECT person_id, first_name AS value FROM record_crm WHERE born IS NOT NULL"
    other = "SELECT person_id, country AS value FROM record_crm"
    each = [
        f"  - {{trait: {name}, type: text, sql: '{one}'}}\n"
        for name, one in (("alias", sql), ("home", other))
    ]
    traits = f"traits:\n{''.join(each)}"
    of = charter(policies__standard=POLICY, sources__web=WEB, traits__own=traits)
    tables, alias, home = catalogue(of), FieldRef("profile", "alias"), FieldRef("profile", "home")
    for shown, masked in ((alias, ["hash"]), (home, [])):
        decision = decide(
            *(Actor("x", "clerk"), "analytics", PREVIEW, frozenset({shown}), of, tables),
            **{"now": NOW, "shown": frozenset({shown}), "key": b"k"},
        )
        assert isinstance(decision, Permit)
        assert [str(one.how) for one in decision.masks] == masked
    assert isinstance(
        decide(Actor("x", "clerk"), "analytics", PREVIEW, frozenset({alias}), of, tables, now=NOW), Refusal
    )


def test_the_label_of_what_is_kept_is_declared() -> None:
    def rules(label: str) -> str:
        return POLICY.replace("masks:\n", f"keep: [{{label: {label}, for: 30 days}}]\nmasks:\n", 1)

    assert charter(policies__standard=rules("health"), sources__web=WEB)
    with pytest.raises(Problems, match="helth") as caught:
        charter(policies__standard=rules("helth"), sources__web=WEB)
    assert caught.value.problems[0].nearest == "health"


def test_the_fingerprint_covers_rows_masks_end_and_clauses() -> None:
    one = permit("british", NAME)
    masked = permit("teller", NAME, shown=frozenset({NAME}))
    other = charter(policies__standard=POLICY.replace("country, is: GB", "country, is: FR"), sources__web=WEB)
    french = asked("british", NAME, of=other, now=NOW)
    assert isinstance(french, Permit)
    assert len({one.fingerprint, french.fingerprint, replace(one, rows=()).fingerprint}) == 3
    assert replace(one, until=NOW).fingerprint != one.fingerprint
    assert replace(one, clauses=()).fingerprint != one.fingerprint
    assert replace(masked, masks=()).fingerprint != masked.fingerprint
    assert replace(one, now=NOW + timedelta(days=1)).fingerprint == one.fingerprint


def test_two_gaps_and_refusals_are_no_permits() -> None:
    assert isinstance(asked("stranger", AMOUNT), Gap)


def test_what_stands_for_a_role_changes_when_a_grant_ends_or_a_rule_does() -> None:
    def standing(role: str, now: datetime | None, of: Charter = SHOP) -> str:
        return policy.standing(role, of, now)

    late = datetime(2026, 3, 2)
    assert standing("temp", NOW) != standing("temp", late) == standing("temp", None)
    assert standing("clerk", NOW) == standing("clerk", late)
    other = charter(policies__standard=POLICY.replace("country, is: GB", "country, is: FR"), sources__web=WEB)
    assert standing("british", NOW) != standing("british", NOW, other)


def test_every_rule_of_time_and_wording_is_told() -> None:
    """How long a yes counts, to which words, and how long data stays are rules as much as grants are."""
    base = SHOP.purposes.purposes[0]
    asked = replace(
        base,
        expires_after=timedelta(days=730),
        wording=Wording(place=base.place, version="2026-03", accepts=("2024-05",)),
        gpc=Signal.DENIES,
    )
    kept = replace(SHOP.sources[0], keep=timedelta(days=90))
    found = [
        one.sentence
        for one in policy.clauses(
            replace(
                SHOP,
                purposes=replace(SHOP.purposes, purposes=(asked, *SHOP.purposes.purposes[1:])),
                sources=(kept, *SHOP.sources[1:]),
            )
        )
    ]
    assert "no older than 730 days, given to the wording 2026-03 or 2024-05" in found[0]
    assert "a Global Privacy Control signal is a no" in found[0]
    assert found[-2:] == [
        f"Rows of {kept.title or kept.source} are removed after 90 days.",
        "Files of the lake that no table needs any more are removed after 7 days.",
    ]
