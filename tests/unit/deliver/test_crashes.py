"""kill -9 in the middle of sending, with a real mail server on the other side: nobody gets two messages."""

import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import company
import pytest
from company import DAY, NOW

from tandem.deliver import Settlement, settle_uncertain, uncertain_contacts
from tandem.kernel import Problems

pytestmark = pytest.mark.long
PEOPLE = range(100, 140)
KILLED = """
import os, signal, sys
from datetime import datetime
from pathlib import Path
sys.path.insert(0, {tests!r})
import company
from tandem.deliver import posting, smtp, files
from tandem.deliver import Desk, People, contacted, deliver
from tandem.engine import open_engine
from tandem.journey import assigned_people, intents
from tandem.kernel.values import Actor
from tandem.ledger import Ledger, open_ledger

root = Path({root!r})
def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

{trap}
with open_engine("duckdb", str(root / "lake"), threads=2) as engine:
    company.ensure(engine)
    ledger = open_ledger(root / "ledger.db")
    campaign = company.CAMPAIGN if {mail} else company.FILED
    charter = company.charter_at(root, {port}, campaign)
    owed = intents(engine, campaign, contacted(engine, "winback"), company.NOW)
    desk = Desk(engine, ledger, charter, Actor("tandem", "system"))
    deliver(desk, campaign, People(owed, assigned_people(engine, campaign)), company.NOW)
"""
TRAPS = {
    "before the first settle": "Ledger.settle = die",
    "after the server's answer, before it was noted": """
hand_over, calls = smtp.MailLine.hand_over, []
def dying(self, envelope):
    answer = hand_over(self, envelope)
    calls.append(envelope)
    if len(calls) == 30:
        die()
    return answer
smtp.MailLine.hand_over = dying
""",
    "between DATA and its end": """
getreply, bodies = smtp.smtplib.SMTP.getreply, []
send = smtp.smtplib.SMTP.send
def sending(self, data):
    send(self, data)
    if isinstance(data, bytes) and data.endswith(b"\\r\\n.\\r\\n"):
        bodies.append(1)
        if len(bodies) == 30:
            import time
            time.sleep(0.3)
            die()
smtp.smtplib.SMTP.send = sending
""",
    "after sending, before the lake was told": "from tandem.engine import Engine\nEngine.upsert = die",
}


def killed(house, trap: str, *, mail: bool = True) -> None:
    script = KILLED.format(
        tests=str(Path(company.__file__).parent),
        root=str(house.root),
        port=house.sink.port,
        trap=trap,
        mail=mail,
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == -signal.SIGKILL, done.stderr


@pytest.mark.parametrize("trap", TRAPS)
def test_a_killed_run_sends_nobody_a_second_message(house, trap: str) -> None:
    company.people_join(house.engine, PEOPLE)
    company.assigned(house.engine, PEOPLE)
    killed(house, TRAPS[trap])
    house.beat()
    house.beat(NOW + DAY)
    got = Counter(house.recipients())
    assert max(got.values()) == 1
    unsure = uncertain_contacts(house.ledger, "winback")
    standing = Counter(house.reasons().values())
    assert standing == {
        k: v for k, v in {"sent": len(PEOPLE) - len(unsure), "uncertain": len(unsure)}.items() if v
    }
    # Whoever got nothing is among the uncertain: no message is lost without being told.
    silent = {f"person{p}@people.example" for p in PEOPLE} - set(got)
    assert silent <= {f"person{row.person_id}@people.example" for row in unsure}
    assert all(row.message_id in (row.detail or "") for row in unsure)


def test_uncertain_contacts_are_settled_by_hand_from_the_log(house) -> None:
    company.people_join(house.engine, PEOPLE)
    company.assigned(house.engine, PEOPLE)
    killed(house, TRAPS["after the server's answer, before it was noted"])
    house.beat()
    logged = {message["message_id"] for message in house.sink.taken()}
    unsure = uncertain_contacts(house.ledger, "winback")
    left = [row.contact_id for row in unsure if row.message_id in logged]
    not_left = [row.contact_id for row in unsure if row.message_id not in logged]
    assert left
    assert not_left
    settle_uncertain(house.engine, house.ledger, "winback", Settlement.AS_SENT, NOW + DAY, left)
    settle_uncertain(house.engine, house.ledger, "winback", Settlement.RESEND, NOW + DAY, not_left)
    house.beat(NOW + DAY)
    assert Counter(house.recipients()) == {f"person{p}@people.example": 1 for p in PEOPLE}
    assert set(house.reasons().values()) == {"sent"}
    contacts = company.table(house.engine, "contacts")
    assert {row["state"] for row in contacts} == {"sent"}
    assert len(contacts) == len(PEOPLE)
    with pytest.raises(Problems, match="DLV-030"):
        settle_uncertain(house.engine, house.ledger, "winback", Settlement.RESEND, NOW + DAY, left)


FILE_TRAPS = {
    "before the file is there": "files.Whole.__exit__ = die",
    "after the file is there, before it was noted": "Ledger.settle = die",
}


@pytest.mark.parametrize("trap", FILE_TRAPS)
def test_a_killed_export_leaves_no_doubt(house, trap: str) -> None:
    house.campaign = company.FILED
    company.people_join(house.engine, PEOPLE)
    company.assigned(house.engine, PEOPLE)
    killed(house, FILE_TRAPS[trap], mail=False)
    house.beat(NOW + DAY)
    house.beat(NOW + 2 * DAY)
    rows = [
        line for path in (house.root / "exports").glob("*.csv") for line in path.read_text().splitlines()[1:]
    ]
    assert Counter(row.split(",")[0] for row in rows) == {f"person{p}@people.example": 1 for p in PEOPLE}
    assert set(house.reasons().values()) == {"exported"}
