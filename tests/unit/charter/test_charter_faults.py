"""The shop with one thing broken on disk has one problem: the right one, at the right place."""

import shutil
from pathlib import Path

import pytest
from unit.charter.charter_cases import SHOP

from tandem.charter import load
from tandem.kernel import Problems

FAULTS = [
    ("tandem.toml", 'engine = "duckdb"', 'engine = "duckbd"', "CHR-113", "tandem.toml:3:10", "duckdb"),
    ("tandem.toml", "port = 2525", "port = 99999", "CHR-116", "tandem.toml:20:8", None),
    (
        "sources/web.yml",
        "mode: quarantine",
        "mode: quarantin",
        "CHR-113",
        "sources/web.yml:6:7",
        "quarantine",
    ),
    (
        "sources/web.yml",
        "kind: anonymous_id",
        "kind: anonymus_id",
        "CHR-202",
        "sources/web.yml:11:12",
        "anonymous_id",
    ),
    ("sources/till.yml", "type: money", "type: number", "CHR-204", "sources/web.yml:18:22", None),
    ("sources/till.yml", "files:", "file:", "CHR-110", "sources/till.yml:5:1", "files"),
    ("sources/crm.yml", "key: [customer_no]\n", "", "CHR-117", "sources/crm.yml:1:9", None),
    ("sources/crm.yml", "first_name: {type", "given_name: {type", "TRT-102", "traits/profile.yml:2:52", None),
    ("identity.yml", "people_per: 1}", "people_per: 0}", "CHR-116", "identity.yml:6:54", None),
    ("identity.yml", "email: [test", "emali: [test", "CHR-202", "identity.yml:9:11", "email"),
    ("purposes.yml", "basis: contract", "basis: contrat", "CHR-113", "purposes.yml:3:62", "contract"),
    (
        "purposes.yml",
        "counting: analytics",
        "counting: analitics",
        "CHR-203",
        "purposes.yml:5:11",
        "analytics",
    ),
    (
        "policies/standard.yml",
        "role: privacy",
        "role: marketer",
        "CHR-201",
        "policies/standard.yml:9:11",
        None,
    ),
    (
        "traits/shopping.yml",
        "within: 90 days",
        "within: 90days ago",
        "CHR-115",
        "traits/shopping.yml:4:81",
        None,
    ),
    (
        "traits/shopping.yml",
        "sum: purchase.amount",
        "sum: purchase.store",
        "TRT-103",
        "traits/shopping.yml:2:55",
        None,
    ),
    ("audiences/vips.yml", "trait: vip,", "trait: vpi,", "AUD-104", "audiences/vips.yml:6:15", "vip"),
    ("audiences/vips.yml", "at_least: 500", "at_least: lots", "AUD-106", "audiences/vips.yml:7:41", None),
    (
        "campaigns/vip_letter.yml",
        "audience: vips",
        "audience: vip",
        "CMP-101",
        "campaigns/vip_letter.yml:3:11",
        "vips",
    ),
    (
        "campaigns/vip_letter.yml",
        "holdout: 10%",
        "holdout: 0%",
        "CMP-105",
        "campaigns/vip_letter.yml:6:10",
        None,
    ),
    (
        "campaigns/vip_letter.yml",
        "[email, first",
        "[mail, first",
        "CMP-108",
        "campaigns/vip_letter.yml:9:49",
        "email",
    ),
    (
        "campaigns/winback_spring.yml",
        "Hello {{ first_name",
        "Hello {{ firstname",
        "CMP-107",
        "campaigns/winback_spring.yml:14:14",
        "first_name",
    ),
    (
        "campaigns/winback_spring.yml",
        "window: 14 days\n",
        "",
        "CHR-111",
        "campaigns/winback_spring.yml:1:1",
        None,
    ),
]


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHOP, tmp_path / "shop"))


def problems_in(folder: Path) -> list[tuple[str, str, str | None]]:
    with pytest.raises(Problems) as caught:
        load(folder)
    return [(one.code, str(one.place), one.nearest) for one in caught.value.problems]


@pytest.mark.parametrize(
    ("file", "right", "wrong", "code", "place", "near"),
    FAULTS,
    ids=[f"{f[3]} {f[2].strip()[:30]}" for f in FAULTS],
)
def test_one_fault_is_one_problem(
    shop: Path, file: str, right: str, wrong: str, code: str, place: str, near: str | None
) -> None:
    text = (shop / file).read_text()
    assert text.count(right) >= 1
    (shop / file).write_text(text.replace(right, wrong, 1))
    found = problems_in(shop)
    assert [(one[0], one[1]) for one in found] == [(code, place)]
    assert near is None or found[0][2] == near


def test_a_file_that_is_not_utf8(shop: Path) -> None:
    (shop / "audiences/vips.yml").write_bytes("audience: vips\ntitle: Zürich\n".encode("latin-1"))
    assert problems_in(shop) == [("CHR-102", "audiences/vips.yml:2", None)]


def test_an_empty_file_and_one_of_comments(shop: Path) -> None:
    (shop / "audiences/a.yml").write_text("")
    (shop / "audiences/b.yml").write_text("# later\n\n")
    assert [one[:2] for one in problems_in(shop)] == [
        ("CHR-104", "audiences/a.yml:1:1"),
        ("CHR-104", "audiences/b.yml:1:1"),
    ]


def test_a_file_that_is_too_large(shop: Path) -> None:
    (shop / "audiences/a.yml").write_text("# " + "x" * 250_001)
    assert problems_in(shop)[0][0] == "CHR-103"


def test_a_file_that_is_nested_too_deep(shop: Path) -> None:
    (shop / "audiences/a.yml").write_text("[" * 5000)
    (shop / "audiences/b.yml").write_text(
        "{audience: b, who: " + "{not: " * 60 + "{did: purchase}" + "}" * 61
    )
    assert [one[0] for one in problems_in(shop)] == ["CHR-103", "CHR-103"]


def test_a_misspelt_folder(shop: Path) -> None:
    (shop / "audiences").rename(shop / "audience")
    assert ("CHR-120", "audience/vips.yml", "audiences/") in problems_in(shop)


def test_an_unreadable_name_is_a_folder_with_an_end_like_a_file(shop: Path) -> None:
    (shop / "audiences" / "old.yml").mkdir()
    assert load(shop).project.name


def test_no_charter_says_what_was_looked_at(tmp_path: Path) -> None:
    with pytest.raises(Problems) as caught:
        load(tmp_path)
    problem = caught.value.problems[0]
    assert problem.code == "CHR-100"
    assert str(tmp_path / "tandem.toml") in (problem.found or "")
    assert "tandem init" in problem.fix


def test_problems_are_said_to_the_function_that_owns_the_part(shop: Path) -> None:
    toml = (shop / "tandem.toml").read_text().replace('audiences = "marketing"', 'audiences = "it"')
    (shop / "tandem.toml").write_text(toml)
    (shop / "audiences/vips.yml").write_text("audience: vips\nwhom: all\n")
    (shop / "campaigns/vip_letter.yml").write_text("campaing: vips\n")
    with pytest.raises(Problems) as caught:
        load(shop)
    who = {str(one.place and one.place.file): one.who for one in caught.value.problems}
    assert who == {"audiences/vips.yml": "it", "campaigns/vip_letter.yml": "marketing"}
