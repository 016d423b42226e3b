"""What a campaign earned, against the people who were held out; or why nobody can say."""

from dataclasses import replace
from datetime import datetime

from sqlglot import exp

from tandem.kernel.values import Destination
from tandem.measure.figures import Arm
from tandem.measure.moments import footprint
from tandem.measure.report import LiftReport, NoLift, report
from tandem.policy import shown
from tandem.usecases.permits import permit_for
from tandem.usecases.workspace import Workspace

__all__ = ["Arm", "LiftReport", "NoLift", "report_lift"]

ERASED = "erased_assignments"


def report_lift(work: Workspace, name: str, now: datetime) -> LiftReport | NoLift:
    """Measure a campaign for the acting person under the measuring purpose."""
    campaign = work.charter.campaign(name)
    purpose = work.charter.purposes.measuring
    permit = permit_for(work, purpose, Destination.MEASURE, footprint(campaign), work.actor)
    found = report(work.engine, work.charter, campaign, permit, now)
    erased = _erased(work, name)
    if not erased:
        return found
    told = shown(erased, found.figures.smallest_group)
    sentence = f"Since then {told} of the people who were assigned were erased; they count in neither arm."
    return replace(found, sentences=(*found.sentences, sentence))


def _erased(work: Workspace, name: str) -> int:
    """How many people who were assigned in a campaign were erased since: both arms lose theirs alike, with outcomes."""
    if work.engine.version(ERASED) < 0:
        return 0
    lost = exp.Coalesce(this=exp.Sum(this=exp.column("people", "e")), expressions=[exp.Literal.number(0)])
    rows = exp.select(lost).from_(exp.alias_(work.engine.ref(ERASED), "e", table=True))
    return int(work.engine.one(rows.where(exp.column("campaign", "e").eq(exp.Literal.string(name))))[0])
