"""Why evidence is held, in a sentence beside each fact: kinds and numbers, never a value."""

from sqlglot import exp

from tandem.charter.definitions.identity import IdentityRules
from tandem.identity.affected import EDGES, NODES


def held_as_shared(rules: IdentityRules, shared: exp.Query) -> exp.Select:
    """Every edge of a shared identifier, at any level; if both ends are shared the weaker is named."""
    kind = _by_rank(rules, exp.column("rank", "n"))
    limit = exp.Case()
    for rank, rule in enumerate(rules.kinds):
        limit = limit.when(exp.column("rank", "n").eq(rank), exp.convert(str(rule.people_per)))
    detail = _sentence(
        "the ",
        kind,
        " is shared: it would join ",
        exp.column("people", "s"),
        " people who each have their own ",
        _by_rank(rules, exp.column("by_rank", "s")),
        "; at most ",
        limit.else_(exp.convert("")),
        " may have it",
    )
    either = (
        exp.select("e.x", "e.y", "COALESCE(sx.identifier_key, sy.identifier_key) AS guilty")
        .from_(f"{EDGES} AS e")
        .join(shared.copy().subquery("sx"), on="sx.identifier_key = e.x", join_type="left")
        .join(shared.copy().subquery("sy"), on="sy.identifier_key = e.y", join_type="left")
        .where("sx.identifier_key IS NOT NULL OR sy.identifier_key IS NOT NULL")
    )
    return (
        exp.select("g.x", "g.y", exp.Literal.string("shared_identifier").as_("reason"), detail.as_("detail"))
        .from_(either.subquery("g"))
        .join(shared.copy().subquery("s"), on="s.identifier_key = g.guilty")
        .join(f"{NODES} AS n", on="n.identifier_key = g.guilty")
    )


def too_many_sentence(rules: IdentityRules, rank: exp.Expression, n: exp.Expression) -> exp.Expression:
    """That one person would have n values of the kind of that rank, and how many are allowed."""
    limit = exp.Case()
    for place, rule in enumerate(rules.kinds):
        limit = limit.when(rank.copy().eq(place), exp.convert(str(rule.per_person)))
    return _sentence(
        "together they would have ",
        n,
        " values of ",
        _by_rank(rules, rank),
        "; a person may have ",
        limit.else_(exp.convert("")),
    )


def _by_rank(rules: IdentityRules, rank: exp.Expression) -> exp.Expression:
    kind = exp.Case()
    for place, rule in enumerate(rules.kinds):
        kind = kind.when(rank.copy().eq(place), exp.convert(rule.kind))
    return kind.else_(exp.convert(""))


def _sentence(*parts: str | exp.Expression) -> exp.Expression:
    texts: list[exp.Expression] = [
        exp.Literal.string(part) if isinstance(part, str) else exp.cast(part, "text") for part in parts
    ]
    whole: exp.Expression = texts[0]
    for text in texts[1:]:
        whole = exp.DPipe(this=whole, expression=text)
    return whole
