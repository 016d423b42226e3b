"""A workspace that is served beside the terminal: only the very process that was started is taken for it."""

import json
import os
from pathlib import Path

from tandem.ledger import process
from tandem.usecases.serving import serving, stop_serving


def held(root: Path, holder: str) -> None:
    (root / ".tandem").mkdir(exist_ok=True)
    said = {"pid": os.getpid(), "address": "http://127.0.0.1:1/", "log": "x", "holder": holder}
    (root / ".tandem" / "serve.json").write_text(json.dumps(said))


def test_a_process_with_the_same_number_is_not_stopped(tmp_path: Path) -> None:
    mine = process(os.getpid())
    assert " begun " in mine, "this system does not tell when a process began"
    held(tmp_path, mine.rpartition(" ")[0] + " 1")
    assert serving(tmp_path) is None
    assert not stop_serving(tmp_path)


def test_the_process_that_was_started_is_found(tmp_path: Path) -> None:
    held(tmp_path, process(os.getpid()))
    found = serving(tmp_path)
    assert found is not None
    assert found.pid == os.getpid()
