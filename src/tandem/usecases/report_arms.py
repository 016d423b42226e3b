"""A randomised test that was run elsewhere and brought in as a source: what each of its arms earned."""

from collections.abc import Mapping, Sequence

from tandem.kernel import Problems
from tandem.kernel.values import Destination
from tandem.measure.outside import OutsideReport, arms_report, outside_footprint
from tandem.usecases.permits import permit_for
from tandem.usecases.problems import UNKNOWN_THING
from tandem.usecases.workspace import Workspace

__all__ = ["OutsideReport", "report_arms"]


def report_arms(
    work: Workspace,
    rows: str,
    arm: str,
    control: str,
    outcomes: Sequence[str],
    shares: Mapping[str, float] | None = None,
) -> OutsideReport:
    """Lifts of every outcome, each arm against `control`, for the acting person under the measuring purpose.

    `rows` is a record source or a kind of event of the charter in force, one row per unit that was drawn; `arm`
    is its field that names the arm. `shares` are the planned shares of the arms, equal by default. Raises
    Problems if nothing has that name, if policy says no, or if `control` is no arm.
    """
    table = _table(work, rows)
    footprint = outside_footprint(table, arm, outcomes)
    permit = permit_for(work, work.charter.purposes.measuring, Destination.MEASURE, footprint, work.actor)
    return arms_report(work.engine, table, arm, control, outcomes, permit, shares)


def _table(work: Workspace, rows: str) -> str:
    records = {source.source: f"record_{source.source}" for source in work.charter.records()}
    events = {kind: f"event_{kind}" for kind in work.charter.events()}
    found = (records | events).get(rows)
    if found is None:
        sentence = f"the charter in force has no record source and no kind of event named `{rows}`"
        fix = "Name the source, or the event, that holds the rows of the test."
        raise Problems(UNKNOWN_THING(sentence, found=rows, alternatives=sorted(records | events), fix=fix))
    return found
