"""A pulse on the command line: opened from the charter, invited by a real mail server, reminded, told, closed."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cli.shop import NOW, Ended, Shop, copied
from pulses import SURVEY, links, people, with_survey

from tandem.charter import instrument_text
from tandem.deliver.sink import MailSink
from tandem.demo.pulse_truth import PEOPLE
from tandem.kernel import Problems, parse_instant
from tandem.kernel.values import Actor
from tandem.ledger import AnswerState, Invitation, InvitationState, Ledger, open_ledger
from tandem.ledger.pulses import Ending
from tandem.usecases.answer_pulse import Stage, fill_sheet, see_sheet
from tandem.usecases.demo_pulse import PAST, open_to_all, past_pulse
from tandem.usecases.invite_pulse import send_invitations
from tandem.usecases.pulse_answers import GivenAnswer, add_answers, responses
from tandem.usecases.pulse_beliefs import over
from tandem.usecases.remind_pulse import remind_all
from tandem.usecases.run_demo import ASKED
from tandem.usecases.run_pulse import covered, pulse_status
from tandem.usecases.workspace import open_workspace

OPENED = parse_instant(NOW)
MARA = Actor("mara", "marketer")
GOOD = {
    "you": {"S_TITLE": ["1"]},
    "work": {"NEED": ["1"], "TRUST_PROMISES": ["4"], "TRUST_OPEN": ["9"]},
    "more": {"DRIVERS": ["2", "1"], "DRIVERS_RANK.1": ["1"], "DRIVERS_RANK.2": ["2"]},
    "ideas": {"SHARE": ["12,5"], "IDEAS": ["A plan for both."]},
}


PAIR = """\
  - question: S_PAIR
    type: open
    text: Which key did you two agree on?
    block: ideas
"""


@pytest.fixture(scope="module")
def sink(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MailSink]:
    with MailSink(tmp_path_factory.mktemp("mail")) as sink:
        yield sink


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory, sink: MailSink) -> Shop:
    """A shop with the survey in force, a run of it open, and nobody invited."""
    shop = with_survey(copied(tmp_path_factory.mktemp("first") / "shop"), sink.port)
    ended = opening(shop)
    assert ended.code == 0, ended.err
    return shop


@pytest.fixture
def shop(first: Shop, tmp_path: Path, sink: MailSink) -> Shop:
    for file in sink.folder.iterdir():
        file.unlink()
    return first.copy(tmp_path / "shop")


def opening(shop: Shop, name: str = "spring_run", **options: str) -> Ended:
    said = {"instrument": "closeness", "closes": "2026-03-31", "now": NOW} | options
    return shop.tandem(
        "pulse", "open", name, *(word for key, value in said.items() for word in (f"--{key}", value))
    )


def invited(shop: Shop, marketing: int = 4, it: int = 4, *more: str) -> Ended:
    lines = ["address,side", *(f"{address},{side}" for address, side in people(marketing, it))]
    shop.write("people.csv", "\n".join(lines))
    return shop.tandem(
        "pulse", "invite", "spring_run", "--from", str(shop.path("people.csv")), "--now", NOW, *more
    )


def beat(shop: Shop, days: int) -> Ended:
    """The daily run, so many days after the opening."""
    return shop.tandem("run", "--now", f"{OPENED + timedelta(days=days):%Y-%m-%dT%H:%M:%SZ}", "--json")


def letters(sink: MailSink) -> list[str]:
    """To whom letters of pulses went, in order: m0, i0 and so on. The shop's campaigns write to others."""
    recipients = [one["recipients"][0] for one in sink.taken()]
    return [one for one in recipients if one.partition("@")[0][1:].isdigit()]


def answered(shop: Shop, path: str, *, days: int = 0, **changed: list[str]) -> Stage:
    """Somebody answers by a link, page by page."""
    token, at = path.rpartition("/")[2], OPENED + timedelta(days=days)
    ledger = open_ledger(shop.path("ledger.db"))
    try:
        sheet = fill_sheet(shop.folder, ledger, token, "begin", "", {}, at, at)
        for _ in range(9):
            if sheet.stage is not Stage.QUESTIONS:
                return sheet.stage
            shown = [one.question for one in sheet.questions]
            said = {key: value for part in GOOD.values() for key, value in part.items()} | changed
            at += timedelta(seconds=60)
            sheet = fill_sheet(
                shop.folder, ledger, token, "next", sheet.block, {**said, "shown": shown}, at, at
            )
            assert not sheet.faulty, sheet
    finally:
        ledger.close()
    raise AssertionError("it never ends")


