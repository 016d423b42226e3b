"""What a changed charter lets more be done: each way to widen is found at its clause, and what narrows is not."""

import dataclasses
from pathlib import Path

import pytest

from tandem.charter import Charter, load_files
from tandem.charter.binding import slots
from tandem.charter.definitions import Definition, Grant, Policy, Purpose, Purposes, Role
from tandem.charter.wider import HARMLESS, TABLE, WORDS, Rule, covers
from tandem.usecases.widening import Widening, asked, widenings

SHOP = Path(__file__).parents[2] / "projects" / "shop"
POLICY, PURPOSES, IDENTITY = "policies/standard.yml", "purposes.yml", "identity.yml"
VIPS, LETTER, TILL = "audiences/vips.yml", "campaigns/vip_letter.yml", "sources/till.yml"

TEXTS = {
    str(path.relative_to(SHOP)): path.read_text()
    for path in sorted(SHOP.rglob("*"))
    if path.suffix in (".yml", ".toml")
}


def charter(*edits: tuple[str, str, str], **more: str) -> Charter:
    texts = dict(TEXTS)
    for file, old, new in edits:
        assert old in texts[file], f"{old!r} does not stand in {file}"
        texts[file] = texts[file].replace(old, new, 1)
    return load_files({**texts, **more})


def found(
    *edits: tuple[str, str, str], before: tuple[tuple[str, str, str], ...] = ()
) -> tuple[Widening, ...]:
    return widenings(charter(*before), charter(*before, *edits))


MORE_LABELS = (
    POLICY,
    "labels: [public, internal, personal]",
    "labels: [public, internal, personal, sensitive]",
)
MORE_PLACES = (POLICY, "file, measure]", "file, measure, explain]")
MORE_PURPOSES = (POLICY, "[marketing_email, analytics]", "[marketing_email, analytics, service]")
UNTIL = (
    POLICY,
    "destinations: [preview, email, file, measure]}",
    "destinations: [preview, email, file, measure], until: 2027-01-01}",
)

