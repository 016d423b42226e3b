"""From evidence to people: kinds from strong to weak, each level joined as far as the limits allow.

An edge belongs to the level of its weaker kind. At a level, clusters of the stronger kinds stand already.
1. `people_per`: an identifier that would join more clusters than that is shared. Clusters count as
   different people if they hold values of one same kind: two e-mails with nothing in common are two
   people, an e-mail and a phone may be one. All edges of a shared identifier are held, at this level
   and at weaker ones.
2. `per_person`: what the level's other edges would join must not hold more values of any kind than
   allowed. If it would, the edges of those identifiers that bridge clusters are held; if a cluster then
   still has too many values of this kind, all its edges of the level are. The rest stays.
The outcome depends on which edges there are, never on the order in which they came.
"""

from collections.abc import Iterable

from sqlglot import exp

from tandem.charter.definitions.identity import IdentityRules
from tandem.engine import Engine
from tandem.engine import functions as f
from tandem.identity.affected import EDGES, NODES
from tandem.identity.components import components
from tandem.identity.sentences import held_as_shared, too_many_sentence
from tandem.kernel.values import Type

LABELS = "identity_labels"
HELD = "identity_held"
ADJACENT = "identity_adjacent"
UNSHARED = "identity_unshared"
BRIDGES = "identity_bridges"
JOINED = "identity_joined"
MOVES = "identity_moves"
ALLOWED = "identity_moves_allowed"
OVER = "identity_over"
FULL = "identity_full"
SHARED_COLUMNS = (("identifier_key", Type.KEY), ("by_rank", Type.INTEGER), ("people", Type.INTEGER))
HELD_COLUMNS = (("x", Type.KEY), ("y", Type.KEY), ("reason", Type.TEXT), ("detail", Type.TEXT))


class Levels:
    """Joins stages NODES and EDGES, level by level, into stages LABELS and HELD.

    LABELS is (identifier_key, rank, label), one row per node: nodes of one label are one person, and
    the label is one of its identifiers. HELD is (x, y, reason, detail), one row per pair of EDGES that
    joins nobody.
    """

    def __init__(self, engine: Engine, rules: IdentityRules) -> None:
        self.engine = engine
        self.rules = rules
        self.labels = NODES
        self.held: list[str] = []
        self.shared: list[str] = []

    def join(self) -> None:
        """Run the levels that have edges, strongest first."""
        present = {int(level) for (level,) in self.engine.rows(exp.select("level").distinct().from_(EDGES))}
        for rank in sorted(present):
            _Level(self, rank).run()
        self.engine.stage(
            LABELS, exp.select("identifier_key", "rank", "label").from_(exp.to_table(self.labels))
        )
        parts = [exp.select("x", "y", "reason", "detail").from_(exp.to_table(name)) for name in self.held]
        if self.shared:
            parts.append(held_as_shared(self.rules, self.all_shared()))
        self.engine.stage(HELD, _together(parts, HELD_COLUMNS))

    def drop(self) -> None:
        """Forget every stage of the run."""
        for name in (
            LABELS,
            HELD,
            ADJACENT,
            UNSHARED,
            BRIDGES,
            JOINED,
            MOVES,
            ALLOWED,
            OVER,
            FULL,
            *self.held,
            *self.shared,
        ):
            self.engine.drop_stage(name)
        if self.labels != NODES:
            self.engine.drop_stage(self.labels)

    def all_shared(self) -> exp.Query:
        """Shared identifiers of all levels so far: how many people they would join, and by which kind."""
        parts = [exp.select("*").from_(exp.to_table(name)) for name in self.shared]
        return _together(parts, SHARED_COLUMNS)

    def relabel(self, name: str, query: exp.Query) -> None:
        """Go on with new labels, and forget the old ones."""
        before = self.labels
        self.engine.stage(name, query)
        self.labels = name
        if before != NODES:
            self.engine.drop_stage(before)

    def hold(self, name: str, query: exp.Query) -> None:
        """Hold these pairs (x, y, reason, detail)."""
        self.held.append(name)
        self.engine.stage(name, query)


