"""Which person each component is: ids stay with people over runs, merges and splits."""

from sqlglot import exp

from tandem.engine import Engine
from tandem.engine import functions as f
from tandem.identity.affected import AFFECTED
from tandem.identity.levels import LABELS

MOVES = "identity_person_moves"
STAGES = (MOVES, "identity_claims", "identity_kept", "identity_fresh", "identity_named")


def name_people(engine: Engine, version: int) -> exp.Table:
    """Stage the identifiers that change their person: (identifier_key, from_person_id, to_person_id).

    from NULL: new in the map. to NULL: no longer usable, leaves the map. A component keeps the id that came
    to be in the earliest version (then the smallest id) among those whose larger part it holds; the
    other ids end with this version. A component without one gets digest60("person", its smallest
    identifier_key), which gives back the old id to a person who was merged and is apart again; if it is
    in use elsewhere, the version is added.
    """
    engine.stage("identity_claims", _claims(engine))
    engine.stage("identity_kept", _kept(engine))
    engine.stage("identity_fresh", _fresh())
    engine.stage("identity_named", _named(engine, version))
    return engine.stage(MOVES, _moves(engine))


def _claims(engine: Engine) -> exp.Select:
    """Present people of every component: how many of its identifiers they hold."""
    return (
        exp.select("l.label", "m.person_id", "COUNT(*) AS n", "MIN(l.identifier_key) AS least")
        .from_(f"{LABELS} AS l")
        .join(_as(engine.ref("person_map"), "m"), on="m.identifier_key = l.identifier_key")
        .group_by("l.label", "m.person_id")
    )


def _kept(engine: Engine) -> exp.Select:
    """Components that go on as a present person (label, person_id)."""
    held = exp.select(
        "c.label",
        "c.person_id",
        "ROW_NUMBER() OVER (PARTITION BY c.person_id ORDER BY c.n DESC, c.least) AS place",
    ).from_("identity_claims AS c")
    mine = exp.select("h.label", "h.person_id").from_(held.subquery("h")).where("h.place = 1")
    several = (
        exp.select("s.label").from_(mine.copy().subquery("s")).group_by("s.label").having("COUNT(*) > 1")
    )
    wanted = (
        exp.select("w.person_id")
        .from_(mine.copy().subquery("w"))
        .join(several.subquery("v"), on="v.label = w.label")
    )
    born = (
        exp.select("p.to_person_id AS person_id", "MIN(p.version) AS version")
        .from_(_as(engine.ref("person_changes"), "p"))
        .join(wanted.subquery("t"), on="t.person_id = p.to_person_id")
        .group_by("p.to_person_id")
    )
    aged = (
        exp.select(
            "k.label",
            "k.person_id",
            "ROW_NUMBER() OVER (PARTITION BY k.label ORDER BY COALESCE(b.version, 0), k.person_id) AS place",
        )
        .from_(mine.subquery("k"))
        .join(born.subquery("b"), on="b.person_id = k.person_id", join_type="left")
    )
    return exp.select("g.label", "g.person_id").from_(aged.subquery("g")).where("g.place = 1")


def _fresh() -> exp.Select:
    """Components that no present person goes on in, with the id of their smallest identifier."""
    return (
        exp.select(
            "l.label",
            "MIN(l.identifier_key) AS least",
            f.digest60(exp.Literal.string("person"), exp.Min(this=exp.column("identifier_key", "l"))).as_(
                "person_id"
            ),
        )
        .from_(f"{LABELS} AS l")
        .join("identity_kept AS k", on="k.label = l.label", join_type="left")
        .where("k.label IS NULL")
        .group_by("l.label")
    )


def _named(engine: Engine, version: int) -> exp.Query:
    """The person of every component (label, person_id)."""
    ended = (
        exp.select("c.person_id")
        .distinct()
        .from_("identity_claims AS c")
        .join("identity_kept AS k", on="k.person_id = c.person_id", join_type="left")
        .where("k.person_id IS NULL")
    )
    in_use = (
        exp.select("m.person_id")
        .distinct()
        .from_(_as(engine.ref("person_map"), "m"))
        .join("identity_fresh AS f", on="f.person_id = m.person_id")
        .join(ended.subquery("d"), on="d.person_id = m.person_id", join_type="left")
        .where("d.person_id IS NULL")
    )
    salted = f.digest60(exp.Literal.string("person"), exp.column("least", "f"), exp.Literal.number(version))
    fresh = (
        exp.select(
            "f.label",
            exp.Case()
            .when(exp.column("person_id", "u").is_(exp.null()), exp.column("person_id", "f"))
            .else_(salted)
            .as_("person_id"),
        )
        .from_("identity_fresh AS f")
        .join(in_use.subquery("u"), on="u.person_id = f.person_id", join_type="left")
    )
    return exp.union(exp.select("label", "person_id").from_("identity_kept"), fresh, distinct=False)


def _moves(engine: Engine) -> exp.Query:
    now = (
        exp.select("l.identifier_key", "m.person_id AS from_person_id", "n.person_id AS to_person_id")
        .from_(f"{LABELS} AS l")
        .join("identity_named AS n", on="n.label = l.label")
        .join(_as(engine.ref("person_map"), "m"), on="m.identifier_key = l.identifier_key", join_type="left")
        .where("m.person_id IS NULL OR m.person_id <> n.person_id")
    )
    gone = (
        exp.select(
            "a.identifier_key", "m.person_id AS from_person_id", "CAST(NULL AS BIGINT) AS to_person_id"
        )
        .from_(f"{AFFECTED} AS a")
        .join(_as(engine.ref("person_map"), "m"), on="m.identifier_key = a.identifier_key")
        .join(f"{LABELS} AS l", on="l.identifier_key = a.identifier_key", join_type="left")
        .where("l.identifier_key IS NULL")
    )
    return exp.union(now, gone, distinct=False)


def _as(table: exp.Table, alias: str) -> exp.Expr:
    return exp.alias_(table, alias, table=True)
