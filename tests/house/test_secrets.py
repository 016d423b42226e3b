"""The scan finds what it is for, every exclusion has its reason, and no file that git keeps holds a secret."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


def _scan() -> ModuleType:
    spec = importlib.util.spec_from_file_location("scan", ROOT / "tools/scan.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


SCAN = _scan()
PLANTED = [
    "-----BEGIN RSA PRIVATE KEY-----",
    "aws = AKIAABCDEFGHIJKLMNOP",
    "ghp_" + "a" * 36,
    "xoxb-1234567890-abc",
    "tdm_" + "a" * 40,
    "ledger: postgresql://me:hunter22@db.example/x",
    "api_key = 'abcdefghijklmnop1234'",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abcdefghijklmnop",
]


@pytest.mark.parametrize("text", PLANTED)
def test_a_planted_secret_is_found(text: str) -> None:
    assert SCAN.secrets_in(f"first line\n{text}\n")[0].startswith("line 2")


@pytest.mark.parametrize(
    "text", ["password: str", "token = request.token", "https://user@x.example", "tdm_…", "a: b"]
)
def test_what_is_none_is_let_through(text: str) -> None:
    assert SCAN.secrets_in(text) == []


def test_no_file_holds_a_secret() -> None:
    assert SCAN._secrets() == []


def test_every_exclusion_has_its_reason() -> None:
    assert all(len(reason) > 5 for reason in (*SCAN.BANDIT_SKIPS.values(), *SCAN.ALLOWED.values()))
