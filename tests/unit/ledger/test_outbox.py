"""Nothing is sent twice: not by a second enqueue, not by two senders, not after a crash."""

import json
import subprocess
import sys
from contextlib import nullcontext
from datetime import datetime, timedelta
from itertools import product

import pytest

from tandem.kernel import Problems
from tandem.ledger import Ledger, NewContact, OutboxState, open_ledger
from tandem.ledger.outbox import CHUNK, STEPS

NOON = datetime(2026, 6, 1, 12)
LATER = NOON + timedelta(minutes=5)
BIGGEST = 2**60 - 1


def contacts(*numbers: int, campaign: str = "winback", channel: str = "email") -> list[NewContact]:
    return [NewContact(number, campaign, BIGGEST - number, channel) for number in numbers]


def ids(rows) -> list[int]:
    return [row.contact_id for row in rows]


def test_enqueueing_again_adds_only_what_is_new(ledger: Ledger) -> None:
    assert ledger.enqueue(contacts(1, 2, BIGGEST), NOON) == 3
    ledger.claim("winback", "email", 1, NOON)
    assert ledger.enqueue(contacts(1, 2, 3, BIGGEST), LATER) == 1
    assert ledger.outbox_counts("winback") == dict.fromkeys(OutboxState, 0) | {
        OutboxState.PENDING: 3,
        OutboxState.SENDING: 1,
    }


def test_more_contacts_than_one_statement_holds(ledger: Ledger) -> None:
    many = contacts(*range(2 * CHUNK + 1))
    assert ledger.enqueue(many, NOON) == len(many)
    assert ledger.enqueue(many, NOON) == 0
    claimed = ledger.claim("winback", "email", len(many), NOON)
    assert ids(claimed) == list(range(len(many)))
    assert ledger.settle(ids(claimed), OutboxState.SENT, None, LATER) == len(many)
    pages = list(ledger.pages("winback", [OutboxState.SENT], size=1_500))
    assert [len(page) for page in pages] == [1_500, 1_500, 1_001]
    assert [number for page in pages for number in ids(page)] == list(range(len(many)))


def test_a_claim_takes_its_campaign_and_channel_only_and_at_most_its_limit(ledger: Ledger) -> None:
    ledger.enqueue(contacts(1, 2, 3) + contacts(4, campaign="vip") + contacts(5, channel="file"), NOON)
    assert ids(ledger.claim("winback", "email", 2, LATER)) == [1, 2]
    (third,) = ledger.claim("winback", "email", 9, LATER)
    assert (third.contact_id, third.state, third.attempts) == (3, OutboxState.SENDING, 1)
    assert (third.person_id, third.created_at, third.updated_at) == (BIGGEST - 3, NOON, LATER)
    assert ledger.claim("winback", "email", 9, LATER) == []


def test_settling_twice_is_settling_once(ledger: Ledger) -> None:
    ledger.enqueue(contacts(1), NOON)
    ledger.claim("winback", "email", 1, NOON)
    assert ledger.settle([1], OutboxState.SENT, "250 accepted", NOON, {1: "<1@shop.example>"}) == 1
    assert ledger.settle([1, 1], OutboxState.SENT, "again", LATER) == 0
    row = ledger.contact(1)
    assert row is not None
    assert (row.detail, row.message_id, row.updated_at) == ("250 accepted", "<1@shop.example>", NOON)


def test_a_contact_put_back_is_claimed_again_and_counted(ledger: Ledger) -> None:
    ledger.enqueue(contacts(1), NOON)
    for attempt in (1, 2):
        assert [row.attempts for row in ledger.claim("winback", "email", 1, NOON)] == [attempt]
        ledger.settle([1], OutboxState.PENDING, "421 try later", NOON)


def test_only_the_steps_in_the_table_can_be_taken(ledger: Ledger) -> None:
    for number, (start, target) in enumerate(product(OutboxState, OutboxState)):
        name, pair = f"{start} to {target}", [2 * number, 2 * number + 1]
        ledger.enqueue(contacts(*pair, campaign=name), NOON)
        if start is not OutboxState.PENDING:
            ledger.claim(name, "email", 2, NOON)
        if start not in (OutboxState.PENDING, OutboxState.SENDING):
            ledger.settle(pair, start, None, NOON)
        allowed = start is target or start in STEPS[target]
        with nullcontext() if allowed else pytest.raises(Problems, match="LDG-030"):
            ledger.settle(pair, target, None, LATER)
        assert ledger.outbox_counts(name)[target if allowed else start] == 2, name


def test_one_unknown_contact_stops_the_whole_settling(ledger: Ledger) -> None:
    ledger.enqueue(contacts(1), NOON)
    ledger.claim("winback", "email", 1, NOON)
    with pytest.raises(Problems, match="no such contact"):
        ledger.settle([1, 99], OutboxState.SENT, None, NOON)
    assert ids(ledger.stuck("winback")) == [1]
    assert ledger.contact(99) is None


KILLED = """
import os, signal, sys
from datetime import datetime
from tandem.ledger import open_ledger
ledger = open_ledger(sys.argv[1])
ledger.claim("winback", "email", 2, datetime(2026, 6, 1, 12))
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_crash_left_in_sending_is_found_and_never_claimed_again(ledger: Ledger, address: str) -> None:
    ledger.enqueue(contacts(1, 2, 3), NOON)
    assert subprocess.run([sys.executable, "-c", KILLED, address], check=False).returncode == -9
    assert ids(ledger.stuck("winback")) == [1, 2]
    assert ids(ledger.claim("winback", "email", 9, LATER)) == [3]
    ledger.settle([1, 2], OutboxState.UNCERTAIN, "a crash hid whether it was sent", LATER)
    assert ids(ledger.stuck("winback")) == [3]


CLAIMER = """
import json, sys
from datetime import datetime
from tandem.ledger import open_ledger
ledger = open_ledger(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
taken = []
while rows := ledger.claim("winback", "email", 7, datetime(2026, 6, 1, 12)):
    taken += [row.contact_id for row in rows]
print(json.dumps(taken))
"""


def test_two_processes_that_claim_at_once_never_get_the_same_contact(ledger: Ledger, address: str) -> None:
    everything = list(range(600))
    ledger.enqueue(contacts(*everything), NOON)
    command = [sys.executable, "-c", CLAIMER, address]
    claimers = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(2)
    ]
    for claimer in claimers:
        assert claimer.stdout.readline() == "ready\n"
    for claimer in claimers:
        claimer.stdin.write("go\n")
        claimer.stdin.flush()
    taken = [json.loads(claimer.communicate(timeout=60)[0]) for claimer in claimers]
    assert sorted(taken[0] + taken[1]) == everything
    assert all(taken), "the race was no race: one of them got nothing"


def test_another_connection_sees_a_claim_as_soon_as_it_returns(ledger: Ledger, address: str) -> None:
    ledger.enqueue(contacts(1), NOON)
    ledger.claim("winback", "email", 1, NOON)
    other = open_ledger(address)
    assert ids(other.stuck("winback")) == [1]
    other.close()
