"""Home and help: what is told, to whom, from what; and what it says where there is nothing yet."""

import shutil
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cli.shop import APPLIED, NOW, Shop, copied
from web.served import CHEAP, ROLES, Browser, Served

from tandem.align import Group, load
from tandem.kernel import parse_instant
from tandem.kernel.values import Actor, Destination, WorkspaceRole
from tandem.ledger import JobState, NewContact, OutboxState, RunState, open_ledger
from tandem.policy import Count, Gap, TooSmall
from tandem.usecases import home_words as words
from tandem.usecases.see_data import DataStanding, SourceStanding
from tandem.usecases.see_home import Benchmark, Home, Joined, NotYet, People, see_home
from tandem.usecases.see_measured import Change, Earned, Measured, see_measured
from tandem.usecases.see_waits import Cause, Waits, last_runs, see_waits
from tandem.usecases.workspace import Workspace, open_workspace
from tandem.web.access import ALLOWED, may
from tandem.web.words import glossary, pieces

AT = parse_instant(NOW)
MARKETER = Actor("mara", "marketer")


def complete(browser: Browser) -> Any:
    """Home when what takes seconds is there."""
    for _ in range(100):
        page = browser.json("/")
        if page["steps"] or page["campaigns"] is not None:
            return page
        time.sleep(0.1)
    raise AssertionError("Home is never complete")


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Served]:
    """The shop with its charter in force and no run."""
    shop = copied(tmp_path / "shop")
    assert shop.tandem("apply", "--yes", "--now", APPLIED).code == 0
    ledger = open_ledger(shop.folder / "ledger.db", CHEAP)
    try:
        yield Served(shop.folder, ledger)
    finally:
        ledger.close()


@pytest.fixture
def looking(served: Served) -> Iterator[Workspace]:
    """The shop of all tests, to look at only."""
    with open_workspace(served.folder, MARKETER) as opened:
        yield opened


@pytest.fixture
def work(own_shop: Served) -> Iterator[Workspace]:
    with open_workspace(own_shop.folder, MARKETER) as opened:
        yield opened


# -- the page -----------------------------------------------------------------------------------------------


def test_everything_stands_on_one_page(served: Served, marketer: Browser) -> None:
    page = complete(marketer)
    assert page["lead"].startswith("3 people known")
    assert page["as_of"] == "As of the run of 10 March 2026 09:00 UTC."
    assert page["figures"][0]["label"] == "people known"
    assert len(page["figures"]) == 4
    assert page["joined"]["online"] == ["The web shop's tracker"]
    assert [one["purpose"] for one in page["consents"]] == ["marketing_email"]
    assert {one["purpose"] for one in page["needs_no_yes"]} == {"service", "analytics"}
    assert [row[0] for row in page["freshness"]["rows"]] == [
        "Customers as the CRM knows them",
        "Till receipts of the stores",
        "The web shop's tracker",
    ]
    assert page["run"]["state"] == "done"
    assert page["run"]["problems"] == []
    text = marketer.get("/").text
    assert "look-again" not in text
    for anchor in ("campaigns", "waits", "sides", "consent", "freshness", "run", "agree"):
        assert f'id="{anchor}"' in text


def test_no_count_under_the_smallest_group_is_told(marketer: Browser) -> None:
    """One of three said yes, one no: both are hidden, and so is every share that would give them away."""
    page = complete(marketer)
    (email,) = page["consents"]
    assert email["yes"] == {"fewer_than": 2}
    assert email["share"] is None
    assert page["consent"]["table"]["rows"][0][1] == "fewer than 2"


@pytest.mark.parametrize("export", ["lifts.svg", "sides.png", "consent.csv", "freshness.csv"])
def test_pictures_and_tables_can_be_taken_along(marketer: Browser, export: str) -> None:
    complete(marketer)
    assert marketer.get(f"/?export={export}").status_code == 200


