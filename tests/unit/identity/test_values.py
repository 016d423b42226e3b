"""Values that mean the same become the same; values that mean nobody are blocked, with the reason."""

from collections.abc import Iterator

import pyarrow as pa
import pytest
from sqlglot import exp

from tandem.charter.definitions.identity import Blocked, IdentityRules, KindRule, Normalise
from tandem.engine import Engine, open_engine
from tandem.identity import key_identifiers
from tandem.identity.normalise import email, phone, plain
from tandem.kernel import Problems, digest60

RULES = IdentityRules(
    kinds=(
        KindRule(kind="crm_id"),
        KindRule(kind="email", normalise=Normalise.EMAIL),
        KindRule(kind="phone", normalise=Normalise.PHONE, region="GB"),
    ),
    blocked=Blocked(
        values={"email": ("Test@Shop.Example",), "phone": ("01632 960000",)},
        patterns={"email": (r"^no-?reply@", r"^\d+@"), "crm_id": ("^TMP-",)},
    ),
)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with open_engine("duckdb", str(tmp_path_factory.mktemp("keys") / "lake"), threads=1) as opened:
        yield opened


def keyed(
    engine: Engine, rules: IdentityRules, raw: list[tuple[str, str]]
) -> dict[tuple[str, str], tuple[object, ...]]:
    columns = {"kind": [kind for kind, _ in raw], "raw": [text for _, text in raw]}
    stage = engine.stage_arrow(
        "values", pa.table(columns, schema=pa.schema([("kind", pa.string()), ("raw", pa.string())]))
    )
    result = key_identifiers(rules)(engine, stage)
    assert result.name == "values_keyed"
    rows = engine.rows(exp.select("kind", "raw", "identifier_key", "value", "blocked").from_(result))
    engine.drop_stage(result.name)
    engine.drop_stage("values")
    assert len(rows) == len(raw)
    return {(kind, text): tuple(rest) for kind, text, *rest in rows}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("  Ada.Byron+news@Shop.EXAMPLE ", "ada.byron+news@shop.example"),
        ("a.d.a@shop.example", "a.d.a@shop.example"),
        ("ada＠shop.example", "ada@shop.example"),
        ("ａｄａ@shop.example", "ada@shop.example"),
        ("jo@München.example", "jo@xn--mnchen-3ya.example"),
        ("jürgen@shop.example", "jürgen@shop.example"),
        ("a..b@shop.example", "a..b@shop.example"),
        ("ada@shop", None),
        ("ada@@shop.example", None),
        ("ada shop.example", None),
        ("ada@shop.example, bo@shop.example", None),
        ("ada@-shop.example", None),
        ("ada@shop.example.", None),
        ("jürgen@", None),
        ("ü" * 65 + "@shop.example", None),
        ("", None),
    ],
)
def test_email(text: str, value: str | None) -> None:
    assert email(text) == value


@pytest.mark.parametrize(
    ("text", "region", "value"),
    [
        ("01632 960123", "GB", "+441632960123"),
        ("+44 (0)1632 960123", "GB", "+441632960123"),
        ("0044 1632 960123", "GB", "+441632960123"),
        ("tel:+44-1632-960123", None, "+441632960123"),
        ("+44 1632 960123 ext. 7", "GB", "+441632960123"),
        ("01632 960123", None, None),
        ("030 901820", "DE", "+4930901820"),
        ("12", "GB", None),
        ("not-specified", "GB", None),
        ("", "GB", None),
    ],
)
def test_phone(text: str, region: str | None, value: str | None) -> None:
    assert phone(text, region) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [(" C-001 ", "C-001"), ("c-001", "c-001"), ("Zoe\u0308", "Zoë"), ("a\x00b", None), ("a\nb", None)],
)
def test_plain(text: str, value: str | None) -> None:
    assert plain(text) == value


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        *(
            ("crm_id", text)
            for text in ("0", "-1", "000-000", "--", "null", "NULL", "(none)", "N/A", "n.a.", "")
        ),
        *(
            ("crm_id", text)
            for text in ("anonymous", "Void", "abc123", "guest", "unknown", "user_null", "not-specified")
        ),
        *(
            ("email", text)
            for text in ("test@test.example", "none@none.example", "null@shop.example", "n/a", "-")
        ),
        *(("phone", text) for text in ("000000", "+11111111111", "07777 777777", "not-specified", "0")),
    ],
)
def test_junk_is_blocked_by_default_and_only_by_default(engine: Engine, kind: str, text: str) -> None:
    (found,) = keyed(engine, RULES, [(kind, text)]).values()
    assert found[2] == "blocked_default"
    without = IdentityRules(kinds=RULES.kinds, blocked=Blocked(defaults=False))
    (found,) = keyed(engine, without, [(kind, text)]).values()
    assert found[2] in (None, "unreadable")


