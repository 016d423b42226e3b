"""Whom the rows are about: identifiers with their keys, the subject of each row, evidence, suppressions."""

from collections.abc import Callable, Sequence

from sqlglot import exp

from tandem.collect import problems
from tandem.collect.counting import Tally
from tandem.collect.landing import (
    DUPLICATES,
    ENTRIES,
    FILES,
    PEOPLE,
    ROWS,
    Work,
    base,
    good,
    known,
    null,
    table,
    union,
    unplanned,
)
from tandem.engine import Append, Engine
from tandem.engine import functions as f
from tandem.kernel import Problem

KeyIdentifiers = Callable[[Engine, exp.Table], exp.Table]
RAW, KEYED, CLEAR = "collect_raw", "collect_raw_keyed", "collect_clear"
STAGES = (RAW, KEYED, CLEAR)
SAME_ROW = "same_row"
BY_VALUE = ("kind", "value")
"""How identifiers lie in a file: what begins alike lies together, so that a search reads a small part of it."""


def stage_keyed(work: Work, key_identifiers: KeyIdentifiers) -> list[Problem]:
    """Distinct raw identifiers of rows that can land, with their keys: collect_raw_keyed(kind, raw, identifier_key,
    value, blocked). A value whose key another value has already is blocked and told as a problem."""
    given = key_identifiers(work.engine, work.engine.stage(RAW, _raw_identifiers(work)))
    clashes = work.engine.rows(_collided(work, given))
    if not clashes:
        return []
    clear = work.engine.stage(CLEAR, _without(given, clashes))
    work.engine.stage(KEYED, exp.select("*").from_(clear))
    return [problems.COLLISION(f"{len(clashes)} identifiers have a key that another value has")]


def _without(given: exp.Table, clashes: Sequence[tuple[int, str]]) -> exp.Query:
    """The keyed identifiers; those few whose key is another's are blocked."""
    columns = [exp.column(name, "k") for name in ("kind", "raw", "identifier_key", "value", "blocked")]
    blocked = exp.Case()
    for key, value in clashes:
        same = exp.and_(columns[2].eq(key), columns[3].eq(exp.Literal.string(value)))
        blocked = blocked.when(same, exp.Literal.string("key_collision"))
    query = exp.select(*columns[:4], blocked.else_(columns[4]).as_("blocked"))
    return query.from_(exp.alias_(given.copy(), "k", table=True))


def _raw_identifiers(work: Work) -> exp.Query:
    kinds = work.reading.contract.identifiers
    queries: list[exp.Query] = []
    for number, kind in enumerate(kinds):
        raw = exp.column(f"x{number}", "r")
        # Where people were erased, what is to wait is looked at too.
        of = known(raw.copy()) if work.kept_out else exp.and_(known(raw.copy()), exp.or_(good(), unplanned()))
        texts = exp.select(raw.as_("raw")).distinct().from_(table(ROWS, "r")).where(of).subquery("d")
        queries.append(exp.select(exp.Literal.string(kind).as_("kind"), exp.column("raw", "d")).from_(texts))
    if not queries:
        empty = exp.cast(exp.null(), "text")
        return exp.select(empty.as_("kind"), empty.copy().as_("raw")).where(exp.false())
    every = union(queries)
    if len(set(kinds)) == len(kinds):
        return every
    return exp.select("kind", "raw").distinct().from_(every.subquery("u"))


def _collided(work: Work, given: exp.Table) -> exp.Query:
    """(key, value) of those values that are not the first of their key; the lake's value counts as first."""
    stored = base(work, "identifiers", "i")
    mine = exp.alias_(given.copy(), "k", table=True)
    same = exp.column("identifier_key", "k").eq(exp.column("identifier_key", "i"))
    other = exp.or_(
        exp.column("value", "k").neq(exp.column("value", "i")),
        exp.column("kind", "k").neq(exp.column("kind", "i")),
    )
    picked = [exp.column("identifier_key", "k").as_("key"), exp.column("value", "k").as_("value")]
    against_lake = exp.select(*picked).distinct().from_(mine).join(stored, on=same).where(other)
    shared = _shared(given)
    on = exp.column("identifier_key", "k").eq(exp.column("key", "s"))
    later = exp.column("value", "k").neq(exp.column("first", "s"))
    again = (
        exp.select(*(part.copy() for part in picked))
        .distinct()
        .from_(mine.copy())
        .join(shared.subquery("s"), on=on)
    )
    both = union([against_lake, again.where(later)]).subquery("u")
    return exp.select("key", "value").distinct().from_(both)


