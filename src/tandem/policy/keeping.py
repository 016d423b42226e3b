"""Whom the rules keep from being reached: by which of them, and by how many of them at once."""

from dataclasses import dataclass

from sqlglot import exp

from tandem.engine import Engine
from tandem.engine import functions as f
from tandem.policy.guard import PERSON, inside
from tandem.policy.outcomes import Permit
from tandem.policy.reasons import SENTENCES, _same, _state_reason, _states, _suppressed

SUPPRESSED, OUTSIDE = "suppressed", "outside_rows"


@dataclass(frozen=True)
class Kept:
    """So many people whom exactly these rules keep out, in order of strength; none for those who are reached."""

    rules: tuple[str, ...]
    people: int


@dataclass(frozen=True)
class Rule:
    """One rule and its people: `first` are those it keeps out and no stronger rule does, so that all rules add up;
    `alone` those who would be reached without this one."""

    code: str
    sentence: str
    first: int
    alone: int


def kept_out(members: exp.Query, permit: Permit, engine: Engine) -> tuple[Kept, ...]:
    """The people of `members` (column `person_id`) by the set of rules that keeps them from a contact under the
    permit: one query, one row per combination that occurs. The strongest rule is suppression, then what was or was
    not said of the purpose, then row rules.
    """
    state = exp.Case()
    for condition, code in _state_reason(exp.column("state", "c"), permit.basis):
        state = state.when(condition, f.value(code))
    suppressed = _flag(exp.column("why", "s").is_(exp.null()).not_())
    rules = inside(exp.column(PERSON, "p"), permit)
    outside = _flag(exp.not_(exp.and_(*rules))) if rules else exp.Literal.number(0)
    each = exp.select(suppressed.as_("suppressed"), state.as_("said"), outside.as_("outside"))
    each = each.from_(members.subquery("p")).join(_states(permit), on=_same("c"), join_type="left")
    each = each.join(_suppressed(permit), on=_same("s"), join_type="left")
    columns = [exp.column(name, "e") for name in ("suppressed", "said", "outside")]
    query = exp.select(*columns, exp.Count(this=exp.Star()).as_("people")).from_(each.subquery("e"))
    query = query.group_by(*(column.copy() for column in columns))
    found: dict[tuple[str, ...], int] = {}
    for is_suppressed, said, is_outside, people in engine.rows(query):
        broken = (*([SUPPRESSED] if is_suppressed else []), *([said] if said else []))
        broken += (OUTSIDE,) if is_outside else ()
        found[broken] = found.get(broken, 0) + people
    return tuple(Kept(rules_, people) for rules_, people in sorted(found.items()))


def by_rule(found: tuple[Kept, ...]) -> tuple[Rule, ...]:
    """Each rule that keeps somebody out, most people first."""
    codes = dict.fromkeys(code for one in found for code in one.rules)
    rules = [
        Rule(
            code,
            SENTENCES[code],
            sum(one.people for one in found if one.rules[:1] == (code,)),
            sum(one.people for one in found if one.rules == (code,)),
        )
        for code in codes
    ]
    return tuple(sorted(rules, key=lambda one: (-one.first, one.code)))


def _flag(condition: exp.Expr) -> exp.Case:
    return exp.Case().when(condition, exp.Literal.number(1)).else_(exp.Literal.number(0))
