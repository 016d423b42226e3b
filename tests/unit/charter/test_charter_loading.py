"""What a right charter says after loading: values, places, types, order; from texts the same as from disk."""

import shutil
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from unit.charter.charter_cases import SHOP

from tandem.charter import catalog_view, files, find_root, fingerprint, init_files, load, load_files
from tandem.charter.definitions import (
    Ago,
    All,
    Charter,
    Comparison,
    DidCondition,
    DidMeasure,
    FieldType,
    Not,
    Operator,
    TraitCondition,
    WhenTest,
)
from tandem.kernel import Problems
from tandem.kernel.values import Label


@pytest.fixture(scope="module")
def shop() -> Charter:
    return load(SHOP)


def with_audience(who: str) -> Charter:
    texts = files(SHOP) | {"audiences/new.yml": f"audience: new\nwho: {who}\n"}
    return load_files(texts)


def test_the_texts_give_the_same_charter_as_the_disk(shop: Charter) -> None:
    assert load_files(files(SHOP)) == shop or shop.root is not None
    assert fingerprint(files(SHOP)) == fingerprint(shop.files)
    assert shop.root == SHOP


def test_the_fingerprint_follows_every_letter_and_path() -> None:
    texts = files(SHOP)
    prints = {fingerprint(texts)}
    prints |= {fingerprint({**texts, name: texts[name] + "\n"}) for name in texts}
    prints.add(fingerprint({"a": "b", "c": ""}))
    prints.add(fingerprint({"a": "", "bc": ""}))
    assert len(prints) == len(texts) + 3
    assert fingerprint(dict(reversed(texts.items()))) == fingerprint(texts)


def test_values_are_typed(shop: Charter) -> None:
    campaign = shop.campaign("winback_spring")
    assert campaign.holdout == Decimal("0.2")
    assert campaign.window == timedelta(days=14)
    assert campaign.starts == datetime(2026, 3, 1)
    till = shop.source("till")
    assert till.events[0].fields[1].at_most == Decimal(100_000)
    assert till.events[0].fields[1].read_from == "total"
    assert till.events[0].fields[3].one_of == ("Leith", "Oban", "York")
    assert shop.source("crm").consents[0].granted == ("yes", "1")
    when = shop.source("web").events[0].when
    assert when is not None
    assert when.tests == (WhenTest(path="event", values=("Order Completed",)),)


@pytest.mark.parametrize(
    ("written", "bound"),
    [
        ("{trait: lifetime_value, at_least: 1.50}", (Operator.AT_LEAST, (Decimal("1.50"),))),
        ("{trait: lifetime_value, between: [1, 2.5]}", (Operator.BETWEEN, (1, Decimal("2.5")))),
        ("{trait: country, in: [NO, '44']}", (Operator.IN, ("NO", "44"))),
        ("{trait: vip, is: false}", (Operator.IS, (False,))),
        ("{trait: country, known: false}", (Operator.KNOWN, (False,))),
    ],
)
def test_tests_of_traits(written: str, bound: tuple[Operator, tuple[object, ...]]) -> None:
    who = with_audience(written).audience("new").who
    assert isinstance(who, TraitCondition)
    assert (who.operator, who.values) == bound


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("{after: 2025-01-01}", "date"),
        ("{after: 2025-01-01T10:00:00+02:00}", datetime(2025, 1, 1, 8)),
        ('{after: "2025-01-01 10:00"}', datetime(2025, 1, 1, 10)),
        ("{before: 90 days ago}", Ago(timedelta(days=90), "90 days ago")),
    ],
)
def test_moments(written: str, value: object) -> None:
    who = with_audience(f"{{did: purchase, last: {written}}}").audience("new").who
    assert isinstance(who, DidCondition)
    assert who.measure is DidMeasure.LAST
    assert who.test.value == value or (value == "date" and str(who.test.value) == "2025-01-01")