def _shared(given: exp.Table) -> exp.Select:
    """(key, first): keys of more than one value. The texts are compared only of keys that several raw texts have."""
    key, mine = exp.column("identifier_key", "h"), exp.column("identifier_key", "g")
    several = exp.select(key.as_("key")).from_(exp.alias_(given.copy(), "h", table=True))
    several = several.group_by(key.copy()).having(exp.Count(this=exp.Star()) > 1)
    least, most = (bound(this=exp.column("value", "g")) for bound in (exp.Min, exp.Max))
    query = exp.select(mine.as_("key"), least.as_("first")).from_(exp.alias_(given.copy(), "g", table=True))
    query = query.join(several.subquery("w"), on=mine.copy().eq(exp.column("key", "w")))
    return query.group_by(mine.copy()).having(least.copy().neq(most))


def stage_people(work: Work, tally: Tally, duplicates: int) -> None:
    """Rows that land, each with its key, time, subject, and its identifiers' keys: i0 … (any), u0 … (usable)."""
    # Joins that could find nothing are left out: probing an empty table costs more than the two that matter.
    timeless = work.records and work.reading.contract.source.time is None
    event: exp.Expr = exp.column("event_id", "r")
    if tally.unplanned:
        event = exp.Case().when(null(exp.column("kind", "r")), exp.column("entry_id", "e")).else_(event)
    count = len(work.reading.contract.identifiers)
    usable = [exp.Case().when(null(exp.column("blocked", f"k{n}")), _key(n)) for n in range(count)]
    subject = (
        exp.Coalesce(this=usable[0], expressions=usable[1:]) if usable else exp.cast(exp.null(), "bigint")
    )
    query = exp.select(
        exp.column("_row", "r"),
        exp.column("_file", "r"),
        exp.column("kind", "r"),
        event.as_("event_id"),
        (exp.column("at", "f") if timeless else exp.column("event_at", "r")).as_("at"),
        subject.as_("subject_key"),
        *(_key(n).as_(f"i{n}") for n in range(count)),
        *(part.copy().as_(f"u{n}") for n, part in enumerate(usable)),
    ).from_(table(ROWS, "r"))
    if duplicates:
        query = query.join(table(DUPLICATES, "d"), on=_same("_row", "r", "d"), join_type="left")
        query = query.where(null(exp.column("_row", "d")))
    if tally.unplanned:
        query = query.join(table(ENTRIES, "e"), on=_same("_row", "r", "e"), join_type="left")
    if timeless:
        on = exp.column("_file", "r").eq(exp.column("number", "f"))
        query = query.join(table(FILES, "f"), on=on, join_type="left")
    for number, kind in enumerate(work.reading.contract.identifiers):
        alias = f"k{number}"
        of = exp.select("raw", "identifier_key", "blocked").from_(table(KEYED, "q"))
        of = of.where(exp.column("kind", "q").eq(exp.Literal.string(kind)))
        on = exp.column(f"x{number}", "r").eq(exp.column("raw", alias))
        query = query.join(of.subquery(alias), on=on, join_type="left")
    work.engine.stage(PEOPLE, query.where(exp.or_(good(), unplanned())))


def new_identifiers(work: Work) -> list[Append]:
    """Identifiers that were never seen, blocked ones too."""
    seen = [
        exp.select(exp.column(f"i{n}", "p").as_("key"), exp.column("at", "p")).from_(table(PEOPLE, "p"))
        for n in range(len(work.reading.contract.identifiers))
    ]
    if not seen:
        return []
    key = exp.column("key", "s")
    first = exp.Min(this=exp.column("at", "s"))
    firsts = exp.select(key.as_("key"), first.as_("at")).from_(union(seen).subquery("s"))
    firsts = firsts.where(known(key.copy())).group_by(key.copy())
    ours = exp.column("identifier_key", "k")
    query = exp.select(
        ours.as_("identifier_key"),
        exp.column("kind", "k"),
        exp.column("value", "k"),
        exp.Coalesce(this=exp.column("at", "w"), expressions=[f.instant(work.now)]).as_("first_seen_at"),
        exp.Literal.string(work.source).as_("source"),
        exp.Literal.number(work.batch).as_("batch_id"),
        exp.column("blocked", "k"),
    )
    query = query.from_(_unknown(work).subquery("k"))
    query = query.join(firsts.subquery("w"), on=ours.copy().eq(exp.column("key", "w")))
    return [work.adding("identifiers", query.order_by(*BY_VALUE))]


def _unknown(work: Work) -> exp.Select:
    """One row per identifier key of the batch that the lake has not; of collided values only the first has one."""
    parts = [exp.Min(this=exp.column(name, "q")).as_(name) for name in ("kind", "value", "blocked")]
    key = exp.column("identifier_key", "q")
    mine = exp.or_(null(exp.column("blocked", "q")), exp.column("blocked", "q").neq("key_collision"))
    query = exp.select(key, *parts).from_(table(KEYED, "q")).where(mine)
    return unless_there(work, query, "identifiers", "identifier_key", key).group_by(key.copy())