def test_a_role_that_may_not_count_is_refused_by_name_and_sees_the_rest(served: Served) -> None:
    """No policy of the shop speaks of admins."""
    admin = served.signed_in("admin")
    page = complete(admin)
    assert [one["code"] for one in page["refused"]] == ["POL-202"]
    assert {one["code"] for one in page["campaigns_refused"]} == {"POL-202"}
    assert {one["code"] for one in page["data_refused"]} == {"POL-202"}
    assert page["joined"] is None
    assert page["sides"] is None
    assert page["consents"] == []
    assert page["freshness"] is None
    assert page["lifts"] is None
    assert page["run"]["state"] == "done"
    assert {one["value"] for one in page["figures"]} == {"not shown"}
    text = admin.get("/").text
    assert text.count("POL-202") >= 3
    assert "3 people" not in text


def test_what_one_role_may_see_never_reaches_another(served: Served) -> None:
    """Answers are kept; asked by a marketer first, an admin's page still has none of it, and the other way round."""
    complete(served.signed_in("marketer"))
    assert complete(served.signed_in("admin"))["joined"] is None
    assert complete(served.signed_in("marketer"))["joined"] is not None


def test_before_the_first_run_it_says_what_to_do_next(fresh: Served) -> None:
    marketer = fresh.signed_in("marketer")
    page = marketer.json("/")
    assert page["lead"] == "Nothing is known yet: the loop has not run."
    assert [one["title"] for one in page["steps"]][2] == "Run the loop"
    assert page["figures"] == []
    text = marketer.get("/").text
    assert 'action="/work/run"' in text
    assert "data/web/*.ndjson" in text
    assert "0 people" not in text
    looks_on = fresh.signed_in("executive").get("/").text
    assert 'action="/work/run"' not in looks_on


def test_a_run_that_found_nothing_leaves_the_steps(fresh: Served) -> None:
    """And says what kept it from taking anything."""
    shutil.rmtree(fresh.folder / "data")
    Shop(fresh.folder).tandem("run", "--now", NOW)
    page = fresh.signed_in("marketer").json("/")
    assert page["lead"].endswith("found nothing that it could take.")
    assert page["steps"]
    assert "no file lies at" in page["waits"][0]["sentence"]


def test_own_work_stands_first(own_shop: Served) -> None:
    own_shop.ledger.end_run(
        own_shop.ledger.start_run(AT, "x", own_shop.wall), RunState.FAILED, {}, own_shop.wall
    )
    assert complete(own_shop.signed_in("engineer"))["waits"][0]["who"] == "IT"
    for_marketing = complete(own_shop.signed_in("marketer"))["waits"]
    assert [one["mine"] for one in for_marketing] == sorted(
        (one["mine"] for one in for_marketing), reverse=True
    )


# -- the facts ----------------------------------------------------------------------------------------------


def in_full(work: Workspace) -> Workspace:
    """The same with nobody hidden: a smallest group of one."""
    policies = tuple(replace(one, smallest_group=1) for one in work.charter.policies)
    return replace(work, charter=replace(work.charter, policies=policies))


def people_of(work: Workspace) -> People:
    found = see_home(work).people
    assert isinstance(found, People)
    return found


def test_people_by_side_are_those_of_the_table(served: Served, looking: Workspace) -> None:
    found = people_of(in_full(looking))
    assert isinstance(found.joined, Joined)
    sides: dict[int, set[str]] = {}
    for row in Shop(served.folder).rows("person_sources"):
        sides.setdefault(row["person_id"], set()).add(row["source"])
    by_hand = {
        "both": sum({"web", "till"} <= one for one in sides.values()),
        "online_only": sum("web" in one and "till" not in one for one in sides.values()),
        "offline_only": sum("till" in one and "web" not in one for one in sides.values()),
    }
    for part, people in by_hand.items():
        assert getattr(found.joined, part) == (Count(people) if people else TooSmall(1)), part
    assert found.known == Count(3)
    assert found.joined.share == pytest.approx(by_hand["both"] / 3)


