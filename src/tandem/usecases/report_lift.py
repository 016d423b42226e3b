"""What a campaign earned, against the people who were held out; or why nobody can say."""

from datetime import datetime

from tandem.kernel.values import Destination
from tandem.measure.figures import Arm
from tandem.measure.moments import footprint
from tandem.measure.report import LiftReport, NoLift, report
from tandem.policy import shown
from tandem.usecases.permits import permit_for
from tandem.usecases.workspace import Workspace

__all__ = ["Arm", "LiftReport", "NoLift", "report_lift", "shown"]


def report_lift(work: Workspace, name: str, now: datetime) -> LiftReport | NoLift:
    """Measure a campaign for the acting person under the measuring purpose."""
    campaign = work.charter.campaign(name)
    purpose = work.charter.purposes.measuring
    permit = permit_for(work, purpose, Destination.MEASURE, footprint(campaign), work.actor)
    return report(work.engine, work.charter, campaign, permit, now)
