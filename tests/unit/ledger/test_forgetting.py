"""What the ledger forgets is in no byte of its file; where that cannot be, it is said."""

import sqlite3
from datetime import datetime
from pathlib import Path

import pytest

from tandem.kernel import Problems
from tandem.kernel.values import Actor
from tandem.ledger import JobState, open_ledger, opening
from tandem.ledger.forgetting import struck

NOON = datetime(2026, 6, 1, 12)


def test_while_somebody_reads_an_older_state_it_is_not_said_to_be_written_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "WAIT_SECONDS", 0.2)
    path = tmp_path / "ledger.db"
    ledger = open_ledger(path)
    number = ledger.add_job(
        "run", {"note": "for ada@shop.example"}, Actor("ann", "marketer"), NOON, alone=False
    )
    ledger.begin_job(number, "nobody", NOON)
    ledger.end_job(number, JobState.DONE, NOON)
    ledger.write_over()
    reader = sqlite3.connect(path, isolation_level=None)
    reader.execute("BEGIN")
    assert reader.execute("SELECT count(*) FROM jobs").fetchone() == (1,)
    assert ledger.strike(lambda word: "@" in word) == 1
    with pytest.raises(Problems) as told:
        ledger.write_over()
    assert [one.code for one in told.value.problems] == ["LDG-103"]
    reader.close()
    ledger.write_over()
    assert b"ada@shop.example" not in path.read_bytes()
    ledger.close()


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("wrote to ada@shop.example.", "wrote to (erased)."),
        ("value=ada@shop.example", "value=(erased)"),
        ("email:ada@shop.example", "email:(erased)"),
        ("<mailto:ada@shop.example>", "<mailto:(erased)>"),
        ("no value 'ada@shop.example' here", "no value '(erased)' here"),
        ("https://a.example/?e=ada@shop.example&x=1", "https://a.example/?e=(erased)&x=1"),
        ("see https://a.example/?e=ada%40shop.example&x=1 now", "see (erased) now"),
        ("ada@shop.example#top", "(erased)#top"),
        ("https://a.example/?e=eve@shop.example", "https://a.example/?e=eve@shop.example"),
    ],
)
def test_an_address_is_struck_as_messages_write_it(said: str, left: str) -> None:
    assert struck(said, lambda word: word == "ada@shop.example") == left
