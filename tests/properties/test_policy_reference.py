"""Whatever the charter, the people and their consents: the engine shows what a slow reader of the rules would.

The reader goes person by person and rule by rule in plain Python: grants, their end, labels, row rules, masks, consent,
objection, suppression. What it refuses must not appear in a preview, in memberships or among what is delivered.
"""

import hashlib
import math
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st
from sqlglot import exp
from unit.audience import reference
from unit.audience.random_world import KEYS, conditions, world
from unit.audience.world import FILES, NOW, ago, charter, fill, ids

from tandem import audience, policy
from tandem.charter import Charter
from tandem.charter.definitions import Audience, Condition, DidCondition, TraitCondition, walk
from tandem.deliver.asking import ask, needs, reachable
from tandem.engine import Engine, open_engine
from tandem.kernel.ids import SEPARATOR
from tandem.kernel.values import Actor, Destination
from tandem.policy import Gap, Permit, Refusal
from tandem.usecases.workspace import tables_of

SEER = Actor("seer@shop.example", "seer")
KEY = b"\x07" * 32
ORDER = ["public", "internal", "personal", "sensitive"]
SEEDS = (144, 254, 350)
"""Worlds in which several people with a name may be written to."""
OPENED: list[Engine] = []
VIP = "audience: vip\nwho: {any: [{trait: vip, is: true}, {did: visit, within: 30 days}]}\n"
EXPORTED = ("email", "first_name", "country", "born", "lifetime_value")
FILED = """
campaign: filed
audience: vip
purpose: marketing_email
channel: file
holdout: 10%
window: 30 days
goal: {event: purchase}
export: {path: out.csv, fields: [email, first_name, country, born, lifetime_value]}
"""
PURPOSES = FILES["purposes.yml"].replace(
    "basis: consent, channels: [email]", "basis: consent, channels: [email, file]"
)
ALL_OF_IT = "{purposes: [analytics], labels: [%s], destinations: [preview]}"
EVERYTHING = f"policy: run\nroles: [{{role: system, may: [{ALL_OF_IT}]}}]"


@dataclass(frozen=True)
class Rules:
    """One random charter as plain values; `text()` is its policies/random.yml."""

    grants: tuple[tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...], str | None], ...]
    rows: tuple[tuple[str, str, str, Any], ...]
    masks: tuple[tuple[str, str, str | None, bool, str | None], ...]
    labels: tuple[tuple[str, str], ...]

    def text(self) -> str:
        may = [
            f"{{purposes: [{', '.join(p)}], labels: [{', '.join(labels)}], destinations: [{', '.join(to)}]"
            + (f", until: {until}}}" if until else "}")
            for p, labels, to, until in self.grants
        ]
        rows = [
            f"{{{word}: {name}, {operator}: {str(value).lower() if isinstance(value, bool) else value}}}"
            for word, name, operator, value in self.rows
        ]
        masks = [
            (f"{{label: {what}" if what in (*ORDER, "health") else f"{{fields: [{what}]")
            + f", how: {how}"
            + (f", band: {band}" if band else "")
            + (", roles: [seer]" if mine else "")
            + (f", destinations: [{to}]}}" if to else "}")
            for what, how, band, mine, to in self.masks
        ]
        return (
            "policy: random\nsmallest_group: 1\nlabels: [{label: health, as: sensitive}]\n"
            f"masks: [{', '.join(masks)}]\nroles:\n  - role: seer\n    may: [{', '.join(may)}]\n"
            f"    rows: [{', '.join(rows)}]\n"
        )

    def charter(self, *audiences: tuple[str, Condition]) -> Charter:
        web, crm = FILES["sources/web.yml"], FILES["sources/crm.yml"]
        for field, label in self.labels:
            kind = next(line for line in (web + crm).splitlines() if line.strip().startswith(f"{field}:"))
            told = kind.split(", label:")[0].rstrip("}") + f", label: {label}}}"
            web, crm = web.replace(kind, told), crm.replace(kind, told)
        run = EVERYTHING % ", ".join([*ORDER, "health"])
        made = charter(
            purposes=PURPOSES,
            policies__random=self.text(),
            policies__standard=run,
            sources__web=web,
            sources__crm=crm,
            audiences__vip=VIP,
            campaigns__filed=FILED,
        )
        extra = tuple(Audience(audience=name, who=who) for name, who in audiences)
        return replace(made, audiences=(*made.audiences, *extra))


