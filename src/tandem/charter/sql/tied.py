"""Whether a statement answers for each person from that person's rows alone.

Else one count would tell a secret of one person: the audience of "everybody, if person 5 is ill" is all or nobody.
So every table about people in a FROM is tied by an equality of `person_id`, every subquery to the row that it
stands in, and groups and windows hold one person. Tables that are about nobody need no tie. LIMIT is left out
(`allowed`): whom it takes depends on everybody.
"""

from collections.abc import Iterator, Sequence
from functools import cached_property

from sqlglot import exp
from sqlglot.optimizer.scope import Scope, traverse_scope

from tandem.charter.problems import SQL_OTHERS
from tandem.charter.sql.checking import Trouble, offset_of, said
from tandem.charter.sql.offered import PERSON, Tables

TIE = "… ON a.person_id = b.person_id, or … WHERE a.person_id = b.person_id"
OUTER = ""
"""The name, in a subquery, of the row that it stands in."""


def untied(typed: exp.Query, tables: Tables) -> Iterator[Trouble]:
    """Every place at which the statement looks at other people than the one that a row is about."""
    about = {name for name, columns in tables if PERSON in columns}
    parts: dict[int, _Part] = {}
    for scope in traverse_scope(typed):
        part = parts.setdefault(id(scope), _Part(scope, about, parts))
        yield from part.troubles()


