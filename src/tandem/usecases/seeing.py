"""Reading what is known of one person, under a permit; what the acting role may not see is named, never left blank."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlglot import exp

from tandem.engine import Column
from tandem.engine.catalogue import Table
from tandem.kernel import Problems, numbers
from tandem.kernel.values import Destination, FieldRef, Type
from tandem.policy import Permit, limited, told
from tandem.usecases.explaining import Reader, equals
from tandem.usecases.problems import UNKNOWN_THING
from tandem.usecases.workspace import Workspace

NAMES = ("name", "full_name", "first_name", "given_name", "last_name", "family_name", "surname")
"""Traits that people are called by, in the order in which they are said."""

PLUMBING = {
    *("event_id", "record_id", "event_at", "received_at", "source", "subject_key", "batch_id", "content"),
    *("person_id", "identifier_key"),
}
"""Columns that say how a row came in, not what it says."""

CURRENCY = re.compile("[A-Z]{3}")
FUNCTIONS = {"it": "IT", "marketing": "marketing"}
LONGEST = 50
"""Rows of one list at most, where nothing else is said."""

MINE = "customer_keys"
LARGEST_ID = 2**60


@dataclass(frozen=True, order=True)
class Hidden:
    """A field that the acting role may not see: what it is, its label, which roles may, and who can grant it."""

    field: str
    title: str
    label: str
    roles: tuple[str, ...]
    owner: str

    def sentence(self) -> str:
        """'First name (profile.first_name) is personal: marketer and privacy may see it; IT can grant it.'"""
        seen = f"{listed(self.roles)} may see it" if self.roles else "no role may see it yet"
        return f"{self.title} ({self.field}) is {self.label}: {seen}; {self.owner} can grant it in policies."


@dataclass(frozen=True)
class Known:
    """A person in the map now, with the keys of the identifiers that lead there (sorted, at least one)."""

    person: int
    keys: tuple[int, ...]


class Sight:
    """What the acting role may see of people, for an explanation under the counting purpose.

    Raises Refused or Missing at once if the role may see nothing at all there.
    """

    def __init__(self, work: Workspace) -> None:
        self.work = work
        self._reader = Reader(work)
        self._permits: dict[frozenset[FieldRef], Permit] = {}
        self._hidden: dict[str, Hidden] = {}
        self.permit("person_map", "identifier_key", "person_id")
        self.labels = self._reader.labels()

    def permit(self, table: str, *columns: str) -> Permit:
        """The permit to read these columns; raises the reasons if there is none."""
        footprint = frozenset(FieldRef(table, name) for name in columns)
        if footprint not in self._permits:
            self._permits[footprint] = self._reader.permit(footprint)
        return self._permits[footprint]

    def read(self, table: str, alias: str, *columns: str) -> exp.Expr:
        """A base table under an alias, for a query that reads these columns of it."""
        return limited(table, alias, self.permit(table, *columns), self.work.engine.catalogue)

    def may(self, table: str, column: str, title: str = "") -> bool:
        """Whether the role may see the column; if not, it stands among the hidden from now on."""
        found = self.work.engine.catalogue[table].column(column)
        if found.labels <= self.labels:
            return True
        field = f"{table}.{column}"
        self._hidden[field] = Hidden(
            field, title or titled(column), found.labelled, self.roles(found.labels), self.owner()
        )
        return False

    def fields(self, table: Table) -> list[Column]:
        """The table's own columns that the role may see, in its order; the others are among the hidden."""
        return [c for c in table.columns if c.name not in PLUMBING and self.may(table.name, c.name)]

    @property
    def hidden(self) -> tuple[Hidden, ...]:
        """Every field that was asked for and may not be seen, once each."""
        return tuple(sorted(self._hidden.values()))

    def there(self, table: str) -> bool:
        """Whether anything was ever written to the table."""
        return table in self.work.engine.catalogue and self.work.engine.version(table) >= 0

    def known(self, text: str) -> Known:
        """The person of that id. Raises RUN-002 for an id that is not in the map, naming who it became, if anybody."""
        person = number(text)
        if person is not None:
            mapped = self.read("person_map", "m", "identifier_key", "person_id")
            mine = select(of("m", "identifier_key"), mapped).where(
                equals("person_id", person, "m"), copy=False
            )
            keys = self.work.engine.rows(
                exp.select("identifier_key").from_(self.work.engine.stage(MINE, mine))
            )
            if keys:
                return Known(person, tuple(sorted(int(key) for (key,) in keys)))
        became = [] if person is None else [str(one) for one in self.became(person)]
        if became:
            sentence = f"person {person} is no longer in the map: its identifiers lead to somebody else now"
            fix = f"Open person {became[0]} instead."
            raise Problems(UNKNOWN_THING(sentence, found=text, alternatives=became, fix=fix))
        raise Problems(UNKNOWN_THING("no person has that id", found=text))

    def mine(self, column: str, alias: str, who: Known) -> exp.Expr:
        """That a column holds one of the keys of the person who was asked for last."""
        return equals(column, who.keys[0], alias) if len(who.keys) == 1 else staged(column, alias, MINE)

    def rows(
        self,
        table: str,
        columns: tuple[str, ...],
        condition: exp.Expr,
        newest: str | None = None,
        most: int = LONGEST,
    ) -> list[dict[str, Any]]:
        """Rows of a table (alias t), at most so many, as mappings of these columns; none if it was never written."""
        if not self.there(table):
            return []
        used = {newest, *(column.name for column in condition.find_all(exp.Column))}
        footprint = frozenset(FieldRef(table, name) for name in columns)
        shown = frozenset(ref for ref in footprint if ref.column not in used)
        permit, described = self._reader.permit(footprint, shown), self.work.engine.catalogue[table]
        given = [told(described, name, "t", permit).as_(name) for name in columns]
        rows = limited(table, "t", permit, self.work.engine.catalogue)
        query = select(given, rows).where(condition, copy=False)
        if newest:
            key = of("t", *described.key)
            query = query.order_by(*newest_first(*of("t", newest)), *key, copy=False)
        found = self.work.engine.rows(query.limit(most, copy=False))
        return [dict(zip(columns, row, strict=True)) for row in found]

    def profile(self, who: Known, traits: list[str]) -> dict[str, Any]:
        """These traits of the person by name; empty if there is no profile of the person."""
        rows = self.rows("profile", ("person_id", *traits), equals("person_id", who.person, "t"))
        return rows[0] if rows else {}

    def name(self, who: Known) -> str | None:
        """What the person is called, if a trait says so and the role may see it."""
        names = [name for name in called(self.work) if self.may("profile", name)]
        return joined(self.profile(who, names), names) if names else None

    def became(self, person: int) -> list[int]:
        """Where the identifiers lead now that were once this person's, smallest id first."""
        changes = ("identifier_key", "from_person_id", "to_person_id")
        on = exp.column("identifier_key", "m").eq(exp.column("identifier_key", "c"))
        query = (
            exp.select("m.person_id")
            .distinct()
            .from_(self.read("person_changes", "c", *changes))
            .join(self.read("person_map", "m", "identifier_key", "person_id"), on=on)
            .where(exp.column("from_person_id", "c").eq(person))
        )
        return sorted(int(found) for (found,) in self.work.engine.rows(query))

    def permitted(self, footprint: frozenset[FieldRef]) -> bool:
        """Whether policy lets the role explain what reads these fields."""
        try:
            self._reader.permit(footprint)
        except Problems:
            return False
        return True

    def roles(self, labels: Collection[str]) -> tuple[str, ...]:
        """Names of the roles that may see fields of all these labels in an explanation."""
        charter = self.work.charter
        granted: dict[str, set[str]] = defaultdict(set)
        for policy in charter.policies:
            for role in policy.roles:
                for grant in role.may:
                    if (
                        charter.purposes.counting in grant.purposes
                        and Destination.EXPLAIN in grant.destinations
                    ):
                        granted[role.role] |= {str(label) for label in grant.labels}
        return tuple(sorted(role for role, seen in granted.items() if seen >= set(labels)))

    def owner(self) -> str:
        """Who can grant it."""
        owner = str(self.work.charter.project.owners.policies)
        return FUNCTIONS.get(owner, owner)


