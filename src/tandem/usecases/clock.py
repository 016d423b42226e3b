"""What time it is for a company: simulated if it lives so, such as the demo's, else that of the wall."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from tandem.charter import load_project
from tandem.kernel import Problems
from tandem.ledger import Ledger
from tandem.usecases.workspace import ledger_address, open_ledger_of


def clock(ledger: Ledger, wall: Callable[[], datetime]) -> datetime:
    """The company's time, naive UTC."""
    return ledger.simulated_now() or wall()


def clock_of(root: Path, wall: Callable[[], datetime]) -> datetime:
    """The time of the company whose charter lies at `root`, for those who have not opened its ledger.

    A ledger that does not exist yet is not made; a tandem.toml that cannot be read is others' to tell.
    """
    try:
        address = ledger_address(root, load_project(root))
    except Problems:
        return wall()
    if "://" not in address and not Path(address).exists():
        return wall()
    with open_ledger_of(root) as ledger:
        return clock(ledger, wall)