class _Level:
    """One level: what it holds, what it finds shared, and how it joins clusters."""

    def __init__(self, levels: Levels, rank: int) -> None:
        self.levels = levels
        self.engine = levels.engine
        self.rules = levels.rules
        self.rank = rank
        self.rule = levels.rules.kinds[rank]

    def run(self) -> None:
        self.engine.stage(ADJACENT, self._adjacent())
        self.engine.stage(BRIDGES, _bridges())
        if self.rule.people_per is not None and self._find_shared(self.rule.people_per):
            self.engine.stage(UNSHARED, self._unshared())
            self.engine.stage(ADJACENT, exp.select("*").from_(UNSHARED))
            self.engine.stage(BRIDGES, _bridges())
        components(self.engine, _bridging_edges(), JOINED)
        moves = self._limited(self.engine.stage(MOVES, _moves()))
        self.levels.relabel(f"{LABELS}_{self.rank}", _relabelled(self.levels.labels, moves))

    def _find_shared(self, people_per: int) -> bool:
        name = f"identity_shared_{self.rank}"
        self.levels.shared.append(name)
        return self.engine.count(_keys(self.engine.stage(name, self._shared(people_per)))) > 0

    def _adjacent(self) -> exp.Select:
        """The level's edges to what is not shared already, with the cluster c of the stronger end."""
        edges = (
            exp.select("e.x", "e.y", "e.peer", "l.label AS c")
            .from_(f"{EDGES} AS e")
            .join(f"{self.levels.labels} AS l", on="l.identifier_key = e.y")
            .where(exp.column("level", "e").eq(self.rank))
        )
        if not self.levels.shared:
            return edges
        shared = self.levels.all_shared().subquery("s")
        return edges.join(shared, on="s.identifier_key = e.y", join_type="left").where(
            "s.identifier_key IS NULL"
        )

    def _unshared(self) -> exp.Select:
        shared = self.levels.shared[-1]
        return (
            exp.select("a.x", "a.y", "a.peer", "a.c")
            .from_(f"{ADJACENT} AS a")
            .join(f"{shared} AS sx", on="sx.identifier_key = a.x", join_type="left")
            .join(f"{shared} AS sy", on="sy.identifier_key = a.y", join_type="left")
            .where("sx.identifier_key IS NULL AND sy.identifier_key IS NULL")
        )

    def _shared(self, people_per: int) -> exp.Select:
        """Identifiers that would join too many clusters of one same kind: how many, by which kind."""
        pairs = (
            exp.select("a.x", "a.c")
            .distinct()
            .from_(f"{ADJACENT} AS a")
            .join(f"{BRIDGES} AS b", on="b.x = a.x")
            .where("NOT a.peer")
        )
        clusters = exp.select("p.c").distinct().from_(pairs.copy().subquery("p"))
        holds = (
            exp.select("l.label", "l.rank")
            .distinct()
            .from_(f"{self.levels.labels} AS l")
            .join(clusters.subquery("k"), on="k.c = l.label")
        )
        counted = (
            exp.select("p.x", "h.rank", "COUNT(*) AS n")
            .from_(pairs.subquery("p"))
            .join(holds.subquery("h"), on="h.label = p.c")
            .group_by("p.x", "h.rank")
        )
        worst = exp.select(
            "t.x", "t.rank", "t.n", "ROW_NUMBER() OVER (PARTITION BY t.x ORDER BY t.n DESC, t.rank) AS place"
        ).from_(counted.subquery("t"))
        return (
            exp.select("w.x AS identifier_key", "w.rank AS by_rank", "w.n AS people")
            .from_(worst.subquery("w"))
            .where("w.place = 1")
            .where(exp.column("n", "w") > people_per)
        )

    def _limited(self, moves: exp.Table) -> exp.Table:
        """The moves without those that would make people too large; what those rest on is held."""
        limits = [(rank, rule.per_person) for rank, rule in enumerate(self.rules.kinds[: self.rank + 1])]
        known = [(rank, most) for rank, most in limits if most is not None]
        if not known:
            return moves
        over = self.engine.stage(OVER, _over(self.levels.labels, self.rank, known))
        if not self.engine.count(exp.select("label").from_(over)):
            return moves
        self.levels.hold(f"identity_held_{self.rank}_bridges", self._held_bridges())
        leaves = _leaves()
        if self.rule.per_person is not None:
            self.engine.stage(FULL, _full(leaves, self.rule.per_person))
            self.levels.hold(f"identity_held_{self.rank}_leaves", self._held_leaves(leaves))
            leaves = (
                exp.select("v.x", "v.c")
                .from_(leaves.subquery("v"))
                .join(f"{FULL} AS u", on="u.c = v.c", join_type="left")
                .where("u.c IS NULL")
            )
        return self.engine.stage(ALLOWED, _corrected(leaves))

    def _held_bridges(self) -> exp.Select:
        detail = too_many_sentence(self.rules, exp.column("rank", "o"), exp.column("n", "o"))
        return (
            exp.select("a.x", "a.y", exp.Literal.string("too_many").as_("reason"), detail.as_("detail"))
            .from_(f"{ADJACENT} AS a")
            .join(f"{MOVES} AS m", on="m.node = a.x")
            .join(f"{OVER} AS o", on="o.label = m.label")
            .join(f"{BRIDGES} AS b", on="b.x = a.x", join_type="left")
            .where("a.peer OR b.x IS NOT NULL")
        )

    def _held_leaves(self, leaves: exp.Select) -> exp.Select:
        detail = too_many_sentence(self.rules, exp.Literal.number(self.rank), exp.column("n", "u"))
        return (
            exp.select("a.x", "a.y", exp.Literal.string("too_many").as_("reason"), detail.as_("detail"))
            .from_(f"{ADJACENT} AS a")
            .join(leaves.copy().subquery("v"), on="v.x = a.x")
            .join(f"{FULL} AS u", on="u.c = v.c")
            .where("NOT a.peer")
        )


