"""What a run has to look at: all that hangs together with what came since, by people and by held
evidence alike.

Held evidence counts here, because it can be let go: when two people become one, a shared device is
theirs. So a run sees whole components of the evidence graph, and gives the same partition as a run over
everything.
"""

from sqlglot import exp

from tandem.charter.definitions.identity import IdentityRules
from tandem.engine import Engine
from tandem.identity.blocklist import LISTED, block_reason
from tandem.identity.components import components

AFFECTED = "identity_affected"
NODES = "identity_nodes"
EDGES = "identity_edges"
STAGES = (
    AFFECTED,
    NODES,
    EDGES,
    "identity_touched",
    "identity_links",
    "identity_groups",
    "identity_reach",
    "identity_reached",
)


def find_affected(engine: Engine, since_batch: int) -> int:
    """Stage the affected identifiers (identifier_key) and say how many. Batch 0 or less takes everything."""
    if since_batch <= 0:
        query = exp.union(
            exp.select("identifier_key").from_(engine.ref("identifiers")),
            exp.select("identifier_key").from_(engine.ref("person_map")),
            distinct=True,
        )
        return engine.count(_all(engine.stage(AFFECTED, query)))
    touched = engine.stage("identity_touched", _touched(engine, since_batch))
    if not engine.count(_all(touched)):
        engine.stage(AFFECTED, _all(touched))
        return 0
    engine.stage("identity_links", _links(engine, since_batch))
    engine.stage("identity_groups", _groups(engine))
    components(engine, _group_edges(), "identity_reach")
    engine.stage("identity_reached", _reached())
    return engine.count(_all(engine.stage(AFFECTED, _members(engine))))


def stage_graph(engine: Engine, rules: IdentityRules) -> None:
    """Stage the usable affected identifiers and the pairs that evidence joins.

    NODES is (identifier_key, rank, label), one row each, every identifier still its own label. EDGES is (x,
    y, level, peer), one row per pair: x is of the weaker kind, whose rank is the level; peer if both
    are of one kind. Evidence with a blocked or unknown identifier is left out: it joins nobody while
    that is so.
    """
    rank = exp.Case()
    for position, rule in enumerate(rules.kinds):
        rank = rank.when(exp.column("kind", "i").eq(rule.kind), exp.Literal.number(position))
    by_list = exp.column("blocked", "i").isin(*LISTED)
    listed = block_reason(rules, exp.column("kind", "i"), exp.column("value", "i"))
    engine.stage(
        NODES,
        exp.select("i.identifier_key", exp.cast(rank, "bigint").as_("rank"), "i.identifier_key AS label")
        .distinct()
        .from_(_as(engine.ref("identifiers"), "i"))
        .join(f"{AFFECTED} AS a", on="a.identifier_key = i.identifier_key")
        .where(exp.column("kind", "i").isin(*(rule.kind for rule in rules.kinds)))
        .where(exp.or_(exp.column("blocked", "i").is_(exp.null()), by_list))
        .where(listed.is_(exp.null())),
    )
    left_is_weak = "l.rank > r.rank OR (l.rank = r.rank AND e.left_key > e.right_key)"
    engine.stage(
        EDGES,
        exp.select(
            f"CASE WHEN {left_is_weak} THEN e.left_key ELSE e.right_key END AS x",
            f"CASE WHEN {left_is_weak} THEN e.right_key ELSE e.left_key END AS y",
            "GREATEST(l.rank, r.rank) AS level",
            "l.rank = r.rank AS peer",
        )
        .distinct()
        .from_(_as(engine.ref("evidence"), "e"))
        .join(f"{NODES} AS l", on="l.identifier_key = e.left_key")
        .join(f"{NODES} AS r", on="r.identifier_key = e.right_key")
        .where("e.left_key <> e.right_key"),
    )


def _touched(engine: Engine, since: int) -> exp.Query:
    new = exp.column("batch_id") > since
    seen = exp.select("identifier_key").from_(engine.ref("identifiers")).where(new)
    left = exp.select("left_key AS identifier_key").from_(engine.ref("evidence")).where(new.copy())
    right = exp.select("right_key AS identifier_key").from_(engine.ref("evidence")).where(new.copy())
    return exp.union(exp.union(seen, left), right)


def _links(engine: Engine, since: int) -> exp.Query:
    """Pairs outside people: new evidence, held evidence, and evidence that was here before its identifier."""
    pair = ("e.left_key", "e.right_key")
    new = exp.select(*pair).from_(_as(engine.ref("evidence"), "e")).where(exp.column("batch_id", "e") > since)
    held = (
        exp.select(*pair)
        .from_(_as(engine.ref("evidence"), "e"))
        .join(_as(engine.ref("evidence_held"), "h"), on="h.evidence_id = e.evidence_id")
    )
    early = [
        exp.select(*pair)
        .from_(_as(engine.ref("evidence"), "e"))
        .join("identity_touched AS t", on=f"t.identifier_key = e.{side}")
        .join(_as(engine.ref("person_map"), "m"), on=f"m.identifier_key = e.{side}", join_type="left")
        .where("m.identifier_key IS NULL")
        for side in ("left_key", "right_key")
    ]
    return exp.union(exp.union(new, held), exp.union(*early))


def _groups(engine: Engine) -> exp.Query:
    """Every identifier in question with its person, or itself if it has none yet."""
    keys = exp.union(
        _all(exp.to_table("identity_touched")),
        exp.union(
            exp.select("left_key AS identifier_key").from_("identity_links"),
            exp.select("right_key AS identifier_key").from_("identity_links"),
        ),
    )
    return (
        exp.select("k.identifier_key", "COALESCE(m.person_id, k.identifier_key) AS group_id")
        .from_(keys.subquery("k"))
        .join(_as(engine.ref("person_map"), "m"), on="m.identifier_key = k.identifier_key", join_type="left")
    )


def _group_edges() -> exp.Select:
    return (
        exp.select("l.group_id AS a", "r.group_id AS b")
        .from_("identity_links AS k")
        .join("identity_groups AS l", on="l.identifier_key = k.left_key")
        .join("identity_groups AS r", on="r.identifier_key = k.right_key")
    )


def _reached() -> exp.Query:
    touched = (
        exp.select("g.group_id")
        .distinct()
        .from_("identity_groups AS g")
        .join("identity_touched AS t", on="t.identifier_key = g.identifier_key")
    )
    labels = (
        exp.select("c.label")
        .distinct()
        .from_("identity_reach AS c")
        .join(touched.copy().subquery("t"), on="t.group_id = c.node")
    )
    along = (
        exp.select("c.node AS group_id")
        .from_("identity_reach AS c")
        .join(labels.subquery("l"), on="l.label = c.label")
    )
    return exp.union(touched, along)


def _members(engine: Engine) -> exp.Query:
    mapped = (
        exp.select("m.identifier_key")
        .from_(_as(engine.ref("person_map"), "m"))
        .join("identity_reached AS r", on="r.group_id = m.person_id")
    )
    others = (
        exp.select("g.identifier_key")
        .from_("identity_groups AS g")
        .join("identity_reached AS r", on="r.group_id = g.group_id")
    )
    return exp.union(mapped, others)


def _all(table: exp.Table) -> exp.Select:
    return exp.select("identifier_key").from_(table.copy())


def _as(table: exp.Table, alias: str) -> exp.Expr:
    return exp.alias_(table, alias, table=True)
