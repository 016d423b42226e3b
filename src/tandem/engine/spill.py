"""Folders into which an engine spills what does not fit in memory: people's data, which goes with its engine."""

import fcntl
import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

PREFIX = "tandem-spill-"
HELD = "held"


class Spill:
    """A folder of its own, held by a lock as long as its process lives. Those of killed processes go when one opens."""

    def __init__(self) -> None:
        sweep(Path(tempfile.gettempdir()))
        new = Path(tempfile.mkdtemp(prefix="tandem-"))
        self._held = os.open(new / HELD, os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(self._held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # It gets the name that is swept when it is held already.
        self.folder = new.rename(new.with_name(new.name.replace("tandem-", PREFIX, 1)))

    def close(self) -> None:
        """Remove the folder."""
        shutil.rmtree(self.folder, ignore_errors=True)
        with suppress(OSError):
            os.close(self._held)


def sweep(place: Path) -> int:
    """Remove the folders that nobody holds; how many. A lock, not a process number: that may be of another machine."""
    gone = 0
    for folder in place.glob(f"{PREFIX}*"):
        # Whose folder it is, or that somebody else sweeps too: then it is not ours to remove.
        with suppress(OSError):
            held = os.open(folder / HELD, os.O_RDWR)
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
                gone += 1
            finally:
                os.close(held)
    return gone