def test_consent_is_that_of_the_cast(looking: Workspace) -> None:
    """Ada said yes, Bo withdrew, Cy was never asked."""
    (email,) = people_of(in_full(looking)).consents
    assert (email.yes, email.no, email.unclear, email.never) == (Count(1), Count(1), TooSmall(1), Count(1))
    assert email.share == pytest.approx(1 / 3)


def test_without_named_sides_there_is_a_sentence_and_no_number(looking: Workspace) -> None:
    sources = tuple(
        replace(one, side=None if one.source == "till" else one.side) for one in looking.charter.sources
    )
    found = people_of(replace(looking, charter=replace(looking.charter, sources=sources))).joined
    assert isinstance(found, NotYet)
    assert "offline" in found.sentence
    assert found.who == "it"


def test_before_sources_were_counted_nothing_is_told_of_sides(fresh: Served) -> None:
    with open_workspace(fresh.folder, MARKETER) as opened:
        assert isinstance(people_of(opened).joined, NotYet)


def test_what_is_published_is_told_as_published(looking: Workspace) -> None:
    home = see_home(looking)
    assert "25 % of 657" in home.joined_elsewhere.sentence
    assert "10 % of 657" in home.together_elsewhere.sentence
    published = {(one.question_id, one.item, one.group): one for one in load() if one.wave == "2012"}
    assert published["DATA_INTEGRATION", "Completely integrated", Group.BOTH].value == 25
    assert published["CSUITE_COLLAB", "At the right level", Group.BOTH].value == 10


def test_campaigns_say_why_they_have_no_lift(looking: Workspace) -> None:
    found = see_measured(looking, AT)
    assert [one.campaign for one in found.campaigns] == ["vip_letter", "winback_spring"]
    assert all(one.conversion is None and one.why_not and one.sentence for one in found.campaigns)
    assert found.last is None
    assert found.refused == ()


# -- what waits ---------------------------------------------------------------------------------------------


def waits(work: Workspace, now: datetime = AT, data: DataStanding | None = None) -> dict[Cause, Waits]:
    return {one.cause: one for one in see_waits(work, data, now, now)}


def test_a_failed_run_waits_for_it(work: Workspace) -> None:
    ledger = work.ledger
    assert Cause.RUN not in waits(work)
    number = ledger.start_run(AT, "mara", AT)
    assert Cause.RUN not in waits(work)
    ledger.end_run(number, RunState.FAILED, {"problems": [{"sentence": "the disk is full."}]}, AT)
    found = waits(work)[Cause.RUN]
    assert found.hurts
    assert found.sentence.endswith("failed: the disk is full.")
    runs = last_runs(ledger)
    assert runs.last is not None
    assert (runs.last.state, runs.done_at) == (RunState.FAILED, AT)


def test_a_run_that_was_cut_off_waits_too(work: Workspace) -> None:
    number = work.ledger.start_run(AT, "mara", AT)
    work.ledger.end_run(number, RunState.INTERRUPTED, {"cancelled": True}, AT)
    assert "cut off" in waits(work)[Cause.RUN].sentence


def test_failed_work_waits_until_it_was_done_again(work: Workspace) -> None:
    ledger = work.ledger
    job = ledger.add_job("replay", {}, MARKETER, AT, alone=True)
    ledger.end_job(job, JobState.FAILED, AT)
    found = waits(work)[Cause.JOB]
    assert (found.about, found.hurts) == (str(job), True)
    again = ledger.add_job("replay", {}, MARKETER, AT, alone=True)
    ledger.end_job(again, JobState.DONE, AT)
    assert Cause.JOB not in waits(work)


