"""Briefs and the agenda on pages: forms alone carry a brief from its first word to what is accepted."""

import time
from typing import Any

import pytest
from web.served import Browser, Served

from tandem.align.briefs import TITLES
from tandem.charter.definitions import AgendaOwner, Feel, Service, Standards
from tandem.kernel.values import Actor
from tandem.ledger import StepKind
from tandem.usecases.see_briefs import Stage
from tandem.web.views import agenda, agenda_words, brief_words

FORM = {
    "title": "Welcome letters",
    "who": "People who bought for the first time",
    "what_for": "A letter three days after the first purchase",
    "data": "purchase.amount\nfirst_name, shoe size",
    "purpose": "marketing_email",
    "wanted": "2027-07-01",
    "success": "20 % buy again within 60 days",
}


@pytest.fixture
def marketer(own_shop: Served) -> Browser:
    return own_shop.signed_in("marketer")


@pytest.fixture
def engineer(own_shop: Served) -> Browser:
    return own_shop.signed_in("engineer")


def sent(browser: Browser, path: str, **form: str) -> Any:
    answer = browser.send(path, form)
    assert answer.status_code == 303, answer.text
    return answer


def test_a_brief_from_its_first_word_to_what_is_accepted(marketer: Browser, engineer: Browser) -> None:
    sent(marketer, "/agree/briefs/new", **{**FORM, "success": ""})
    page = engineer.json("/agree/briefs/1")
    assert (page["whole"], page["do"]) == (False, [])
    assert [one["part"] for one in page["remarks"]] == ["success"]
    assert "cannot be accepted or sent back" in engineer.get("/agree/briefs/1").text

    sent(marketer, "/agree/briefs/1/edit", version="1", **FORM)
    assert "commit" in engineer.json("/agree/briefs/1")["do"]
    sent(engineer, "/agree/briefs/1/commit", version="2", due="2027-06-20")
    assert engineer.json("/agree/briefs/1")["state"] == "committed"

    sent(marketer, "/agree/briefs/1/edit", version="2", **{**FORM, "wanted": "2027-05-01"}, reason="the fair")
    page = engineer.json("/agree/briefs/1")
    assert (page["state"], page["unagreed"]) == ("changed after commitment", True)
    assert page["versions"][0]["changes"] == [["Wanted by", "2027-07-01", "2027-05-01"]]
    assert "the fair" in engineer.get("/agree/briefs/1").text
    assert "changed after IT committed itself" in str(engineer.json("/")["waits"])

    answer = engineer.send("/agree/briefs/1/deliver", {})
    assert answer.status_code == 422
    assert "ALN-406" in answer.text
    sent(engineer, "/agree/briefs/1/commit", version="3", due="2027-05-01")
    sent(engineer, "/agree/briefs/1/deliver", reason="it runs every night")
    assert marketer.json("/agree/briefs/1")["do"] == ["promise", "take"]
    sent(marketer, "/agree/briefs/1/take", do="send back", reason="the stores are missing")
    sent(engineer, "/agree/briefs/1/deliver")
    sent(marketer, "/agree/briefs/1/take", do="accept")
    page = marketer.json("/agree/briefs/1")
    assert (page["state"], page["do"]) == ("accepted", [])
    assert [one["what"].partition(",")[0] for one in page["steps"]] == [
        *("committed", "agreed again", "delivered", "sent back", "delivered", "accepted"),
    ]
    (done,) = marketer.json("/agree/briefs")["done"]
    assert done["changed_after"] == 1


def test_who_committed_to_an_older_version_is_told_to_read_the_new_one(
    marketer: Browser, engineer: Browser
) -> None:
    sent(marketer, "/agree/briefs/new", **FORM)
    sent(marketer, "/agree/briefs/1/edit", version="1", **{**FORM, "title": "Letters"})
    answer = engineer.send("/agree/briefs/1/commit", {"version": "1", "due": "2027-06-20"})
    assert answer.status_code == 422
    assert "LDG-111" in answer.text


