"""Who was erased stays away: keyed hashes of identifiers, told apart from all others without naming anybody.

An identifier's key in the lake can be guessed by whoever guesses the value, so it may not stay. A hash under the
workspace's secret cannot: without the secret the table `erased` names nobody. The secret is never part of a query's
text; it is a stage of one row.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlglot import exp

from tandem.charter.definitions.identity import IdentityRules, Normalise
from tandem.engine import Engine
from tandem.engine import functions as f
from tandem.kernel import Problems
from tandem.kernel.ids import SEPARATOR
from tandem.kernel.values import Type
from tandem.policy.problems import OTHER_SECRET

TABLE = "erased"
KEY_STAGE = "erased_key"
SHORTEST_PLAIN = 6
HASH = {"hash": ("kind", "value")}
TOGETHER = {**HASH, "together": ("person", "person_id")}
NUMBER_LIKE = "^[+]?[0-9][0-9 ()./-]{5,}[0-9]$"


@dataclass(frozen=True)
class ErasureKey:
    """Two keys of one SHA-256 block each, for the nested construction of HMAC (Bellare, Canetti and Krawczyk 1996:
    NMAC), and a mark by which a lake knows them again."""

    inner: str
    outer: str
    mark: str

    def hash(self, kind: str, value: str) -> str:
        """The keyed hash of one identifier, as the engines compute it."""
        inside = hashlib.sha256((self.inner + kind + SEPARATOR + value).encode()).hexdigest()
        return hashlib.sha256((self.outer + inside).encode()).hexdigest()


def erasure_key(secret: bytes) -> ErasureKey:
    """The keys from the secret that is derived for this use."""
    inner, outer, mark = (
        hmac.new(secret, use, hashlib.sha256).hexdigest() for use in (b"inner", b"outer", b"mark")
    )
    return ErasureKey(inner, outer, mark[:16])


def anybody(engine: Engine) -> bool:
    """Whether anybody was ever erased here; if not, nothing has to be looked for."""
    return engine.version(TABLE) >= 0


def with_hash(
    engine: Engine, key: ErasureKey, rows: exp.Query, hashes: Mapping[str, tuple[str, str]] = HASH
) -> exp.Select:
    """The rows, and by name the keyed hash of two of their columns (kind and value). The caller drops KEY_STAGE."""
    engine.stage_rows(
        KEY_STAGE,
        [("inner_key", Type.TEXT), ("outer_key", Type.TEXT)],
        [{"inner_key": key.inner, "outer_key": key.outer}],
    )
    columns: list[exp.Expr] = [exp.column(name, "h") for name in engine.columns(rows)]
    for name, (kind, value) in hashes.items():
        said = (exp.column(kind, "h"), exp.Literal.string(SEPARATOR), exp.column(value, "h"))
        inside = f.hexed(f.concat(exp.column("inner_key", "k"), *said))
        columns.append(f.hexed(f.concat(exp.column("outer_key", "k"), inside)).as_(name))
    joined = exp.select(*columns).from_(rows.subquery("h"))
    return joined.join(exp.alias_(exp.to_table(KEY_STAGE), "k", table=True), join_type="cross")


def entries(engine: Engine) -> exp.Select:
    """One row per hash that is kept out, and until when; null if for good."""
    e = exp.alias_(engine.ref(TABLE), "e", table=True)
    for_good = f.count_if(exp.column("until", "e").is_(exp.null()))
    latest = (
        exp.Case().when(for_good > 0, f.null_of(Type.TIMESTAMP)).else_(exp.Max(this=exp.column("until", "e")))
    )
    return exp.select(exp.column("hash", "e"), latest.as_("until")).from_(e).group_by(exp.column("hash", "e"))


def refuse_other_secret(engine: Engine, key: ErasureKey) -> None:
    """Raise POL-310 if hashes were made under another secret: then nobody could be kept out."""
    mark = exp.column("key_mark", "e")
    e = exp.alias_(engine.ref(TABLE), "e", table=True)
    if engine.count(exp.select(mark).from_(e).where(mark.copy().neq(key.mark)).limit(1)):
        raise Problems(
            OTHER_SECRET("the hashes of erased people were made under another secret than this one")
        )


def stage_erased(engine: Engine, name: str, rows: exp.Query, key: ErasureKey) -> exp.Table:
    """Of the rows (with columns kind and value) those that are kept out, with `until`, as a stage of that name."""
    refuse_other_secret(engine, key)
    try:
        columns = [exp.column(one, "r") for one in engine.columns(rows)]
        query = exp.select(*columns, exp.column("until", "o"))
        query = query.from_(with_hash(engine, key, rows).subquery("r"))
        on = exp.column("hash", "r").eq(exp.column("hash", "o"))
        return engine.stage(name, query.join(entries(engine).subquery("o"), on=on))
    finally:
        engine.drop_stage(KEY_STAGE)


def candidates(words: exp.Query, rules: IdentityRules) -> exp.Query:
    """(kind, raw) for every distinct word of the query that may be an identifier where nobody says which field it is.

    E-mail addresses and phone numbers show what they are; of other kinds only words of six characters and more
    are tried, for a shorter one may be anything.
    """
    word = exp.column("word", "w")
    queries: list[exp.Query] = []
    for rule in rules.kinds:
        match rule.normalise:
            case Normalise.EMAIL:
                fits: exp.Expr = exp.Like(this=word.copy(), expression=exp.Literal.string("%@%"))
            case Normalise.PHONE:
                fits = exp.RegexpLike(this=word.copy(), expression=exp.Literal.string(NUMBER_LIKE))
            case Normalise.PLAIN:
                fits = exp.Length(this=word.copy()) >= SHORTEST_PLAIN
        kind = exp.Literal.string(rule.kind).as_("kind")
        picked = exp.select(kind, word.copy().as_("raw")).distinct().from_(words.copy().subquery("w"))
        queries.append(picked.where(fits))
    first, *rest = queries
    for query in rest:
        first = exp.union(first, query, distinct=False, copy=False)
    return first


def mark_erased(engine: Engine, request: str, identifiers: exp.Query, key: ErasureKey, now: datetime) -> int:
    """Keep these identifiers (kind, value, person_id) out from now on, under a request; how many are new.

    The first step of every erasure, so that nothing comes back while it goes on.
    """
    person = exp.Literal.string("person").as_("person")
    ids = exp.cast(exp.column("person_id", "i"), "text").as_("person_id")
    rows = exp.select("kind", "value", person, ids).from_(identifiers.subquery("i"))
    try:
        columns = [
            f.value(request).as_("request"),
            exp.column("hash", "n"),
            exp.column("together", "n"),
            f.instant(now).as_("erased_at"),
            f.null_of(Type.TIMESTAMP).as_("until"),
            f.value(key.mark).as_("key_mark"),
        ]
        hashed = with_hash(engine, key, rows, TOGETHER)
        staged = engine.stage("erased_new", exp.select(*columns).distinct().from_(hashed.subquery("n")))
        return engine.upsert(TABLE, exp.select("*").from_(staged)).inserted
    finally:
        engine.drop_stage(KEY_STAGE)
        engine.drop_stage("erased_new")


def mark_hashes(engine: Engine, request: str, hashes: list[str], key: ErasureKey, now: datetime) -> None:
    """Keep out also what is known by its hash alone: somebody who is not in the lake yet."""
    if not hashes:
        return
    columns = [(name, Type.TEXT) for name in ("request", "hash", "key_mark")]
    rows = [{"request": request, "hash": one, "key_mark": key.mark} for one in sorted(set(hashes))]
    try:
        staged = engine.stage_rows(
            "erased_new", [*columns, ("erased_at", Type.TIMESTAMP)], [{**r, "erased_at": now} for r in rows]
        )
        old = exp.alias_(engine.ref(TABLE), "o", table=True)
        on = exp.and_(*(exp.column(name, "n").eq(exp.column(name, "o")) for name in ("request", "hash")))
        new = exp.select(*(exp.column(name, "n") for name in ("request", "hash", "key_mark", "erased_at")))
        new = new.from_(exp.alias_(staged, "n", table=True)).join(old, on=on, join_type="left")
        engine.append(TABLE, new.where(exp.column("hash", "o").is_(exp.null())))
    finally:
        engine.drop_stage("erased_new")


def let_back(engine: Engine, hashes: list[str], now: datetime) -> int:
    """Take again what happens from now on with these identifiers and all others of the same people; how many."""
    try:
        engine.stage_rows("erased_asked", [("hash", Type.TEXT)], [{"hash": one} for one in hashes])
        e, a = (
            exp.alias_(engine.ref(TABLE), "e", table=True),
            exp.alias_(exp.to_table("erased_asked"), "a", table=True),
        )
        known = exp.select(exp.column("hash", "e"), exp.column("together", "e")).distinct().from_(e)
        known = known.join(a, on=exp.column("hash", "e").eq(exp.column("hash", "a")))
        engine.stage("erased_known", known)
        names = [exp.column(name, "t") for name in engine.catalogue[TABLE].names if name != "until"]
        mine = exp.or_(
            *(
                exp.In(this=exp.column(name, "t"), query=exp.select(name).from_("erased_known").subquery())
                for name in ("hash", "together")
            )
        )
        rows = exp.select(*names, f.instant(now).as_("until")).from_(
            exp.alias_(engine.ref(TABLE), "t", table=True)
        )
        return engine.upsert(TABLE, rows.where(mine, exp.column("until", "t").is_(exp.null()))).updated
    finally:
        engine.drop_stage("erased_asked")
        engine.drop_stage("erased_known")
