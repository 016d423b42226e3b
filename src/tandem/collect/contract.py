"""One source's contract as expressions over a row: which kind it is, its typed values, its identifiers, its key.

All expressions are in the reader's meaning (DuckDB), computed once per row, the same for both engines.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlglot import exp

from tandem.charter.definitions import (
    ConsentSpec,
    EventSpec,
    FieldSpec,
    FieldType,
    Mode,
    Purpose,
    RecordSpec,
    Source,
    When,
)
from tandem.collect import parsing
from tandem.collect.saying import Saying, by_categories, by_signal, sayings
from tandem.collect.tables import table_name
from tandem.engine import functions as f

RECORD = "record"
NUMERIC = {FieldType.INTEGER, FieldType.NUMBER, FieldType.MONEY}


@dataclass
class Paths:
    """The paths that are wanted of each row, in order of first mention; `p0`, `p1` … name their texts."""

    known: list[str] = field(default_factory=list)

    def text(self, path: str) -> exp.Column:
        """The text at a path, as a new column expression."""
        if path not in self.known:
            self.known.append(path)
        return exp.column(f"p{self.known.index(path)}")


@dataclass(frozen=True)
class Planned:
    """One field of one kind: its contract, and the column of the stage that holds its typed value."""

    spec: FieldSpec
    column: str


@dataclass(frozen=True)
class Kind:
    """One kind of row: its number in the stage, its name, its table, and its fields."""

    number: int
    name: str
    table: str
    spec: EventSpec | RecordSpec
    fields: tuple[Planned, ...]


@dataclass(frozen=True)
class Extra:
    """A field that a file brought and the contract does not know, kept in mode evolve."""

    path: str
    column: str


class Contract:
    """A source's contract, bound to a project's zone and a batch's time. `extras` are evolved fields.

    `columns` are the columns that the files are known to have (none is known of NDJSON): they decide whether
    a consent's `wording` names a field or is the wording itself.
    """

    def __init__(
        self,
        source: Source,
        zone: str,
        now: datetime,
        columns: frozenset[str] = frozenset(),
        extras: Sequence[Extra] = (),
        purposes: Sequence[Purpose] = (),
    ) -> None:
        self.source, self.project_zone, self.now, self.columns = source, zone, now, columns
        self.extras = tuple(extras)
        self.paths = Paths()
        self.values: dict[str, exp.Expr] = {}
        self._named: dict[object, str] = {}
        self.kinds = tuple(self._kind(number, spec) for number, spec in enumerate(_specs(source)))
        self.identifiers = tuple(spec.kind for spec in source.identifiers)
        self.sayings = sayings(source.consents, purposes)

    @property
    def zone(self) -> str:
        """The zone of times written without one."""
        time = self.source.time
        if time is None:
            return "UTC"
        return self.project_zone if time.zone == "local" else time.zone

    @property
    def has_unplanned(self) -> bool:
        """Whether a row can be of no kind."""
        return all(isinstance(kind.spec, EventSpec) and kind.spec.when for kind in self.kinds)

    def _kind(self, number: int, spec: EventSpec | RecordSpec) -> Kind:
        fields = tuple(Planned(one, self._column(one)) for one in spec.fields)
        name = spec.kind if isinstance(spec, EventSpec) else RECORD
        return Kind(number, name, table_name(self.source, spec), spec, fields)

    def _column(self, spec: FieldSpec) -> str:
        """The stage's column for a field; kinds that read the same path alike share it."""
        bounds = (spec.at_least, spec.at_most, spec.one_of) if self.drops(spec) else None
        key = (spec.read_from, spec.type, spec.format, bounds)
        if key not in self._named:
            self._named[key] = f"t{len(self._named)}"
            value = self.typed(spec)
            if bounds is not None:
                value = exp.Case().when(exp.and_(*self.within(spec, value), exp.true()), value)
            self.values[self._named[key]] = value
        return self._named[key]

    def drops(self, spec: FieldSpec) -> bool:
        """Whether a bad value of this field becomes NULL and the row lands without it."""
        return self.source.mode is Mode.DROP_VALUE and not spec.required

    def typed(self, spec: FieldSpec) -> exp.Expr:
        """The field's value from its text; NULL if there is none or it is not of the type."""
        return parsing.typed(self.paths.text(spec.read_from), spec.type, spec.format or "iso", self.zone)

    def within(self, spec: FieldSpec, value: exp.Expr) -> list[exp.Expr]:
        """The conditions that a value of the field's type has to meet."""
        found: list[exp.Expr] = []
        if spec.at_least is not None and spec.type in NUMERIC:
            found.append(value.copy() >= f.value(spec.at_least))
        if spec.at_most is not None and spec.type in NUMERIC:
            found.append(value.copy() <= f.value(spec.at_most))
        if spec.one_of:
            found.append(one_of(self.paths.text(spec.read_from), spec.one_of))
        return found

    def event_at(self) -> exp.Expr:
        """When it happened, UTC; NULL if the source has no time or it cannot be read."""
        time = self.source.time
        if time is None:
            return exp.cast(exp.null(), "timestamp")
        return parsing.instant(self.paths.text(time.field), time.format, self.zone)

    def kind(self) -> exp.Expr:
        """The number of the first kind that matches the row; NULL if none does."""
        chosen = exp.Case()
        for kind in self.kinds:
            when = kind.spec.when if isinstance(kind.spec, EventSpec) else None
            chosen = chosen.when(self.holds(when), exp.Literal.number(kind.number))
        return exp.cast(chosen, "integer")

    def kind_name(self) -> exp.Expr:
        """The name of the row's kind."""
        if len(self.kinds) == 1:
            return exp.Literal.string(self.kinds[0].name)
        chosen = exp.Case()
        for kind in self.kinds:
            chosen = chosen.when(exp.column("kind").eq(kind.number), exp.Literal.string(kind.name))
        return chosen

    def called(self) -> exp.Expr:
        """What the source itself calls the kind of a row: the text at the first path that any kind tests."""
        tests = [test for spec in self.source.events if spec.when for test in spec.when.tests]
        return self.paths.text(tests[0].path) if tests else exp.cast(exp.null(), "text")

    def holds(self, when: When | None) -> exp.Expr:
        """Whether all tests hold for a row."""
        if when is None:
            return exp.true()
        return exp.and_(*(one_of(self.paths.text(test.path), test.values) for test in when.tests))

    def key(self) -> list[exp.Expr]:
        """The texts that make a row the same row."""
        return [self.paths.text(path) for path in self.source.key]

    def identifier_texts(self) -> dict[str, exp.Expr]:
        """x0, x1, …: the raw identifiers of a row, strongest first."""
        return {f"x{n}": self.paths.text(spec.field) for n, spec in enumerate(self.source.identifiers)}

    def consent_states(self) -> dict[str, exp.Expr]:
        """c0, c1, …: what a row says about a purpose: granted, denied, unreadable, or NULL for nothing.

        Of a TC string its text, which is read apart.
        """
        return {f"c{n}": self._consent(one) for n, one in enumerate(self.sayings)}

    def _consent(self, saying: Saying) -> exp.Expr:
        spec = saying.spec
        return exp.Case().when(self.holds(spec.when), self._said(spec, saying.mapped))

    def _said(self, spec: ConsentSpec, mapped: Purpose | None) -> exp.Expr:
        if spec.categories is not None and mapped is not None:
            names = [self.paths.text(f"{spec.categories}.{name}") for name in mapped.categories]
            return by_categories(self.paths.text(spec.categories), names)
        if spec.tcf is not None:
            return self.paths.text(spec.tcf)
        if spec.gpc is not None:
            return by_signal(self.paths.text(spec.gpc))
        if spec.state is not None or spec.field is None:
            return exp.Literal.string(str(spec.state))
        return (
            exp.Case()
            .when(self.paths.text(spec.field).is_(exp.null()), exp.null())
            .when(one_of(self.paths.text(spec.field), spec.granted), exp.Literal.string("granted"))
            .when(one_of(self.paths.text(spec.field), spec.denied), exp.Literal.string("denied"))
            .else_(exp.Literal.string("unreadable"))
        )

    def wordings(self) -> dict[str, exp.Expr]:
        """w0, w1, …: the wording that was shown, of those sayings that have one."""
        found: dict[str, exp.Expr] = {}
        for number, saying in enumerate(self.sayings):
            wording = saying.wording
            if wording is not None:
                field_ = wording in self.columns or wording in self._mentioned()
                found[f"w{number}"] = self.paths.text(wording) if field_ else exp.Literal.string(wording)
        return found

    def suppressed(self) -> dict[str, exp.Expr]:
        """s0, s1, …: whether a row forbids contact."""
        return {f"s{n}": self.holds(spec.when) for n, spec in enumerate(self.source.suppress)}

    def _mentioned(self) -> set[str]:
        return {one.read_from for kind in self.kinds for one in kind.spec.fields}

    def needed(self) -> tuple[str, ...]:
        """Paths without which no row can land: time, key, tests of kind, fields that every kind requires."""
        source = self.source
        required = [{one.read_from for one in kind.spec.fields if one.required} for kind in self.kinds]
        every = set.intersection(*required) if required else set()
        tests = [test.path for spec in source.events if spec.when for test in spec.when.tests]
        found = [source.time.field] if source.time else []
        return tuple(dict.fromkeys([*found, *source.key, *tests, *sorted(every)]))

    def optional(self) -> tuple[str, ...]:
        """All other paths that the contract names: their absence is told, the rows land."""
        source = self.source
        fields = [one.read_from for kind in self.kinds for one in kind.spec.fields]
        spoken = ("field", "categories", "tcf", "gpc")
        consents = [path for spec in source.consents for word in spoken if (path := getattr(spec, word))]
        whens = [spec.when for spec in source.consents] + [spec.when for spec in source.suppress]
        tests = [test.path for when in whens if when for test in when.tests]
        names = [*(spec.field for spec in source.identifiers), *fields, *consents, *tests]
        return tuple(path for path in dict.fromkeys(names) if path not in self.needed())


def one_of(text: exp.Expr, values: Iterable[str]) -> exp.Expr:
    """Whether the text is one of the values, as written; of no values, never."""
    listed = [exp.Literal.string(value) for value in values]
    return exp.In(this=text, expressions=listed) if listed else exp.false()


def _specs(source: Source) -> tuple[EventSpec | RecordSpec, ...]:
    return (source.record,) if source.record is not None else source.events