def test_what_looks_like_junk_and_is_not(engine: Engine) -> None:
    raw = [
        ("crm_id", "1"),
        ("crm_id", "10"),
        ("crm_id", "C-000"),
        ("crm_id", "Nullmeier"),
        ("crm_id", "7777"),
    ]
    raw += [("email", "guest.house@shop.example"), ("email", "anne.tester@shop.example")]
    raw += [("phone", "+44 1632 960000"), ("phone", "0151 111 2345")]
    rules = IdentityRules(kinds=RULES.kinds)
    assert {blocked for _, _, blocked in keyed(engine, rules, raw).values()} == {None}


def test_the_charter_blocks_values_and_patterns(engine: Engine) -> None:
    raw = [("email", " TEST@shop.example"), ("email", "NoReply@shop.example"), ("email", "12@shop.example")]
    raw += [
        ("phone", "+44 1632 960000"),
        ("crm_id", "TMP-1"),
        ("crm_id", "tmp-1"),
        ("email", "TMP-1@shop.example"),
    ]
    found = {text: blocked for (_, text), (_, _, blocked) in keyed(engine, RULES, raw).items()}
    assert {text for text, blocked in found.items() if blocked is None} == {"tmp-1", "TMP-1@shop.example"}
    assert set(found.values()) == {None, "blocked_charter"}


def test_keys_are_the_digest_of_kind_and_value_however_it_was_written(engine: Engine) -> None:
    raw = [("email", "ada@shop.example"), ("email", " ADA@Shop.example"), ("email", "ada＠shop.example")]
    raw += [("crm_id", "é"), ("crm_id", "e\u0301"), ("crm_id", "O'Neil \\ 'x'"), ("phone", "01632 960123")]
    found = keyed(engine, RULES, raw)
    assert all(key == digest60(kind, str(value)) for (kind, _), (key, value, _) in found.items())
    assert len({key for key, _, _ in found.values()}) == 4


def test_an_unreadable_value_is_kept_and_blocked(engine: Engine) -> None:
    found = keyed(engine, RULES, [("email", " ada.shop.example "), ("phone", "call me"), ("crm_id", "a\tb")])
    assert {(value, blocked) for _, value, blocked in found.values()} == {
        ("ada.shop.example", "unreadable"),
        ("call me", "unreadable"),
        ("a\tb", "unreadable"),
    }


def test_a_very_long_value_is_cut_and_blocked(engine: Engine) -> None:
    found = keyed(engine, RULES, [("crm_id", "ü" * 513), ("crm_id", "ab" * 256), ("crm_id", "ab" * 300)])
    by_raw = {text: (len(str(value)), blocked) for (_, text), (_, value, blocked) in found.items()}
    assert by_raw == {"ü" * 513: (512, "too_long"), "ab" * 256: (512, None), "ab" * 300: (512, "too_long")}


def test_sql_and_python_normalise_ascii_alike(engine: Engine) -> None:
    texts = [
        "Ada@Shop.example",
        "a@b",
        "a b@c.example",
        "x@y.example ",
        "a@b.c-",
        "A@1.example",
        "q'@shop.example",
        "a@b..example",
    ]
    texts += [
        "!#$%&'*+/=?^_`{|}~-@shop.example",
        "a@" + "b" * 64 + ".example",
        "c" * 65 + "@shop.example",
        "<a@b.example>",
    ]
    rules = IdentityRules(kinds=RULES.kinds, blocked=Blocked(defaults=False))
    for (_, text), (_, value, blocked) in keyed(engine, rules, [("email", text) for text in texts]).items():
        expected = email(text)
        assert (value, blocked) == ((text.strip(), "unreadable") if expected is None else (expected, None))


def test_an_undeclared_kind_is_a_problem(engine: Engine) -> None:
    with pytest.raises(Problems) as told:
        keyed(engine, RULES, [("crm_id", "1"), ("emial", "ada@shop.example")])
    (problem,) = told.value.problems
    assert (problem.code, problem.found, problem.nearest) == ("IDN-001", "emial", "email")
    engine.drop_stage("values")


def test_no_values_are_no_keys(engine: Engine) -> None:
    assert keyed(engine, RULES, []) == {}
