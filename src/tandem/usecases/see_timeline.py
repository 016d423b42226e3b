"""What happened with one person across all channels, newest first: events, records that changed, contacts, receipts."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from sqlglot import exp

from tandem.charter import Charter
from tandem.charter.definitions.sources import STATEMENTS
from tandem.collect.statements import statement_source
from tandem.engine import Column
from tandem.engine import functions as f
from tandem.kernel import Problems
from tandem.kernel.values import Type
from tandem.usecases.explaining import unseen_fields
from tandem.usecases.lanes import BY_TANDEM, CONTACT, NO_CONTACT, UNPLANNED, Lane, lanes
from tandem.usecases.meanings import HIDDEN, Meanings, Withheld
from tandem.usecases.problems import UNKNOWN_THING
from tandem.usecases.seeing import Hidden, Known, Sight, named, number, of, select, titled, written
from tandem.usecases.workspace import Workspace

PAGE = 50
"""Entries of one page."""

TEXT = exp.DataType.build("text")
CUT_BY = ("at", "id", "part", "source")
Kept = Callable[[Callable[[], tuple["Tally", ...]]], tuple["Tally", ...]]
"""Given how tallies are counted, the tallies: counted now, or kept from before."""

EPOCH = datetime(1970, 1, 1)
CHANGED = {None: "", "": "Nothing in it changed that your role may see."}


@dataclass(frozen=True)
class Tally:
    """How many entries of one kind a source brought about the person, and when the first and the last happened."""

    source: str
    kind: str
    entries: int
    first_at: datetime | None
    last_at: datetime | None


@dataclass(frozen=True)
class Field:
    """One field of an entry, written for people."""

    name: str
    title: str
    text: str


@dataclass(frozen=True)
class Entry:
    """One thing that happened. `id` is that of the event, record, contact or receipt; `changed` tells of a record
    which of its fields differ from its version before, "" where there is nothing to tell."""

    at: datetime
    id: str
    source: str
    source_title: str
    kind: str
    title: str
    fields: tuple[Field, ...]
    changed: str


@dataclass(frozen=True)
class Timeline:
    """One page of a person's timeline. `older` is what `before` has to be for the next page, None on the last."""

    person: str
    name: str | None
    tallies: tuple[Tally, ...]
    entries: tuple[Entry, ...]
    older: str | None
    hidden: tuple[Hidden | Withheld, ...]


@dataclass(frozen=True)
class Wanted:
    """Which part of a timeline: one source, one kind, entries before a place; "" takes everything."""

    source: str = ""
    kind: str = ""
    before: str = ""


@dataclass(frozen=True)
class Cut:
    """The first 51 rows of a source behind a place: at, id and part of the last entry that was shown."""

    source: str = ""
    place: tuple[datetime, int, int] | None = None

    def applied(self, query: exp.Select, alias: str, *by: str) -> exp.Select:
        """The query, cut; `by` names its columns of at, id, part and source ("" where all rows have the same)."""
        at, id_, part, source = (exp.column(name, alias) if name else None for name in by)
        assert at is not None
        assert id_ is not None
        if self.source and source is not None:
            query = query.where(source.eq(f.value(self.source)), copy=False)
        if self.place is not None:
            query = query.where(self._behind(at, id_, part), copy=False)
        order = [exp.Ordered(this=one.copy(), desc=True) for one in (at, id_, part) if one is not None]
        return query.order_by(*order, copy=False).limit(PAGE + 1, copy=False)

    def _behind(self, at: exp.Column, id_: exp.Column, part: exp.Column | None) -> exp.Expr:
        assert self.place is not None
        moment, key, version = (f.value(value) for value in self.place)
        later: exp.Expr = id_ < key
        if part is not None:
            later = exp.or_(later, exp.and_(id_.eq(key), part < version))
        return exp.or_(at < moment, exp.and_(at.eq(moment), later))


def tally(work: Workspace, person: str) -> tuple[Tally, ...]:
    """How much each source and kind has of the person, most entries first. Raises RUN-002 for who is not in the map."""
    sight = Sight(work)
    return _tally(sight, sight.known(person), lanes(sight))


