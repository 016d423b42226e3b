"""One run of identity: evidence since a batch, rules, components, people, then what changed is written.

`person_changes` is the log and is written before `person_map`; a run that died between the two is
finished by the next one. Held evidence is added before and let go after, so the next run still sees all
that hangs together.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlglot import exp

from tandem.charter.definitions.identity import IdentityRules
from tandem.engine import Engine, Mark
from tandem.engine import functions as f
from tandem.identity import affected, persons
from tandem.identity.affected import AFFECTED
from tandem.identity.levels import HELD, Levels
from tandem.identity.persons import MOVES

APP = "identity"
STEPS = 5
HELD_NOW = "identity_held_now"
HELD_GONE = "identity_held_gone"
STAGES = (*affected.STAGES, *persons.STAGES, HELD_NOW, HELD_GONE)

Told = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Resolution:
    """What one run did to the person map. Counts are of this run, but `people` and `held`, which are of
    now."""

    version: int
    """Version of the person map now; 0 before the first person."""
    upto_batch: int
    """Loads up to this one have been looked at: the next run's `since_batch`."""
    people: int
    """People in the map now."""
    new: int
    """People that were not in the map before."""
    merged: int
    """People that were in the map before and are not now: they became part of another."""
    moved: int
    """Identifiers that went from one person to another, or out of the map."""
    held: int
    """Facts of evidence that the rules keep from joining people now."""
    looked_at: int = 0
    """Identifiers that the run had to look at."""

    def to_dict(self) -> dict[str, int]:
        """The figures as plain JSON values."""
        return asdict(self)


def resolve(
    engine: Engine, rules: IdentityRules, *, since_batch: int, now: datetime, progress: Told | None = None
) -> Resolution:
    """Bring the person map up to date with evidence and identifiers of loads after `since_batch`.

    `since_batch` 0 looks at everything; do so whenever the rules changed. Writes person_map (only
    identifiers that moved), person_changes (append), evidence_held (only what changed); a run that
    changes nothing commits nothing. Every usable identifier has a person, alone if need be. An
    identifier that the rules block leaves the map, its evidence joins nobody while it is blocked, and
    `person_changes` says so with no person after. The partition is the same for any order and any split
    of the same evidence into runs.
    """
    told = progress or _silent
    levels = Levels(engine, rules)
    try:
        finish_interrupted(engine)
        upto = max(since_batch, _last_batch(engine))
        told("finding what is affected", 0, STEPS)
        size = affected.find_affected(engine, since_batch)
        if not size:
            return _outcome(engine, upto, 0)
        told(f"reading evidence of {size:,} identifiers", 1, STEPS)
        affected.stage_graph(engine, rules)
        told("joining what belongs together", 2, STEPS)
        levels.join()
        version = current_version(engine) + 1
        told("naming people", 3, STEPS)
        persons.name_people(engine, version)
        told("writing what changed", 4, STEPS)
        counts = _write(engine, version, now)
        told("people resolved", STEPS, STEPS)
        return _outcome(engine, upto, size, *counts)
    finally:
        levels.drop()
        for name in STAGES:
            engine.drop_stage(name)


def current_version(engine: Engine) -> int:
    """The newest version of the person map; 0 before the first."""
    return engine.mark("person_changes", APP) or 0


def finish_interrupted(engine: Engine) -> None:
    """Bring the map to the end of the log, if a run died after it wrote the log."""
    version = current_version(engine)
    if version and engine.mark("person_map", APP) != version:
        logged = (
            exp.select("identifier_key", "from_person_id", "to_person_id")
            .from_(engine.ref("person_changes"))
            .where(exp.column("version").eq(version))
        )
        engine.stage(MOVES, logged)
        _apply(engine, version)


