"""Briefs and the agenda on the command line: by account and password, and as one JSON document each."""

from pathlib import Path

import pytest
from cli.shop import APPLIED, Ended, Shop, copied
from typer.testing import CliRunner

from tandem.cli.start import program

PHRASE = "a long pass phrase"
WHOLE = (
    *("--title", "Welcome letters", "--who", "People who bought for the first time"),
    *("--what-for", "A letter three days after the first purchase", "--data", "purchase.amount"),
    *("--data", "shoe size", "--purpose", "marketing_email", "--by", "2099-07-01"),
    *("--success", "20 % buy again within 60 days"),
)


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """The shop with its charter in force and an account on each side."""
    shop = copied(tmp_path_factory.mktemp("first") / "shop")
    assert shop.tandem("apply", "--yes", "--now", APPLIED).code == 0
    for name, role in (("mara", "marketer"), ("enzo", "engineer")):
        assert typed(shop, "user", "add", name, "--role", role).code == 0
    return shop


@pytest.fixture
def shop(first: Shop, tmp_path: Path) -> Shop:
    return first.copy(tmp_path / "shop")


def typed(shop: Shop, *words: str) -> Ended:
    """A command that reads the password from standard input."""
    line = ["-C", str(shop.folder), *words, "--password-stdin"]
    result = CliRunner().invoke(program(), line, input=f"{PHRASE}\n")
    return Ended(result.exit_code, result.stdout, result.stderr)


def done(shop: Shop, *words: str) -> Ended:
    ended = typed(shop, *words)
    assert ended.code == 0, ended.err
    return ended


def test_a_brief_from_its_first_word_to_what_is_accepted(shop: Shop) -> None:
    made = done(shop, "brief", "add", "--title", "Welcome letters", "--as", "mara", "--json").json["brief"]
    assert (made["id"], made["stage"], made["complete"]) == (1, "asked", False)
    refused = typed(shop, "brief", "commit", "1", "--due", "2099-06-20", "--as", "enzo")
    assert (refused.code, refused.codes) == (1, ["ALN-402"])

    told = done(shop, "brief", "edit", "1", *WHOLE, "--as", "mara")
    assert "version 2 of brief 1 is kept" in told.out
    assert "missing" not in told.out
    done(shop, "brief", "commit", "1", "--due", "2099-06-20", "--as", "enzo")
    changed = done(shop, "brief", "edit", "1", "--by", "2099-05-01", "--reason", "the fair", "--as", "mara")
    assert "marked as changed after the commitment" in changed.out
    assert typed(shop, "brief", "keep", "1", "--as", "enzo").codes == ["ALN-406"]
    done(shop, "brief", "commit", "1", "--due", "2099-05-01", "--as", "enzo")
    done(shop, "brief", "keep", "1", "--as", "enzo")
    back = ("brief", "accept", "1", "--send-back", "--reason", "the stores are missing", "--as", "mara")
    assert "sent back" in done(shop, *back).out
    done(shop, "brief", "keep", "1", "--as", "enzo")
    done(shop, "brief", "accept", "1", "--as", "mara")

    found = shop.tandem("brief", "show", "1", "--json").json
    assert found["brief"]["stage"] == "accepted"
    assert (found["brief"]["changed_after_commitment"], found["brief"]["commitment"]["in_time"]) == (1, True)
    assert [one["version"]["version"] for one in found["versions"]] == [3, 2, 1]
    shown = shop.tandem("brief", "show", "1").out
    assert "Wanted by: 2099-07-01 -> 2099-05-01" in shown
    assert "changed after the commitment" in shown
    assert "accepted" in shop.tandem("brief", "list").out


def test_promises_and_taking_back(shop: Shop) -> None:
    done(shop, "brief", "promise", "an app, told to all members", "--due", "2099-03-01", "--as", "mara")
    done(shop, "brief", "add", *WHOLE, "--as", "mara")
    done(shop, "brief", "commit", "1", "--due", "2099-06-20", "--as", "enzo")
    assert typed(shop, "brief", "withdraw", "1", "--as", "mara").codes == ["LDG-112"]
    assert typed(shop, "brief", "withdraw", "1", "--commitment", "--as", "enzo").codes == ["RUN-093"]
    done(shop, "brief", "withdraw", "1", "--commitment", "--reason", "nobody is free", "--as", "enzo")
    done(shop, "brief", "withdraw", "1", "--as", "mara")
    listed = shop.tandem("brief", "list", "--json").json
    assert [one["stage"] for one in listed["briefs"]] == ["withdrawn"]
    assert [one["state"] for one in listed["promises"]] == ["open"]
    assert "promised outside by 1 March 2099" in shop.tandem("brief", "list").out


def test_wrong_words_and_wrong_roles(shop: Shop) -> None:
    for words, code in [
        (("brief", "add", "--title", "x", "--as", "enzo"), "ALN-401"),
        (("brief", "add", "--title", "x", "--by", "soon", "--as", "mara"), "ALN-404"),
        (("brief", "commit", "9", "--due", "2099-01-01", "--as", "enzo"), "LDG-110"),
        (("brief", "keep", "9", "--as", "enzo"), "LDG-110"),
        (("agenda", "rank", "two_views", "--as", "mara"), "ALN-407"),
        (("agenda", "rank", "one_view", "one_view", "--as", "mara"), "ALN-407"),
    ]:
        ended = typed(shop, *words)
        assert (ended.code, ended.codes) == (1, [code]), words
    assert shop.tandem("brief", "add", "--title", "x").code == 2, "nobody signed in"
    assert "there is no brief yet" in shop.tandem("brief", "list").out


def test_the_agenda_is_ranked_and_shown(shop: Shop) -> None:
    done(shop, "agenda", "rank", "own_setup", "one_view", "fewer_tools", "--as", "mara")
    done(shop, "agenda", "rank", "fewer_tools", "--other", "--as", "mara")
    ranked = done(shop, "agenda", "rank", "one_view", "fewer_tools", "--as", "enzo", "--json").json
    assert ranked["priorities"][0] == {
        "priority": "one_view",
        "owner": "both",
        "marketing": None,
        "it": None,
        "gap": None,
    }, "one person of a side is not told"
    shown = shop.tandem("agenda", "show", "--json").json
    assert shown["unregistered"] == ["crm", "web"]
    assert [(one["channel"], one["spent"]) for one in shown["budgets"]] == [
        ("email", None),
        ("platform", None),
    ]
    assert [(one["measure"], one["figure"]) for one in shown["experience"]] == [("recommend", None)]
    assert "tools outside the standards: agency_files" in shop.tandem("agenda", "show").out