def see_timeline(
    work: Workspace, person: str, wanted: Wanted, kept: Kept = lambda count: count()
) -> Timeline:
    """One page of 50. Only kinds that the person has are read, each limited before they are merged.

    The tallies look at every landed row's subject once, whatever the page; `kept` may answer with those of before.
    Raises RUN-002 for a person who is not in the map, and for a source, kind or place that is none.
    """
    sight = Sight(work)
    who = sight.known(person)
    woven = lanes(sight)
    tallies = kept(lambda: _tally(sight, who, woven))
    asked = _asked(tallies, wanted)
    cut = Cut(wanted.source, _place(wanted.before) if wanted.before else None)
    playing = {lane.kind: lane for lane in woven if lane.kind in asked}
    fields = {kind: lane.fields(sight) for kind, lane in playing.items()}
    name = sight.name(who)
    if not playing:
        return Timeline(str(who.person), name, tallies, (), None, sight.hidden)
    branches = [_page_of(sight, lane, who, fields[kind], cut) for kind, lane in playing.items()]
    merged = select([exp.Star()], _union([_alone(branch) for branch in branches]).subquery("u", copy=False))
    rows = work.engine.rows(Cut().applied(merged, "u", *CUT_BY))
    shown = rows[:PAGE]
    older = _token(*shown[-1][:3]) if len(rows) > PAGE else None
    meanings = Meanings(sight)
    entries = tuple(_screened(sight, meanings, _entry(work.charter, row, fields[row[4]])) for row in shown)
    hidden: tuple[Hidden | Withheld, ...] = (*sight.hidden, *meanings.withheld)
    return Timeline(str(who.person), name, tallies, entries, older, hidden)


def source_title(charter: Charter, source: str) -> str:
    """How the source is called: its title, or its name."""
    if source == STATEMENTS:
        return statement_source(charter).title
    return {one.source: one.title for one in charter.sources}.get(source) or source


def kind_title(charter: Charter, kind: str, source: str | None = None) -> str:
    """How a kind of entry is called. Kinds that two sources call differently go by their name, unless one is asked."""
    if kind in BY_TANDEM:
        return BY_TANDEM[kind]
    if kind.endswith("-record"):
        return "Customer record" if source is None else f"Record of {source_title(charter, source)}"
    sources = (*charter.sources, statement_source(charter))
    specs = {one.source: spec for one in sources for spec in one.events if spec.kind == kind}
    titles = {spec.title for name, spec in specs.items() if source in (None, name)} - {""}
    return titles.pop() if len(titles) == 1 else titled(kind)


def _asked(tallies: Iterable[Tally], wanted: Wanted) -> set[str]:
    known = list(tallies)
    for word, names, asked in (
        ("source", {one.source for one in known}, wanted.source),
        ("kind", {one.kind for one in known}, wanted.kind),
    ):
        if asked and asked not in names:
            sentence = f"nothing of the {word} `{asked}` is known of this person"
            raise Problems(UNKNOWN_THING(sentence, found=asked, alternatives=sorted(names)))
    return {one.kind for one in known if wanted.source in ("", one.source) and wanted.kind in ("", one.kind)}


def _tally(sight: Sight, who: Known, woven: list[Lane]) -> tuple[Tally, ...]:
    if not woven:
        return ()
    every = _union([_moments(sight, lane, who) for lane in woven]).subquery("u", copy=False)
    at = exp.column("at", "u")
    columns = [
        *of("u", "source", "kind"),
        named(exp.Count(this=exp.Star()), "entries"),
        named(exp.Min(this=at), "first_at"),
        named(exp.Max(this=at.copy()), "last_at"),
    ]
    query = select(columns, every).group_by(*of("u", "source", "kind"), copy=False)
    found = [Tally(*row) for row in sight.work.engine.rows(query)]
    return tuple(sorted(found, key=lambda one: (-one.entries, one.source, one.kind)))


def _moments(sight: Sight, lane: Lane, who: Known) -> exp.Select:
    columns = [
        named(lane.source("t"), "source"),
        named(f.value(lane.kind), "kind"),
        named(exp.column(lane.at, "t"), "at"),
    ]
    query = select(columns, sight.read(lane.table.name, "t", *lane.needs))
    return query.where(lane.about(sight, who, "t"), copy=False)


