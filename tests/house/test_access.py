"""ACCESS.md names places that exist, and problem codes that can be met."""

import ast
import re
from pathlib import Path

import pytest

import tandem.web.routes  # noqa: F401 - all rooms declare their codes
from tandem.kernel.problems import REGISTRY

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "ACCESS.md").read_text()
PLACES = sorted(set(re.findall(r"`([a-z_/]+\.py):(\w+)`", TEXT)))
CODES = sorted(set(re.findall(r"\b[A-Z]{3}-\d{3}\b", TEXT)))


@pytest.mark.parametrize(("file", "name"), PLACES, ids=[f"{file}:{name}" for file, name in PLACES])
def test_every_guard_stands_where_the_page_says(file: str, name: str) -> None:
    tree = ast.parse((ROOT / "src/tandem" / file).read_text())
    names = {
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    }
    assert name in names


def test_every_code_is_declared() -> None:
    assert [code for code in CODES if code not in REGISTRY] == []


def test_every_row_says_all_four() -> None:
    rows = [line for line in TEXT.splitlines() if line.startswith("|")]
    assert {line.count("|") for line in rows} == {5}
    assert len(PLACES) > 30
