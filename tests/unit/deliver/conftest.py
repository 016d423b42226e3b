"""A lake, a ledger and a mail server of its own for each test."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import company
import pytest

from tandem.charter.definitions import Campaign
from tandem.deliver import Delivered, Desk, MailSink, People, contacted, deliver
from tandem.engine import Engine, open_engine
from tandem.journey import assigned_people, intents
from tandem.kernel.values import Actor
from tandem.ledger import Ledger, open_ledger


@dataclass
class House:
    """Everything a campaign needs, and `beat`: one delivery of it."""

    root: Path
    engine: Engine
    ledger: Ledger
    sink: MailSink
    campaign: Campaign = company.CAMPAIGN

    def desk(self, port: int | None = None) -> Desk:
        charter = company.charter_at(self.root, port or self.sink.port, self.campaign)
        return Desk(self.engine, self.ledger, charter, Actor("tandem", "system"))

    def people(self, now: datetime) -> People:
        owed = intents(self.engine, self.campaign, contacted(self.engine, self.campaign.campaign), now)
        return People(owed, assigned_people(self.engine, self.campaign))

    def beat(self, now: datetime = company.NOW, port: int | None = None) -> Delivered:
        return deliver(self.desk(port), self.campaign, self.people(now), now)

    def reasons(self) -> dict[int, str]:
        """The latest reason of each person, and a check that no receipt was written twice."""
        rows = company.table(self.engine, "receipts")
        assert len({row["receipt_id"] for row in rows}) == len(rows)
        return {row["person_id"]: row["reason"] for row in sorted(rows, key=lambda row: row["at"])}

    def recipients(self) -> list[str]:
        return [address for message in self.sink.taken() for address in message["recipients"]]

    def versions(self) -> dict[str, int]:
        return {name: self.engine.version(name) for name in ("assignments", "contacts", "receipts")}

    def write(self, subject: str, text: str) -> None:
        """Another message for the campaign."""
        assert self.campaign.message is not None
        message = replace(self.campaign.message, subject=subject, text=text)
        self.campaign = replace(self.campaign, message=message)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with open_engine("duckdb", str(tmp_path / "lake"), threads=2) as engine:
        company.ensure(engine)
        ledger = open_ledger(tmp_path / "ledger.db")
        with MailSink(tmp_path / "sink") as sink:
            yield House(tmp_path, engine, ledger, sink)
        ledger.close()
