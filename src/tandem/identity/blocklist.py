"""Values that identify nobody: the built-in list, and what the charter adds. One expression for both engines.

A blocked value is kept as an identifier with its reason, and joins nobody.
"""

from collections.abc import Iterable
from enum import StrEnum

from sqlglot import exp

from tandem.charter.definitions.identity import IdentityRules, KindRule, Normalise
from tandem.identity.normalise import normalise, tidy

LONGEST = 512
"""Characters that are kept of a value; longer ones are blocked as too_long."""


class Reason(StrEnum):
    """Why a value is not used."""

    DEFAULT = "blocked_default"
    CHARTER = "blocked_charter"
    UNREADABLE = "unreadable"
    TOO_LONG = "too_long"


LISTED = (Reason.DEFAULT, Reason.CHARTER)
"""Reasons that come from a block list, and are judged anew when the list changes. Others lie in the value."""

_WORDS = (
    "null|none|nil|nan|undefined|unknown|unspecified"
    "|not[ _-]?(specified|available|applicable|provided|given|known)"
    "|anonymous|anon|void|empty|blank|missing|deleted|n[./]?a[.]?|user_null|guest|guest[ _-]?user|test|tester"
    "|test[ _-]?user|abc|abc123|abcdef|asdf|asdfgh|qwerty|foo|bar|foobar|dummy|sample|admin|true|false"
)
EVERYWHERE = (
    "^[0 ._:/+-]*$",
    "^-[0-9]$",
    f"^[<(]?({_WORDS})[>)]?$",
    "^[x*?#-]+$",
)
"""Patterns of every kind, for the value in lower case: nothing but zeros and dashes, -1, null, guest …"""

BY_NORMALISE: dict[Normalise, tuple[str, ...]] = {
    Normalise.PLAIN: ("^(0123456789|123456789|1234567890|12345678)$", "^9{6,}$", "^1{6,}$"),
    Normalise.EMAIL: (
        "^test@test[.]",
        "^(null|none|nil|nan|na|n/a|undefined|unknown|anonymous|void|nobody|no|no[._-]?e?-?mail|guest|user_null"
        "|not-specified)@",
        "^(asdf|qwerty|abc|abc123|foo|a|x|xx|xxx)@(asdf|qwerty|abc|foo|bar|a|x|xx|xxx|test)[.]",
    ),
    Normalise.PHONE: (
        "^[+]?[0-9]{0,3}(" + "|".join(f"{digit}{{6,}}" for digit in range(10)) + ")$",
        "^[+]?[0-9]{0,3}(1234567|12345678|123456789|1234567890|0123456789)$",
    ),
}


def block_reason(rules: IdentityRules, kind: exp.Expression, value: exp.Expression) -> exp.Expression:
    """Why a normalised value is blocked by these rules, as text, or NULL. Built-in list before charter."""
    reason = exp.Case()
    for rule in rules.kinds:
        own = exp.Case()
        if rules.blocked.defaults:
            junk = _any(exp.Lower(this=value.copy()), (*EVERYWHERE, *BY_NORMALISE[rule.normalise]))
            own = own.when(junk, exp.Literal.string(Reason.DEFAULT))
        for condition in _charter(rules, rule, value):
            own = own.when(condition, exp.Literal.string(Reason.CHARTER))
        if own.args.get("ifs"):
            # Not `kind AND pattern`: of an AND both sides are computed for every row, of a CASE only what is asked.
            reason = reason.when(kind.copy().eq(rule.kind), own)
    return reason.else_(exp.null()) if reason.args.get("ifs") else exp.cast(exp.null(), "text")


def _charter(rules: IdentityRules, rule: KindRule, value: exp.Expression) -> Iterable[exp.Expression]:
    listed = [normalise(text, rule) or tidy(text) for text in rules.blocked.values.get(rule.kind, ())]
    if listed:
        yield value.copy().isin(*listed)
    patterns = rules.blocked.patterns.get(rule.kind, ())
    if patterns:
        yield _any(value.copy(), patterns)


def _any(value: exp.Expression, patterns: Iterable[str]) -> exp.Expression:
    together = "|".join(f"(?:{pattern})" for pattern in patterns)
    return exp.RegexpLike(this=value, expression=exp.Literal.string(together))
