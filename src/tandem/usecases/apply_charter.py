"""Put a charter in force: the very stages that the plan showed, one after another."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import assert_never

from tandem.audience import dissolve
from tandem.kernel.values import Actor
from tandem.usecases.evaluate_audiences import evaluate_one
from tandem.usecases.plan_charter import (
    AddTables,
    DissolveAudience,
    EvaluateAudience,
    OpenCampaign,
    Plan,
    PutInForce,
    RefreshProfiles,
    ResolveAgain,
    Stage,
    plan_charter,
)
from tandem.usecases.progress import Told, silent
from tandem.usecases.refresh_profiles import refresh_traits
from tandem.usecases.resolve_people import STAGE as IDENTITY
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


def perform(root: Path, plan: Plan, actor: Actor, now: datetime, told: Told = silent) -> Applied:
    """Perform the stages of a plan. The charter is in force from the first stage on; the rest can be run again."""
    done: list[str] = []
    force = next((stage for stage in plan.stages if isinstance(stage, PutInForce)), None)
    with open_parts(root, plan.charter.project) as (ledger, engine):
        engine.ensure(tables_of(plan.charter))
        work = Workspace(root, plan.charter, engine, ledger, actor)
        for number, stage in enumerate(plan.stages):
            told(stage.sentence(), number, len(plan.stages))
            _perform(work, stage, now)
            done.append(stage.sentence())
    return Applied(force.fingerprint if force else None, tuple(done))


def _perform(work: Workspace, stage: Stage, now: datetime) -> None:
    match stage:
        case PutInForce(fingerprint=fingerprint):
            work.ledger.apply_charter(dict(work.charter.files), fingerprint, work.actor.name, now)
        case ResolveAgain():
            work.ledger.set_watermark(IDENTITY, 0)
        case RefreshProfiles():
            refresh_traits(work, now)
        case EvaluateAudience(audience=name):
            evaluate_one(work, work.charter.audience(name), now)
        case DissolveAudience(audience=name):
            dissolve(work.engine, name, work.charter.purposes.counting, now)
        case AddTables() | OpenCampaign():
            pass  # tables come with their first rows, campaigns with the next run; both are said, none is done
        case _:
            assert_never(stage)