def test_edits_wait_for_their_owner(own_shop: Served, work: Workspace) -> None:
    assert Cause.EDITS not in waits(work)
    shop = Shop(own_shop.folder)
    shop.edit("campaigns/vip_letter.yml", "holdout: 10%", "holdout: 20%")
    found = waits(work)[Cause.EDITS]
    assert found.who == "marketing"
    assert "1 edit of the charter waits" in found.sentence
    shop.edit("campaigns/winback_spring.yml", "audience:", "audiense:")
    broken = waits(work)[Cause.EDITS]
    assert broken.hurts
    assert "cannot be applied" in broken.sentence


def test_uncertain_contacts_wait_for_marketing_and_are_not_counted_when_few(work: Workspace) -> None:
    contact = NewContact(7, "winback_spring", 70, "email")
    work.ledger.enqueue([contact], AT)
    work.ledger.claim("winback_spring", "email", 5, AT)
    work.ledger.settle([7], OutboxState.UNCERTAIN, "line broke", AT)
    found = waits(work)[Cause.UNCERTAIN]
    assert "fewer than 2 contacts" in found.sentence
    assert found.about == "winback_spring"


def test_a_campaign_that_starts_soon_is_told(work: Workspace) -> None:
    assert Cause.STARTS not in waits(work)
    soon = datetime(2026, 2, 20)
    assert "in 9 days, on 1 March 2026" in waits(work, soon)[Cause.STARTS].sentence
    assert Cause.STARTS not in waits(work, datetime(2026, 2, 1))


def source(name: str, quiet: int, typical: int | None = 1, waiting: int = 0) -> SourceStanding:
    return SourceStanding(
        source=name,
        title=name.title(),
        owner="it",
        side=None,
        mode="quarantine",
        format="csv",
        path="",
        kinds=(),
        files=1,
        rows=1,
        waiting=waiting,
        latest=AT - timedelta(days=quiet),
        loaded=AT,
        typical=timedelta(days=typical) if typical else None,
    )


def standing(*sources: SourceStanding) -> DataStanding:
    return DataStanding(sources, {}, (), 0, "")


def test_a_source_that_fell_silent_is_told_once(looking: Workspace) -> None:
    one = waits(looking, AT, standing(source("web", 9), source("till", 1), source("crm", 99, None)))
    assert one[Cause.SILENT].about == "web"
    assert one[Cause.SILENT].sentence == (
        "Web has been quiet: its newest row is from 9 days ago; usually they are 1 day apart."
    )
    two = waits(looking, AT, standing(source("web", 9), source("till", 8)))
    assert two[Cause.SILENT].sentence.startswith("2 sources have been quiet")


def test_quarantine_of_one_source_leads_to_it(looking: Workspace) -> None:
    found = waits(looking, AT, standing(source("web", 0), source("till", 0, waiting=1)))[Cause.QUARANTINE]
    assert (found.who, found.about) == ("it", "till")
    assert found.sentence == "Till: 1 entry waits in quarantine."


def test_quarantine_of_many_sources_is_one_line(looking: Workspace) -> None:
    found = waits(looking, AT, standing(source("web", 0, waiting=3), source("till", 0, waiting=40)))
    assert found[Cause.QUARANTINE].sentence == (
        "43 entries wait in quarantine, from 2 sources, most of them from Till (40)."
    )


# -- the words ----------------------------------------------------------------------------------------------


def earned(name: str, day: int, **parts: Any) -> Earned:
    given = {"value": None, "left": None, "unit": "GBP", "conversion": Change(0.085, 0.049, 0.116)} | parts
    return Earned(
        campaign=name, title=name.title(), state="over", assigned=date(2026, 6, day), sentence="", **given
    )


def measured(*campaigns: Earned) -> Measured:
    return Measured(campaigns, None)


ELSEWHERE = Benchmark("Elsewhere it is so.", "A survey")


def home(people: People | Gap) -> Home:
    return Home(True, people, (), ELSEWHERE, "", ELSEWHERE)


def known(people: int, share: float | None) -> Home:
    parts = dict.fromkeys(("both", "online_only", "offline_only", "neither"), Count(100))
    joined = Joined(**parts, share=share, of_offline=0.8, online=("Web",), offline=("Till",))
    return home(People(Count(people), "", joined, ()))