def _bridges() -> exp.Select:
    """Identifiers of the level that touch more than one cluster."""
    return exp.select("x").from_(ADJACENT).where("NOT peer").group_by("x").having("MIN(c) <> MAX(c)")


def _bridging_edges() -> exp.Query:
    """What can join clusters: edges of bridges, edges between peers, and what hangs on a peer."""
    peers = exp.union(
        exp.select("x").from_(ADJACENT).where("peer"),
        exp.select("y AS x").from_(ADJACENT).where("peer"),
    )
    busy = exp.union(exp.select("x").from_(BRIDGES), peers)
    return (
        exp.select("a.x AS a", "a.c AS b").from_(f"{ADJACENT} AS a").join(busy.subquery("w"), on="w.x = a.x")
    )


def _moves() -> exp.Query:
    """New labels of all that the level touches (node, label, own): clusters, and its own identifiers."""
    clusters = (
        exp.select("a.c AS node", "COALESCE(k.label, a.c) AS label", "FALSE AS own")
        .distinct()
        .from_(f"{ADJACENT} AS a")
        .join(f"{JOINED} AS k", on="k.node = a.c", join_type="left")
        .where("NOT a.peer")
    )
    identifiers = (
        exp.select("a.x AS node", "COALESCE(kx.label, kc.label, a.c) AS label", "TRUE AS own")
        .from_(f"{ADJACENT} AS a")
        .join(f"{JOINED} AS kx", on="kx.node = a.x", join_type="left")
        .join(f"{JOINED} AS kc", on="kc.node = a.c", join_type="left")
    )
    peers = (
        exp.select("a.y AS node", "k.label", "TRUE AS own")
        .from_(f"{ADJACENT} AS a")
        .join(f"{JOINED} AS k", on="k.node = a.y")
        .where("a.peer")
    )
    return exp.union(clusters, exp.union(identifiers, peers), distinct=False)


