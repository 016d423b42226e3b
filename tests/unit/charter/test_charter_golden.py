"""Text pairs: charter files above, problems below. GOLDEN=rewrite writes the answers anew; read the diff."""

import os
from pathlib import Path

import pytest
from unit.charter.charter_cases import GOLDEN, problems_of, read_case

CASES = sorted(GOLDEN.glob("*.txt"))


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_golden_case(path: Path) -> None:
    about, changed, expected = read_case(path)
    answer = problems_of(changed)
    if os.environ.get("GOLDEN") == "rewrite":
        written = about + "".join(f"--- {name}\n{text}" for name, text in changed.items())
        path.write_text(f"{written.rstrip()}\n\n--- problems\n{answer}\n", encoding="utf-8")
    else:
        assert answer == expected


def test_there_are_cases() -> None:
    assert len(CASES) >= 25