def test_did_with_everything() -> None:
    where = "where: [{field: store, is: Oban}]"
    written = f"did: purchase, sum: {{of: amount, more_than: 10}}, within: 2 weeks, {where}"
    who = with_audience(f"{{{written}}}").audience("new").who
    assert isinstance(who, DidCondition)
    assert (who.of, who.test.operator, who.within) == ("amount", Operator.MORE_THAN, timedelta(days=14))
    assert who.where == (Comparison(field="store", operator=Operator.IS, values=("Oban",)),)
    assert str(who.at("of")) == "audiences/new.yml:2:32"


def test_places_lead_to_the_word(shop: Charter) -> None:
    who = shop.audience("lapsed_big_spenders").who
    assert isinstance(who, All)
    first, last = who.conditions[0], who.conditions[-1]
    assert isinstance(first, TraitCondition)
    assert isinstance(last, Not)
    assert str(first.at("trait")) == "audiences/lapsed_big_spenders.yml:6:15"
    assert str(first.at("value")) == "audiences/lapsed_big_spenders.yml:6:41"
    assert str(last.condition.at("did")) == "audiences/lapsed_big_spenders.yml:9:18"
    assert str(shop.project.at("timezone")) == "tandem.toml:6:12"


def test_types_and_labels_of_traits(shop: Charter) -> None:
    traits = catalog_view(shop).traits
    assert {name: facts.type for name, facts in traits.items()} == {
        "lifetime_value": FieldType.MONEY,
        "orders": FieldType.INTEGER,
        "tents_90d": FieldType.INTEGER,
        "average_order": FieldType.NUMBER,
        "largest_order": FieldType.MONEY,
        "smallest_order": FieldType.MONEY,
        "favourite_category": FieldType.TEXT,
        "first_store": FieldType.TEXT,
        "days_since_order": FieldType.INTEGER,
        "first_name": FieldType.TEXT,
        "country": FieldType.TEXT,
        "vip": FieldType.BOOLEAN,
    }
    assert traits["first_name"].label is Label.PERSONAL
    assert traits["first_store"].label is Label.INTERNAL
    assert traits["lifetime_value"].unit == "GBP"


def test_an_event_of_two_sources_has_the_fields_of_both(shop: Charter) -> None:
    purchase = catalog_view(shop).events["purchase"]
    assert set(purchase) == {"order_no", "amount", "category", "store"}
    assert set(purchase["amount"].sources) == {"web", "till"}
    assert purchase["store"].sources == ("till",)
    assert len(shop.events()["purchase"]) == 2


def test_audiences_come_after_what_they_contain(shop: Charter) -> None:
    order = [one.audience for one in shop.audiences_in_order()]
    assert sorted(order) == ["lapsed_big_spenders", "vips"]
    assert order.index("vips") < order.index("lapsed_big_spenders")


def test_asking_for_what_is_not_there_names_the_nearest(shop: Charter) -> None:
    with pytest.raises(Problems) as caught:
        shop.audience("vip")
    assert (caught.value.problems[0].code, caught.value.problems[0].nearest) == ("CHR-200", "vips")


def test_the_root_is_found_from_a_folder_below(tmp_path: Path) -> None:
    shop = Path(shutil.copytree(SHOP, tmp_path / "shop"))
    assert find_root(shop / "data" / "web") == shop
    with pytest.raises(Problems):
        find_root(tmp_path)


def test_test_files_and_data_are_no_definitions(tmp_path: Path) -> None:
    shop = Path(shutil.copytree(SHOP, tmp_path / "shop"))
    (shop / "audiences" / "vips.test.yml").write_text("people: []")
    (shop / "data" / "x.yml").write_text("{")
    assert files(shop) == files(SHOP)


def test_a_new_charter_is_right_as_it_is(tmp_path: Path) -> None:
    for name, text in init_files().items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    charter = load(tmp_path)
    assert {source.source for source in charter.sources} == {"web", "till", "crm"}
    assert (charter.audiences, charter.campaigns) != ((), ())
    assert set(charter.files) | {".gitignore", "data/README.md"} == set(init_files())


def test_a_byte_order_mark_is_no_fault(tmp_path: Path) -> None:
    shop = Path(shutil.copytree(SHOP, tmp_path / "shop"))
    text = (shop / "purposes.yml").read_text()
    (shop / "purposes.yml").write_text(text, encoding="utf-8-sig")
    assert load(shop).purposes.counting == "analytics"