def new_evidence(work: Work) -> list[Append]:
    """Pairs of usable identifiers on the same row, each with the subject of the row; only first proofs.

    The subject is the strongest: a star joins all identifiers of a row as well as all pairs would. First is by
    arrival (file and line), so that a second run and another engine find the same one.
    """
    pairs = [_pairs(work, number) for number in range(1, len(work.reading.contract.identifiers))]
    if not pairs:
        return []
    keys = [exp.column(name, "s") for name in ("left_key", "right_key")]
    kinds = [exp.Min(this=exp.column(name, "s")).as_(name) for name in ("left_kind", "right_kind")]
    of_first = [
        exp.ArgMin(this=exp.column(name, "s"), expression=exp.column("_row", "s")).as_(name)
        for name in ("observed_at", "event_id")
    ]
    first = exp.select(*keys, *kinds, *of_first).from_(union(pairs).subquery("s"))
    first = first.group_by(*(key.copy() for key in keys))
    source, rule = exp.Literal.string(work.source), exp.Literal.string(SAME_ROW)
    evidence = f.digest60(exp.column("left_key", "q"), exp.column("right_key", "q"), source, rule)
    query = exp.select(
        evidence.as_("evidence_id"),
        *(exp.column(name, "q") for name in ("left_key", "right_key", "left_kind", "right_kind")),
        source.copy().as_("source"),
        rule.copy().as_("rule"),
        exp.column("observed_at", "q"),
        exp.column("event_id", "q"),
        exp.Literal.number(work.batch).as_("batch_id"),
    ).from_(first.subquery("q"))
    return [work.adding("evidence", unless_there(work, query, "evidence", "evidence_id", evidence))]


def _pairs(work: Work, number: int) -> exp.Select:
    """The subject and the identifier of that number, the lesser key left; kinds follow from which were usable."""
    kinds = [exp.Literal.string(kind) for kind in work.reading.contract.identifiers]
    mine, subject = exp.column(f"u{number}", "p"), exp.column("subject_key", "p")
    strongest = exp.Case()
    for n, kind in enumerate(kinds):
        strongest = strongest.when(known(exp.column(f"u{n}", "p")), kind.copy())

    def lesser(one: exp.Expr, other: exp.Expr) -> exp.Expr:
        return exp.Case().when(mine < subject, one.copy()).else_(other.copy())

    query = exp.select(
        lesser(mine, subject).as_("left_key"),
        lesser(subject, mine).as_("right_key"),
        lesser(kinds[number], strongest).as_("left_kind"),
        lesser(strongest, kinds[number]).as_("right_kind"),
        exp.Coalesce(this=exp.column("at", "p"), expressions=[f.instant(work.now)]).as_("observed_at"),
        exp.column("event_id", "p"),
        exp.column("_row", "p"),
    )
    return query.from_(table(PEOPLE, "p")).where(mine.neq(subject))


def new_suppressions(work: Work) -> list[Append]:
    """Subjects of landed rows that forbid contact."""
    queries: list[exp.Query] = []
    for number, spec in enumerate(work.reading.contract.source.suppress):
        reason = exp.Literal.string(spec.reason)
        key = f.digest60(exp.Literal.string(work.source), reason, exp.column("event_id", "p"))
        columns = [exp.column("subject_key", "p").as_("identifier_key"), reason.copy().as_("reason")]
        query = of_rows(work, [key.as_("suppression_id"), *columns]).where(exp.column(f"s{number}", "r"))
        queries.append(unless_there(work, query, "suppressions", "suppression_id", key))
    return [work.adding("suppressions", union(queries))] if queries else []


def of_rows(work: Work, columns: list[exp.Expr]) -> exp.Select:
    """These columns with time, source and load, of every row that lands and has a subject, of whatever kind."""
    at = exp.Coalesce(this=exp.column("at", "p"), expressions=[f.instant(work.now)]).as_("at")
    _, source, batch = work.landed()
    query = exp.select(*columns, at, source, batch).from_(table(PEOPLE, "p"))
    query = query.join(table(ROWS, "r"), on=_same("_row", "p", "r"))
    return query.where(known(exp.column("subject_key", "p")))


def unless_there(work: Work, query: exp.Select, name: str, key: str, value: exp.Expr) -> exp.Select:
    """The query without rows whose key an earlier batch has."""
    if work.engine.version(name) < 0:
        return query
    old = exp.select(exp.column(key, "o").as_("there")).from_(base(work, name, "o")).where(work.before("o"))
    joined = query.join(old.subquery("t"), on=value.copy().eq(exp.column("there", "t")), join_type="left")
    return joined.where(null(exp.column("there", "t")))


def _key(number: int) -> exp.Column:
    return exp.column("identifier_key", f"k{number}")


def _same(name: str, left: str, right: str) -> exp.Expr:
    return exp.column(name, left).eq(exp.column(name, right))
