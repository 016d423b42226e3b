"""Small worlds of identifiers and evidence for identity: landing them, reading people back, and a reference.

The reference is plain Python on networkx, written from the description of the rules and not from the engine code.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import product

import networkx as nx
import pyarrow as pa
from sqlglot import exp

from tandem.charter.definitions.identity import IdentityRules, KindRule
from tandem.engine import Engine
from tandem.identity import Resolution, resolve
from tandem.kernel import digest60

NOW = datetime(2026, 6, 1, 9)
RULES = IdentityRules(
    kinds=(
        KindRule(kind="crm", per_person=1),
        KindRule(kind="email", per_person=2),
        KindRule(kind="phone", per_person=2, people_per=1),
        KindRule(kind="device", per_person=3, people_per=1),
        KindRule(kind="handle"),
    )
)
Pair = tuple[str, str]


def kind_of(name: str) -> str:
    """Names say their kind: `email:ada`."""
    return name.partition(":")[0]


def key(name: str) -> int:
    """The identifier key of a name."""
    return digest60(*name.split(":", 1))


def fact(pair: Pair, source: str = "web") -> int:
    """The evidence id of a pair."""
    return digest60(*sorted(pair), source)


def land(
    engine: Engine,
    batch: int,
    names: Iterable[str] = (),
    pairs: Iterable[Pair] = (),
    *,
    blocked: Mapping[str, str] | None = None,
    source: str = "web",
) -> None:
    """One load: identifiers (those named in pairs are not added by themselves) and facts of evidence."""
    listed = sorted(set(names))
    reasons = blocked or {}
    ids = {
        "identifier_key": pa.array([key(name) for name in listed], pa.int64()),
        "kind": pa.array([kind_of(name) for name in listed], pa.string()),
        "value": pa.array([name.partition(":")[2] for name in listed], pa.string()),
        "blocked": pa.array([reasons.get(name) for name in listed], pa.string()),
    }
    ordered = sorted({tuple(sorted(pair, key=key)) for pair in pairs})
    facts = {
        "evidence_id": pa.array([fact((left, right), source) for left, right in ordered], pa.int64()),
        "left_key": pa.array([key(left) for left, _ in ordered], pa.int64()),
        "right_key": pa.array([key(right) for _, right in ordered], pa.int64()),
        "left_kind": pa.array([kind_of(left) for left, _ in ordered], pa.string()),
        "right_kind": pa.array([kind_of(right) for _, right in ordered], pa.string()),
        "rule": pa.array(["same_row"] * len(ordered), pa.string()),
    }
    for table, columns, time in (("identifiers", ids, "first_seen_at"), ("evidence", facts, "observed_at")):
        rows = pa.table(columns)
        rows = rows.append_column("source", pa.array([source] * rows.num_rows, pa.string()))
        rows = rows.append_column("batch_id", pa.array([batch] * rows.num_rows, pa.int64()))
        rows = rows.append_column(time, pa.array([NOW] * rows.num_rows, pa.timestamp("us")))
        engine.append(table, exp.select("*").from_(engine.stage_arrow("lineup", rows)))
        engine.drop_stage("lineup")


def run(engine: Engine, since: int = 0, rules: IdentityRules = RULES) -> Resolution:
    """Resolve at the usual time."""
    return resolve(engine, rules, since_batch=since, now=NOW)


def people(engine: Engine, names: Iterable[str]) -> dict[str, int]:
    """The person of each name that has one."""
    query = exp.select("identifier_key", "person_id").from_(engine.ref("person_map"))
    found = dict(engine.rows(query))
    return {name: found[key(name)] for name in names if key(name) in found}


def partition(engine: Engine, names: Iterable[str]) -> set[frozenset[str]]:
    """Who is together now."""
    groups: dict[int, set[str]] = {}
    for name, person in people(engine, names).items():
        groups.setdefault(person, set()).add(name)
    return {frozenset(group) for group in groups.values()}


def held(engine: Engine) -> dict[int, str]:
    """Evidence that joins nobody now, with its reason."""
    return dict(engine.rows(exp.select("evidence_id", "reason").from_(engine.ref("evidence_held"))))


def versions(engine: Engine) -> tuple[int, ...]:
    """Delta versions of the three tables that identity writes."""
    return tuple(engine.version(name) for name in ("person_map", "person_changes", "evidence_held"))


def reference(
    names: Iterable[str], pairs: Iterable[Pair], rules: IdentityRules = RULES
) -> tuple[set[frozenset[str]], dict[int, str]]:
    """Who belongs together by the rules, and which facts are held why."""
    kept = nx.Graph()
    kept.add_nodes_from(names)
    edges = {pair for pair in pairs if pair[0] in kept and pair[1] in kept and pair[0] != pair[1]}
    shared: set[str] = set()
    too_many: set[Pair] = set()
    for level in range(len(rules.kinds)):
        mine = [_weak_first(pair, rules) for pair in edges if _level(pair, rules) == level]
        mine = [pair for pair in mine if not shared & set(pair)]
        cluster = {name: group for group in map(frozenset, nx.connected_components(kept)) for name in group}
        shared |= _shared(mine, cluster, rules, level)
        mine = [pair for pair in mine if not shared & set(pair)]
        good, bad = _limited(mine, kept, cluster, rules, level)
        kept.add_edges_from(good)
        too_many |= set(bad)
    reasons = {fact(pair): "shared_identifier" for pair in edges if shared & set(pair)}
    reasons |= {fact(pair): "too_many" for pair in too_many}
    return {frozenset(group) for group in nx.connected_components(kept)}, reasons


def _level(pair: Pair, rules: IdentityRules) -> int:
    return max(rules.rank(kind_of(name)) for name in pair)


def _weak_first(pair: Pair, rules: IdentityRules) -> Pair:
    left, right = pair
    return (left, right) if rules.rank(kind_of(left)) >= rules.rank(kind_of(right)) else (right, left)


def _shared(
    edges: list[Pair], cluster: Mapping[str, frozenset[str]], rules: IdentityRules, level: int
) -> set[str]:
    limit = rules.kinds[level].people_per
    if limit is None:
        return set()
    strong = [(weak, other) for weak, other in edges if kind_of(weak) != kind_of(other)]
    touched = {(weak, cluster[other]) for weak, other in strong}
    counts = Counter((weak, kind) for weak, group in touched for kind in {kind_of(name) for name in group})
    return {weak for (weak, _), count in counts.items() if count > limit}


def _limited(
    edges: list[Pair],
    kept: nx.Graph,
    cluster: Mapping[str, frozenset[str]],
    rules: IdentityRules,
    level: int,
) -> tuple[list[Pair], list[Pair]]:
    good: list[Pair] = []
    bad: list[Pair] = []
    wanted = nx.Graph(kept)
    wanted.add_edges_from(edges)
    for group in nx.connected_components(wanted):
        here = [pair for pair in edges if pair[0] in group]
        if _fits(group, rules):
            good += here
            continue
        peer = [pair for pair in here if kind_of(pair[0]) == kind_of(pair[1])]
        strong = [pair for pair in here if pair not in peer]
        bridge = {x for (x, a), (y, b) in product(strong, strong) if x == y and cluster[a] != cluster[b]}
        leaves = [pair for pair in strong if pair[0] not in bridge]
        most = rules.kinds[level].per_person
        values = Counter(target for _, target in {(weak, cluster[other]) for weak, other in leaves})
        fine = [pair for pair in leaves if most is None or values[cluster[pair[1]]] <= most]
        good += fine
        bad += [pair for pair in here if pair not in fine]
    return good, bad


def _fits(group: Iterable[str], rules: IdentityRules) -> bool:
    counts = Counter(kind_of(name) for name in group)
    limits = {rule.kind: rule.per_person for rule in rules.kinds}
    return all(limits[kind] is None or count <= limits[kind] for kind, count in counts.items())
