"""Finding a customer: by any identifier as it is written, by how it begins, or by the person's own id."""

from collections import defaultdict
from dataclasses import dataclass

from sqlglot import exp

from tandem.engine import functions as f
from tandem.identity import beginnings, end_of, values_of
from tandem.kernel import digest60
from tandem.kernel.values import FieldRef
from tandem.usecases.explaining import among, equals
from tandem.usecases.seeing import Hidden, Sight, called, joined, number, of, select, staged
from tandem.usecases.workspace import Workspace

NARROW = ("identifier_key", "kind", "blocked")
BEGUN = "search_begun"
MOST = 20
"""Identifiers that are shown at most."""

BLOCKED = {
    "blocked_default": "it is on the built-in list of values that identify nobody",
    "blocked_charter": "the charter blocks it, because it identifies nobody",
    "unreadable": "it cannot be read as a value of its kind",
    "too_long": "it is too long to identify anybody",
    "key_collision": "its key is taken by another value",
}
NOT_YET = "it came in after people were last resolved; the next run gives it a person"


@dataclass(frozen=True)
class Hit:
    """An identifier that was found. `value` is None where the role may not see it, `person` where it leads to nobody.

    `why` says in words why it leads to nobody, "" where it leads to somebody. The id of a person is a hit of
    the kind `person_id`.
    """

    kind: str
    value: str | None
    person: str | None
    name: str | None
    why: str


@dataclass(frozen=True)
class Search:
    """What was found: identifiers that are just what was typed, else those that begin so, at most 20 of them.

    `looked_for_beginnings` is false where the role may not see values, as what begins so would tell them.
    """

    hits: tuple[Hit, ...]
    exact: bool
    more: bool
    looked_for_beginnings: bool
    hidden: tuple[Hidden, ...]

    @property
    def only(self) -> str | None:
        """The person, if all that was found leads to one."""
        people = {hit.person for hit in self.hits}
        return people.pop() if len(people) == 1 and not self.more else None


@dataclass(frozen=True)
class _Found:
    kind: str
    value: str | None
    person: int | None
    blocked: str | None


def anybody(work: Workspace) -> bool:
    """Whether there is any person yet. Raises Refused or Missing if the role may not see customers at all."""
    sight = Sight(work)
    there = select(of("m", "person_id"), sight.read("person_map", "m", "person_id")).limit(1, copy=False)
    return sight.there("person_map") and bool(work.engine.rows(there))


def search_customers(work: Workspace, text: str) -> Search:
    """Whom a value leads to. Exact hits by the key of the value; only without any is looked for beginnings.

    Looking for beginnings reads values, so it needs the label of `identifiers.value`; an exact search does not.
    Raises Refused or Missing if the role may not see customers at all.
    """
    sight = Sight(work)
    # A value that is shown masked may not be looked for by its beginning either.
    values = sight.may("identifiers", "value", "Value of an identifier")
    values = values and sight.permitted(frozenset({FieldRef("identifiers", "value")}))
    found = [*_exact(sight, text, values), *_person(sight, text)]
    exact, begun = bool(found), []
    if not exact and values:
        begun = _beginning(sight, text)
    shown = found or begun[:MOST]
    names = _names(sight, {one.person for one in shown if one.person is not None})
    hits = tuple(_hit(one, names) for one in shown)
    return Search(hits, exact, len(begun) > MOST, values, sight.hidden)


def _exact(sight: Sight, text: str, values: bool) -> list[_Found]:
    """By the keys of the value as each kind writes it: what stands in the lake under a key is that very value."""
    written = values_of(sight.work.charter.identity, text)
    keys = {digest60(kind, value): value for kind, value in written.items()}
    query = select(of("i", *NARROW), sight.read("identifiers", "i", *NARROW))
    rows = sight.work.engine.rows(query.where(among("identifier_key", list(keys), "i"), copy=False))
    people = _people(sight, among("identifier_key", [row[0] for row in rows], "m")) if rows else {}
    return [
        _Found(kind, keys[key] if values else None, people.get(key), blocked) for key, kind, blocked in rows
    ]


def _beginning(sight: Sight, text: str) -> list[_Found]:
    """The first 21 usable identifiers by value; one branch per beginning, so that each is a range of values."""
    kinds: dict[str, list[str]] = defaultdict(list)
    for kind, start in beginnings(sight.work.charter.identity, text).items():
        kinds[start].append(kind)
    branches = [_range(sight, start, names) for start, names in kinds.items()]
    if not branches:
        return []
    every: exp.Query = branches[0]
    for other in branches[1:]:
        every = exp.union(every, other, distinct=False, copy=False)
    first = select(of("u", *NARROW, "value"), every.subquery("u", copy=False))
    first = first.order_by(*of("u", "value", "kind"), copy=False).limit(MOST + 1, copy=False)
    stage = sight.work.engine.stage(BEGUN, first)
    rows = sight.work.engine.rows(exp.select(*NARROW, "value").from_(stage).order_by("value", "kind"))
    people = _people(sight, staged("identifier_key", "m", BEGUN)) if rows else {}
    return [_Found(kind, value, people.get(key), blocked) for key, kind, blocked, value in rows]


def _range(sight: Sight, start: str, kinds: list[str]) -> exp.Select:
    value, kind, blocked = of("i", "value", "kind", "blocked")
    query = select(of("i", *NARROW, "value"), sight.read("identifiers", "i", *NARROW, "value"))
    query = query.where(value >= f.value(start), value < f.value(end_of(start)), copy=False)
    query = query.where(kind.isin(*kinds), blocked.is_(exp.null()), copy=False)
    inner = query.order_by(value.copy(), copy=False).limit(MOST + 1, copy=False)
    return select([exp.Star()], inner.subquery("b", copy=False))


def _people(sight: Sight, condition: exp.Expr) -> dict[int, int]:
    """Identifier key → person, of the rows of the person map (alias m) that a condition picks."""
    columns = ("identifier_key", "person_id")
    query = select(of("m", *columns), sight.read("person_map", "m", *columns))
    return dict(sight.work.engine.rows(query.where(condition, copy=False)))


def _person(sight: Sight, text: str) -> list[_Found]:
    """The person of that id, or whom its identifiers lead to now if it was merged into others."""
    person = number(text)
    if person is None:
        return []
    there = select(of("m", "person_id"), sight.read("person_map", "m", "person_id"))
    if sight.work.engine.rows(there.where(equals("person_id", person, "m"), copy=False).limit(1)):
        return [_Found("person_id", text, person, None)]
    return [_Found("person_id", text, one, None) for one in sight.became(person)]


def _names(sight: Sight, people: set[int]) -> dict[int, str]:
    names = [name for name in called(sight.work) if sight.may("profile", name)]
    if not people or not names or not sight.there("profile"):
        return {}
    whom = among("person_id", sorted(people), "t")
    rows = sight.rows("profile", ("person_id", *names), whom, most=len(people))
    return {int(row["person_id"]): joined(row, names) or "" for row in rows}


def _hit(one: _Found, names: dict[int, str]) -> Hit:
    if one.person is None:
        why = BLOCKED.get(one.blocked or "", one.blocked or "") if one.blocked else NOT_YET
        return Hit(one.kind, one.value, None, None, why)
    return Hit(one.kind, one.value, str(one.person), names.get(one.person) or None, "")
