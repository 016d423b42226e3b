"""An audience before anything is done with it: what it means, how many, who may be written to and why not the rest."""

from datetime import datetime

from tandem.audience import Listed, Preview, list_audiences, preview
from tandem.kernel import Problems
from tandem.policy import Gap, Refusal
from tandem.usecases.workspace import Workspace

__all__ = ["Gap", "Preview", "Refusal", "audiences", "preview_audience"]


def preview_audience(work: Workspace, name: str, now: datetime, purpose: str | None = None) -> Preview:
    """The audience for the acting person. A refusal or a gap of policy is raised as Problems."""
    found = preview(work.engine, work.charter, name, work.actor, purpose, now)
    match found:
        case Refusal(reasons=reasons):
            raise Problems(reasons)
        case Gap(missing=missing):
            raise Problems(missing)
        case Preview():
            return found


def audiences(work: Workspace) -> list[Listed]:
    """The audiences of the charter in force, in its order."""
    return list_audiences(work.engine, work.charter)