def _over(labels: str, rank: int, limits: list[tuple[int, int]]) -> exp.Select:
    """Would-be people with too many values of a kind: the strongest such kind and the number of values.

    Clusters that do not merge keep to the limits of stronger kinds already, so only merging ones are counted.
    """
    own = (
        exp.select("m.label", exp.Literal.number(rank).as_("rank"), "COUNT(*) AS n")
        .from_(f"{MOVES} AS m")
        .where("m.own")
        .group_by("m.label")
    )
    merged = (
        exp.select("m.label", "l.rank", "COUNT(*) AS n")
        .from_(f"{labels} AS l")
        .join(f"{MOVES} AS m", on="m.node = l.label AND NOT m.own")
        .join(exp.select("label").distinct().from_(JOINED).subquery("j"), on="j.label = m.label")
        .group_by("m.label", "l.rank")
    )
    counted = exp.union(own, merged, distinct=False)
    too_many = [
        exp.and_(exp.column("rank", "t").eq(rank), exp.column("n", "t") > most) for rank, most in limits
    ]
    placed = (
        exp.select(
            "t.label", "t.rank", "t.n", "ROW_NUMBER() OVER (PARTITION BY t.label ORDER BY t.rank) AS place"
        )
        .from_(counted.subquery("t"))
        .where(exp.or_(*too_many))
    )
    return exp.select("p.label", "p.rank", "p.n").from_(placed.subquery("p")).where("p.place = 1")


def _leaves() -> exp.Select:
    """In would-be people that are too large: identifiers that touch one cluster only, and it."""
    return (
        exp.select("a.x", "a.c")
        .distinct()
        .from_(f"{ADJACENT} AS a")
        .join(f"{MOVES} AS m", on="m.node = a.x")
        .join(f"{OVER} AS o", on="o.label = m.label")
        .join(f"{BRIDGES} AS b", on="b.x = a.x", join_type="left")
        .where("NOT a.peer AND b.x IS NULL")
    )


def _full(leaves: exp.Select, per_person: int) -> exp.Select:
    """Clusters that even without bridges would get too many values of the level's kind."""
    most = exp.Count(this=exp.Star()) > per_person
    return exp.select("v.c", "COUNT(*) AS n").from_(leaves.copy().subquery("v")).group_by("v.c").having(most)


def _corrected(leaves: exp.Select) -> exp.Query:
    fine = (
        exp.select("m.node", "m.label")
        .from_(f"{MOVES} AS m")
        .join(f"{OVER} AS o", on="o.label = m.label", join_type="left")
        .where("o.label IS NULL")
    )
    return exp.union(
        fine, exp.select("w.x AS node", "w.c AS label").from_(leaves.copy().subquery("w")), distinct=False
    )


def _relabelled(labels: str, moves: exp.Table) -> exp.Select:
    return (
        exp.select("l.identifier_key", "l.rank", "COALESCE(m.label, l.label) AS label")
        .from_(f"{labels} AS l")
        .join(exp.alias_(moves.copy(), "m", table=True), on="m.node = l.label", join_type="left")
    )


def _keys(shared: exp.Table) -> exp.Select:
    return exp.select("identifier_key").from_(shared.copy())


def _together(parts: Iterable[exp.Query], columns: Iterable[tuple[str, Type]]) -> exp.Query:
    """All rows of the parts; a query without rows if there is no part."""
    whole: exp.Query | None = None
    for part in parts:
        whole = part if whole is None else exp.union(whole, part, distinct=False)
    nothing = exp.select(*(f.null_of(type_).as_(name) for name, type_ in columns)).where(exp.false())
    return nothing if whole is None else whole