def test_what_cannot_be_opened_is_told_and_nothing_opens(shop: Shop) -> None:
    assert opening(shop).codes == ["LDG-120"]
    assert opening(shop, "other", instrument="closenes").codes == ["ALN-201"]
    wrong = opening(shop, "Spring 1", form="tiny", closes="2026-03-01")
    assert (wrong.code, wrong.codes) == (1, ["ALN-200"] * 3)
    assert opening(shop, "other", closes="soon").code == 2
    assert [one["pulse"]["name"] for one in shop.tandem("pulse", "status", "--json").json["pulses"]] == [
        "spring_run"
    ]


def test_everybody_gets_one_letter_with_a_link_of_their_own(shop: Shop, sink: MailSink) -> None:
    first = invited(shop, 4, 4, "--json").json
    assert (first["new"], first["posted"]["sent"]) == (8, 8)
    again = invited(shop, 5, 4, "--json").json
    assert (again["new"], again["before"], again["posted"]["sent"]) == (1, 8, 1)
    found = links(sink.folder)
    assert (len(found), len(set(found.values())), len(sink.taken())) == (9, 9, 9)
    letter = next(sink.folder.glob("*.eml")).read_text().replace("=\n", "")
    assert "anonymous" in letter
    assert "fewer than 3 people" in letter
    assert "until 31 March 2026" in letter
    for kept in ("your side, the day and how many seconds it took", "daily run after 31 March 2026"):
        assert kept in " ".join(letter.split())


def test_a_list_with_a_fault_invites_nobody(shop: Shop, sink: MailSink) -> None:
    words = ("ada@people.example=it", "bo@people.example=sales", "nobody=it", "ADA@people.example=marketing")
    ended = shop.tandem("pulse", "invite", "spring_run", *words, "--now", NOW)
    assert (ended.code, ended.codes) == (1, ["ALN-204"] * 3)
    assert sink.taken() == []
    shop.write("people.csv", "name\nada\n")
    ended = shop.tandem("pulse", "invite", "spring_run", "--from", str(shop.path("people.csv")), "--now", NOW)
    assert ended.codes == ["ALN-204"]


def test_reminders_go_to_those_not_done_after_days_and_end(shop: Shop, sink: MailSink) -> None:
    invited(shop, 2, 1)
    assert answered(shop, links(sink.folder)["m0@people.example"]) is Stage.THANKS
    sent, told = [], []
    for day in (1, 3, 5, 6, 9, 12):
        at, before = f"{OPENED + timedelta(days=day):%Y-%m-%dT%H:%M:%SZ}", len(sink.taken())
        told.append(
            shop.tandem("pulse", "remind", "spring_run", "--now", at, "--json").json["posted"]["sent"]
        )
        sent.append(len(sink.taken()) - before)
    assert sent == [0, 2, 0, 2, 0, 0]
    # Those invited less those reminded are those who are done: one person of marketing.
    assert told == [0, "some", 0, "some", 0, 0]
    noted = shop.tandem("--as", "admin", "audit", "list", "--kind", "pulse", "--json").json
    assert '"sent": "some"' in json.dumps(noted)
    reminded = [one["recipients"][0] for one in sink.taken()[3:]]
    assert sorted(reminded) == ["i0@people.example"] * 2 + ["m1@people.example"] * 2


