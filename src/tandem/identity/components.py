"""Connected components in SQL: which nodes of a graph hang together, in a logarithmic number of rounds.

Large-star and small-star in turn (Kiveris, Lattanzi, Mirrokni, Rastogi, Vassilvitskii: Connected Components
in MapReduce and Beyond, SoCC 2014). Each round rewires every edge towards the smallest neighbour, and what
hung together still does; it ends when every component is a star around its smallest node.
"""

from sqlglot import exp

from tandem.engine import Engine

ROUNDS = 200
"""More than any graph of this world needs: O(log2(n) squared) is proved, about log2(n) is seen."""


def components(engine: Engine, edges: exp.Query, name: str) -> exp.Table:
    """A stage (node, label), one row per node of edges (a, b): the label is its component's smallest node.

    Edges may go either way, repeat, or be loops (a loop alone gives no row). The caller drops the stage.
    """
    star, wide = f"{name}_star", f"{name}_wide"
    try:
        engine.stage(star, _oriented(edges))
        for _ in range(ROUNDS):
            if _settled(engine, star):
                return engine.stage(name, _labels(star))
            engine.stage(wide, _large_star(star))
            engine.stage(star, _small_star(wide))
        raise AssertionError(f"no end of components after {ROUNDS} rounds")
    finally:
        engine.drop_stage(star)
        engine.drop_stage(wide)


def _oriented(edges: exp.Query) -> exp.Select:
    return (
        exp.select("GREATEST(e.a, e.b) AS a", "LEAST(e.a, e.b) AS b")
        .distinct()
        .from_(edges.subquery("e"))
        .where("e.a <> e.b")
    )


def _settled(engine: Engine, star: str) -> bool:
    """Whether every node has one centre and no centre has another."""
    inner = exp.select("b AS a").distinct().from_(exp.to_table(star))
    both = exp.union(exp.select("a").from_(exp.to_table(star)), inner, distinct=False)
    twice = exp.select("COUNT(*) - COUNT(DISTINCT s.a) AS n").from_(both.subquery("s"))
    return int(engine.one(twice)[0]) == 0


def _large_star(star: str) -> exp.Select:
    """Every larger neighbour of a node moves to the smallest of the node and its neighbours."""
    there = exp.select("a AS u", "b AS v").from_(exp.to_table(star))
    back = exp.select("b AS u", "a AS v").from_(exp.to_table(star))
    both = exp.union(there, back, distinct=False)
    least = exp.select("s.u", "s.v", "LEAST(MIN(s.v) OVER (PARTITION BY s.u), s.u) AS m").from_(
        both.subquery("s")
    )
    return exp.select("t.v AS a", "t.m AS b").distinct().from_(least.subquery("t")).where("t.v > t.u")


def _small_star(wide: str) -> exp.Query:
    """Every smaller neighbour of a node, and the node, move to the smallest of them."""
    least = exp.select("a", "b", "MIN(b) OVER (PARTITION BY a) AS m").from_(exp.to_table(wide))
    others = exp.select("t.b AS a", "t.m AS b").from_(least.subquery("t")).where("t.b <> t.m")
    itself = exp.select("a", "MIN(b) AS b").from_(exp.to_table(wide)).group_by("a")
    return exp.union(others, itself, distinct=True)


def _labels(star: str) -> exp.Query:
    leaves = exp.select("a AS node", "b AS label").from_(exp.to_table(star))
    centres = exp.select("b AS node", "b AS label").distinct().from_(exp.to_table(star))
    return exp.union(leaves, centres, distinct=False)
