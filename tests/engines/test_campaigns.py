"""A campaign on both engines: the same arms, the same receipts, the same sums to the last digit."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import company
import pytest
from company import CAMPAIGN, CAST, DAY, NOW
from sqlglot import exp

from tandem.charter.definitions import Channel
from tandem.deliver import Desk, MailSink, People, contacted, deliver
from tandem.engine import Column, Engine
from tandem.engine.catalogue import event_table, record_table
from tandem.journey import Assigned, assign, assigned_people, bucket, intents
from tandem.kernel.values import Actor, Destination, Label, Type
from tandem.ledger import open_ledger
from tandem.measure.describing import Sources, describe
from tandem.measure.moments import footprint, moments_query
from tandem.measure.outside import arms_report, outside_footprint
from tandem.measure.report import LiftReport, report
from tandem.measure.stats import ArmsReport, Refusal
from tandem.policy import Permit, decide

SYSTEM = Actor("tandem", "system")


def permit_for(engine: Engine, root: Path, reads: frozenset) -> Permit:
    charter = company.charter_at(root)
    found = decide(SYSTEM, charter.purposes.measuring, Destination.MEASURE, reads, charter, engine.catalogue)
    assert isinstance(found, Permit), found
    return found


def test_a_campaign_is_assigned_delivered_and_measured(engine: Engine, tmp_path: Path) -> None:
    """One walk, because a Spark beat takes seconds: the cast and 400 more, from members to moments."""
    people = range(1000, 1400)
    company.ensure(engine)
    company.cast_joins(engine)
    company.people_join(engine, people, state=None)
    everybody = exp.select("person_id").distinct().from_(engine.ref("person_map"))
    assert sum(vars(assign(engine, CAMPAIGN, everybody, "p", NOW)).values()) == len(CAST) + 400
    version = engine.version("assignments")
    assert assign(engine, CAMPAIGN, everybody, "p", NOW) == Assigned()
    assert engine.version("assignments") == version
    for row in company.table(engine, "assignments"):
        assert row["bucket"] == bucket(CAMPAIGN, row["person_id"])

    reasons = _deliver_twice(engine, tmp_path)
    held = {p for p in (*CAST, *people) if bucket(CAMPAIGN, p) < 2000}
    assert {p for p, reason in reasons.items() if reason == "held_out"} == held
    assert {reasons[p] for p in people if p not in held} == {"consent_missing"}

    _purchases(engine, people)
    permit = permit_for(engine, tmp_path, footprint(CAMPAIGN))
    rows = {
        (arm, day): (n, conversions, total, squares)
        for arm, _, day, n, conversions, total, squares, *_ in engine.rows(
            moments_query(engine.catalogue, CAMPAIGN, permit, NOW + 14 * DAY)
        )
    }
    buyers = [p for p in people if p % 4 == 0]
    for arm, members in (("treated", set(buyers) - held), ("control", set(buyers) & held)):
        amounts = [Decimal(p) / 100 * 2 for p in members]
        assert rows[arm, 3] == (len(members), len(members), sum(amounts), sum(a * a for a in amounts))
    found = report(engine, company.charter_at(tmp_path), CAMPAIGN, permit, NOW + 14 * DAY)
    # 409 people, a fifth held out: under 100 in an arm, so no lift is told.
    assert not isinstance(found, LiftReport)
    assert found.reason.code == "MSR-001"


def _deliver_twice(engine: Engine, root: Path) -> dict[int, str]:
    ledger = open_ledger(root / "ledger.db")
    with MailSink(root / "sink") as sink:
        charter = company.charter_at(root, sink.port)
        desk = Desk(engine, ledger, charter, SYSTEM)
        who = People(
            intents(engine, CAMPAIGN, contacted(engine, "winback"), NOW), assigned_people(engine, CAMPAIGN)
        )
        deliver(desk, CAMPAIGN, who, NOW)
        before = [engine.version(name) for name in ("contacts", "receipts")]
        assert deliver(desk, CAMPAIGN, who, NOW).sent == 0
        assert [engine.version(name) for name in ("contacts", "receipts")] == before
        recipients = [message["recipients"][0] for message in sink.taken()]
    ledger.close()
    receipts = company.table(engine, "receipts")
    sent = [row["person_id"] for row in receipts if row["reason"] == "sent"]
    assert len(recipients) == len(set(recipients)) == len(sent)
    assert len(receipts) == len({row["person_id"] for row in receipts}) == len(CAST) + 400
    return {row["person_id"]: row["reason"] for row in receipts}


def _purchases(engine: Engine, people: range) -> None:
    """Every fourth buys twice on the fourth day, once before and once after the window."""
    times = (3 * DAY, 3 * DAY + timedelta(hours=1), -timedelta(microseconds=1), 14 * DAY)
    company.fill(
        engine,
        "event_purchase",
        (
            {
                "event_id": p * 10 + n,
                "event_at": NOW + after,
                "subject_key": company.mapped(p, f"person{p}@people.example")["identifier_key"],
                "amount": Decimal(p) / 100,
            }
            for p in people
            if p % 4 == 0
            for n, after in enumerate(times)
        ),
    )


def test_arms_brought_in_from_outside(engine: Engine, tmp_path: Path) -> None:
    table = record_table(
        "test",
        [
            Column("segment", Type.TEXT, label=Label.INTERNAL),
            Column("visit", Type.BOOLEAN, label=Label.INTERNAL),
            Column("spend", Type.MONEY, label=Label.INTERNAL),
            Column("gap", Type.INTEGER, label=Label.INTERNAL),
        ],
        about_people=False,
    )
    engine.ensure([table])
    company.fill(
        engine,
        "record_test",
        (
            {
                "record_id": n,
                "event_at": NOW,
                "segment": "none" if n % 2 else "mail",
                "visit": n % (5 if n % 2 else 4) == 0,
                "spend": Decimal(n % 3),
                "gap": None if n == 7 else 1,
            }
            for n in range(1, 2001)
        ),
    )
    outcomes = ["visit", "spend", "gap"]
    permit = permit_for(engine, tmp_path, outside_footprint("record_test", "segment", outcomes))
    found = arms_report(engine, "record_test", "segment", "none", outcomes, permit)
    visit, spend, gap = (found.outcomes[name] for name in outcomes)
    assert isinstance(visit, ArmsReport)
    assert isinstance(spend, ArmsReport)
    assert (visit.arms["mail"].treated.conversions, visit.arms["mail"].control.conversions) == (500, 200)
    assert spend.arms["mail"].treated.value_sum == sum(n % 3 for n in range(2, 2001, 2))
    assert isinstance(gap, Refusal)
    with pytest.raises(Exception, match="MSR-010"):
        arms_report(engine, "record_test", "segment", "control", outcomes, permit)


def test_campaigns_of_others_are_described_and_not_called_lift(engine: Engine, tmp_path: Path) -> None:
    number = Column("campaign_id", Type.INTEGER, label=Label.INTERNAL)
    engine.ensure(
        [
            event_table("sent", [number, Column("end_date", Type.TIMESTAMP)]),
            event_table("redeemed", [number]),
        ]
    )
    company.ensure(engine)
    company.people_join(engine, range(1, 21))
    keys = {p: company.mapped(p, f"person{p}@people.example")["identifier_key"] for p in range(1, 21)}
    end = NOW.replace(hour=0) + 5 * DAY
    sent = [
        {"event_id": c * 100 + p, "event_at": NOW, "subject_key": keys[p], "campaign_id": c, "end_date": end}
        for c, people in ((18, range(1, 11)), (13, range(8, 13)))
        for p in people
    ]
    company.fill(engine, "event_sent", sent)
    redeemed = [
        {"event_id": n, "event_at": NOW + DAY, "subject_key": keys[p], "campaign_id": 18}
        for n, p in enumerate((1, 1, 2, 20))
    ]
    company.fill(engine, "event_redeemed", redeemed)
    spent = [
        {"event_id": n, "event_at": at, "subject_key": keys[p], "amount": Decimal("1.50")}
        for n, (p, at) in enumerate(
            [
                (1, NOW),
                (9, end + timedelta(hours=23)),
                (1, end + DAY),
                (2, NOW - timedelta(seconds=1)),
                (20, NOW),
            ]
        )
    ]
    company.fill(engine, "event_purchase", spent)
    sources = Sources("event_sent", "campaign_id", "end_date", "event_redeemed", "event_purchase", "amount")
    permit = permit_for(engine, tmp_path, sources.footprint)
    found = describe(engine, sources, permit).to_dict()
    assert found["campaigns"] == [
        {
            "campaign": "18",
            "reached": {"people": 10},
            "redeemers": {"people": 2},
            "redemptions": 3,
            "spent": "3.0000",
        },
        {"campaign": "13", "reached": {"people": 5}, "redeemers": {"fewer_than": 2}},
    ]
    assert found["lift_refused"]["code"] == "MSR-008"


def test_an_export_on_each_engine(make_engine: Callable[..., Engine], tmp_path: Path) -> None:
    engine = make_engine()
    company.ensure(engine)
    company.cast_joins(engine)
    company.assigned(engine, CAST)
    ledger = open_ledger(tmp_path / "ledger.db")
    assert company.FILED.channel is Channel.FILE
    desk = Desk(engine, ledger, company.charter_at(tmp_path, campaign=company.FILED), SYSTEM)
    owed = intents(engine, company.FILED, contacted(engine, "winback"), NOW)
    done = deliver(desk, company.FILED, People(owed, assigned_people(engine, company.FILED)), NOW)
    assert done.exported == 3
    lines = (tmp_path / str(done.file)).read_text().splitlines()
    assert sorted(lines[1:]) == ["1@cast.example,N1", "8@cast.example,", "gus.new@cast.example,N7"]
    ledger.close()
