"""Agree: its front page leads to every page of the area; telemetry and scorecard tell what is known, and no more."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from web.served import ROLES, Served

from tandem.kernel.values import Actor, WorkspaceRole
from tandem.ledger import Pulse
from tandem.usecases.pulse_beliefs import Believed
from tandem.usecases.see_scorecard import Agreement, told_agreement
from tandem.web.access import may
from tandem.web.routes import ROUTES

DAY = timedelta(days=1)
FORM = {
    "title": "Welcome letters",
    "who": "People who bought for the first time",
    "what_for": "A letter three days after the first purchase",
    "data": "purchase.amount",
    "purpose": "marketing_email",
    "wanted": "2027-07-01",
    "success": "20 % buy again within 60 days",
}


def test_the_front_page_links_every_page_that_stands_alone_and_that_the_role_may_open(served: Served) -> None:
    inner = [
        one
        for one in ROUTES
        if one.area == "agree" and one.get and one.path != "/agree" and "{" not in one.path
    ]
    for role in ROLES:
        page = served.signed_in(role).get("/agree")
        assert page.status_code == 200
        assert 'href="/agree" aria-current="page"' in page.text
        for one in inner:
            assert one.action is not None
            assert (f'href="{one.path}"' in page.text) == may(WorkspaceRole(role), one.action), one.path


@pytest.fixture(scope="module")
def planned(untouched: Served, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A shop with a brief: committed, changed after that, delivered in time, and promised outside."""
    with untouched.copied(tmp_path_factory.mktemp("planned") / "shop") as shop:
        ledger, made = shop.ledger, shop.wall - timedelta(days=12)
        mara, ivo = Actor("mara", "marketer"), Actor("ivo", "engineer")
        content = {"title": "Letters to readers", "who": "people who read", "what_for": "to see them again"}
        ledger.add_brief(mara, "marketing", content, made)
        ledger.commit_to_brief(1, 1, "a list", ivo, "it", shop.wall - DAY, made + 2 * DAY)
        ledger.edit_brief(1, 1, content | {"who": "all"}, mara, "marketing", "more", made + 3 * DAY)
        ledger.keep_commitment(1, ivo, "it", made + 8 * DAY)
        ledger.add_promise(1, "said it at the fair", mara, "marketing", shop.wall, made)
        yield shop


def ready(shop: Served, path: str, role: str = "executive") -> Any:
    """The JSON twin once it is worked out."""
    return both(shop, path, role)[0]


def both(shop: Served, path: str, role: str = "executive") -> tuple[Any, str]:
    """The JSON twin once it is worked out, and the page as the same browser gets it then."""
    browser = shop.signed_in(role)
    for _ in range(120):
        page = browser.json(path)
        if page["ready"]:
            return page, browser.get(path).text
    raise AssertionError(page)


def test_what_was_recorded_is_told_and_what_was_not_is_not_known(planned: Served) -> None:
    page, html = both(planned, "/agree/telemetry")
    shown = {one["id"]: one for one in page["figures"]}
    assert shown["lead-time"]["value"] == "8.0 days"
    assert shown["kept"]["value"] == "100 %"
    assert shown["changed"]["value"] == "100 %"
    assert shown["promised"]["value"] == "50 %"
    assert shown["complete"]["value"] == "0 %"
    # One commitment is too few to judge; nobody answered a pulse, so nobody can say whether belief and records part.
    assert shown["kept"]["state"] == "not known"
    for name in ("access-time", "approval-time", "fresh"):
        assert shown[name]["value"] == "not known", name
        assert shown[name]["reason"], name
        assert shown[name]["how"], name
    assert {one["verdict"] for figure in page["figures"] for one in figure["spoken"]} == {
        "not known yet",
        "a wish",
        "no record speaks of it",
    }
    assert "8.0 days" in html
    assert "No request for access was granted in this time." in html


def test_the_front_page_says_that_nothing_can_be_judged_yet(planned: Served) -> None:
    parted = next(
        one for one in ready(planned, "/agree")["headlines"] if one["label"].startswith("statements")
    )
    assert (parted["value"], parted["note"]) == ("not known", "Of none of them can it be said yet.")


