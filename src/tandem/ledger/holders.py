"""Who holds a lease: a process of a machine, and whether that process is surely gone."""

import os
import socket
from pathlib import Path


def this_process() -> str:
    """`process 4711 on till-server begun 8261`: a name for the one who asks, to be given as the holder of a lease."""
    return process(os.getpid())


def process(number: int) -> str:
    """The same for another process of this machine. When it began is told where the system tells it."""
    begun = _begun(number)
    return f"process {number} on {socket.gethostname()}" + (f" begun {begun}" if begun else "")


def is_gone(holder: str) -> bool:
    """True only if the holder was a process of this machine and none with its number and beginning lives.

    Numbers are given out again, so a process with the number that began at another time is another one. Of other
    machines, or of names not made by `this_process`, nothing is known: False.
    """
    match holder.split(" "):
        case ["process", number, "on", host] if number.isdigit() and host == socket.gethostname():
            return not _lives(int(number))
        case ["process", number, "on", host, "begun", begun] if (
            number.isdigit() and host == socket.gethostname()
        ):
            return not _lives(int(number)) or _begun(int(number)) not in (begun, "")
        case _:
            return False


def _begun(number: int) -> str:
    """When a process began, in ticks since the machine did; "" where there is no /proc, or no such process."""
    try:
        stat = Path(f"/proc/{number}/stat").read_text()
    except OSError:
        return ""
    # The name of the program stands in brackets and may hold blanks; behind it are fields 3 and on, this is 22.
    return stat.rpartition(")")[2].split()[19]


def _lives(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
