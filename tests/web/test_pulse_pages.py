"""The questions by link, as a browser without scripts sends them; and the pages of those who run a pulse."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cli.shop import copied
from pulses import SURVEY, links, with_survey
from starlette.testclient import TestClient
from web.forms import fields
from web.served import CHEAP, Served

from tandem.deliver.sink import MailSink
from tandem.kernel.values import WorkspaceRole
from tandem.ledger import open_ledger
from tandem.web.access import Action, may
from tandem.web.pool import Pool

LIST = "\n".join(f"m{k}@people.example, marketing\ni{k}@people.example, it" for k in range(4))


@pytest.fixture(scope="module")
def sink(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MailSink]:
    with MailSink(tmp_path_factory.mktemp("mail")) as sink:
        yield sink


@pytest.fixture(scope="module")
def fielded(tmp_path_factory: pytest.TempPathFactory, sink: MailSink) -> Iterator[Served]:
    """A shop with a run open and eight people invited, all of it by its pages."""
    shop = with_survey(copied(tmp_path_factory.mktemp("pulse") / "shop"), sink.port)
    ledger = open_ledger(shop.path("ledger.db"), CHEAP)
    served = Served(shop.folder, ledger)
    marketer = served.signed_in("marketer")
    form = {"name": "autumn", "survey": "closeness/", "closes": "2026-03-31"}
    assert marketer.send("/agree/pulses/open", form).headers["location"] == "/agree/pulses/autumn"
    sent = marketer.send("/agree/pulses/autumn/invite", {"people": LIST})
    assert sent.status_code == 303, sent.text
    yield served
    ledger.close()


@pytest.fixture
def own(fielded: Served, tmp_path: Path) -> Iterator[Served]:
    with fielded.copied(tmp_path / "shop") as shop:
        yield shop


def link(sink: MailSink, who: str = "m0") -> str:
    return links(sink.folder)[f"{who}@people.example"]


def press(client: TestClient, path: str, page: str, do: str = "next", **said: object) -> str:
    """What a browser sends of the page that stands there, and the page that comes."""
    shown = re.findall(r'name="shown" value="([^"]*)"', page)
    form = {name: value for name, value in fields(page).items() if name != "shown"}
    form = {
        name: value
        for name, value in form.items()
        if f'name="{name}" value="{value}"' not in page or name == "block"
    }
    picked = dict(re.findall(r'type="radio" name="([^"]*)" value="([^"]*)" checked', page))
    answer = client.post(path, data={**form, **picked, "shown": shown, "do": do, **said})
    assert answer.status_code in (200, 422), answer.text
    return answer.text


def heading(page: str) -> str:
    found = re.search(r"<h1>(.*?)</h1>", page)
    assert found
    return found.group(1)


def test_a_person_answers_leaves_comes_back_and_sends_off_once(own: Served, sink: MailSink) -> None:
    path, first = link(sink), own.browser()
    intro = first.get(path)
    assert "anonymous" in intro.text
    assert "fewer than 3 people" in intro.text
    page = press(first, path, intro.text, "begin")
    assert heading(page) == "About you"
    assert "Part 1 of 3" in page
    page = press(first, path, page, S_TITLE="1")
    assert "Does marketing need to work with IT?" in page
    page = press(first, path, page, "save", TRUST_OPEN="4")
    assert heading(page) == "Saved for later"
    later = own.browser()
    page = later.get(path).text
    assert heading(page) == "How we work"
    assert 'name="TRUST_OPEN" value="4" checked' in page
    page = press(later, path, page)
    assert "Please answer each line" in page
    assert 'aria-describedby="wrong-TRUST"' in page
    page = press(later, path, page, TRUST_PROMISES="9", NEED="1")
    assert "What makes it needed?" in page
    page = press(later, path, page, DRIVERS=["1", "2", "3", "4"])
    assert "At most 3 answers" in page
    assert page.count('name="DRIVERS" value="1" checked') == 1
    page = press(later, path, page, DRIVERS=["3", "1"])
    assert "Which of those come first?" in page
    page = press(later, path, page, **{"DRIVERS": ["3", "1"], "DRIVERS_RANK.1": "3", "DRIVERS_RANK.2": "3"})
    assert "no ranking" in page
    page = press(later, path, page, **{"DRIVERS": ["3", "1"], "DRIVERS_RANK.1": "3", "DRIVERS_RANK.2": "1"})
    assert heading(page) == "Ideas"
    page = press(later, path, page, "back")
    assert heading(page) == "How we work"
    page = press(later, path, page, **{"DRIVERS": ["3", "1"]})
    page = press(later, path, page, SHARE="a third")
    assert "A number is needed" in page
    assert 'value="a third"' in page
    page = press(later, path, page, SHARE="33", IDEAS="<b>One plan</b>")
    assert heading(page) == "Thank you"
    for client in (first, later):
        assert heading(client.get(path).text) == "Already answered"
    assert heading(press(first, path, page)) == "Already answered"
    (kept,) = own.ledger.answers("autumn")
    assert kept.answers == {
        "S_FUNCTION": 1, "S_TITLE": 1, "NEED": 1, "DRIVERS": [1, 3], "DRIVERS_RANK": {"3": 1, "1": 2},
        "TRUST_PROMISES": 9, "TRUST_OPEN": 4, "SHARE": 33, "IDEAS": "<b>One plan</b>",
    }  # fmt: skip


@pytest.mark.parametrize("code", ["²", "1" * 5000, "-1", "1.0"])
def test_what_is_no_code_is_no_answer_and_no_fault(own: Served, sink: MailSink, code: str) -> None:
    path, client = link(sink), own.browser()
    page = press(client, path, client.get(path).text, "begin")
    assert "Part 1 of 3" in press(client, path, page, S_TITLE=code)
    page = press(client, path, press(client, path, page, S_TITLE="1"), "save")
    page = press(client, path, client.get(path).text, NEED="1", TRUST_PROMISES=code)
    assert heading(page) == "How we work"


def test_who_is_screened_out_is_thanked_and_nothing_of_theirs_is_kept(own: Served, sink: MailSink) -> None:
    client, path = own.browser(), link(sink, "i1")
    page = press(client, path, press(client, path, client.get(path).text, "begin"), S_TITLE="2")
    assert "meant for others" in page
    assert heading(client.get(path).text) == "Already answered"
    assert own.ledger.answers("autumn") == []
    counts = own.ledger.answer_counts("autumn")
    assert [(side, str(state), reason) for side, state, reason, _, _ in counts] == [
        ("it", "screened_out", "S_TITLE")
    ]


def test_a_link_that_does_not_hold_opens_nothing(
    own: Served, sink: MailSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = link(sink)
    token = path.rpartition("/")[2]
    turned = token[:-1] + ("A" if token[-1] != "A" else "B")
    for bad in ("x", turned, token[:-2], token + "AA", token + "=", "%00", "ä"):
        for answer in (
            own.browser().get(f"/pulse/{bad}"),
            own.browser().post(f"/pulse/{bad}", data={"do": "begin"}),
        ):
            assert answer.status_code == 403
            assert heading(answer.text) == "This link does not hold"
    headers = own.browser().get(path).headers
    assert headers["referrer-policy"] == "same-origin"
    assert "noindex" in headers["x-robots-tag"]
    assert headers["cache-control"] == "no-store"
    elsewhere = {"origin": "https://elsewhere.example"}
    assert own.browser().post(path, data={"do": "begin"}, headers=elsewhere).status_code == 403
    monkeypatch.setattr(Pool, "lent", lambda *_: pytest.fail("no workspace for whoever knocks from outside"))
    assert own.browser().get(path).status_code == 200


def test_a_closed_run_says_so_and_keeps_what_was_answered(own: Served, sink: MailSink) -> None:
    assert own.signed_in("admin").send("/agree/pulses/autumn/close").status_code == 303
    assert heading(own.browser().get(link(sink, "m3")).text) == "This survey is closed"
    assert heading(own.browser().post(link(sink, "m3"), data={"do": "begin"}).text) == "This survey is closed"


def test_a_run_whose_time_is_over_waits_to_be_closed_and_tells_nothing(own: Served) -> None:
    own.wall = datetime(2026, 4, 2)
    marketer = own.signed_in("marketer")
    page = marketer.get("/agree/pulses/autumn").text
    assert "It takes no more answers since" in page
    assert "marketers, engineers and admins may" in page
    assert "Close for good" in page
    assert "Invite and send" not in page
    assert "Close for good" not in own.signed_in("executive").get("/agree/pulses/autumn").text
    assert "To be closed; took answers until" in marketer.get("/agree/pulses").text
    assert marketer.json("/agree/results")["waves"][0]["open"] is True
    assert "ALN-601" in marketer.get("/agree/results/autumn").text
    assert marketer.json("/agree")["alignment"] is None
    assert marketer.send("/agree/pulses/autumn/close").status_code == 303
    assert "Close for good" not in marketer.get("/agree/pulses/autumn").text
    assert marketer.json("/agree/results")["waves"][0]["open"] is False


def test_how_many_are_done_is_not_told_by_who_is_reminded(own: Served, sink: MailSink) -> None:
    client, path = own.browser(), link(sink, "i1")
    press(client, path, press(client, path, client.get(path).text, "begin"), S_TITLE="2")
    marketer = own.signed_in("marketer")
    assert marketer.json("/agree/pulses/autumn")["due"] is False
    own.wall += timedelta(days=4)
    marketer = own.signed_in("marketer")
    told = marketer.json("/agree/pulses/autumn")
    assert told["due"] is True
    assert told["days"]["rows"] == []
    before = len(sink.taken())
    assert marketer.send("/agree/pulses/autumn/remind").status_code == 303
    assert len(sink.taken()) - before == 7
    entries = [one for page in own.ledger.audit_pages() for one in page]
    (noted,) = [one for one in entries if one.what == "remind of autumn" and one.outcome == "done"]
    assert "some" in str(noted.detail)
    assert "7" not in str(noted.detail)


def test_the_list_says_which_runs_are_anonymous(own: Served) -> None:
    named = replace(own.ledger.pulse("autumn"), name="named", anonymous=False)
    own.ledger.open_pulse(named)
    page = own.signed_in("analyst").get("/agree/pulses").text
    assert page.count("Not anonymous: answers are kept with their invitations.") == 1
    assert page.count("Anonymous.") == 1
    assert "answers are cut from it." not in page


def test_runs_are_for_all_to_see_and_for_some_to_field(own: Served) -> None:
    for role in ("executive", "privacy", "analyst", "marketer", "engineer", "admin"):
        somebody = own.signed_in(role)
        for path in ("/agree/pulses", "/agree/pulses/autumn"):
            page = somebody.get(path)
            assert page.status_code == 200, page.text
            assert ("Close for good" in page.text or "Open a pulse" in page.text) == may_field(role)
        refused = somebody.send("/agree/pulses/autumn/remind").status_code
        assert refused == (303 if may_field(role) else 403)
    assert own.signed_in("marketer").get("/agree/pulses/winter").status_code in (404, 422)


def may_field(role: str) -> bool:
    return may(WorkspaceRole(role), Action.FIELD_PULSES)


def test_what_cannot_be_taken_stands_beside_what_was_typed(own: Served) -> None:
    marketer = own.signed_in("marketer")
    wrong = marketer.send(
        "/agree/pulses/open", {"name": "Autumn 2", "survey": "closeness/", "closes": "never"}
    )
    assert wrong.status_code == 422
    assert "ALN-200" in wrong.text
    assert 'value="Autumn 2"' in wrong.text
    wrong = marketer.send("/agree/pulses/autumn/invite", {"people": "ada@people.example, sales"})
    assert wrong.status_code == 422
    assert "ALN-204" in wrong.text
    assert "ada@people.example, sales" in wrong.text


def test_no_page_shows_who_answered(own: Served, sink: MailSink) -> None:
    told = own.signed_in("admin").json("/agree/pulses/autumn")
    assert "people.example" not in str(told)
    assert SURVEY.splitlines()[0] not in str(told)
