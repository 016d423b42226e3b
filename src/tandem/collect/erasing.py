"""Rows that name somebody who was erased: left out whole before anything else is looked at, and counted.

Known by a keyed hash of each distinct identifier of the batch; where nobody was erased nothing is computed. Of rows
that would be kept as text (waiting, or of no kind) the words of the text are looked at too. A row that names an
erased person beside somebody new is left out as well: what it says of the one it would say of the other.
"""

from collections.abc import Mapping, Sequence

from sqlglot import exp

from tandem.charter.definitions import FieldType
from tandem.collect.about import KEYED, KeyIdentifiers
from tandem.collect.landing import FILES, ROWS, KeptOut, Work, known, null, table, union
from tandem.engine import functions as f
from tandem.engine.words import ADDRESS_LIKE, Words
from tandem.policy.erased import candidates, stage_erased

OUT, WORDS, SAID, HITS, LEFT, CLEAN = (
    "erased_identifiers",
    "erased_words",
    "erased_said",
    "erased_said_hits",
    "erased_rows",
    "erased_clean",
)
STAGES = (OUT, WORDS, SAID, f"{SAID}_keyed", HITS, LEFT, CLEAN)


def leave_out(work: Work, key_identifiers: KeyIdentifiers) -> None:
    """Take the rows of erased people out of the staged rows; `work.erased` counts them by file."""
    if work.kept_out is None:
        return
    keyed = exp.select("kind", "raw", "value").from_(table(KEYED, "k"))
    keyed = keyed.where(null(exp.column("blocked", "k")))
    stage_erased(work.engine, OUT, keyed, work.kept_out.key)
    found = [*_by_field(work), *_by_words(work, work.kept_out, key_identifiers)]
    if found:
        rows = exp.select("_row", "_file").distinct().from_(union(found).subquery("u"))
        left = work.engine.stage(LEFT, rows)
        counts = exp.select(exp.column("_file", "l"), exp.Count(this=exp.Star())).from_(table(left.name, "l"))
        work.erased.update(dict(work.engine.rows(counts.group_by(exp.column("_file", "l")))))
    strays = _strays(work, work.kept_out, key_identifiers)
    if work.erased or strays:
        _restage(work, strays)


def _by_field(work: Work) -> list[exp.Query]:
    """Rows with an erased identifier in one of the contract's identifier fields."""
    queries: list[exp.Query] = []
    for number, kind in enumerate(work.reading.contract.identifiers):
        mine = exp.and_(
            exp.column(f"x{number}", "r").eq(exp.column("raw", "o")),
            exp.column("kind", "o").eq(exp.Literal.string(kind)),
        )
        queries.append(_rows(work).join(table(OUT, "o"), on=mine).where(_still("o")))
    return queries


def _by_words(work: Work, kept_out: KeptOut, key_identifiers: KeyIdentifiers) -> list[exp.Query]:
    """Rows of which the text would be kept, and in whose text an erased identifier stands."""
    texts = exp.select(exp.column("_row", "r").as_("id"), exp.column("payload", "r").as_("text"))
    texts = texts.from_(table(ROWS, "r")).where(known(exp.column("payload", "r")))
    if not _say(work, kept_out, key_identifiers, texts):
        return []
    query = _rows(work).join(table(WORDS, "w"), on=exp.column("_row", "r").eq(exp.column("id", "w")))
    on = exp.column("word", "w").eq(exp.column("raw", "h"))
    return [query.join(table(HITS, "h"), on=on).where(_still("h"))]


def _strays(work: Work, kept_out: KeptOut, key_identifiers: KeyIdentifiers) -> dict[str, list[str]]:
    """Staged text column → its values in which an erased person's address stands: the row is about somebody else and
    lands, without that value."""
    found: dict[str, list[str]] = {}
    contract = work.reading.contract
    fields = {one.column for kind in contract.kinds for one in kind.fields if one.spec.type is FieldType.TEXT}
    for name in sorted({*fields, *(f"e{number}" for number in range(len(contract.extras)))}):
        text = exp.column(name, "r")
        likely = exp.select(text.as_("text")).distinct().from_(table(ROWS, "r"))
        likely = likely.where(exp.RegexpLike(this=text.copy(), expression=exp.Literal.string(ADDRESS_LIKE)))
        texts = exp.select(f.digest60(exp.column("text", "v")).as_("id"), exp.column("text", "v"))
        texts = texts.from_(likely.subquery("v"))
        if not _say(work, kept_out, key_identifiers, texts):
            continue
        on = exp.column("word", "w").eq(exp.column("raw", "h"))
        ids = exp.select(exp.column("id", "w")).distinct().from_(table(WORDS, "w"))
        hits = {
            one
            for (one,) in work.engine.rows(
                ids.join(table(HITS, "h"), on=on).where(null(exp.column("until", "h")))
            )
        }
        if hits:
            found[name] = [str(value) for id_, value in work.engine.rows(texts) if id_ in hits]
    return found


def _say(work: Work, kept_out: KeptOut, key_identifiers: KeyIdentifiers, texts: exp.Select) -> bool:
    """Stage the words of texts (id, text) and which of them are erased identifiers; False if there are no texts."""
    kept = work.engine.arrow(texts)
    if not kept.num_rows:
        return False
    words = work.engine.stage_files(WORDS, Words(kept))
    said = work.engine.stage(SAID, candidates(exp.select("word").from_(words), kept_out.rules))
    keyed = key_identifiers(work.engine, said)
    usable = exp.select("kind", "raw", "value").from_(table(keyed.name, "k"))
    stage_erased(work.engine, HITS, usable.where(null(exp.column("blocked", "k"))), kept_out.key)
    return True


def _rows(work: Work) -> exp.Select:
    """Staged rows as `r` with their files as `f`, for _row and _file."""
    on = exp.column("_file", "r").eq(exp.column("number", "f"))
    columns = [exp.column(name, "r") for name in ("_row", "_file")]
    return exp.select(*columns).from_(table(ROWS, "r")).join(table(FILES, "f"), on=on)


def _still(alias: str) -> exp.Expr:
    """The person is kept out, or came back only after this happened. A row without a time has that of its file."""
    until = exp.column("until", alias)
    at = exp.Coalesce(this=exp.column("event_at", "r"), expressions=[exp.column("at", "f")])
    return exp.or_(null(until), at < until.copy())


def _restage(work: Work, strays: Mapping[str, Sequence[str]]) -> None:
    """The staged rows without those that are left out, and without stray values in the others."""
    names = work.engine.columns(exp.select("*").from_(exp.to_table(ROWS)))
    columns = [_without(name, strays[name]) if name in strays else exp.column(name, "r") for name in names]
    rest = exp.select(*columns).from_(table(ROWS, "r"))
    if work.erased:
        on = exp.column("_row", "r").eq(exp.column("_row", "l"))
        rest = rest.join(table(LEFT, "l"), on=on, join_type="left").where(null(exp.column("_row", "l")))
    work.engine.stage(CLEAN, rest)
    work.engine.stage(ROWS, exp.select("*").from_(exp.to_table(CLEAN)))
    work.engine.drop_stage(CLEAN)


def _without(name: str, values: Sequence[str]) -> exp.Expr:
    listed = [exp.Literal.string(value) for value in values]
    stray = exp.In(this=exp.column(name, "r"), expressions=listed)
    return exp.Case().when(exp.not_(stray), exp.column(name, "r")).as_(name)
