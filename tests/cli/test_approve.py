"""Approving and asking on the command line: by account and password; where there are no accounts, the operator."""

from pathlib import Path

import pytest
from cli.shop import APPLIED, NOW, Ended, Shop, copied
from typer.testing import CliRunner

from tandem.cli.start import program
from tandem.kernel.values import Actor

PHRASE = "a long pass phrase"
POLICY = "policies/standard.yml"


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """The shop with its charter in force, and no accounts."""
    shop = copied(tmp_path_factory.mktemp("first") / "shop")
    ended = shop.tandem("apply", "--yes", "--now", APPLIED)
    assert ended.code == 0
    assert "nobody may sign in yet, so you speak for both functions" in ended.out
    return shop


@pytest.fixture
def shop(first: Shop, tmp_path: Path) -> Shop:
    return first.copy(tmp_path / "shop")


def typed(shop: Shop, *words: str, phrase: str = PHRASE) -> Ended:
    """A command that reads the password from standard input."""
    line = ["-C", str(shop.folder), *words, "--password-stdin"]
    result = CliRunner().invoke(program(), line, input=f"{phrase}\n")
    return Ended(result.exit_code, result.stdout, result.stderr)


def widen(shop: Shop) -> None:
    shop.edit(POLICY, "smallest_group: 2", "smallest_group: 1")


def with_accounts(shop: Shop) -> None:
    for name, role in (("paula", "privacy"), ("mara", "marketer")):
        assert typed(shop, "user", "add", name, "--role", role).code == 0


def test_without_accounts_the_operator_goes_on_as_ever(shop: Shop) -> None:
    widen(shop)
    assert shop.tandem("apply", "--yes", "--now", NOW).code == 0
    assert shop.tandem("approvals", "--json").json == {"waiting": [], "approvals": [], "single": True}


def test_with_accounts_a_widening_waits_for_who_is_asked(shop: Shop) -> None:
    with_accounts(shop)
    widen(shop)
    planned = shop.tandem("plan", "--now", NOW, "--json").json
    assert list(planned["must_approve"]) == ["it"]
    refused = shop.tandem("apply", "--yes", "--now", NOW)
    assert (refused.code, refused.codes) == (1, ["RUN-035"])
    assert "one by: paula" in refused.err

    reason, seen = ("--reason", "agreed with the team"), ("--plan", planned["plan"])
    said = (*reason, *seen)
    assert typed(shop, "approve", "--as", "paula", *said, phrase="another pass phrase").codes == ["LDG-046"]
    assert typed(shop, "approve", "--as", "mara", *said).codes == ["RUN-091"]
    assert typed(shop, "approve", "--as", "paula", *seen).codes == ["RUN-093"]
    assert typed(shop, "approve", "--as", "paula", *said, "--for", "1y").codes == ["RUN-094"]
    assert typed(shop, "approve", "--as", "paula", *reason, "--plan", "another").codes == ["RUN-032"]
    assert shop.tandem("apply", "--yes", "--now", NOW).code == 1

    done = typed(shop, "approve", "--as", "paula", *said)
    assert done.code == 0, done.err
    assert shop.tandem("apply", "--yes", "--now", NOW).code == 0
    assert shop.tandem("approvals", "--json").json["approvals"][0]["state"] == "used"


def test_nobody_approves_a_plan_unseen(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who is not asked names the plan; who is asked is shown what it is, and no other plan is approved then."""
    with_accounts(shop)
    widen(shop)
    line = ["-C", str(shop.folder), "approve", "--as", "paula", "--reason", "agreed"]
    for how in ("--password-stdin", "--json"):
        assert CliRunner().invoke(program(), [*line, how], input=f"{PHRASE}\n").exit_code == 2
    monkeypatch.setattr("tandem.cli.approve.signed_in", lambda *_, **__: Actor("paula", "privacy"))
    no = CliRunner().invoke(program(), line, input="n\n")
    assert no.exit_code == 1
    assert "groups of 1 and more are counted" in no.stdout
    assert POLICY in no.stdout
    assert shop.tandem("approvals", "--json").json["approvals"] == []

    def edited(*_: object, **__: object) -> bool:
        shop.edit(POLICY, "title: Who may use what", "title: Who may")
        return True

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr("typer.confirm", edited)
        assert "RUN-032" in CliRunner().invoke(program(), line).stderr
    assert CliRunner().invoke(program(), line, input="y\n").exit_code == 0
    assert [one["state"] for one in shop.tandem("approvals", "--json").json["approvals"]] == ["open"]


def test_an_edit_inside_policy_needs_nobody(shop: Shop) -> None:
    with_accounts(shop)
    shop.write("audiences/tents.yml", "audience: tents\nwho: {did: purchase, within: 90 days}\n")
    assert shop.tandem("plan", "--now", NOW, "--json").json["must_approve"] == {}
    assert shop.tandem("apply", "--yes", "--now", NOW).code == 0


def test_a_request_is_made_answered_and_told(shop: Shop) -> None:
    with_accounts(shop)
    wants = ("--purpose", "service", "--destination", "preview", "--label", "personal")
    asked = typed(shop, "request", "add", *wants, "--as", "mara", "--reason", "names for the letter")
    assert asked.code == 0, asked.err
    assert typed(shop, "request", "answer", "1", "--grant", "--as", "mara", "--reason", "me").codes == [
        "RUN-091"
    ]
    granted = typed(shop, "request", "answer", "1", "--grant", "--as", "paula", "--reason", "for this letter")
    assert granted.code == 0, granted.err
    assert "until:" in shop.path(POLICY).read_text()
    assert shop.tandem("apply", "--yes", "--now", NOW).code == 0
    (one,) = shop.tandem("request", "list", "--json").json["requests"]
    assert (one["state"], one["answer"], one["waited_seconds"] >= 0) == ("granted", "for this letter", True)
    assert typed(shop, "request", "withdraw", "1", "--as", "mara").codes == ["LDG-084"]


def test_nobody_types_a_password_into_a_pipe_by_accident(shop: Shop) -> None:
    ended = shop.tandem("approve", "--as", "paula", "--reason", "agreed")
    assert ended.code == 2