def test_a_form_that_cannot_be_taken_comes_back_as_it_was_typed(marketer: Browser) -> None:
    for typed in ({**FORM, "wanted": "soon"}, {**FORM, "title": " "}):
        answer = marketer.send("/agree/briefs/new", typed)
        assert answer.status_code == 422
        assert "shoe size" in answer.text
    sent(marketer, "/agree/briefs/new", **FORM)
    same = marketer.send("/agree/briefs/1/edit", {**FORM, "version": "1"})
    assert (same.status_code, "ALN-405" in same.text) == (422, True)


def test_roles_see_everything_and_do_what_is_theirs(own_shop: Served, marketer: Browser) -> None:
    sent(marketer, "/agree/briefs/new", **FORM)
    for role, may in [
        ("marketer", ["edit", "withdraw", "promise"]),
        ("engineer", ["commit"]),
        ("admin", ["edit", "withdraw", "promise", "commit"]),
        ("executive", []),
    ]:
        assert own_shop.signed_in(role).json("/agree/briefs/1")["do"] == may, role
    assert own_shop.signed_in("engineer").get("/agree/briefs/new").status_code == 403
    assert marketer.send("/agree/briefs/1/commit", {"version": "1", "due": "2027-01-01"}).status_code == 403


def test_promises_outside_are_kept_and_settled(marketer: Browser, engineer: Browser) -> None:
    sent(marketer, "/agree/promises", what="an app, told to all members", due="2027-03-01")
    sent(marketer, "/agree/briefs/new", **FORM)
    sent(marketer, "/agree/briefs/1/promise", what="letters by spring, told to the press", due="2027-02-01")
    (loose,) = engineer.json("/agree/briefs")["promises"]
    (about,) = engineer.json("/agree/briefs/1")["promises"]
    assert (loose["id"], about["id"], about["open"]) == (1, 2, True)
    assert "promises made outside without IT" in str(engineer.json("/")["waits"])
    sent(marketer, "/agree/promises/1", do="withdraw", reason="there will be no app")
    sent(marketer, "/agree/promises/2", do="keep")
    assert marketer.json("/agree/briefs/1")["promises"][0]["state"] == "kept"


def test_what_was_typed_about_a_promise_or_a_day_is_not_lost(marketer: Browser, engineer: Browser) -> None:
    sent(marketer, "/agree/briefs/new", **FORM)
    promise = {"what": "letters by spring, told to the press", "due": "soon"}
    for path in ("/agree/promises", "/agree/briefs/1/promise"):
        answer = marketer.send(path, promise)
        assert answer.status_code == 422, path
        assert "ALN-404" in answer.text
        assert 'value="letters by spring, told to the press"' in answer.text
    sent(marketer, "/agree/promises", **{**promise, "due": "2027-03-01"})
    settled = {"do": "withdraw", "reason": " "}
    assert "RUN-093" in marketer.send("/agree/promises/1", settled).text
    sent(marketer, "/agree/promises/1", do="keep")
    again = marketer.send("/agree/promises/1", {"do": "withdraw", "reason": "there was no fair"})
    assert (again.status_code, "LDG-115" in again.text) == (422, True)
    assert "Promised outside, without IT" in again.text, "the list, and not a page of its own"
    answer = engineer.send(
        "/agree/briefs/1/commit", {"version": "1", "due": "x", "reason": "with two people"}
    )
    assert answer.status_code == 422
    assert 'value="with two people"' in answer.text


def test_words_of_others_are_shown_as_text(marketer: Browser, engineer: Browser) -> None:
    sent(
        marketer,
        "/agree/briefs/new",
        **{**FORM, "title": "<script>alert(1)</script>", "who": "<b>all</b> of them"},
    )
    for page in ("/agree/briefs", "/agree/briefs/1", "/"):
        assert "<script>alert" not in engineer.get(page).text
    assert "&lt;b&gt;all" in engineer.get("/agree/briefs/1").text


def test_what_is_not_there_is_told(marketer: Browser) -> None:
    answer = marketer.get("/agree/briefs/77")
    assert "LDG-110" in answer.text
    assert marketer.get("/agree/briefs").text.count("No brief yet") == 1


