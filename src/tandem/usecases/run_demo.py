"""The demo company: a world with a known truth, the whole loop over it, and every figure held against the truth."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from sqlglot import exp

from tandem.deliver.sink import MailSink
from tandem.demo import Truth, demo_charter, everyday, expected_lift, judging, respond, simulate
from tandem.engine import functions as f
from tandem.kernel import numbers
from tandem.kernel.values import Actor
from tandem.measure.stats import Estimate, Refusal
from tandem.usecases.apply_charter import apply_charter
from tandem.usecases.checking import Checked, prepare_folder, write_demo_charter
from tandem.usecases.demo_pulse import open_to_all, past_pulse
from tandem.usecases.manage_users import add_account, pass_phrase
from tandem.usecases.progress import Told, silent
from tandem.usecases.report_lift import LiftReport, NoLift, report_lift
from tandem.usecases.run_beat import Beat, run_beat
from tandem.usecases.seed_agenda import seed_agenda
from tandem.usecases.workspace import Workspace, open_workspace

SEED = 7
PEOPLE = 20_000
LAUNCH = datetime(2026, 6, 1)
CAMPAIGN = "winback"
PURPOSE = "marketing_email"
SIGN_IN_FILE = "sign-in.txt"
ACCOUNTS = (
    ("mara", "marketer"),
    ("ana", "analyst"),
    ("enzo", "engineer"),
    ("priya", "privacy"),
    ("cleo", "executive"),
    ("ada", "admin"),
)
ASKED = (("mara@harbourpine.example", "marketing"), ("enzo@harbourpine.example", "it"))
"""Who gets a letter with a link to the survey that is open; the letters lie in the folder `mail`."""


@dataclass(frozen=True)
class SignIn:
    """The accounts of a demo, name and role each, and the pass phrase made for this one build of it."""

    accounts: tuple[tuple[str, str], ...]
    phrase: str
    file: Path

    def lines(self) -> tuple[str, ...]:
        """One line per account: name, role, pass phrase."""
        return tuple(f"{name:<6} {role:<10} {self.phrase}" for name, role in self.accounts)

    def to_dict(self) -> dict[str, object]:
        """For JSON, without the pass phrase: output is kept in logs, the file can only be read by its owner."""
        accounts = [{"name": name, "role": role} for name, role in self.accounts]
        return {"accounts": accounts, "file": str(self.file)}


@dataclass(frozen=True)
class Demo:
    """The demo as it stands at its end: two weeks after the launch."""

    folder: Path
    launched: Beat
    read: Beat
    lift: LiftReport | NoLift
    checks: tuple[Checked, ...]
    sign_in: SignIn

    @property
    def good(self) -> bool:
        """Whether everything found agrees with what was planted."""
        return all(check.good for check in self.checks)

    def to_dict(self) -> dict[str, object]:
        """For JSON."""
        return {
            "folder": str(self.folder),
            "launched": self.launched.to_dict(),
            "read": self.read.to_dict(),
            "lift": self.lift.to_dict(),
            "truth": [vars(check) for check in self.checks],
            "good": self.good,
            "sign_in": self.sign_in.to_dict(),
        }


def run_demo(
    folder: Path,
    actor: Actor,
    wall: Callable[[], datetime],
    told: Told = silent,
    *,
    people: int = PEOPLE,
) -> Demo:
    """Build Harbour & Pine, launch its campaign through a real mail server, let two weeks pass, and judge.

    At its end the company's clock stands two weeks after the launch, and six people can sign in. `people`: how
    many live in it, at least 50.
    """
    prepare_folder(folder)
    with MailSink(folder / "mail") as sink:
        write_demo_charter(folder, _with_port(demo_charter(), sink.port))
        told("simulating two years of a retailer", 0, 0)
        truth = simulate(SEED, people, LAUNCH, folder)
        apply_charter(folder, actor, LAUNCH, told)
        with open_workspace(folder, actor, wall) as work:
            launched = run_beat(work, LAUNCH, wall, told)
            reached = sorted({str(mail["recipients"][0]).lower() for mail in sink.taken()})
            told("two weeks pass", 0, 0)
            respond(truth, folder, reached, start=LAUNCH, days=truth.plant.days, seed=SEED)
            later = LAUNCH + timedelta(days=truth.plant.days, hours=1)
            everyday(truth, folder, start=LAUNCH, end=later)
            read = run_beat(work, later, wall, told)
            told("running once more with the same time", 0, 0)
            before = versions(work)
            run_beat(work, later, wall, told)
            lift = report_lift(work, CAMPAIGN, later)
            checks = judge(work, truth, reached, lift, before)
            seed_agenda(folder, work.ledger, work.charter, later, wall())
            work.ledger.set_simulated_now(later)
            sign_in = _open_the_door(work, wall())
            told("asking marketing and IT how they see each other", 0, 0)
            past_pulse(work, actor, np.random.default_rng(SEED), wall)
            open_to_all(work, actor, [*ASKED], later, wall)
    return Demo(folder, launched, read, lift, checks, sign_in)


def _open_the_door(work: Workspace, now: datetime) -> SignIn:
    """One account per role, under one new pass phrase, which only the owner of the folder can read in it."""
    made = SignIn(ACCOUNTS, pass_phrase(), work.root / SIGN_IN_FILE)
    for name, role in made.accounts:
        add_account(work.ledger, name, role, now, display=name.capitalize(), password=made.phrase)
    descriptor = os.open(made.file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(descriptor, "w", encoding="utf-8") as file:
        file.write("\n".join(("name   role       pass phrase", *made.lines())) + "\n")
    return made


def versions(work: Workspace) -> dict[str, int]:
    """The version of every table of the lake."""
    return {table.name: work.engine.version(table.name) for table in work.engine.catalogue}


def judge(
    work: Workspace, truth: Truth, reached: list[str], lift: LiftReport | NoLift, before: dict[str, int]
) -> tuple[Checked, ...]:
    """The table of truth."""
    return (
        *_identity(work, truth),
        *_quarantine(work, truth),
        *_consent(work, truth, reached),
        *_lift(work, truth, reached, lift),
        _idle(work, before),
    )


def _identity(work: Workspace, truth: Truth) -> list[Checked]:
    person_map = _table(work, "person_map", "identifier_key", "person_id")
    scores = judging.pair_scores(truth, person_map)
    return [
        Checked(
            "people that the data can tell apart (within 2 %)",
            numbers.count(scores.people_true),
            numbers.count(scores.people_found),
            abs(scores.people_found - scores.people_true) <= 0.02 * scores.people_true,
        ),
        Checked(
            "identity: pairs joined that belong together",
            "at least 99 %",
            numbers.percent(scores.precision, 2),
            scores.precision >= 0.99,
        ),
        Checked(
            "identity: pairs that belong together joined",
            "at least 95 %",
            numbers.percent(scores.recall, 2),
            scores.recall >= 0.95,
        ),
    ]


def _quarantine(work: Workspace, truth: Truth) -> list[Checked]:
    q = work.engine.ref("quarantine")
    rows = exp.select("source", exp.Count(this=exp.Star()).as_("n")).from_(q)
    found = dict(work.engine.rows(rows.where(exp.column("level").eq(f.value("row"))).group_by("source")))
    planted = judging.planted_broken(truth)
    return [
        Checked(
            f"broken rows in quarantine: {source}",
            numbers.count(rows_),
            numbers.count(found.get(source, 0)),
            found.get(source, 0) == rows_,
        )
        for source, rows_ in sorted(planted.items())
    ]


def _consent(work: Workspace, truth: Truth, reached: list[str]) -> list[Checked]:
    wrong = judging.without_consent(truth, reached, PURPOSE)
    contacts = work.engine.ref("contacts")
    sent = exp.select("contact_id").from_(contacts).where(exp.column("campaign").eq(f.value(CAMPAIGN)))
    noted = work.engine.count(sent.where(exp.column("state").eq(f.value("sent"))))
    return [
        Checked("messages to people without consent", "0", numbers.count(wrong), wrong == 0),
        Checked(
            "messages the mail server took",
            numbers.count(len(reached)),
            numbers.count(noted),
            noted == len(reached) > 0,
        ),
    ]


def _lift(work: Workspace, truth: Truth, reached: list[str], lift: LiftReport | NoLift) -> list[Checked]:
    if not isinstance(lift, LiftReport):
        return [Checked("planted lift", "inside the 95 % interval", lift.sentence, False)]
    person_map = _table(work, "person_map", "identifier_key", "person_id")
    arms = {arm: _assigned(work, truth, person_map, arm) for arm in ("treated", "control")}
    planted = expected_lift(truth, arms["treated"], arms["control"], reached)
    return [
        _inside("lift of conversion (planted, found)", planted.conversion, lift.conversion, numbers.points),
        _inside("lift of value per person (planted, found)", planted.value, lift.value, numbers.decimal),
    ]


def _inside(
    what: str, planted: float, estimate: Estimate | Refusal, written: Callable[[float], str]
) -> Checked:
    if isinstance(estimate, Refusal):
        return Checked(what, written(planted), estimate.sentence, False)
    low, high = estimate.low, estimate.high
    found = f"{written(estimate.difference)}, 95 % interval {written(low)} to {written(high)}"
    return Checked(what, written(planted), found, low <= planted <= high)


def _idle(work: Workspace, before: dict[str, int]) -> Checked:
    after = versions(work)
    moved = sorted(name for name in after if after[name] != before[name])
    return Checked("tables changed by the same run again", "none", ", ".join(moved) or "none", not moved)


def _assigned(work: Workspace, truth: Truth, person_map: Any, arm: str) -> Any:
    a = work.engine.ref("assignments")
    query = (
        exp.select("person_id")
        .from_(a)
        .where(exp.column("campaign").eq(f.value(CAMPAIGN)), exp.column("arm").eq(f.value(arm)))
    )
    people = work.engine.arrow(query)["person_id"].to_numpy()
    return judging.true_people(truth, person_map, people)


def _table(work: Workspace, name: str, *columns: str) -> Any:
    return work.engine.arrow(exp.select(*columns).from_(work.engine.ref(name)))


def _with_port(texts: dict[str, str], port: int) -> dict[str, str]:
    """The demo's mail server takes a free port, so that two demos can stand side by side."""
    return texts | {"tandem.toml": texts["tandem.toml"].replace("port = 2525", f"port = {port}")}
