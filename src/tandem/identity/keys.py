"""From what sources write to identifiers: normalised value, 60-bit key, and whether the value may be used."""

from collections.abc import Callable
from typing import Any

from sqlglot import exp

from tandem.charter.definitions.identity import IdentityRules, Normalise
from tandem.engine import Engine
from tandem.engine import functions as f
from tandem.identity.blocklist import LONGEST, Reason, block_reason
from tandem.identity.normalise import EMAIL, normalise, tidy
from tandem.identity.problems import UNKNOWN_KIND
from tandem.kernel import Problems

KeyIdentifiers = Callable[[Engine, exp.Table], exp.Table]
PRINTABLE = "[^ -~]"
"""Matches what is not printable ASCII. NFC and NFKC leave the rest alone, so SQL can normalise it."""


def key_identifiers(rules: IdentityRules) -> KeyIdentifiers:
    """How these rules turn raw identifiers into keys.

    The result takes a stage (kind, raw) of distinct rows and gives a stage named after it,
    `<name>_keyed`, with one row per row: (kind, raw, identifier_key, value, blocked). `value` is
    normalised (cut to 512 characters) and `identifier_key` is always `digest60(kind, value)`. `blocked`
    is NULL or blocked_default, blocked_charter, unreadable or too_long. The caller drops the stage.
    Raises Problems for a kind that is not declared.
    """

    def keyed(engine: Engine, raw: exp.Table) -> exp.Table:
        _check_kinds(engine, rules, raw)
        odd = f"identity_odd_{raw.name}"
        try:
            engine.stage_arrow(odd, _by_hand(engine.arrow(_odd(rules, raw)), rules))
            both = exp.union(_fast(rules, raw), exp.select("*").from_(exp.to_table(odd)), distinct=False)
            return engine.stage(f"{raw.name}_keyed", _judged(rules, both))
        finally:
            engine.drop_stage(odd)

    return keyed


def _check_kinds(engine: Engine, rules: IdentityRules, raw: exp.Table) -> None:
    declared = [rule.kind for rule in rules.kinds]
    found = engine.rows(
        exp.select("kind").distinct().from_(raw.copy()).where(exp.column("kind").isin(*declared).not_())
    )
    if found:
        names = sorted(str(kind) for (kind,) in found)
        raise Problems(
            UNKNOWN_KIND(f"identifiers of the kind `{name}` came in", found=name, alternatives=declared)
            for name in names
        )


def _kinds(rules: IdentityRules, *ways: Normalise) -> exp.Expr:
    names = [rule.kind for rule in rules.kinds if rule.normalise in ways]
    return exp.column("kind").isin(*names) if names else exp.false()


def _is_odd(rules: IdentityRules) -> exp.Expr:
    unprintable = exp.RegexpLike(this=exp.column("raw"), expression=exp.Literal.string(PRINTABLE))
    return exp.or_(_kinds(rules, Normalise.PHONE), unprintable)


def _odd(rules: IdentityRules, raw: exp.Table) -> exp.Select:
    return exp.select("kind", "raw").from_(raw.copy()).where(_is_odd(rules))


def _by_hand(rows: Any, rules: IdentityRules) -> Any:
    """The Arrow table (kind, raw) with columns value and failed, by the library calls that SQL has not."""
    by_kind = {rule.kind: rule for rule in rules.kinds}
    text = rows.schema.field("raw")
    values: list[str] = []
    failed: list[str] = []
    for batch in rows.to_batches(50_000):
        for kind, raw in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            value = normalise(raw, by_kind[kind])
            values.append(tidy(raw) if value is None else value)
            failed.append(Reason.UNREADABLE if value is None else "")
    for name, column in (("value", values), ("failed", failed)):
        rows = rows.append_column(text.with_name(name), [column] if column else rows.column("raw"))
    return rows


def _fast(rules: IdentityRules, raw: exp.Table) -> exp.Select:
    trimmed = exp.Trim(this=exp.column("raw"))
    lowered = exp.Lower(this=trimmed.copy())
    address = exp.RegexpLike(this=lowered.copy(), expression=exp.Literal.string(EMAIL))
    is_email = _kinds(rules, Normalise.EMAIL)
    looked = exp.select(
        "kind",
        "raw",
        trimmed.as_("trimmed"),
        exp.Case().when(is_email, address).else_(exp.null()).as_("address"),
    )
    good = exp.Case().when(exp.column("address"), exp.Lower(this=exp.column("trimmed")))
    bad = exp.Case().when(exp.not_(exp.column("address")), exp.Literal.string(Reason.UNREADABLE))
    return exp.select(
        "kind",
        "raw",
        good.else_(exp.column("trimmed")).as_("value"),
        bad.else_(exp.Literal.string("")).as_("failed"),
    ).from_(looked.from_(raw.copy()).where(_is_odd(rules).not_()).subquery("looked"))


def _judged(rules: IdentityRules, read: exp.Query) -> exp.Select:
    value = exp.column("value")
    cut = exp.Substring(this=value.copy(), start=exp.Literal.number(1), length=exp.Literal.number(LONGEST))
    reason = exp.Case().when(exp.Length(this=value.copy()) > LONGEST, exp.Literal.string(Reason.TOO_LONG))
    listed = block_reason(rules, exp.column("kind"), value.copy())
    failed = exp.Nullif(this=exp.column("failed"), expression=exp.Literal.string(""))
    return exp.select(
        "kind",
        "raw",
        f.digest60(exp.column("kind"), cut).as_("identifier_key"),
        cut.copy().as_("value"),
        reason.else_(exp.Coalesce(this=listed, expressions=[failed])).as_("blocked"),
    ).from_(read.subquery("read"))
