"""The workspace's secret: made once, for its owner alone, and different for each use."""

from datetime import datetime
from pathlib import Path
from subprocess import run

import pytest

from tandem.kernel import Problems
from tandem.usecases.secrets import FILE, VARIABLE, derived
from tandem.usecases.spool import keep


def test_a_secret_is_made_once_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    first = derived(tmp_path, "audit")
    assert derived(tmp_path, "audit") == first
    assert derived(tmp_path, "links") != first
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600
    assert {file.name for file in (tmp_path / FILE).parent.iterdir()} == {FILE.name, ".gitignore"}


def test_git_takes_neither_the_secret_nor_what_people_said(tmp_path: Path) -> None:
    for name, write in (
        ("one", lambda root: derived(root, "audit")),
        ("two", lambda root: keep(root, [{"id": "1"}], datetime(2026, 3, 10))),
    ):
        root = tmp_path / name
        root.mkdir()
        run(["git", "init", "-q", str(root)], check=True)
        (root / "tandem.toml").write_text('name = "shop"\n')
        write(root)
        run(["git", "-C", str(root), "add", "-A"], check=True)
        listed = run(["git", "-C", str(root), "ls-files"], check=True, capture_output=True, text=True)
        assert listed.stdout.split() == ["tandem.toml"]


def test_a_file_that_others_can_read_is_refused_by_name_and_not_by_content(tmp_path: Path) -> None:
    derived(tmp_path, "audit")
    file = tmp_path / FILE
    file.chmod(0o640)
    with pytest.raises(Problems) as caught:
        derived(tmp_path, "audit")
    assert caught.value.problems[0].code == "RUN-050"
    assert file.read_text() not in str(caught.value)


def test_the_environment_goes_before_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    of_file = derived(tmp_path, "audit")
    monkeypatch.setenv(VARIABLE, "x" * 40)
    assert derived(tmp_path, "audit") != of_file
    monkeypatch.setenv(VARIABLE, "short")
    with pytest.raises(Problems) as caught:
        derived(tmp_path, "audit")
    assert [one.code for one in caught.value.problems] == ["RUN-051"]
    assert "short" not in str(caught.value.problems[0].found)
