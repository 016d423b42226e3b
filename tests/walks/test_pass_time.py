"""The demo company lives on: a marketer's new campaign, two weeks, and what it earned held against what is planted."""

import shutil
import socket
import stat
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

import pytest
from sqlglot import exp

from tandem.charter import load_project
from tandem.deliver import MailSink, read_sink
from tandem.kernel import Problems
from tandem.kernel.values import Actor, WorkspaceRole
from tandem.measure.earning import Return
from tandem.measure.report import LiftReport
from tandem.measure.stats import Estimate
from tandem.usecases import pass_time as passing
from tandem.usecases.apply_charter import apply_charter
from tandem.usecases.init_charter import init_charter
from tandem.usecases.list_campaigns import list_campaigns
from tandem.usecases.pass_time import Passed, can_pass_time, demo_mail, pass_time, planted
from tandem.usecases.preview_audience import preview_audience
from tandem.usecases.report_lift import report_lift
from tandem.usecases.run_beat import run_beat
from tandem.usecases.run_demo import ACCOUNTS, ASKED, Demo, run_demo, versions
from tandem.usecases.workspace import Workspace, open_workspace

pytestmark = pytest.mark.long

MARA = Actor("mara", "marketer")
END = datetime(2026, 6, 15, 1)
WEEK = timedelta(days=7)
WALL = datetime(2026, 7, 30)
T = TypeVar("T")

EVERYBODY = """audience: everybody
title: Everybody who ever bought
who: {did: purchase}
"""
HELLO = """campaign: hello
title: Hello again
audience: everybody
purpose: marketing_email
channel: email
holdout: 40%
starts: 2026-06-15
ends: 2026-06-16
window: 14 days
goal: {event: purchase, value: amount}
cost: {per_contact: 0.05}
message: {subject: "Hello", text: "The summer is here."}
"""


def wall() -> datetime:
    return WALL


def inside(root: Path, do: Callable[[Workspace], T], actor: Actor = MARA) -> T:
    """Something done in the opened workspace, as a process of its own would."""
    with open_workspace(root, actor) as work:
        return do(work)


def time_passes(root: Path, days: int) -> Passed:
    return inside(root, lambda work: pass_time(work, days, wall))


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    return run_demo(tmp_path_factory.mktemp("demo") / "company", MARA, wall, people=2_000)


@pytest.fixture(scope="module")
def launched(demo: Demo) -> Path:
    """The demo with a new campaign written into its folder, applied, and launched."""
    root = demo.folder
    (root / "audiences" / "everybody.yml").write_text(EVERYBODY)
    (root / "campaigns" / "hello.yml").write_text(HELLO)
    apply_charter(root, MARA, END)
    with demo_mail(root) as ours:
        assert ours
        beat = inside(root, lambda work: run_beat(work, END, wall))
    assert beat.problems == ()
    return root


def test_the_demo_ends_with_a_clock_and_a_door(demo: Demo) -> None:
    assert inside(demo.folder, lambda work: work.ledger.simulated_now()) == END
    assert {role for _, role in ACCOUNTS} == set(WorkspaceRole)
    assert stat.S_IMODE(demo.sign_in.file.stat().st_mode) == 0o600
    told = demo.sign_in.file.read_text()
    for name, role in ACCOUNTS:
        assert f"{name:<6} {role:<10} {demo.sign_in.phrase}" in told
    users = inside(demo.folder, lambda work: work.ledger.users())
    assert sorted((user.name, user.role, user.active) for user in users) == sorted(
        (name, role, True) for name, role in ACCOUNTS
    )
    assert inside(demo.folder, lambda work: work.ledger.verify("mara", demo.sign_in.phrase)) is not None
    assert demo.sign_in.phrase not in str(demo.to_dict())


def test_campaigns_of_the_demo_stand_in_different_states(demo: Demo) -> None:
    found = inside(demo.folder, lambda work: list_campaigns(work, END))
    assert {one.campaign: one.state for one in found if one.campaign != "hello"} == {
        "winback": "over, outcomes complete", "tent_season": "running", "summer_thanks": "waiting"
    }  # fmt: skip


@pytest.mark.parametrize("role", ["marketer", "analyst", "executive"])
def test_who_sees_how_many_and_what_it_earned(demo: Demo, role: str) -> None:
    actor = Actor("x", role)
    found = inside(demo.folder, lambda work: preview_audience(work, "lapsed_big_spenders", END), actor)
    assert str(found.size).isdigit()
    assert not any(one.refused for one in found.reach if one.purpose == "marketing_email")
    inside(demo.folder, lambda work: report_lift(work, "winback", END), actor)


