"""Budgets over a real company: what was spent against the rows of the source, and the return that was measured."""

from decimal import Decimal
from typing import Any

import pytest
from cli.shop import Shop
from walks.crowd import bought

READ = "2026-03-30T09:00:00Z"
ADS = """\
source: ads
title: What advertising cost
owner: marketing
files: {path: "data/ads/*.csv", format: csv}
mode: quarantine
time: {field: day}
key: [day, channel]
events:
  - kind: ad_spend
    title: A day of advertising
    fields:
      spend: {type: money, required: true, unit: GBP, label: internal, at_least: 0}
      channel: {type: text, required: true, label: public}
"""
SPENT = [
    ("2026-01-31T12:00:00Z", "search", "10.10"),
    ("2026-02-01T00:00:00Z", "search", "20.25"),
    ("2026-02-27T12:00:00Z", "social", "99.00"),
    ("2026-02-28T23:59:59Z", "search", "0.65"),
    ("2026-03-01T00:00:00Z", "search", "7.00"),
]
SEARCH = "amount: 500, spent: ad_spend.spend, where: {channel: search}"
BUDGETS = f"""\
budgets:
  - {{side: marketing, channel: search, starts: 2026-02-01, ends: 2026-03-01, {SEARCH}}}
  - {{side: marketing, channel: search, starts: 2026-03-01, ends: 2026-04-01, {SEARCH}}}
  - {{side: marketing, channel: email, starts: 2026-02-01, ends: 2026-03-01, amount: 500}}
  - {{side: marketing, channel: email, starts: 2026-03-01, ends: 2026-04-01, amount: 500}}
"""
TWICE = "  - {side: marketing, channel: email, starts: 2026-03-31, ends: 2026-05-01, amount: 9}\n"


def budgets(shop: Shop) -> list[dict[str, Any]]:
    ended = shop.tandem("agenda", "show", "--now", READ, "--json")
    assert ended.code == 0, ended.err
    found: list[dict[str, Any]] = ended.json["budgets"]
    return found


@pytest.mark.long
def test_spent_is_the_sum_of_the_rows_and_a_return_stands_in_its_period_alone(shop: Shop) -> None:
    shop.write("sources/ads.yml", ADS)
    shop.write("data/ads/all.csv", "day,channel,spend\n" + "".join(f"{','.join(row)}\n" for row in SPENT))
    shop.write("agenda.yml", BUDGETS)
    shop.edit(
        "campaigns/winback_spring.yml",
        "window: 14 days",
        "window: 14 days\ncost: {fixed: 40, per_contact: 0.5}",
    )
    applied = shop.tandem("apply", "--yes", "--now", "2026-03-11T08:00:00Z")
    assert applied.code == 0, applied.err
    _purchases(shop)
    assert shop.tandem("run", "--now", READ).code == 0

    february, march, before, email = budgets(shop)
    rows = [(row["event_at"].month, row["channel"], row["spend"]) for row in shop.rows("event_ad_spend")]
    assert len(rows) == len(SPENT)
    for budget, month in ((february, 2), (march, 3)):
        assert Decimal(str(budget["spent"])) == sum(
            spend for at, name, spend in rows if (at, name) == (month, "search")
        )
    assert (float(february["spent"]), float(march["spent"])) == (20.9, 7)
    assert (before["spent"], before["earned"]) == (None, [])
    told = shop.tandem("campaign", "report", "winback_spring", "--now", READ, "--json").json
    sent = [
        row for row in shop.rows("contacts") if row["campaign"] == "winback_spring" and row["state"] == "sent"
    ]
    (campaign,) = email["earned"]
    assert float(email["spent"]) == float(campaign["cost"]) == 40 + 0.5 * len(sent)
    assert campaign["returned"]["value"] == told["return"]["value"]
    assert told["return"]["value"] == pytest.approx(told["return"]["gained"] - float(email["spent"]))

    shop.write("agenda.yml", BUDGETS + TWICE)
    assert "CHR-201" in shop.tandem("check").codes, "no day belongs to two budgets of one channel"


def _purchases(shop: Shop) -> None:
    """A third of the treated and a tenth of the held out buy for 50."""
    cards = {
        shop.person(row["value"]): row["value"].split("@")[0]
        for row in shop.rows("identifiers")
        if str(row["value"]).endswith("@crowd.example")
    }
    rows = [row for row in shop.rows("assignments") if row["campaign"] == "winback_spring"]
    arms = {
        arm: sorted(r["person_id"] for r in rows if r["arm"] == arm and r["person_id"] in cards)
        for arm in ("treated", "control")
    }
    buyers = arms["treated"][::3] + arms["control"][::10]
    bought(shop, "2026-03", [f"NL{cards[person][1:]}" for person in buyers])