def test_the_lead_says_the_most_important_thing() -> None:
    value = Change(7.73, 4.65, 10.81)
    assert words.lead(
        known(21_537, 0.62), measured(earned("winback", 2, value=value), earned("older", 1))
    ) == (
        "21,537 people known, 62 % of them both online and offline. "
        "The last campaign measured, Winback, earned GBP 7.73 a person (4.65 to 10.81)."
    )


def test_the_last_campaign_is_the_one_that_assigned_last() -> None:
    both = measured(earned("later", 9), earned("earlier", 3))
    assert "Later, made a difference of +8.5 points (+4.9 to +11.6)." in words.lead(known(50, None), both)


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (Change(1.2, -0.5, 2.9), "cannot be told from chance: GBP 1.20 a person (-0.50 to 2.90)"),
        (Change(-2.0, -3.0, -1.0), "made a difference of GBP -2.00 a person (-3.00 to -1.00)"),
    ],
)
def test_chance_and_loss_are_not_sold_as_gain(value: Change, told: str) -> None:
    assert told in words.lead(known(50, 0.5), measured(earned("winback", 1, value=value)))


def test_what_is_not_known_is_not_said() -> None:
    few = home(People(TooSmall(10), "", NotYet("", "", ""), ()))
    assert words.lead(few, None) == "Fewer than 10 people known."
    assert words.lead(known(50, None), None) == "50 people known."
    assert words.lead(known(50, None), measured()).endswith("No campaign has been measured yet.")
    gap = home(Gap(()))
    assert words.lead(gap, None).startswith("People cannot be counted")


def test_a_campaign_in_short() -> None:
    money = {"value": Change(7.73, 4.65, 10.81), "left": Change(8503.2, 4935, 12072)}
    assert words.campaign_sentence(earned("winback", 1, **money)) == (
        "Reached the goal: +8.5 points (+4.9 to +11.6); GBP 7.73 a person (4.65 to 10.81). "
        "Its cost paid, GBP 8,503 is left (4,935 to 12,072)."
    )
    doubtful = earned("spring", 1, conversion=Change(0.002, -0.004, 0.008))
    assert words.campaign_sentence(doubtful).endswith("This may be chance.")
    none = earned("new", 1, conversion=None, why_not="nobody assigned yet")
    assert words.campaign_sentence(none) == "Nobody assigned yet."


# -- help ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ROLES)
def test_help_says_what_one_may_do(served: Served, role: str) -> None:
    browser = served.signed_in(role)
    page = browser.json("/help")
    assert set(page["may"]) == {str(action) for action in ALLOWED if may(WorkspaceRole(role), action)}
    assert role in page["you"]
    assert [row[0] for row in page["roles"]["rows"]] == [str(one) for one in WorkspaceRole]
    assert browser.get("/help").status_code == 200


def test_help_has_every_word_of_the_glossary(marketer: Browser, project_root: Path) -> None:
    text = (project_root / "docs/reference/glossary.md").read_text()
    rows = [line for line in text.splitlines() if line.startswith("| ") and not line.startswith("| word |")]
    sections = marketer.json("/help")["words"]
    assert sum(len(section["words"]) for section in sections) == len(rows) - text.count("| reason | what")
    assert all(f'id="{section.id}"' in marketer.get("/help").text for section in glossary())


def test_links_inside_the_glossary_lead_to_its_sections() -> None:
    anchors = {f"#{section.id}" for section in glossary()}
    every = [one for section in glossary() for word in section.words for one in (*word.word, *word.meaning)]
    assert {one.href for one in every if one.href} <= anchors
    assert [one.text for one in pieces("a `b` of [c](#d).")] == ["a ", "b", " of ", "c", "."]


def test_destinations_are_among_the_words() -> None:
    told = " ".join(word.to_dict()["meaning"] for section in glossary() for word in section.words)
    assert all(str(one) in told for one in Destination)
