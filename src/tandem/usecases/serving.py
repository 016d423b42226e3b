"""Serving the workspace of a project: what stands open meanwhile, and starting and stopping it beside the terminal."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from tandem.charter import find_root, load_project
from tandem.kernel import Place, Problems
from tandem.ledger import Ledger, is_gone, open_ledger
from tandem.ledger import process as holder
from tandem.usecases.pass_time import demo_mail
from tandem.usecases.problems import NOT_SERVED, PORT_TAKEN
from tandem.usecases.workspace import ledger_address

HOST, PORT = "127.0.0.1", 8000
LOOPBACK = ("127.0.0.1", "::1", "localhost")
PATIENCE_SECONDS = 60
HOME = Path(".tandem")


@dataclass(frozen=True)
class Served:
    """A workspace that is being served: its process, its address, and the file with what it has to say.

    `holder` names the process with its beginning, because numbers of processes are given out again.
    """

    pid: int
    address: str
    log: str
    holder: str = ""


@contextmanager
def served(folder: Path) -> Iterator[tuple[Path, Ledger]]:
    """The project's root at or above a folder, and its ledger; a demo's mail server is up meanwhile.

    Raises Problems if there is no charter there.
    """
    root = find_root(folder.resolve())
    ledger = open_ledger(ledger_address(root, load_project(root)))
    try:
        with demo_mail(root):
            yield root, ledger
    finally:
        ledger.close()


def serving(root: Path) -> Served | None:
    """The workspace that was started beside the terminal and still lives, or None."""
    try:
        held = Served(**json.loads((root / HOME / "serve.json").read_text()))
        os.kill(held.pid, 0)
    except (OSError, ValueError, TypeError):
        return None
    return None if is_gone(held.holder) else held


def start_serving(root: Path, host: str, port: int, more: Sequence[str] = ()) -> Served:
    """Serve beside the terminal; back as soon as it answers. One that is served already is left as it is.

    Raises RUN-011 if it does not answer within a minute or ends at once.
    """
    held = serving(root)
    if held is not None:
        return held
    log = root / HOME / "serve.log"
    log.parent.mkdir(exist_ok=True)
    with log.open("ab") as output:
        process = subprocess.Popen(
            command(root, host, port, more),
            stdout=output,
            stderr=output,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
    until = time.monotonic() + PATIENCE_SECONDS
    while not _answers(host, port):
        if process.poll() is not None or time.monotonic() > until:
            process.kill()
            raise Problems(NOT_SERVED("the workspace did not begin to answer", place=Place(str(log))))
        time.sleep(0.1)
    found = Served(process.pid, address(host, port, more), str(log), holder(process.pid))
    (root / HOME / "serve.json").write_text(json.dumps(asdict(found)) + "\n")
    return found


def stop_serving(root: Path) -> bool:
    """End the workspace that was started beside the terminal; whether there was one."""
    held = serving(root)
    if held is None:
        return False
    os.kill(held.pid, signal.SIGTERM)
    until = time.monotonic() + PATIENCE_SECONDS
    while serving(root) is not None and time.monotonic() < until:
        # A child that nobody waits for would live on as a zombie and count as alive.
        with suppress(ChildProcessError):
            os.waitpid(held.pid, os.WNOHANG)
        time.sleep(0.05)
    (root / HOME / "serve.json").unlink(missing_ok=True)
    return True


def command(root: Path, host: str, port: int, more: Sequence[str] = ()) -> list[str]:
    """The command that serves, as words."""
    return [sys.executable, "-m", "tandem.web", str(root), "--host", host, "--port", str(port), *more]


def address(host: str, port: int, more: Sequence[str] = ()) -> str:
    """The address to type into a browser."""
    shown = f"[{host}]" if ":" in host else host
    return f"{'https' if '--certificate' in more else 'http'}://{shown}:{port}/"


def free_port(host: str, wanted: int, *, exactly: bool) -> int:
    """The wanted port, or one of the next 20 that nobody listens on. Raises RUN-010 if none is free."""
    for port in range(wanted, wanted + (1 if exactly else 20)):
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return port
    raise Problems(PORT_TAKEN("another program listens there already", found=f"{host}:{wanted}"))


def _answers(host: str, port: int) -> bool:
    try:
        with socket.create_connection((host, port), timeout=1):
            return True
    except OSError:
        return False