def test_an_administrator_does_not_measure_customers(demo: Demo) -> None:
    with pytest.raises(Problems, match="POL-"):
        inside(demo.folder, lambda work: report_lift(work, "winback", END), Actor("ada", "admin"))


def test_two_weeks_pass_and_the_campaign_is_measured(
    launched: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    twin = tmp_path / "twin"
    shutil.copytree(launched, twin)
    mails = len(read_sink(launched / "mail"))

    first = time_passes(launched, 7)
    assert (first.since, first.until) == (END, END + WEEK)
    assert [beat.now for beat in first.beats] == [END + WEEK]
    assert first.purchases > 20
    a_week_cut_off_again_and_again(twin, monkeypatch)
    assert bought(twin) == bought(launched)

    second = time_passes(launched, 7)
    assert second.until == inside(launched, lambda work: work.ledger.simulated_now()) == END + 2 * WEEK
    assert [beat.now for beat in second.beats] == [datetime(2026, 6, 24), END + 2 * WEEK], "a campaign starts"
    assert all(beat.problems == () for beat in (*first.beats, *second.beats))
    assert all(len({*numbers}) == len(numbers) for numbers in bought(launched).values())
    reminded = [number for beat in (*first.beats, *second.beats) for number in beat.reminded]
    assert [one.to_dict()["sent"] for one in reminded] == ["some"] * 2, (
        "of the pulse that is open, twice each"
    )
    thanked = len(read_sink(launched / "mail")) - mails - 2 * len(ASKED)
    assert thanked == inside(launched, lambda work: sent(work, "summer_thanks")) > 10
    measured_as_planted(launched, second.until)

    before = inside(launched, versions)
    inside(launched, lambda work: run_beat(work, second.until, wall))
    assert inside(launched, versions) == before


def measured_as_planted(root: Path, now: datetime) -> None:
    found = inside(root, lambda work: report_lift(work, "hello", now))
    truth = inside(root, lambda work: planted(work, "hello"))
    assert isinstance(found, LiftReport), found.sentences
    assert isinstance(found.conversion, Estimate)
    assert isinstance(found.value, Estimate)
    assert found.conversion.low <= truth.conversion <= found.conversion.high
    assert found.value.low <= truth.value <= found.value.high
    assert truth.conversion > 0.02
    assert isinstance(found.returned, Return)


def a_week_cut_off_again_and_again(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One week in a process that dies before the beat, then after it, and is asked for other days then."""

    def dies_before(*args: object) -> None:
        raise KeyboardInterrupt

    def dies_after(*args: object) -> None:
        run_beat(*args)  # type: ignore[arg-type]
        raise KeyboardInterrupt

    for how in (dies_before, dies_after):
        monkeypatch.setattr(passing, "run_beat", how)
        with pytest.raises(KeyboardInterrupt):
            time_passes(root, 7)
        monkeypatch.undo()
    assert time_passes(root, 30).until == END + WEEK, "what was begun is ended first"


def bought(root: Path) -> dict[str, list[str]]:
    """Order numbers in the lake, by source."""

    def read(work: Workspace) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        query = exp.select("source", "order_no").from_(work.engine.ref("event_purchase"))
        for source, number in sorted(work.engine.rows(query)):
            found.setdefault(source, []).append(number)
        return found

    return inside(root, read)


def sent(work: Workspace, campaign: str) -> int:
    contacts = exp.select("contact_id").from_(work.engine.ref("contacts"))
    return work.engine.count(contacts.where(exp.column("campaign").eq(campaign)))


@pytest.mark.parametrize("days", [0, -1, 93])
def test_not_every_number_of_days_passes(demo: Demo, days: int) -> None:
    with pytest.raises(Problems, match="RUN-021"):
        time_passes(demo.folder, days)


def test_a_company_in_real_time_waits_for_itself(tmp_path: Path) -> None:
    init_charter(tmp_path / "real")
    assert not can_pass_time(tmp_path / "real")
    with pytest.raises(Problems, match="RUN-001"):
        time_passes(tmp_path / "real", 7)
    apply_charter(tmp_path / "real", MARA, END)
    with pytest.raises(Problems, match="RUN-020"):
        time_passes(tmp_path / "real", 7)
    with demo_mail(tmp_path / "real") as ours:
        assert not ours


def test_whoever_comes_first_has_the_port(demo: Demo) -> None:
    email = load_project(demo.folder).email
    assert email is not None
    with demo_mail(demo.folder) as first, demo_mail(demo.folder) as second:
        assert (first, second) == (True, False)
    with socket.create_server(("127.0.0.1", email.port)), demo_mail(demo.folder) as ours:
        assert not ours
    with MailSink(demo.folder / "mail", email.port), demo_mail(demo.folder) as ours:
        assert not ours
