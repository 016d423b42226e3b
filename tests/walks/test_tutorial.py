"""The tutorial is run from its first command to its last, and prints what the page says."""

from pathlib import Path

from tutorial import PAGE, alike, in_process, steps


def test_the_tutorial_prints_what_it_says(tmp_path: Path) -> None:
    told = list(steps(PAGE.read_text(), in_process, tmp_path))
    assert len(told) > 8
    for commands, said, printed in told:
        assert alike(printed) == alike(said), f"run `make tutorial`; after:\n{commands}"