WIDER = {
    "a label for a role": (MORE_LABELS, "grant", POLICY),
    "a destination for a role": (MORE_PLACES, "destination", POLICY),
    "a purpose for a role": (MORE_PURPOSES, "destination", POLICY),
    "a smaller smallest group": ((POLICY, "smallest_group: 2", "smallest_group: 1"), "smallest_group", POLICY),
    "a channel for a purpose": (
        (PURPOSES, "contract, channels: [email]", "contract, channels: [email, file]"), "destination", PURPOSES
    ),
    "a weaker basis": ((PURPOSES, "basis: consent", "basis: legitimate_interest"), "basis", PURPOSES),
    "who is who": ((IDENTITY, "defaults: true", "defaults: false"), "rule", IDENTITY),
    "owners": (("tandem.toml", 'policies = "it"', 'policies = "marketing"'), "owner", "tandem.toml"),
    "another sign-in": (("tandem.toml", '"127.0.0.1"', '"mail.elsewhere.example"'), "rule", "tandem.toml"),
    "values that are no junk any more": (
        (IDENTITY, "values: {email: [test@test.example]}", "values: {}"), "rule", IDENTITY
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", WIDER)
def test_what_widens_is_found_at_its_clause_and_asks_it(what: str) -> None:
    edit, kind, file = WIDER[what]
    told = found(edit)
    assert [one for one in told if one.kind == kind], told
    assert {one.place.file for one in told} == {file}
    assert {*asked(told)} == {"it"}


NARROWER = {
    "a label less": (POLICY, "labels: [public, internal, personal]", "labels: [public, internal]"),
    "an end": UNTIL,
    "a larger smallest group": (POLICY, "smallest_group: 2", "smallest_group: 20"),
    "consent in place of interest": (PURPOSES, "basis: contract", "basis: consent"),
    "a channel less": (PURPOSES, "contract, channels: [email]", "contract, channels: []"),
    "other words": (POLICY, "title: Who may use what", "title: Who may"),
    "a row rule": (POLICY, "marketing\n", "marketing\n    rows: [{trait: country, is: GB}]\n"),
    "a mask": (POLICY, "roles:\n", "masks: [{label: sensitive, how: hash}]\nroles:\n"),
    "values that go": (POLICY, "roles:\n", "keep: [{label: sensitive, for: 90 days}]\nroles:\n"),
    "rows that go": (TILL, "mode: quarantine\n", "mode: quarantine\nkeep: 730 days\n"),
    "a yes that ends": (PURPOSES, "channels: [email, file]}", "channels: [email, file], expires_after: 730 days}"),
}  # fmt: skip


@pytest.mark.parametrize("what", NARROWER)
def test_what_narrows_asks_nobody_and_its_undoing_does(what: str) -> None:
    file, old, new = NARROWER[what]
    assert found((file, old, new)) == ()
    if what != "other words":
        assert found((file, new, old), before=((file, old, new),)) != ()


def test_a_grant_written_twice_or_split_grants_nothing_new() -> None:
    text = TEXTS[POLICY]
    line = next(one for one in text.splitlines() if "marketing_email, analytics" in one)
    split = "\n".join(
        line.replace("[marketing_email, analytics]", f"[{purpose}]")
        for purpose in ("marketing_email", "analytics")
    )
    assert found((POLICY, line, split)) == ()
    assert found((POLICY, line, f"{line}\n{line}")) == ()


def test_a_later_end_widens_and_an_earlier_one_does_not() -> None:
    later = (POLICY, "2027-01-01", "2028-01-01")
    (one,) = {(w.kind, w.part) for w in found(later, before=(UNTIL,))}
    assert one == ("grant", "policies")
    assert found((POLICY, "2027-01-01", "2026-12-01"), before=(UNTIL,)) == ()


def test_a_label_that_becomes_less_strict_widens_also_under_another_name() -> None:
    crm = "sources/crm.yml"
    line = next(one for one in TEXTS[crm].splitlines() if "birth" in one and "type" in one)
    assert "sensitive" in line, line
    looser = (crm, line, line.replace("sensitive", "internal"))
    (one,) = found(looser)
    assert (one.kind, one.part, one.place.file) == ("label", "sources", crm)
    name = line.strip().split(":")[0]
    renamed = (
        line.replace(f"{name}:", "born:", 1)
        .replace("{", "{from: " + name + ", ", 1)
        .replace("sensitive", "internal")
    )
    (one,) = found((crm, line, renamed))
    assert one.kind == "label"


CRM = "sources/crm.yml"


def second(path: str, label: str = "internal") -> str:
    """The CRM read a second time, the dates of birth under another label."""
    text = TEXTS[CRM].split("consents:")[0].replace("source: crm", "source: crm2")
    return text.replace("data/crm/customers.csv", path).replace("label: sensitive", f"label: {label}")


@pytest.mark.parametrize(
    "path", ["data/crm/customers.csv", "./data/crm/*.csv", "data/crm", "data/**", "/srv/shop/data/crm/c.csv"]
)
def test_a_label_is_not_shed_by_a_second_source(path: str) -> None:
    told = widenings(charter(), charter(**{"sources/crm2.yml": second(path)}))
    assert [(one.kind, one.place.file) for one in told] == [("label", "sources/crm2.yml")]
    assert "birth_date" in told[0].sentence
    same = charter(**{"sources/crm2.yml": second(path, "sensitive")})
    assert widenings(charter(), same) == ()
    (one,) = widenings(same, charter(**{"sources/crm2.yml": second(path)}))
    assert one.kind == "label"


def test_what_is_lost_is_named() -> None:
    (one,) = found((IDENTITY, "values: {email: [test@test.example]}", "values: {}"))
    assert one.sentence.endswith("lost or changed `email test@test.example`")


def test_other_files_have_labels_of_their_own() -> None:
    elsewhere = charter(**{"sources/crm2.yml": second("data/other/*.csv")})
    assert widenings(charter(), elsewhere) == ()
    (one,) = widenings(elsewhere, charter(**{"sources/crm2.yml": second("data/crm/*.csv")}))
    assert (one.kind, one.place.file) == ("label", "sources/crm2.yml")


RETURNS = """  - kind: returned
    when: {kind: return}
    fields:
      reason: {type: text, from: note, label: internal}
"""
COMPLAINTS = """  - kind: complained
    when: {kind: complaint}
    fields:
      reason: {type: text, from: note, label: sensitive}
"""


def test_a_label_is_not_shed_by_making_rows_another_event() -> None:
    bought = "    title: Bought in a store\n"
    till = TEXTS[TILL].replace(bought, f"{bought}    when: {{kind: sale}}\n")
    both = charter(**{TILL: till + RETURNS + COMPLAINTS})
    moved = charter(**{TILL: till + RETURNS.replace("kind: return}", "kind: complaint}") + COMPLAINTS})
    (one,) = widenings(both, moved)
    assert (one.kind, one.place.file) == ("label", TILL)
    only = charter(**{TILL: till + COMPLAINTS})
    assert [one.kind for one in widenings(only, both)] == ["label"]
    stricter = COMPLAINTS.replace("kind: complaint}", "kind: return}")
    assert widenings(both, charter(**{TILL: till + RETURNS + stricter})) == ()


def test_an_audience_and_a_campaign_inside_policy_need_nobody() -> None:
    new = {
        "audiences/tents.yml": "audience: tents\nwho: {did: purchase, within: 90 days}\n",
        "campaigns/more.yml": TEXTS[LETTER].replace("vip_letter", "more"),
    }
    assert widenings(charter(), load_files({**TEXTS, **new})) == ()


def test_an_audience_in_force_that_reads_a_stricter_field_asks_the_owner_of_the_policies() -> None:
    """The policies would let it; but what is in force was looked at without that field."""
    old = load_files({**TEXTS, VIPS: "audience: vips\nwho: {trait: orders, at_least: 1}\n"})
    new = load_files({**TEXTS, VIPS: "audience: vips\nwho: {trait: first_name, is: Ada}\n"})
    told = widenings(old, new)
    assert ("label", "it", "audiences", VIPS) in {(w.kind, w.owner, w.part, w.place.file) for w in told}
    assert all("profile.first_name" in one.sentence for one in told)
    assert widenings(new, old) == ()


def test_a_part_is_given_away_by_whom_it_belongs_to() -> None:
    (one,) = found(("tandem.toml", 'audiences = "marketing"', 'audiences = "it"'))
    assert one.owner == "marketing"


def test_a_campaign_in_force_that_goes_elsewhere_asks() -> None:
    text = (
        TEXTS["campaigns/winback_spring.yml"].split("message:")[0].replace("channel: email", "channel: file")
    )
    text += "export: {path: exports/winback.csv, fields: [email]}\n"
    told = widenings(charter(), load_files({**TEXTS, "campaigns/winback_spring.yml": text}))
    assert [(one.kind, one.owner) for one in told] == [("destination", "it")]


def test_the_first_charter_is_one_widening() -> None:
    (one,) = widenings(None, charter())
    assert (one.kind, one.owner) == ("first", "it")


def test_nothing_edited_widens_nothing() -> None:
    assert found() == ()


@pytest.mark.parametrize("kind", [Grant, Role, Policy, Purpose, Purposes], ids=lambda kind: kind.__name__)
def test_a_key_that_nobody_has_judged_counts_as_wider(kind: type[Definition]) -> None:
    """The list of judged keys is short; whatever is not on it is asked about."""
    for slot in slots(kind):
        judged = TABLE.get((kind.__name__, slot.attribute))
        harmless = slot.attribute in WORDS or slot.attribute in HARMLESS.get(kind.__name__, ())
        assert judged is not Rule.WORDS
        assert judged is not None or not harmless or slot.attribute in WORDS


def test_an_unknown_condition_on_a_grant_is_no_grant_of_the_same() -> None:
    grant = charter().policies[0].roles[0].may[0]
    assert covers(grant, grant, ())
    assert not covers(dataclasses.replace(grant, destinations=()), grant, ())