def test_a_pulse_that_judges_nothing_says_so(planned: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    def told(*arguments: Any) -> Agreement:
        found = told_agreement(*arguments)
        believed = Believed("june", planned.wall, {}, {}, {})
        return replace(found, telemetry=replace(found.telemetry, believed=believed))

    monkeypatch.setattr("tandem.web.views.agreement.told_agreement", told)
    lead = ready(planned, "/agree/telemetry")["lead"]
    assert lead.endswith("Of no statement can it be said yet whether belief and records part.")


def test_the_window_is_asked_for_in_the_address(planned: Served) -> None:
    day = (planned.wall - 5 * DAY).date().isoformat()
    page = ready(planned, f"/agree/telemetry?until={day}")
    assert {one["id"]: one["value"] for one in page["figures"]}["lead-time"] == "not known"
    wrong = ready(planned, "/agree/telemetry?since=2026-01-01&until=2025-01-01")
    assert [one["code"] for one in wrong["problems"]] == ["ALN-501"]
    long_ago = ready(planned, "/agree/telemetry?since=0001-01-01")
    assert [one["code"] for one in long_ago["problems"]] == ["ALN-501"]


def test_the_scorecard_says_why_and_what_next(planned: Served) -> None:
    page, html = both(planned, "/agree/scorecard")
    assert [one["name"] for one in page["cards"]] == ["experience", "partner", "levers", "skills", "trust"]
    for card in page["cards"]:
        assert card["action"] or card["state"] == "on track"
        assert all(line["rule"] for line in card["lines"])
    assert "nobody can say yet" in page["lead"]
    assert "IT as a partner of marketing" in html


def test_a_role_that_may_not_count_reads_why(planned: Served) -> None:
    """No policy of this shop names admins."""
    shown = {one["id"]: one for one in ready(planned, "/agree/telemetry", "admin")["figures"]}
    assert shown["violations"]["reason"].startswith("Your role may not count this")
    assert shown["lead-time"]["value"] == "8.0 days"
    assert shown["refusals"]["link"] == "/trust/audit?kind=decision"
    assert {one["id"]: one["link"] for one in ready(planned, "/agree/telemetry")["figures"]}["refusals"] == ""


def test_a_page_is_worked_out_anew_for_what_is_new_and_not_for_each_minute(
    own_shop: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Agreement] = []

    def counted(*arguments: Any) -> Agreement:
        asked.append(asked[0] if asked else told_agreement(*arguments))
        return asked[0]

    monkeypatch.setattr("tandem.web.views.agreement.told_agreement", counted)
    browser, start = own_shop.signed_in("executive"), own_shop.wall.replace(minute=0, second=0)

    def looks(minutes: float) -> int:
        own_shop.wall = start + timedelta(minutes=minutes)
        for _ in range(120):
            if browser.json("/agree/telemetry")["ready"]:
                return len(asked)
        raise AssertionError(asked)

    assert [looks(minutes) for minutes in (0, 1, 7, 14.9)] == [1, 1, 1, 1]
    own_shop.ledger.add_brief(Actor("mara", "marketer"), "marketing", {}, own_shop.wall)
    assert [looks(minutes) for minutes in (14.9, 15, 16, 29)] == [2, 3, 3, 3]
    assert looks(31) == 4
    own_shop.ledger.open_pulse(Pulse("june", "short", "", "", "full", True, "mara", start, start + DAY))
    own_shop.ledger.close_pulse("june", "mara", start + timedelta(minutes=33.5))
    # Pages know the time to the minute: the one in which it was closed does not have it, the next one does.
    assert [looks(minutes) for minutes in (33.6, 34.1, 35)] == [5, 6, 6]


def test_a_change_after_commitment_shows_at_once(own_shop: Served) -> None:
    """IT commits itself to a brief, marketing changes it: telemetry tells it in the same minute."""
    marketer, engineer = own_shop.signed_in("marketer"), own_shop.signed_in("engineer")
    assert marketer.send("/agree/briefs/new", FORM).status_code == 303
    assert engineer.send("/agree/briefs/1/commit", {"version": "1", "due": "2027-06-20"}).status_code == 303

    def changed() -> str:
        shown = {
            one["id"]: one["value"] for one in ready(own_shop, "/agree/telemetry", "executive")["figures"]
        }
        return str(shown["changed"])

    assert changed() == "0 %"
    new = FORM | {"who": "People who bought twice", "version": "1", "reason": "too many at once"}
    assert marketer.send("/agree/briefs/1/edit", new).status_code == 303
    assert changed() == "100 %"