def number(text: str) -> int | None:
    """The 60-bit id that a text writes in digits, or None."""
    written = numbers.whole(text)
    return written if written is not None and written < LARGEST_ID else None


def called(work: Workspace) -> tuple[str, ...]:
    """Names of the traits that people are called by here."""
    declared = {trait.trait for trait in work.charter.traits}
    return tuple(name for name in NAMES if name in declared)


def joined(row: Mapping[str, object], names: Iterable[str]) -> str | None:
    """The traits of these names that are known, in one line."""
    return " ".join(str(row[name]) for name in names if row.get(name) is not None) or None


def titled(name: str) -> str:
    """'first_name' → 'First name'."""
    words = name.replace("_", " ")
    return words[:1].upper() + words[1:]


def written(value: object, column: Column, currency: str) -> str:
    """A value for people: money and units told, 'yes' or 'no', times in UTC, 'not known' where there is none."""
    match value:
        case None:
            return numbers.UNKNOWN
        case bool():
            return "yes" if value else "no"
        case datetime():
            return numbers.moment(value)
        case date():
            return numbers.day(value)
        case Decimal() | float() if column.type is Type.MONEY or CURRENCY.fullmatch(column.unit or ""):
            return numbers.money(value, column.unit or currency)
        case Decimal() | float():
            return f"{numbers.decimal(value)} {column.unit or ''}".rstrip()
        case int() if column.unit:
            return numbers.plural(value, column.unit.removesuffix("s"), column.unit)
        case int():
            return numbers.count(value)
        case _:
            return str(value)


def select(columns: Iterable[exp.Expr], source: exp.Expr) -> exp.Select:
    """SELECT columns FROM source, built of the very nodes that are given.

    sqlglot's builders copy every node by default, which makes a page of many small queries twice as slow.
    """
    return exp.select(*columns, copy=False).from_(source, copy=False)


def named(value: exp.Expr, name: str) -> exp.Alias:
    """value AS name."""
    return exp.Alias(this=value, alias=exp.to_identifier(name))


def of(alias: str, *columns: str) -> list[exp.Expr]:
    """Columns of an alias, under their own names."""
    return [exp.column(name, alias) for name in columns]


def newest_first(*columns: exp.Expr) -> list[exp.Ordered]:
    """These columns in descending order; what is not known stands last."""
    return [exp.Ordered(this=column, desc=True, nulls_first=False) for column in columns]


def staged(column: str, alias: str, stage: str) -> exp.Expr:
    """That a column holds a key of a stage. Of a wide table this reads less than a list of keys in the query would."""
    keys = select([exp.column("identifier_key", "k")], exp.alias_(exp.to_table(stage), "k", table=True))
    return exp.In(this=exp.column(column, alias), query=keys.subquery(copy=False))


def listed(words: tuple[str, ...]) -> str:
    """'marketer, analyst and privacy'; at least one word."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
