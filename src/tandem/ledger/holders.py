"""Who holds a lease: a process of a machine, and whether that process is surely gone."""

import os
import socket


def this_process() -> str:
    """`process 4711 on till-server`: a name for the one who asks, to be given as the holder of a lease."""
    return f"process {os.getpid()} on {socket.gethostname()}"


def is_gone(holder: str) -> bool:
    """True only if the holder was a process of this machine and no process with its number lives.

    Of other machines, or of names not made by `this_process`, nothing is known: False.
    """
    match holder.split(" "):
        case ["process", number, "on", host] if number.isdigit() and host == socket.gethostname():
            return not _lives(int(number))
        case _:
            return False


def _lives(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