def looked_at(browser: Browser) -> Any:
    """The agenda once money and experience are worked out."""
    for _ in range(100):
        page = browser.json("/agree/agenda")
        if page["experience"] is not None:
            return page
        time.sleep(0.1)
    raise AssertionError("it is still being worked out")


def test_the_agenda_tells_what_is_known_and_why_the_rest_is_not(marketer: Browser) -> None:
    page = looked_at(marketer)
    assert page["ranked"]["rows"][0][0] == "One view of every customer"
    assert (page["places"], page["people"]) == (None, "Nobody has ranked them yet.")
    email, platform = page["budgets"]["rows"]
    assert (email[3], email[4]) == ("GBP 500.00", "not known")
    assert (platform[-1], email[-1]) == ("not known", "not known")
    assert page["returns"][-1].startswith("platform: not known: no campaign is paid from it")
    (recommend,) = page["experience"]
    assert (recommend["value"], recommend["told"]) == (
        "not known",
        "It is not asked yet. Ask in the letter after a purchase",
    )
    assert (page["outside"], page["unregistered"]) == (1, ["crm", "web"])
    missing = {(row[0], row[1]): row[4] for row in page["skills"]["rows"]}
    assert missing["Analysis", "Marketing"] == "2"
    assert page["trainings"] == ["Analysis, Marketing: IT has 4 people at level 4."]
    text = marketer.get("/agree/agenda").text
    assert "in no register: crm, web" in text


def test_both_sides_rank_and_see_how_far_apart_they_are(own_shop: Served, marketer: Browser) -> None:
    engineer = own_shop.signed_in("engineer")
    said = marketer.get("/agree/agenda").text
    assert "kept under your name" in said
    assert "from 3 people of a side on" in said
    first = {"own.one_view": "1", "own.own_setup": "2", "other.fewer_tools": "1"}
    sent(marketer, "/agree/agenda/rank", **first)
    sent(
        engineer, "/agree/agenda/rank", **{"own.one_view": "3", "own.own_setup": "2", "own.fewer_tools": "1"}
    )
    page = engineer.json("/agree/agenda")
    assert (page["places"], page["mine"][2]["own"]) == (None, "1")
    assert page["ranked"]["rows"][0][2:] == ["not known"] * 5, "one person of a side is not told"
    assert "told from 3 people on" in page["people"]
    for n in range(2):
        for side, role, names in (
            ("marketing", "marketer", ("one_view", "own_setup")),
            ("it", "engineer", ("fewer_tools", "own_setup", "one_view")),
        ):
            places = {name: place for place, name in enumerate(names, 1)}
            own_shop.ledger.add_ranking(Actor(f"{role} {n}", role), side, "own", places, own_shop.wall)
    page = engineer.json("/agree/agenda")
    rows = {row[0]: row[2:] for row in page["ranked"]["rows"]}
    assert rows["One view of every customer"] == ["1.0", "3.0", "−2.0", "not known", "not known"]
    assert rows["Fewer tools, known to both"] == ["3.0", "1.0", "+2.0", "not known", "not known"]
    assert page["places"]["title"] == "One view of every customer: Marketing places it 2.0 places higher"
    again = marketer.send("/agree/agenda/rank", {"own.one_view": "1", "own.own_setup": "1"})
    assert (again.status_code, "ALN-407" in again.text) == (422, True)
    assert own_shop.signed_in("admin").json("/agree/agenda")["mine"] == []
    assert own_shop.signed_in("admin").send("/agree/agenda/rank", first).status_code == 403


def test_every_closed_word_has_words_for_people() -> None:
    for words, closed in [
        (agenda_words.SERVICES, Service),
        (agenda_words.STANDARDS, Standards),
        (agenda.OWNERS, AgendaOwner),
        (agenda_words.FEELS, Feel),
        (brief_words.STAGES, Stage),
        (brief_words.STEPS, StepKind),
    ]:
        assert set(words) == set(closed)
    assert set(TITLES) == {"title", *FORM}
