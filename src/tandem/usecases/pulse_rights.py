"""Who may run pulses, and when what people said may be read."""

from datetime import datetime
from pathlib import Path

from tandem.kernel import Problems, Refused, numbers
from tandem.kernel.values import Actor
from tandem.kernel.values import WorkspaceRole as Role
from tandem.ledger import Ledger, Pulse
from tandem.usecases.auditing import by, note
from tandem.usecases.pulse_problems import NOT_YOUR_PULSE
from tandem.usecases.result_problems import STILL_OPEN
from tandem.usecases.sides import FIELDS


def needs_fielder(root: Path, ledger: Ledger, actor: Actor, what: str, wall: datetime) -> None:
    """Go on only for a role that runs pulses; a no is noted under `what`. Raises ALN-207."""
    if actor.role in FIELDS:
        return
    refused = NOT_YOUR_PULSE(
        f"the role `{actor.role}` may not run pulses", found=actor.role, expected=", ".join(fielders())
    )
    note(root, ledger, wall, by(actor, "pulse", what, "refused", detail={"code": refused.code}))
    raise Refused(refused)


def needs_closed(pulse: Pulse) -> None:
    """Go on only if somebody closed the pulse, whatever time it is. Raises ALN-601.

    A time that a caller gives must not open a run that goes on, and until it is closed answers can be left out for
    their quality: of two looks with one answer between them, the difference would be that answer.
    """
    if pulse.closed_at is None:
        sentence = (
            f"{pulse.name} takes answers until {numbers.moment(pulse.closes_at)}, and is read once it is closed, "
            f"which these roles may do after that or before: {', '.join(fielders())}"
        )
        raise Problems(STILL_OPEN(sentence, found="not closed"))


def fielders() -> list[str]:
    """The names of the roles that run pulses."""
    return [str(role) for role in Role if role in FIELDS]