def test_a_letter_that_a_crash_left_open_is_never_sent_twice(
    shop: Shop, sink: MailSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process ends between the server's yes and the note of it."""
    invited(shop, 3, 0, "--no-send")
    ledger = open_ledger(shop.path("ledger.db"))

    def died(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(type(ledger), "settle_invitation", died)
        with pytest.raises(KeyboardInterrupt):
            send_invitations(shop.folder, ledger, MARA, "spring_run", OPENED, wall)
    assert len(sink.taken()) == 1
    done = send_invitations(shop.folder, ledger, MARA, "spring_run", OPENED, wall)
    assert (done.sent, len(sink.taken())) == (2, 3)
    assert len({one["recipients"][0] for one in sink.taken()}) == 3
    assert ledger.invitation_counts("spring_run")["marketing", InvitationState.UNCERTAIN] == 1
    ledger.close()


def test_the_run_reminds_by_the_rule_of_the_survey_and_nobody_twice(shop: Shop, sink: MailSink) -> None:
    invited(shop, 2, 1)
    assert answered(shop, links(sink.folder)["m0@people.example"]) is Stage.THANKS
    sent, told = [], []
    for day in (1, 3, 3, 5, 6, 9, 12):
        before, ended = len(letters(sink)), beat(shop, day)
        told.append([one["sent"] for one in ended.json["pulses_reminded"]])
        sent.append(len(letters(sink)) - before)
    assert sent == [0, 2, 0, 0, 2, 0, 0]
    assert told == [[], ["some"], [], [], ["some"], [], []]
    reminded = letters(sink)[3:]
    assert sorted(reminded) == ["i0@people.example"] * 2 + ["m1@people.example"] * 2
    noted = shop.tandem("--as", "admin", "audit", "list", "--kind", "pulse", "--json").json["entries"]
    by_run = [
        one["outcome"] for one in noted if (one["actor"], one["what"]) == ("tandem", "remind of spring_run")
    ]
    assert sorted(by_run) == ["begun", "begun", "done", "done"]


def test_the_run_keeps_to_the_number_and_the_days_that_the_survey_names(shop: Shop, sink: MailSink) -> None:
    rules = {"never": "reminders: 0\n", "once": "reminders: 1\nremind_after: 7 days\n"}
    for number, (name, rule) in enumerate(rules.items()):
        shop.write("pulse/closeness.yml", SURVEY.replace("minutes: 3\n", f"minutes: 3\n{rule}"))
        assert shop.tandem("apply", "--yes", "--now", NOW).code == 0
        assert opening(shop, name).code == 0
        assert shop.tandem("pulse", "invite", name, f"i{number}@people.example=it", "--now", NOW).code == 0
    before = len(letters(sink))
    told = [[one["pulse"] for one in beat(shop, day).json["pulses_reminded"]] for day in (6, 7, 14)]
    assert told == [[], ["once"], []]
    assert letters(sink)[before:] == ["i1@people.example"]


def test_a_plan_and_a_check_remind_nobody(shop: Shop, sink: MailSink) -> None:
    invited(shop, 1, 1)
    later = f"{OPENED + timedelta(days=4):%Y-%m-%dT%H:%M:%SZ}"
    for words in (
        ("check",),
        ("plan", "--now", later),
        ("apply", "--yes", "--now", later),
        ("pulse", "status"),
    ):
        shop.tandem(*words)
    assert len(letters(sink)) == 2
    assert [one["pulse"] for one in beat(shop, 4).json["pulses_reminded"]] == ["spring_run"]
    assert len(letters(sink)) == 4


def test_a_run_without_a_mail_server_says_so_and_the_next_one_reminds(shop: Shop, sink: MailSink) -> None:
    invited(shop, 1, 0)
    shop.edit("tandem.toml", f"port = {sink.port}", "port = 1")
    assert shop.tandem("apply", "--yes", "--now", NOW).code == 0
    failed = beat(shop, 4)
    assert failed.code == 1
    # The shop's campaign says the same for itself.
    assert [one["code"] for one in failed.json["problems"]] == ["DLV-002"] * 2
    assert failed.json["pulses_reminded"] == [
        {"pulse": "spring_run", "sent": 0, "failed": 0, "uncertain": 0, "later": 0}
    ]
    shop.edit("tandem.toml", "port = 1", f"port = {sink.port}")
    assert shop.tandem("apply", "--yes", "--now", NOW).code == 0
    ended = shop.tandem("run", "--now", f"{OPENED + timedelta(days=5):%Y-%m-%dT%H:%M:%SZ}")
    assert "spring_run: reminders sent" in ended.out
    assert len(letters(sink)) == 2


def test_a_reminder_that_a_crash_left_open_counts_and_is_not_sent_again(
    shop: Shop, sink: MailSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process ends between the server's yes and the note of it; the next one comes as late as after any other."""
    invited(shop, 1, 0)
    ledger = open_ledger(shop.path("ledger.db"))

    def died(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(type(ledger), "settle_invitation", died)
        with pytest.raises(KeyboardInterrupt):
            remind_all(shop.folder, ledger, OPENED + timedelta(days=3), wall)
    assert len(letters(sink)) == 2
    for day, sent in ((3, 2), (4, 2), (6, 3), (9, 3)):
        beat(shop, day)
        assert len(letters(sink)) == sent, day
    ledger.close()


def test_who_answers_or_a_run_that_closes_while_letters_go_is_left_in_peace(
    shop: Shop, sink: MailSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    invited(shop, 4, 0)
    paths, ledger = links(sink.folder), open_ledger(shop.path("ledger.db"))
    before, claim = len(letters(sink)), type(ledger).claim_invitation
    claimed = []

    def slowly(held: Ledger, one: Invitation, now: datetime) -> bool:
        claimed.append(one.address)
        if len(claimed) == 2:
            answered(shop, paths[one.address])
        if len(claimed) == 3:
            held.close_pulse("spring_run", "mara", now)
        return claim(held, one, now)

    monkeypatch.setattr(type(ledger), "claim_invitation", slowly)
    remind_all(shop.folder, ledger, OPENED + timedelta(days=3), wall)
    assert len(claimed) == 4
    assert letters(sink)[before:] == claimed[:1]
    ledger.close()


def test_without_a_mail_server_all_wait_and_go_later(shop: Shop, sink: MailSink) -> None:
    shop.edit("tandem.toml", f"port = {sink.port}", "port = 1")
    assert shop.tandem("apply", "--yes", "--now", NOW).code == 0
    ended = invited(shop)
    assert (ended.code, ended.codes) == (1, ["DLV-002"])
    shop.edit("tandem.toml", "port = 1", f"port = {sink.port}")
    assert shop.tandem("apply", "--yes", "--now", NOW).code == 0
    assert shop.tandem("pulse", "invite", "spring_run", "--now", NOW, "--json").json["posted"]["sent"] == 8


def test_answers_count_by_side_and_small_counts_are_not_told(shop: Shop, sink: MailSink) -> None:
    invited(shop, 5, 4)
    found = links(sink.folder)
    for k in range(4):
        assert answered(shop, found[f"m{k}@people.example"], days=k) is Stage.THANKS
    assert answered(shop, found["m4@people.example"], S_TITLE=["2"]) is Stage.OUT
    for k in range(2):
        assert answered(shop, found[f"i{k}@people.example"]) is Stage.THANKS
    assert answered(shop, found["i0@people.example"]) is Stage.ANSWERED
    (told,) = shop.tandem("pulse", "status", "spring_run", "--now", NOW, "--json").json["pulses"]
    marketing, it = told["sides"]
    assert (marketing["invited"], it["invited"]) == (5, 4)
    # One was screened out: that is too few to tell, and with the sum the four kept would tell it.
    assert (marketing["ended"], marketing["kept"], marketing["screened_out"]) == (5, None, {"S_TITLE": None})
    assert (it["ended"], it["kept"]) == (None, None)
    assert told["days"] == {"marketing": {}, "it": {}}
    assert "too few to tell" in shop.tandem("pulse", "status", "spring_run", "--now", NOW).out
    ledger = open_ledger(shop.path("ledger.db"))
    kept = responses(ledger, "spring_run")
    assert (len(kept), len(kept.of("marketing")), len(kept.of("it"))) == (6, 4, 2)
    assert kept.column("DRIVERS_RANK", 1).tolist() == [1.0] * 6
    assert kept.column("SHARE").tolist() == [12.5] * 6
    assert [one.seconds for one in ledger.answers("spring_run")] == [300] * 6
    ledger.close()


def test_no_answer_leads_to_an_invitation_and_the_log_says_no_time(shop: Shop, sink: MailSink) -> None:
    """By hand over every column of every table of the ledger, with real links and real answers."""
    invited(shop, 4, 4)
    for k, path in enumerate(links(sink.folder).values()):
        assert answered(shop, path, days=k % 3) is Stage.THANKS
    ledger = open_ledger(shop.path("ledger.db"))
    with ledger._read() as db:
        rows = {
            name: [dict(row) for row in db.exec_driver_sql(f"SELECT * FROM {name}").mappings()]
            for name in ("pulse_invitations", "pulse_answers", "audit", "outbox", "jobs")
        }
    invitations, answers = rows["pulse_invitations"], rows["pulse_answers"]
    assert (len(invitations), len(answers)) == (8, 8)
    for answer in answers:
        assert (answer["invitation"], answer["resume_hash"], answer["started_at"]) == (None, None, None)
        values = {
            value
            for value in answer.values()
            if value is not None and value not in ("spring_run", answer["side"])
        }
        assert not values & {value for one in invitations for value in one.values()}
    assert {(one["state"], one["sent_at"], one["letters"]) for one in invitations} == {("done", None, 0)}
    what = [one["what"] for one in rows["audit"] if one["kind"] == "pulse"]
    assert sorted(set(what)) == ["invite to spring_run", "open spring_run", "send spring_run"]
    ids = {one["id"] for one in answers} | {one["id"] for one in invitations}
    assert not [one for one in rows["audit"] if any(id_ in str(one) for id_ in ids)]
    ledger.close()


def test_a_survey_that_is_not_anonymous_says_so_and_keeps_the_tie(shop: Shop, sink: MailSink) -> None:
    shop.edit("pulse/closeness.yml", "minutes: 3\n", "minutes: 3\nanonymous: false\n")
    assert shop.tandem("apply", "--yes", "--now", NOW).code == 0
    assert opening(shop, "named").code == 0
    assert shop.tandem("pulse", "invite", "named", "ada@people.example=it", "--now", NOW).code == 0
    path = links(sink.folder)["ada@people.example"]
    ledger = open_ledger(shop.path("ledger.db"))
    assert "not anonymous" in see_sheet(shop.folder, ledger, path.rpartition("/")[2], OPENED).promise
    assert answered(shop, path) is Stage.THANKS
    (answer,) = ledger.answers("named")
    invitation = ledger.invitation(answer.invitation or "")
    assert invitation is not None
    assert invitation.address == "ada@people.example"
    ledger.close()


def test_a_pulse_keeps_the_survey_as_it_was_and_closes_for_good(shop: Shop, sink: MailSink) -> None:
    invited(shop, 3, 3)
    shop.edit("pulse/closeness.yml", "title: How close we work", "title: Something else")
    assert shop.tandem("apply", "--yes", "--now", NOW).code == 0
    assert "How close we work" in shop.tandem("pulse", "status", "--now", NOW).out
    path = links(sink.folder)["m0@people.example"]
    assert shop.tandem("pulse", "close", "spring_run", "--now", NOW).code == 0
    assert shop.tandem("pulse", "close", "spring_run", "--now", NOW).codes == ["LDG-122"]
    assert invited(shop).codes == ["ALN-202"]
    ledger = open_ledger(shop.path("ledger.db"))
    assert see_sheet(shop.folder, ledger, path.rpartition("/")[2], OPENED).stage is Stage.CLOSED
    assert not pulse_status(ledger, "spring_run", OPENED).open
    ledger.close()
    assert b"m0@people.example" not in shop.path("ledger.db").read_bytes()


def test_a_full_quota_thanks_and_keeps_nothing(shop: Shop, sink: MailSink) -> None:
    invited(shop, 1, 1)
    ledger = open_ledger(shop.path("ledger.db"))
    many = [GivenAnswer("it", {"S_FUNCTION": 2, "S_TITLE": 1, "NEED": 2}, OPENED.date()) for _ in range(40)]
    assert add_answers(ledger, "spring_run", many) == 40
    assert answered(shop, links(sink.folder)["i0@people.example"]) is Stage.OUT
    assert answered(shop, links(sink.folder)["m0@people.example"]) is Stage.THANKS
    assert len(responses(ledger, "spring_run")) == 41
    with pytest.raises(Problems, match="ALN-206"):
        add_answers(ledger, "spring_run", [GivenAnswer("it", {"NEED": 7}, OPENED.date())])
    ledger.close()


def test_of_two_who_send_off_at_once_only_as_many_are_kept_as_are_wanted(
    first: Shop, tmp_path: Path, sink: MailSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both are told to go on, for there is one place left; then one of them is quicker. The other is thanked."""
    shop = first.copy(tmp_path / "shop")
    quota = "quotas:\n  - {group: it, question: S_TITLE, is: [1], at_most: 1}\n"
    shop.write("pulse/closeness.yml", SURVEY.partition("quotas:\n")[0] + quota)
    assert shop.tandem("apply", "--yes", "--now", NOW).code == 0
    assert opening(shop, "narrow").code == 0
    words = ("i0@people.example=it", "i1@people.example=it", "m0@people.example=marketing")
    assert shop.tandem("pulse", "invite", "narrow", *words, "--now", NOW).code == 0
    found, ledger = links(sink.folder), open_ledger(shop.path("ledger.db"))
    end, came = type(ledger).end_answer, []

    def slowly(held: Ledger, *about: Any) -> Ending:
        if not came:
            came.append(Stage.INTRO)
            came[0] = answered(shop, found["i1@people.example"])
        return end(held, *about)

    with monkeypatch.context() as patched:
        patched.setattr(type(ledger), "end_answer", slowly)
        assert answered(shop, found["i0@people.example"]) is Stage.OUT
    assert came == [Stage.THANKS]
    assert answered(shop, found["m0@people.example"]) is Stage.THANKS, "the quota is of IT"
    assert len(responses(ledger, "narrow")) == 2
    (told,) = shop.tandem("pulse", "status", "narrow", "--now", NOW, "--json").json["pulses"]
    assert next(one for one in told["sides"] if one["side"] == "it")["invited"] == 2
    assert [n for _, state, _, _, n in ledger.answer_counts("narrow") if state is AnswerState.QUOTA_FULL] == [
        1
    ]
    ledger.close()


def test_odd_answers_are_left_out_by_hand_and_stay(shop: Shop) -> None:
    ledger = open_ledger(shop.path("ledger.db"))
    said = {"S_FUNCTION": 2, "S_TITLE": 1, "NEED": 2}
    times = [300] * 10 + [20] * 4
    add_answers(ledger, "spring_run", [GivenAnswer("it", said, OPENED.date(), seconds) for seconds in times])
    assert shop.tandem("pulse", "clean", "spring_run", "--json").json["flags"]["speeder"] == 4
    assert len(responses(ledger, "spring_run")) == 14
    assert shop.tandem("pulse", "clean", "spring_run", "--remove", "speeder", "--json").json["removed"] == 4
    noted = shop.tandem("--as", "admin", "audit", "list", "--kind", "pulse", "--json").json
    assert '"removed": 4' in json.dumps(noted)
    assert len(responses(ledger, "spring_run")) == 10
    assert len(ledger.answers("spring_run", [AnswerState.REMOVED])) == 4
    # What was left out after a first look at the results would be told by the second.
    assert shop.tandem("pulse", "close", "spring_run", "--now", NOW).code == 0
    assert shop.tandem("pulse", "clean", "spring_run", "--remove", "attention").codes == ["LDG-122"]
    kept = ledger.answers("spring_run")
    assert ledger.remove_answers([one.id for one in kept], "speeder") == 0
    assert len(ledger.answers("spring_run")) == 10
    ledger.close()


def test_the_log_has_no_count_of_few_who_were_left_out(shop: Shop) -> None:
    ledger = open_ledger(shop.path("ledger.db"))
    said = {"S_FUNCTION": 2, "S_TITLE": 1, "NEED": 2}
    times = [300] * 10 + [20] * 2
    add_answers(ledger, "spring_run", [GivenAnswer("it", said, OPENED.date(), seconds) for seconds in times])
    ledger.close()
    assert shop.tandem("pulse", "clean", "spring_run", "--remove", "speeder").code == 0
    noted = shop.tandem("--as", "admin", "audit", "list", "--kind", "pulse", "--json").json
    assert '"removed": "some"' in json.dumps(noted)


def test_what_people_said_is_read_once_it_is_closed_whatever_time_is_named(shop: Shop) -> None:
    ledger = open_ledger(shop.path("ledger.db"))
    said = [GivenAnswer(side, {"S_FUNCTION": code, "S_TITLE": 1, "NEED": 1}, OPENED.date(), 60)
            for side, code in (("marketing", 1), ("it", 2)) for _ in range(6)]  # fmt: skip
    add_answers(ledger, "spring_run", said)
    ledger.close()
    later = ("--now", "2099-01-01")
    for words in (("results", "spring_run"), ("report", "spring_run", "--format", "html"),
                  ("understand", "spring_run")):  # fmt: skip
        ended = shop.tandem("pulse", *words, *later)
        assert ended.codes == ["ALN-601"], ended.err
    assert "marketer, engineer, admin" in " ".join(ended.err.split())
    (told,) = shop.tandem("pulse", "status", "spring_run", *later, "--json").json["pulses"]
    assert (told["open"], told["closed"]) == (False, False)
    ledger = open_ledger(shop.path("ledger.db"))
    assert (over(ledger, OPENED), over(ledger, datetime(2099, 1, 1))) == ([], [])
    ledger.close()
    assert shop.tandem("pulse", "close", "spring_run", "--now", NOW).code == 0
    assert shop.tandem("pulse", "results", "spring_run", "--now", NOW).code == 0


def test_only_who_runs_pulses_may_and_a_no_is_noted(shop: Shop, sink: MailSink) -> None:
    closes = ("--instrument", "closeness", "--closes", "2026-03-31")
    shop.write("answers.csv", "NEED\n1\n")
    tries = [
        ("open", "other", *closes, "--now", NOW),
        ("invite", "spring_run", "ada@people.example=it", "--now", NOW),
        ("invite", "spring_run", "--now", NOW),
        ("remind", "spring_run", "--now", NOW),
        ("clean", "spring_run", "--remove", "speeder"),
        ("import", "other", str(shop.path("answers.csv")), "--now", NOW),
        ("close", "spring_run", "--now", NOW),
    ]
    for words in tries:
        assert shop.tandem("--as", "executive", "pulse", *words).codes == ["ALN-207"], words
    (told,) = shop.tandem("pulse", "status", "--json", "--now", NOW).json["pulses"]
    assert (told["closed"], told["sides"][1]["invited"], sink.taken()) == (False, 0, [])
    noted = str(shop.tandem("--as", "admin", "audit", "list", "--kind", "pulse", "--json").json)
    assert noted.count("'refused'") == len(tries)
    for role in ("engineer", "admin"):
        assert shop.tandem("--as", role, "pulse", "open", f"of_{role}", *closes, "--now", NOW).code == 0


def test_the_run_closes_what_is_over_and_drafts_go(shop: Shop, sink: MailSink) -> None:
    invited(shop, 1, 1)
    token = links(sink.folder)["m0@people.example"].rpartition("/")[2]
    ledger = open_ledger(shop.path("ledger.db"))
    begun = fill_sheet(shop.folder, ledger, token, "begin", "", {}, OPENED, OPENED)
    saved = fill_sheet(shop.folder, ledger, token, "save", begun.block, {}, OPENED, OPENED)
    assert "the first daily run after 31 March 2026" in saved.told[0]
    early = shop.tandem("run", "--now", "2026-03-31T12:00:00Z", "--json")
    assert early.json["pulses_closed"] == []
    late = shop.tandem("run", "--now", "2026-04-01T00:00:00Z", "--json")
    assert late.json["pulses_closed"] == ["spring_run"]
    assert "Pulses closed after their last day: spring_run." in late.json["sentences"]
    assert ledger.pulse("spring_run").closed_by == "tandem"
    assert not [n for _, state, _, _, n in ledger.answer_counts("spring_run") if state is AnswerState.DRAFT]
    ledger.close()
    assert b"m0@people.example" not in shop.path("ledger.db").read_bytes()
    assert shop.tandem("run", "--now", "2026-04-01T00:00:00Z", "--json").json["pulses_closed"] == []


def test_the_end_is_not_reached_past_a_needed_question(shop: Shop, sink: MailSink) -> None:
    invited(shop, 1, 1)
    token = links(sink.folder)["m0@people.example"].rpartition("/")[2]
    ledger = open_ledger(shop.path("ledger.db"))
    sheet = fill_sheet(shop.folder, ledger, token, "begin", "", {}, OPENED, OPENED)
    jump = {"shown": ["SHARE", "IDEAS"], "SHARE": ["5"]}
    for needed in (GOOD["you"], GOOD["work"]):
        sheet = fill_sheet(shop.folder, ledger, token, "next", "ideas", jump, OPENED, OPENED)
        assert sheet.stage is Stage.QUESTIONS
        assert {one.question for one in sheet.questions} & {name.partition("_P")[0] for name in needed}
        assert ledger.answers("spring_run") == []
        given = {**needed, "shown": [one.question for one in sheet.questions]}
        fill_sheet(shop.folder, ledger, token, "next", sheet.block, given, OPENED, OPENED)
    assert fill_sheet(shop.folder, ledger, token, "next", "ideas", jump, OPENED, OPENED).stage is Stage.THANKS
    (kept,) = ledger.answers("spring_run")
    assert {"S_TITLE", "NEED", "TRUST_PROMISES", "TRUST_OPEN"} <= set(kept.answers)
    ledger.close()


def test_the_key_of_two_colleagues_is_kept_as_a_hash_that_both_share(shop: Shop, sink: MailSink) -> None:
    shop.edit("pulse/closeness.yml", "  - question: IDEAS\n", PAIR + "  - question: IDEAS\n")
    assert shop.tandem("apply", "--yes", "--now", NOW).code == 0
    assert opening(shop, "keyed").code == 0
    words = ("ada@people.example=it", "bo@people.example=marketing", "cy@people.example=it")
    assert shop.tandem("pulse", "invite", "keyed", *words, "--now", NOW).code == 0
    found = links(sink.folder)
    for who, typed in (("ada", "Blue Heron"), ("bo", " blue heron "), ("cy", "red kite")):
        assert answered(shop, found[f"{who}@people.example"], S_PAIR=[typed]) is Stage.THANKS
    ledger = open_ledger(shop.path("ledger.db"))
    keys = [str(one.answers["S_PAIR"]) for one in ledger.answers("keyed")]
    ledger.close()
    assert (len(set(keys)), {len(one) for one in keys}) == (2, {32})
    assert b"heron" not in shop.path("ledger.db").read_bytes().lower()


def test_odd_lists_and_odd_days_are_problems(shop: Shop) -> None:
    shop.write("people.csv", 'address,side\n"' + "x" * 140_000 + '",it\n')
    ended = shop.tandem("pulse", "invite", "spring_run", "--from", str(shop.path("people.csv")), "--now", NOW)
    assert ended.codes == ["ALN-204"]
    assert opening(shop, "endless", closes="9999-12-31").codes == ["ALN-200"]


def test_the_demo_company_was_asked_and_is_asked_now(shop: Shop, sink: MailSink) -> None:
    shop.write("pulse/alignment.yml", instrument_text())
    assert shop.tandem("apply", "--yes", "--now", NOW).code == 0
    with open_workspace(shop.folder, MARA, wall) as work:
        assert past_pulse(work, MARA, np.random.default_rng(7), wall) == sum(PEOPLE.values())
        assert open_to_all(work, MARA, [*ASKED], OPENED, wall) == len(ASKED) == len(links(sink.folder))
        found = pulse_status(work.ledger, PAST, OPENED)
        assert not found.open
        assert {one.side: one.kept for one in found.sides} == PEOPLE
        kept = responses(work.ledger, PAST)
        assert [len(kept.of(side)) for side in PEOPLE] == [*PEOPLE.values()]
        counts = work.ledger.invitation_counts(PAST)
        assert sum(n for (_, state), n in counts.items() if state is InvitationState.DONE) == len(kept)


@pytest.mark.parametrize(
    ("cells", "shown", "total"),
    [
        pytest.param([0, 0], [0, 0], 0, id="none is no secret"),
        pytest.param([7, 2, 9], [None, None, 9], 18, id="one small hides the next"),
        pytest.param([2, 0, 0], [None, 0, 0], None, id="alone it hides the sum"),
        pytest.param([2, 4, 9], [None, None, 9], 15, id="two small hide each other"),
        pytest.param([5, 9], [5, 9], 14, id="large enough"),
        pytest.param([10, 1, 1], [None, None, None], 12, id="two of sum 2 are 1 and 1"),
        pytest.param([1, 1, 0], [None, None, 0], None, id="and hide the sum"),
        pytest.param([1, 1, 1, 1, 1], [None] * 5, None, id="each of five who are five"),
        pytest.param([1, 5, 20], [None, None, 20], 26, id="room for one of them to be large"),
    ],
)
def test_what_would_give_a_small_count_away_is_hidden_too(
    cells: list[int], shown: list[int | None], total: int | None
) -> None:
    assert covered(cells, 5) == (shown, total)


def wall() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)
