"""A test run on one core and on several: what it leaves out it says, and in CI that fails; a file has one worker."""

import os
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest

RAN = ("tests/unit/kernel/test_ids.py", "tests/unit/kernel/test_numbers.py")
LEFT_OUT = "tests/real/test_hillstrom.py"
QUIET = ("-p", "no:cacheprovider")


@pytest.mark.parametrize("workers", ["0", "2"])
def test_what_is_left_out_is_said_and_fails_in_ci(project_root: Path, tmp_path: Path, workers: str) -> None:
    without = os.environ | {"TANDEM_SHARED": str(tmp_path), "CI": "1"}
    without = {name: value for name, value in without.items() if not name.startswith("PYTEST_")}
    command = [sys.executable, "-m", "pytest", "-vv", "-n", workers, *QUIET, *RAN, LEFT_OUT]
    ended = subprocess.run(
        command, cwd=project_root, env=without, capture_output=True, text=True, check=False
    )
    assert "tests were NOT RUN: they need real data files" in ended.stdout, ended.stdout
    assert " passed" in ended.stdout
    assert ended.returncode == pytest.ExitCode.TESTS_FAILED
    by: dict[str, set[str]] = defaultdict(set)
    for worker, file in re.findall(r"\[(gw\d)\].* PASSED ([^:]+)::", ended.stdout):
        by[file].add(worker)
    if workers == "2":
        assert sorted(by) == sorted(RAN)
        assert {len(some) for some in by.values()} == {1}
