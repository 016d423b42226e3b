"""API keys: told once, kept as digests, scoped, expiring, rotated with a grace time, revoked; failures are limited."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from tandem.kernel import Problems
from tandem.ledger import Ledger
from tandem.ledger.tables import api_keys

NOW = datetime(2026, 6, 1, 8)
HOUR = timedelta(hours=1)


def proven(ledger: Ledger, text: str, now: datetime = NOW, scope: str = "opendsr") -> str:
    """'ok' or the code of the problem."""
    try:
        ledger.prove_key(text, scope, "192.0.2.1", now)
    except Problems as stopped:
        return stopped.problems[0].code
    return "ok"


def test_a_key_opens_what_it_is_for_and_only_its_digest_is_kept(ledger: Ledger) -> None:
    text, made = ledger.add_key("portal", ["opendsr"], "ada", NOW)
    assert text.startswith(f"tdm_{made.prefix}_")
    assert proven(ledger, text) == "ok"
    assert proven(ledger, text, scope="consent:write") == "LDG-091"
    assert proven(ledger, text[:-1]) == "LDG-090"
    assert proven(ledger, "xyz" + text[3:]) == "LDG-090"
    assert [proven(ledger, odd) for odd in ("", "tdm", "tdm__", f"tdm_{made.prefix}_", "\0_é_\udc80")] == [
        "LDG-090"
    ] * 5
    with ledger._read() as db:
        assert text.split("_", 2)[2] not in str(db.execute(select(api_keys)).all())


def test_a_key_ends_by_itself_by_rotation_and_by_revoking(ledger: Ledger) -> None:
    text, made = ledger.add_key("portal", ["opendsr"], "ada", NOW, expires_at=NOW + 9 * HOUR)
    newer, second = ledger.rotate_key(made.prefix, "ada", NOW, HOUR)
    assert (second.name, second.scopes, second.expires_at) == ("portal", ("opendsr",), NOW + 9 * HOUR)
    assert [proven(ledger, one, NOW + HOUR / 2) for one in (text, newer)] == ["ok", "ok"]
    assert [proven(ledger, one, NOW + HOUR) for one in (text, newer)] == ["LDG-090", "ok"]
    assert [one.state(NOW) for one in ledger.api_keys()] == ["valid", "replaced, valid for a while"]
    ledger.revoke_key(second.prefix, NOW + HOUR)
    assert proven(ledger, newer, NOW + HOUR) == "LDG-090"
    with pytest.raises(Problems, match="LDG-093"):
        ledger.revoke_key(second.prefix, NOW + HOUR)


def test_two_keys_that_hold_have_two_names(ledger: Ledger) -> None:
    _, made = ledger.add_key("portal", ["opendsr"], "ada", NOW)
    with pytest.raises(Problems, match="another key of that name"):
        ledger.add_key(" portal", ["consent:write"], "ada", NOW)
    ledger.revoke_key(made.prefix, NOW)
    assert ledger.add_key("portal", ["opendsr"], "ada", NOW)[1].name == "portal"


def test_the_last_use_is_noted(ledger: Ledger) -> None:
    text, _ = ledger.add_key("portal", ["opendsr"], "ada", NOW)
    proven(ledger, text, NOW + HOUR)
    proven(ledger, text, NOW + HOUR + timedelta(seconds=59))
    assert [one.last_used_at for one in ledger.api_keys()] == [NOW + HOUR]


def test_wrong_keys_are_limited_and_shut_out_nobody_else(ledger: Ledger) -> None:
    text, _ = ledger.add_key("portal", ["opendsr"], "ada", NOW)
    assert [proven(ledger, "tdm_a_b") for _ in range(22)] == ["LDG-090"] * 20 + ["LDG-092"] * 2
    assert proven(ledger, text) == "ok"
    assert proven(ledger, "tdm_a_b", NOW + HOUR) == "LDG-090"
    assert ledger.begin_attempt("ada", "192.0.2.1", NOW) > 0


@pytest.mark.parametrize(
    ("name", "scopes", "until"),
    [("", ["opendsr"], None), ("x", [], None), ("x", ["all"], None), ("x", ["opendsr"], NOW)],
)
def test_a_key_needs_a_name_a_scope_and_a_time_ahead(
    ledger: Ledger, name: str, scopes: list[str], until: datetime | None
) -> None:
    with pytest.raises(Problems, match="LDG-094"):
        ledger.add_key(name, scopes, "ada", NOW, expires_at=until)