def _page_of(sight: Sight, lane: Lane, who: Known, fields: list[Column], cut: Cut) -> exp.Select:
    """at, id, part, source, kind, changed, and the fields as one list of texts."""
    names = [column.name for column in fields]
    texts = [exp.Cast(this=exp.column(name, "t"), to=TEXT.copy()) for name in names]
    columns = [
        named(exp.column(lane.at, "t"), "at"),
        named(exp.column(lane.id, "t"), "id"),
        named(lane.part("t"), "part"),
        named(lane.source("t"), "source"),
        named(f.value(lane.kind), "kind"),
        named(lane.changed("t", names), "changed"),
        named(exp.Array(expressions=texts or [exp.Cast(this=exp.null(), to=TEXT.copy())]), "texts"),
    ]
    query = select(columns, sight.read(lane.table.name, "t", *lane.needs, *names))
    query = query.where(lane.about(sight, who, "t"), copy=False)
    if lane.versioned:
        # What changed is told against the version before, so the page is cut outside.
        return cut.applied(select([exp.Star()], query.subquery("b", copy=False)), "b", *CUT_BY)
    return cut.applied(query, "t", lane.at, lane.id, "", "source" if "source" in lane.table.names else "")


def _alone(query: exp.Select) -> exp.Select:
    """A query with an order and a limit of its own, for a union."""
    return select([exp.Star()], query.subquery("l", copy=False))


def _union(branches: list[exp.Select]) -> exp.Query:
    every: exp.Query = branches[0]
    for branch in branches[1:]:
        every = exp.union(every, branch, distinct=False, copy=False)
    return every


def _token(at: datetime, id_: int, part: int) -> str:
    return f"{(at - EPOCH) // timedelta(microseconds=1)}-{id_}-{part}"


def _place(text: str) -> tuple[datetime, int, int]:
    micros, id_, part = (number(one) for one in (*text.split("-"), "", "", "")[:3])
    if micros is None or id_ is None or part is None or text.count("-") != 2:
        raise Problems(UNKNOWN_THING("that is no place in a timeline", found=text))
    try:
        return EPOCH + timedelta(microseconds=micros), id_, part
    except OverflowError:
        raise Problems(UNKNOWN_THING("that is no place in a timeline", found=text)) from None


def _entry(charter: Charter, row: tuple[object, ...], columns: list[Column]) -> Entry:
    at, id_, _, source, kind, changed, texts = row
    assert isinstance(at, datetime)
    assert isinstance(texts, list)
    fields = tuple(_fields(charter, columns, texts))
    return Entry(
        at=at,
        id=str(id_),
        source=str(source),
        source_title=source_title(charter, str(source)),
        kind=str(kind),
        title=kind_title(charter, str(kind), str(source)),
        fields=fields,
        changed=_changed(changed if isinstance(changed, str) else None),
    )


def _screened(sight: Sight, meanings: Meanings, entry: Entry) -> Entry:
    """The entry without what a campaign's audience means, or a payload may hold, that the role may not see."""
    said = {one.name: one for one in entry.fields}
    closed: set[str] = set()
    dropped: set[str] = set()
    if (
        entry.kind in (CONTACT, NO_CONTACT)
        and "campaign" in said
        and not meanings.campaign(said["campaign"].text)
    ):
        closed, dropped = {"campaign"}, {"sentence"}
    if entry.kind == UNPLANNED and "payload" in said:
        unseen = unseen_fields(sight.work.charter, entry.source, sight.labels)
        closed = {"payload"} if unseen else set()
        for table, field in unseen:
            sight.may(table, field)
    fields = (replace(one, text=HIDDEN) if one.name in closed else one for one in entry.fields)
    return replace(entry, fields=tuple(one for one in fields if one.name not in dropped))


def _changed(names: str | None) -> str:
    if names in CHANGED:
        return CHANGED[names]
    words = ", ".join(titled(name).lower() for name in str(names).split(","))
    return f"Changed: {words}."


def _fields(charter: Charter, columns: list[Column], texts: list[object]) -> Iterator[Field]:
    for column, text in zip(columns, texts, strict=False):
        if isinstance(text, str):
            told = written(_parsed(text, column.type), column, charter.project.currency)
            yield Field(column.name, titled(column.name), told)


def _parsed(text: str, type_: Type) -> object:
    """What an engine wrote as text, as a value again."""
    match type_:
        case Type.MONEY | Type.NUMBER:
            return Decimal(text)
        case Type.INTEGER:
            return int(text)
        case Type.BOOLEAN:
            return text.lower() == "true"
        case Type.TIMESTAMP:
            return datetime.fromisoformat(text).replace(tzinfo=UTC).replace(tzinfo=None)
        case Type.DATE:
            return date.fromisoformat(text)
        case _:
            return text
