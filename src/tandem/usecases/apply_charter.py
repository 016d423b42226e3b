"""Put a charter in force: the very stages that the plan showed, one after another."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import assert_never

from tandem.audience import dissolve
from tandem.kernel.values import Actor
from tandem.usecases.alone import alone
from tandem.usecases.approve_plan import settle
from tandem.usecases.auditing import by, trail
from tandem.usecases.editors import forget_editors
from tandem.usecases.evaluate_audiences import evaluate_one
from tandem.usecases.plan_charter import Plan, plan_charter
from tandem.usecases.progress import Told, silent
from tandem.usecases.refresh_profiles import refresh_traits
from tandem.usecases.resolve_people import STAGE as IDENTITY
from tandem.usecases.stages import (
    AddTables,
    DissolveAudience,
    EvaluateAudience,
    KeepOldFiles,
    OpenCampaign,
    PutInForce,
    RefreshProfiles,
    ResolveAgain,
    Stage,
)
from tandem.usecases.workspace import Workspace, open_parts, tables_of


@dataclass(frozen=True)
class Applied:
    """What was done: one sentence per stage."""

    fingerprint: str | None
    done: tuple[str, ...]

    def to_dict(self) -> dict[str, object]:
        """For JSON."""
        return {"fingerprint": self.fingerprint, "done": list(self.done)}


def apply_charter(root: Path, actor: Actor, now: datetime, told: Told = silent) -> Applied:
    """Plan the charter in the folder and perform the plan. Nothing to do is fine and changes nothing."""
    return perform(root, plan_charter(root, actor, now), actor, now, told)


def perform(
    root: Path,
    plan: Plan,
    actor: Actor,
    now: datetime,
    told: Told = silent,
    *,
    wall: Callable[[], datetime] | None = None,
    also: Collection[str] = (),
) -> Applied:
    """Perform the stages of a plan. The charter is in force from the first stage on; the rest can be run again.

    Nobody else runs meanwhile. Before anything is changed the approvals that the plan needs are used, at the time
    of the `wall` (by default `now`); `also` names functions that have to approve it besides. Raises RUN-035 where
    one has not.
    """
    if not plan.stages:
        return Applied(None, ())
    clock = wall or (lambda: now)
    done: list[str] = []
    force = next((stage for stage in plan.stages if isinstance(stage, PutInForce)), None)
    with open_parts(root, plan.charter.project) as (ledger, engine), alone(ledger, clock, told) as going:
        settle(root, ledger, plan, actor, clock(), also)
        engine.ensure(tables_of(plan.charter))
        noted = trail(root, ledger, clock)
        work = Workspace(root, plan.charter, engine, ledger, actor, noted, wall=clock)
        noted.add(by(actor, "change", "apply", "begun", detail=_said(plan, force)))
        noted.flush()
        for number, stage in enumerate(plan.stages):
            going(stage.sentence(), number, len(plan.stages))
            _perform(work, stage, plan.before, now)
            done.append(stage.sentence())
        noted.add(by(actor, "change", "apply", "done", detail=_said(plan, force)))
        noted.flush()
    return Applied(force.fingerprint if force else None, tuple(done))


def _said(plan: Plan, force: PutInForce | None) -> dict[str, object]:
    return {"fingerprint": force.fingerprint if force else None, "stages": len(plan.stages)}


def _perform(work: Workspace, stage: Stage, before: str | None, now: datetime) -> None:
    match stage:
        case PutInForce(fingerprint=fingerprint):
            work.ledger.apply_charter(dict(work.charter.files), fingerprint, work.actor.name, now, before)
            forget_editors(work.root)
        case ResolveAgain():
            work.ledger.set_watermark(IDENTITY, 0)
        case RefreshProfiles():
            refresh_traits(work, now)
        case EvaluateAudience(audience=name):
            evaluate_one(work, work.charter.audience(name), now)
        case DissolveAudience(audience=name):
            dissolve(work.engine, name, work.charter.purposes.counting, now)
        case AddTables() | OpenCampaign() | KeepOldFiles():
            pass  # tables come with their first rows, campaigns with the next run; both are said, none is done
        case _:
            assert_never(stage)