class _Part:
    """One SELECT, or the SELECTs of a UNION, INTERSECT or EXCEPT together."""

    def __init__(self, scope: Scope, tables: set[str], parts: "dict[int, _Part]") -> None:
        self.scope, self.tables, self.parts = scope, tables, parts
        assert isinstance(scope.expression, exp.Query)
        self.query: exp.Query = scope.expression

    def _of(self, scope: Scope) -> "_Part":
        return self.parts.setdefault(id(scope), _Part(scope, self.tables, self.parts))

    @cached_property
    def sides(self) -> "list[_Part]":
        return [self._of(one) for one in self.scope.set_operation_scopes or ()]

    @cached_property
    def sources(self) -> dict[str, tuple[bool, frozenset[str]]]:
        """What stands in FROM, in its order: whether it is about people, and its columns that are the person."""
        found = {}
        for alias, (_, source) in self.scope.selected_sources.items():
            if isinstance(source, Scope):
                part = self._of(source)
                found[alias] = (part.about, part.people)
            else:
                about = source.name in self.tables
                found[alias] = (about, frozenset({PERSON[0]} if about else ()))
        return found

    @cached_property
    def about(self) -> bool:
        """Whether any row in it is of a person."""
        return any(one.about for one in self.sides) or any(about for about, _ in self.sources.values())

    @cached_property
    def people(self) -> frozenset[str]:
        """Its columns that are the person of the row and never unknown."""
        names = self.query.named_selects
        return frozenset(names[number] for number in self._numbers())

    def _numbers(self) -> frozenset[int]:
        if self.sides:
            return frozenset.intersection(*(one._numbers() for one in self.sides))
        shown = enumerate(self.query.selects)
        return frozenset(number for number, one in shown if self._surely(one.unalias()))

    # ── a person in a row ─────────────────────────────────────────────────────────────────────────

    def _named(self, value: exp.Expr) -> frozenset[str]:
        """The sources whose person the value is; OUTER for that of a row around. Empty if it is none."""
        if isinstance(value, exp.Paren):
            return self._named(value.this)
        if isinstance(value, exp.Coalesce):
            each = [self._named(one) for one in (value.this, *value.expressions)]
            return frozenset().union(*each) if all(each) else frozenset()
        if not isinstance(value, exp.Column):
            return frozenset()
        if value.table in self.sources:
            own = value.name in self.sources[value.table][1]
            return frozenset({value.table}) if own else frozenset()
        around = self._around()
        return frozenset({OUTER}) if around is not None and around._named(value) else frozenset()

    def _around(self) -> "_Part | None":
        """The part in whose rows this subquery stands."""
        scope = self._whole()
        return self._of(scope.parent) if scope.is_subquery and scope.parent is not None else None

    def _whole(self) -> Scope:
        scope = self.scope
        while scope.is_set_operation and scope.parent is not None:
            scope = scope.parent
        return scope

    @cached_property
    def _open(self) -> frozenset[str]:
        """The sources that an outer join may leave without a row."""
        found: set[str] = set()
        before = set(self.sources)
        joins = self.query.args.get("joins") or []
        before -= {one.alias_or_name for one in joins}
        for join in joins:
            side, name = str(join.side).upper(), join.alias_or_name
            found |= before if side in ("RIGHT", "FULL") else set()
            found |= {name} if side in ("LEFT", "FULL") else set()
            before.add(name)
        return frozenset(found)

    def _surely(self, value: exp.Expr) -> bool:
        """Whether it is the person of the row, in every row."""
        named = self._named(value)
        everybody = {name for name, (about, _) in self.sources.items() if about}
        alone = everybody == set(self.sources)
        return bool(named) and (bool(named - self._open) or (alone and named >= everybody))

    # ── ties ──────────────────────────────────────────────────────────────────────────────────────

    @cached_property
    def tied(self) -> dict[str, int]:
        """Each source with the number of those that it is tied to."""
        group = {name: number for number, name in enumerate((OUTER, *self.sources))}

        def tie(left: frozenset[str], right: frozenset[str]) -> bool:
            each = [{group[one] for one in side} for side in (left, right)]
            if any(len(side) != 1 for side in each):
                return False
            old, new = each[0].pop(), each[1].pop()
            group.update({name: new for name, number in group.items() if number == old})
            return True

        joins = self.query.args.get("joins") or []
        for join in joins:
            outer, name = bool(join.side), frozenset({join.alias_or_name})
            for left, right in self._equal(join.args.get("on")):
                if OUTER in left | right:
                    continue
                if not outer:
                    tie(left, right)
                # A row that an outer join leaves open ties nothing to one another, so one equality counts.
                elif name in (left, right) and left != right and tie(left, right):
                    break
        where = self.query.args.get("where")
        for left, right in self._equal(where.this if where is not None else None):
            tie(left, right)
        return group

    def _equal(self, condition: object) -> Iterator[tuple[frozenset[str], frozenset[str]]]:
        """The equalities of two persons that hold wherever the condition does."""
        if isinstance(condition, exp.Paren):
            yield from self._equal(condition.this)
        elif isinstance(condition, exp.And):
            yield from self._equal(condition.this)
            yield from self._equal(condition.expression)
        elif isinstance(condition, exp.EQ):
            left, right = self._named(condition.this), self._named(condition.expression)
            if left and right:
                yield left, right

    # ── what is wrong ─────────────────────────────────────────────────────────────────────────────

    def troubles(self) -> Iterator[Trouble]:
        """The first thing that looks at other people."""
        if not self.about or self.sides:
            return
        people = [name for name, (about, _) in self.sources.items() if about]
        for name in people[1:]:
            if self.tied[name] != self.tied[people[0]]:
                node = self.scope.selected_sources[name][0]
                yield _others(node, f"`{name}` is not tied to the person of `{people[0]}`", TIE)
                return
        if self.tied[OUTER] == self.tied[people[0]]:
            return
        if self._around() is not None and not self._among():
            yield _others(
                self.query, f"`{said(self.query)}` is not tied to the person of the row around it", TIE
            )
        yield from self._together()

    def _among(self) -> bool:
        """Whether it stands in `person_id IN (…)` and gives persons."""
        whole, around = self._whole(), self._around()
        node = whole.expression
        while isinstance(node.parent, exp.Subquery | exp.Paren):
            node = node.parent
        listed = node.parent
        if not isinstance(listed, exp.In) or node.arg_key != "query" or around is None:
            return False
        return bool(around._named(listed.this)) and 0 in self._of(whole)._numbers()

    def _together(self) -> Iterator[Trouble]:
        """Groups and windows that hold several people."""
        group = self.query.args.get("group")
        keys: Sequence[exp.Expr] = group.expressions if group is not None else ()
        mine = list(self.scope.find_all(exp.Window, exp.AggFunc))
        windows = [one for one in mine if isinstance(one, exp.Window)]
        for window in windows:
            if not any(self._surely(one) for one in window.args.get("partition_by") or ()):
                sentence = f"the window of `{said(window)}` holds several people"
                yield _others(window, sentence, "OVER (PARTITION BY person_id …)")
                return
        inside = {id(one) for window in windows for one in window.walk()}
        added = next((one for one in mine if id(one) not in inside), None)
        where = group if group is not None else added or self.query.args.get("having")
        if where is not None and not any(self._surely(one) for one in keys):
            sentence = f"`{said(where)}` puts several people together"
            yield _others(where, sentence, "GROUP BY person_id")


def _others(node: exp.Expr, sentence: str, expected: str) -> Trouble:
    told = f"{sentence}: whether somebody is in may not depend on other people"
    return Trouble(SQL_OTHERS, told, offset_of(node), said(node), expected)