some = {
    "purposes": st.lists(st.sampled_from(["analytics", "marketing_email"]), min_size=1, unique=True),
    "labels": st.lists(st.sampled_from([*ORDER, "health"]), min_size=2, unique=True),
    "to": st.lists(st.sampled_from(["preview", "file"]), min_size=1, unique=True),
}
grant = st.tuples(
    some["purposes"].map(tuple),
    some["labels"].map(tuple),
    some["to"].map(tuple),
    st.sampled_from([None, None, None, "2026-02-28", "2026-03-02"]),
)
wide = st.just(
    (("analytics", "marketing_email"), ("public", "internal", "personal"), ("preview", "file"), None)
)
row = st.sampled_from(
    [
        ("trait", "country", "is", "GB"),
        ("trait", "country", "is_not", "GB"),
        ("trait", "orders", "at_least", 3),
        ("trait", "vip", "known", False),
        ("field", "crm.country", "is", "GB"),
        ("field", "crm.vip", "is", True),
        ("field", "crm.first_name", "known", True),
    ]
)
mask = st.one_of(
    st.tuples(
        st.sampled_from(["first_name", "crm.first_name", "personal", "health", "crm.country"]),
        st.sampled_from(["hash", "partial"]),
        st.none(),
        st.booleans(),
        st.sampled_from([None, "preview", "file"]),
    ),
    st.tuples(
        st.sampled_from(["crm.born", "purchase.amount", "lifetime_value", "sensitive"]),
        st.just("generalise"),
        st.sampled_from([None, "10", "250"]),
        st.booleans(),
        st.sampled_from([None, "preview", "file"]),
    ),
)
relabelled = st.tuples(
    st.sampled_from(["amount", "category", "country", "born", "vip", "first_name"]),
    st.sampled_from(["internal", "personal", "sensitive", "health"]),
)
rules = st.builds(
    Rules,
    st.lists(st.one_of(wide, grant), min_size=1, max_size=3).map(tuple),
    st.lists(row, max_size=2, unique=True).map(tuple),
    st.lists(mask, max_size=1).map(tuple),
    st.lists(relabelled, max_size=2, unique_by=lambda one: one[0]).map(tuple),
)

OPEN = (("analytics", "marketing_email"), ("public", "internal", "personal"), ("preview", "file"), None)
PLAIN = Rules((OPEN,), (), (), ())
BRITISH = Rules((OPEN,), (("trait", "country", "is", "GB"),), (), ())
VEILED = Rules((OPEN,), (), (("personal", "hash", None, True, None),), ())
NOBODY = Rules((OPEN,), (("trait", "country", "is_not", "GB"), ("trait", "country", "is", "GB")), (), ())
PARTLY = Rules((OPEN,), (), (("crm.first_name", "partial", None, True, "file"),), ())


# -- the slow reader ---------------------------------------------------------------------------------------


def labels_of(field: str, of: Charter) -> set[str]:
    """Of `table.column`, straight from the contract; of a trait, of all that it reads."""
    table, _, column = field.partition(".")
    if table == "profile":
        trait = next(one for one in of.traits if one.trait == column)
        prefix = f"event_{trait.of}" if trait.of in of.events() else f"record_{trait.of}"
        read = [*([trait.field] if trait.field else []), *(one.field for one in trait.where)]
        return together({"internal"}.union(*(labels_of(f"{prefix}.{name}", of) for name in read)))
    if table in ("identifiers", "person_changes"):
        return {"personal"} if column == "value" else {"internal"}
    kinds = [kind for source in of.sources for kind in source.events if f"event_{kind.kind}" == table]
    kinds += [s.record for s in of.sources if s.record and f"record_{s.source}" == table]  # type: ignore[misc]
    found = {str(spec.label) for kind in kinds for spec in kind.fields if spec.name == column}
    return found or {"internal"}


def together(labels: set[str]) -> set[str]:
    strictest = max((one for one in labels if one in ORDER), key=ORDER.index)
    return {strictest} | {one for one in labels if one not in ORDER}


def may(it: Rules, fields: set[str], of: Charter, purpose: str, to: str, now: datetime) -> bool:
    held = [
        labels
        for purposes, labels, destinations, until in it.grants
        if purpose in purposes
        and to in destinations
        and (until is None or now < datetime.fromisoformat(until))
    ]
    granted = {label for labels in held for label in labels}
    return bool(held) and all(labels_of(field, of) <= granted for field in fields)