def _write(engine: Engine, version: int, now: datetime) -> tuple[int, int, int]:
    new, merged, moved, changed = _count_moves(engine)
    _hold(engine, version)
    if changed:
        rows = exp.select(
            exp.Literal.number(version).as_("version"),
            "identifier_key",
            "from_person_id",
            "to_person_id",
            f.instant(now).as_("changed_at"),
        ).from_(MOVES)
        engine.append("person_changes", rows, mark=Mark(APP, version))
        _apply(engine, version)
    engine.delete("evidence_held", exp.select("evidence_id").from_(HELD_GONE))
    return new, merged, moved


def _apply(engine: Engine, version: int) -> None:
    gone = exp.select("identifier_key").from_(MOVES).where("to_person_id IS NULL")
    engine.delete("person_map", gone)
    there = exp.select(
        "identifier_key", "to_person_id AS person_id", exp.Literal.number(version).as_("since_version")
    ).from_(MOVES)
    engine.upsert("person_map", there.where("to_person_id IS NOT NULL"), mark=Mark(APP, version))


def _hold(engine: Engine, version: int) -> None:
    """Write evidence that is newly held or for another reason; stage what is to be let go."""
    pair = "h.x = GREATEST(e.left_key, e.right_key) AND h.y = LEAST(e.left_key, e.right_key)"
    ordered = exp.select("GREATEST(p.x, p.y) AS x", "LEAST(p.x, p.y) AS y", "p.reason", "p.detail").from_(
        f"{HELD} AS p"
    )
    engine.stage(
        HELD_NOW,
        exp.select("e.evidence_id", "h.reason", "h.detail")
        .from_(exp.alias_(engine.ref("evidence"), "e", table=True))
        .join(ordered.subquery("h"), on=pair),
    )
    engine.stage(
        HELD_GONE,
        exp.select("o.evidence_id")
        .from_(exp.alias_(engine.ref("evidence_held"), "o", table=True))
        .join(exp.alias_(engine.ref("evidence"), "e", table=True), on="e.evidence_id = o.evidence_id")
        .join(f"{AFFECTED} AS a", on="a.identifier_key = e.left_key")
        .join(f"{HELD_NOW} AS w", on="w.evidence_id = o.evidence_id", join_type="left")
        .where("w.evidence_id IS NULL"),
    )
    differs = exp.or_(*(f.differs(exp.column(c, "w"), exp.column(c, "o")) for c in ("reason", "detail")))
    changed = (
        exp.select("w.evidence_id", "w.reason", "w.detail", exp.Literal.number(version).as_("version"))
        .from_(f"{HELD_NOW} AS w")
        .join(
            exp.alias_(engine.ref("evidence_held"), "o", table=True),
            on="o.evidence_id = w.evidence_id",
            join_type="left",
        )
        .where(differs)
    )
    engine.upsert("evidence_held", changed)


def _count_moves(engine: Engine) -> tuple[int, int, int, int]:
    """People new, people ended, identifiers moved, rows in all."""
    moved = exp.select(
        f.count_if(exp.column("from_person_id").is_(exp.null()).not_()).as_("moved"), "COUNT(*) AS n"
    ).from_(MOVES)
    named = exp.select("person_id").distinct().from_("identity_named")
    present = exp.select("person_id").distinct().from_("identity_claims")
    new = engine.count(exp.except_(named, present))
    ended = engine.count(exp.except_(present.copy(), named.copy()))
    there, rows = engine.one(moved)
    return new, ended, int(there), int(rows)


def _outcome(
    engine: Engine, upto: int, size: int, new: int = 0, merged: int = 0, moved: int = 0
) -> Resolution:
    people = engine.one(exp.select("COUNT(DISTINCT person_id) AS n").from_(engine.ref("person_map")))[0]
    held = engine.count(exp.select("evidence_id").from_(engine.ref("evidence_held")))
    return Resolution(current_version(engine), upto, int(people), new, merged, moved, held, size)


def _last_batch(engine: Engine) -> int:
    latest = [
        engine.one(exp.select("COALESCE(MAX(batch_id), 0) AS n").from_(engine.ref(table)))[0]
        for table in ("identifiers", "evidence")
    ]
    return int(max(latest))


def _silent(step: str, done: int, total: int) -> None:
    """Says nothing."""
