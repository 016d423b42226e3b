"""One at a time: who changes the lake holds a lease, and holds it as long as the work goes on."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from tandem.ledger import Ledger, this_process
from tandem.usecases.progress import Told, silent

LEASE = timedelta(hours=1)
"""A lease that was not renewed for so long is taken over; of a process that no longer lives, at once."""
RENEWED = LEASE / 12


@contextmanager
def alone(
    ledger: Ledger, wall: Callable[[], datetime], told: Told = silent, *, name: str = "run"
) -> Iterator[Told]:
    """Nobody else collects, applies, replays or erases until the block ends; LDG-010 if somebody does now.

    Erasure deletes files that no table names any more: a commit that another process has begun would name them.
    Gives a `told` that renews the lease; long work has to call it.
    """
    with ledger.lease(name, this_process(), wall(), LEASE) as lease:
        renewed = wall()

        def going(step: str, done: int, total: int) -> None:
            nonlocal renewed
            now = wall()
            if now - renewed >= RENEWED:
                lease.renew(now)
                renewed = now
            told(step, done, total)

        yield going