def masked(it: Rules, field: str, of: Charter, to: str) -> tuple[str, str | None] | None:
    """The strongest of the masks that hold for a field: (how, band)."""
    found = []
    for what, how, band, _, destination in it.masks:
        table, _, column = field.partition(".")
        trait = next((one for one in of.traits if table == "profile" and one.trait == column), None)
        names = (
            {column}
            if table == "profile"
            else {f"{table.split('_', 1)[1]}.{column}"}
            if "_" in table
            else set()
        )
        if trait:
            names |= {
                f"{trait.of}.{name}" for name in (trait.field, *(one.field for one in trait.where)) if name
            }
        labels = {"sensitive" if one == "health" else one for one in labels_of(field, of)}
        by_label = what in ORDER and any(ORDER.index(one) >= ORDER.index(what) for one in labels)
        by_own = what == "health" and "health" in labels_of(field, of)
        if destination in (None, to) and (what in names or by_label or by_own):
            found.append((["partial", "generalise", "hash"].index(how), float(band or 0), how, band))
    return max(found)[2:] if found else None


def seen(
    it: Rules, rows: reference.Rows, profile: dict[int, dict[str, Any]], person: int, of: Charter
) -> bool:
    """Do all row rules hold for one person?"""
    judged = [
        rule for policy_ in of.policies for role in policy_.roles if role.role == "seer" for rule in role.rows
    ]
    for (word, name, _, _), rule in zip(it.rows, judged, strict=True):
        if word == "trait":
            if person not in profile or not reference.holds(profile[person][name], rule, NOW):
                return False
            continue
        newest: dict[int, dict[str, Any]] = {}
        for one in sorted(rows["record_crm"], key=lambda r: (r["event_at"], r["received_at"], r["content"])):
            newest[one["record_id"]] = one
        mine = [r for r in newest.values() if reference.persons(rows).get(r["subject_key"]) == person]
        if not mine or not all(reference.holds(r.get(name.split(".")[1]), rule, NOW) for r in mine):
            return False
    return True


def reads(who: Condition, of: Charter) -> set[str]:
    """Every field that a condition looks at."""
    found: set[str] = set()
    for part in walk(who):
        match part:
            case TraitCondition(trait=name):
                found.add(f"profile.{name}")
            case DidCondition():
                names = ["event_at", *(one.field for one in part.where), *([part.of] if part.of else [])]
                found |= {f"event_{part.event}.{name}" for name in names}
            case _ if hasattr(part, "audience"):
                found |= reads(of.audience(part.audience).who, of)
    return found


def members(
    it: Rules, who: Condition, of: Charter, seed: int, purpose: str, *, contact: bool = False
) -> set[int]:
    _, rows, profile = shop(seed)
    universe = reference.reached(rows, purpose, purpose == "marketing_email", contact, NOW)
    universe = {one for one in universe if seen(it, rows, profile, one, of)}
    return reference.members(who, of, rows, universe, profile, NOW)


def left(value: Any, how: str, band: str | None) -> str | None:
    """What a mask leaves of a value."""
    if value is None:
        return None
    if how == "hash":
        text = SEPARATOR.join((KEY.hex(), str(value)))
        return str(int(hashlib.sha256(text.encode()).hexdigest()[:15], 16))
    if how == "generalise" and isinstance(value, date | datetime):
        return str(value.year)
    if how == "generalise" and band and isinstance(value, int | float | Decimal):
        low = math.floor(Decimal(value) / int(band)) * int(band)
        return f"{low} to {low + int(band)}"
    if how == "partial" and isinstance(value, str):
        if "@" in value:
            return "…" + value[value.index("@") :]
        size = "up to 4" if len(value) <= 4 else "5 to 8" if len(value) <= 8 else "more than 8"
        return "…" if len(value) <= 2 else f"{value[0]}… ({size})"
    return "masked"


# -- the engine beside it ----------------------------------------------------------------------------------


@pytest.fixture(scope="module", autouse=True)
def closed() -> Iterator[None]:
    yield
    while OPENED:
        OPENED.pop().close()


@cache
def shop(seed: int) -> tuple[Engine, reference.Rows, dict[int, dict[str, Any]]]:
    """A lake with the rows of that world, everybody's address, consents refreshed and traits computed."""
    return opened(world(seed))


