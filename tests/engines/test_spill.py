"""What an engine spilled goes with it, and what a killed one left goes when the next one opens."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tandem.engine.spill import Spill

KILLED = """
import os, signal
from tandem.engine.spill import Spill
folder = Spill().folder
(folder / "stage.tmp").write_text("ada@inbox.example")
print(folder, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_killed_engine_spilled_goes_when_the_next_opens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    alive = Spill()
    killed = subprocess.run(
        [sys.executable, "-c", KILLED],
        env={**os.environ, "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert killed.returncode == -signal.SIGKILL
    left = Path(killed.stdout.strip())
    assert (left / "stage.tmp").is_file()
    other = Spill()
    assert sorted(tmp_path.iterdir()) == sorted([alive.folder, other.folder])
    for one in (alive, other):
        one.close()
    assert list(tmp_path.iterdir()) == []
