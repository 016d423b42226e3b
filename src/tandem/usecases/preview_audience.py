"""An audience before anything is done with it: what it means, how many, who may be written to and why not the rest."""

from datetime import datetime

from sqlglot import exp

from tandem.audience import Listed, Preview, bind, list_audiences, preview
from tandem.kernel import Missing, Refused
from tandem.kernel.values import Destination, FieldRef
from tandem.policy import Gap, Permit, Refusal, Shown, decide, shown
from tandem.policy.book import sketch
from tandem.usecases.permits import decision_entry
from tandem.usecases.workspace import Workspace

__all__ = ["Gap", "Preview", "Refusal", "audiences", "preview_audience", "sees_people", "told_size"]


def preview_audience(work: Workspace, name: str, now: datetime, purpose: str | None = None) -> Preview:
    """The audience for the acting person. A refusal or a gap of policy is raised as Problems."""
    book = None if sees_people(work, name) else work.book
    found = preview(work.engine, work.charter, name, work.actor, purpose, now, work.time, book)
    _note(work, found)
    match found:
        case Refusal(reasons=reasons):
            raise Refused(reasons)
        case Gap(missing=missing):
            raise Missing(missing)
        case Preview():
            return found


def sees_people(work: Workspace, name: str) -> bool:
    """Whether the role may look at the single people of the audience, so that no count can tell it more."""
    return may_see(work, bind(work.charter.audience(name), work.charter, work.engine.catalogue).footprint())


def may_see(work: Workspace, reads: frozenset[FieldRef]) -> bool:
    """Whether the role may look at single people by these fields."""
    counting, to, catalogue = work.charter.purposes.counting, Destination.EXPLAIN, work.engine.catalogue
    found = decide(work.actor, counting, to, reads, work.charter, catalogue, now=work.time)
    return isinstance(found, Permit)


def told_size(work: Workspace, members: exp.Query, smallest_group: int, sees: bool) -> Shown:
    """How many people a query gives (each once), as the book lets it be told to a role that may not see them."""
    if work.book is None or sees:
        return shown(work.engine.count(members), smallest_group)
    return work.book.size(sketch(work.engine, members), smallest_group).size


def _note(work: Workspace, found: Preview | Refusal | Gap) -> None:
    """The decision to count, and that on each purpose of the reach."""
    counting, to = work.charter.purposes.counting, Destination.PREVIEW
    if not isinstance(found, Preview):
        work.trail.add(decision_entry(work.actor, counting, to, 0, found))
        return
    fields = len(found.footprint)
    work.trail.add(decision_entry(work.actor, counting, to, fields, found.permit))
    for one in found.reach:
        decided = one.refused or one.permit or ""
        work.trail.add(decision_entry(work.actor, one.purpose, to, fields, decided))


def audiences(work: Workspace) -> list[Listed]:
    """The audiences of the charter in force, in its order."""
    return list_audiences(work.engine, work.charter)