def opened(rows: dict[str, Any]) -> tuple[Engine, reference.Rows, dict[int, dict[str, Any]]]:
    engine = open_engine("duckdb", tempfile.mkdtemp(), threads=1)
    OPENED.append(engine)
    base = Rules((), (), (), ()).charter()
    engine.ensure(tables_of(base))
    addresses = [
        {"identifier_key": key, "kind": "email", "value": f"p{key}@inbox.example", "first_seen_at": ago(key)}
        for key in range(1, KEYS + 1)
    ]
    for table, those in {**rows, "identifiers": addresses}.items():
        fill(engine, table, those)
    policy.refresh_consents(engine, NOW)
    system = Actor("tandem", "system")
    reads_all = audience.trait_footprint(base)
    allowed = policy.decide(system, "analytics", Destination.PREVIEW, reads_all, base, engine.catalogue)
    assert isinstance(allowed, Permit), allowed
    audience.compute_traits(engine, base, allowed, NOW)
    known = engine.dicts(exp.select("*").from_(engine.ref("profile")))
    return engine, rows, {row["person_id"]: row for row in known}


def found(it: Rules, who: Condition, engine: Engine, purpose: str) -> set[int]:
    """The people that the engine finds, nobody where policy refuses."""
    of = it.charter(("x", who))
    engine.ensure(tables_of(of))
    node = audience.bind(of.audience("x"), of, engine.catalogue)
    decision = policy.decide(
        SEER, purpose, Destination.PREVIEW, node.footprint(), of, engine.catalogue, now=NOW, key=KEY
    )
    if not isinstance(decision, Permit):
        return set()
    return set(ids(engine, audience.people(node, decision, engine.catalogue, NOW)))


slow = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])


@given(seed=st.sampled_from(SEEDS), it=rules, who=conditions)
@settings(slow, max_examples=40)
def test_a_preview_counts_whom_the_slow_reader_lets_be_counted(seed: int, it: Rules, who: Condition) -> None:
    engine, _, _ = shop(seed)
    of = it.charter(("x", who))
    engine.ensure(tables_of(of))
    shown = audience.preview(engine, of, "x", SEER, "marketing_email", NOW, NOW)
    fields = reads(who, of)
    hidden = any(masked(it, field, of, "preview") for field in fields)
    if hidden or not may(it, fields, of, "analytics", "preview", NOW):
        assert isinstance(shown, Refusal), (shown, fields)
        return
    assert isinstance(shown, audience.Preview), shown
    counted = members(it, who, of, seed, "analytics")
    assert getattr(shown.size, "people", 0) == len(counted)
    assert found(it, who, engine, "analytics") == counted
    (reach,) = shown.reach
    if may(it, fields, of, "marketing_email", "preview", NOW):
        rows = shop(seed)[1]
        reached = reference.reached(rows, "marketing_email", True, True, NOW)
        assert getattr(reach.may, "people", 0) == len(counted & reached)
    else:
        assert isinstance(reach.refused, Refusal)


@given(seed=st.sampled_from(SEEDS), it=rules, who=conditions)
@settings(slow, max_examples=8)
def test_memberships_hold_nobody_whom_the_slow_reader_refuses(seed: int, it: Rules, who: Condition) -> None:
    engine, _, _ = shop(seed)
    of = it.charter(("x", who))
    engine.ensure(tables_of(of))
    node = audience.bind(of.audience("x"), of, engine.catalogue)
    decision = policy.decide(
        SEER, "analytics", Destination.PREVIEW, node.footprint(), of, engine.catalogue, now=NOW, key=KEY
    )
    assume(isinstance(decision, Permit))
    assert isinstance(decision, Permit)
    audience.evaluate(engine, of, of.audience("x"), decision, NOW)
    inside = set(ids(engine, audience.members_now(engine, "x", "analytics")))
    assert inside == members(it, who, of, seed, "analytics")
    query = exp.select("permit").distinct().from_(engine.ref("memberships"))
    assert all(len(str(row[0])) == 16 for row in engine.rows(query.where("audience = 'x'")))


@example(seed=20, it=PLAIN)
@example(seed=254, it=BRITISH)
@example(seed=254, it=VEILED)
@example(seed=144, it=PARTLY)
@example(seed=144, it=NOBODY)
@example(seed=350, it=VEILED)
@given(seed=st.sampled_from(SEEDS), it=rules)
@settings(slow, max_examples=25)
def test_a_delivery_holds_no_person_and_no_value_that_the_slow_reader_refuses(seed: int, it: Rules) -> None:
    engine, rows, profile = shop(seed)
    of = it.charter()
    engine.ensure(tables_of(of))
    campaign = of.campaign("filed")
    asked = needs(campaign, of)
    decision = ask(SEER, campaign, asked, of, engine, now=NOW, key=KEY)
    fields = {str(ref) for ref in asked.footprint}
    if not may(it, fields, of, "marketing_email", "file", NOW):
        assert isinstance(decision, Refusal | Gap)
        return
    assert isinstance(decision, Permit), decision
    everybody = exp.select("person_id").distinct().from_(engine.ref("person_map"))
    given_out = engine.dicts(reachable(everybody, campaign, asked, decision, engine))
    may_be = reference.reached(rows, "marketing_email", True, True, NOW)
    may_be = {one for one in may_be if seen(it, rows, profile, one, of)}
    assert {row["person_id"] for row in given_out} == may_be
    for got in given_out:
        for name in EXPORTED[1:]:
            value = profile.get(got["person_id"], {}).get(name)
            mask_ = masked(it, f"profile.{name}", of, "file")
            expected = left(value, *mask_) if mask_ else value
            assert got[f"trait_{name}"] == expected, (name, mask_)
        mask_ = masked(it, "identifiers.value", of, "file")
        keys = [key for key, person in reference.persons(rows).items() if person == got["person_id"]]
        address = f"p{min(keys)}@inbox.example"
        assert got["kind_email"] == (left(address, *mask_) if mask_ else address)


@given(seed=st.sampled_from(SEEDS), it=rules, who=conditions, more=row, taken=st.integers(0, 2), hide=mask)
@settings(slow, max_examples=15)
def test_adding_a_rule_never_adds_people(
    seed: int, it: Rules, who: Condition, more: Any, taken: int, hide: Any
) -> None:
    engine, _, _ = shop(seed)
    purpose = "analytics"
    before = found(it, who, engine, purpose)
    stricter = [
        replace(it, rows=tuple(dict.fromkeys((*it.rows, more)))),
        replace(it, grants=tuple(one for n, one in enumerate(it.grants) if n != taken)),
        replace(it, grants=tuple((*one[:3], "2026-02-28") for one in it.grants)),
        replace(it, masks=(*it.masks, hide)),
    ]
    for other in stricter:
        assert found(other, who, engine, purpose) <= before


@given(
    seed=st.integers(100, 10_000),
    it=rules,
    who=conditions,
    no=st.lists(
        st.tuples(st.integers(1, KEYS), st.sampled_from(["analytics", "marketing_email"])),
        min_size=1,
        max_size=5,
    ),
    stopped=st.integers(1, KEYS),
)
@settings(slow, max_examples=5)
def test_a_denial_and_a_suppression_never_add_people(
    seed: int, it: Rules, who: Condition, no: list[tuple[int, str]], stopped: int
) -> None:
    engine, _, _ = opened(world(seed))
    of = it.charter()
    everybody = exp.select("person_id").distinct().from_(engine.ref("person_map"))
    purposes = ("analytics", "marketing_email")

    def delivered() -> set[int]:
        campaign = of.campaign("filed")
        asked = needs(campaign, of)
        decision = ask(SEER, campaign, asked, of, engine, now=NOW, key=KEY)
        if not isinstance(decision, Permit):
            return set()
        return set(
            ids(
                engine,
                reachable(everybody, campaign, asked, decision, engine).select("w.person_id", append=False),
            )
        )

    before = {one: found(it, who, engine, one) for one in purposes}, delivered()
    fill(
        engine,
        "consents",
        [
            {
                "consent_id": 900 + n,
                "subject_key": key,
                "purpose": purpose,
                "state": "denied",
                "at": NOW,
                "proof_event_id": n,
                "batch_id": 9,
            }
            for n, (key, purpose) in enumerate(no)
        ],
    )
    fill(
        engine,
        "suppressions",
        [{"suppression_id": 99, "identifier_key": stopped, "reason": "bounce", "at": NOW}],
    )
    policy.refresh_consents(engine, NOW)
    for purpose in purposes:
        assert found(it, who, engine, purpose) <= before[0][purpose]
    assert delivered() <= before[1]
    OPENED.remove(engine)
    engine.close()


@given(seed=st.sampled_from(SEEDS), it=rules, other=rules, who=conditions)
@settings(slow, max_examples=12)
def test_intersecting_purposes_never_widens(seed: int, it: Rules, other: Rules, who: Condition) -> None:
    """Grants for what two charters both allow reach only whom either of them does."""
    engine, _, _ = shop(seed)
    keep = {purpose for purposes, *_ in other.grants for purpose in purposes}
    both = tuple((tuple(one for one in purposes if one in keep), *rest) for purposes, *rest in it.grants)
    narrowed = replace(it, grants=tuple(one for one in both if one[0]))  # type: ignore[arg-type]
    for purpose in ("analytics", "marketing_email"):
        inside = found(narrowed, who, engine, purpose)
        assert inside <= found(it, who, engine, purpose)
        assert not inside or purpose in keep
