"""The command line's frame: common options, how problems end a command, and its exit codes."""

import errno
import os
import sys
import traceback
import uuid
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from typing import Annotated, ParamSpec, TypeVar

import typer

from tandem import __version__
from tandem.charter.definitions.policies import SYSTEM_ROLE
from tandem.cli import output
from tandem.cli.problems import FAULT, UNWRITTEN
from tandem.kernel import Place, Problem, Problems, parse_instant
from tandem.kernel.values import Actor
from tandem.ledger import Ledger
from tandem.usecases.clock import clock
from tandem.usecases.workspace import Workspace, open_workspace

FINE, PROBLEMS_FOUND, MISUSE, OUR_FAULT, INTERRUPTED = 0, 1, 2, 3, 130

P = ParamSpec("P")
R = TypeVar("R")


@dataclass
class Asked:
    """What the common options said."""

    charter: Path
    actor: Actor


app = typer.Typer(
    name="tandem",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="""The customer platform that marketing and IT run together.

Know, Act, Prove, Trust, Agree: one loop in one program. Start with `tandem demo`, or with
`tandem init my-company` and the comments in the files it writes.

The way of the work: **init** a charter, **check** it, **plan** to see what it would do, **apply** it, then
**run** one beat of the loop as often as you like. Ask **explain** why anything is as it is.

Exit codes: 0 fine, 1 problems found, 2 misuse of the command, 3 our fault.
""",
)


def wall() -> datetime:
    """The time of the wall, naive UTC. The only place that reads the clock."""
    return datetime.now(UTC).replace(tzinfo=None)


def time_of(now: str | None, ledger: Ledger) -> datetime:
    """The time to work at: what --now says, else the company's, which can be simulated."""
    return clock(ledger, wall) if now is None else moment(now)


def moment(now: str) -> datetime:
    """What --now says, naive UTC."""
    try:
        return parse_instant(now)
    except (ValueError, OverflowError) as error:
        raise typer.BadParameter(
            f"{now!r} is not a time; write it like 2026-06-01 or 2026-06-01T08:00:00Z"
        ) from error


def _checked_time(now: str | None) -> str | None:
    """The text as it is, refused before anything is opened if it is no time."""
    if now is not None:
        moment(now)
    return now


Json = Annotated[bool, typer.Option("--json", help="Print one JSON document in place of text.")]
Now = Annotated[
    str | None,
    typer.Option(
        "--now",
        metavar="T",
        callback=_checked_time,
        help="Work as if it were this time: ISO 8601, UTC. Default: the company's clock.",
    ),
]


def _told_version(asked_for: bool) -> None:
    if asked_for:
        typer.echo(f"tandem {__version__}")
        raise typer.Exit(FINE)


@app.callback()
def common(
    context: typer.Context,
    charter: Annotated[
        Path,
        typer.Option(
            "--charter", "-C", envvar="TANDEM_CHARTER", help="Folder of the charter, or one inside it."
        ),
    ] = Path(),
    role: Annotated[
        str,
        typer.Option(
            "--as", envvar="TANDEM_ROLE", help="Role to act in; policies say what it may see and do."
        ),
    ] = "marketer",
    name: Annotated[
        str, typer.Option("--actor", envvar="TANDEM_ACTOR", help="Your name, for the record.")
    ] = "",
    _version: Annotated[
        bool,
        typer.Option("--version", callback=_told_version, is_eager=True, help="Print the version and end."),
    ] = False,
) -> None:
    """Options that every command has."""
    if role == SYSTEM_ROLE:
        # No mask and no row of an office holds for the run, so nobody may look around as it.
        told = f"`{SYSTEM_ROLE}` is the run itself; name a role of people, such as marketer or privacy"
        raise typer.BadParameter(told, param_hint="--as")
    context.obj = Asked(charter.resolve(), Actor(name or role, role))


def asked(context: typer.Context) -> Asked:
    """What the common options said."""
    found = context.find_root().obj
    assert isinstance(found, Asked)
    return found


def opened(context: typer.Context) -> AbstractContextManager[Workspace]:
    """The workspace for who asks. What was decided and seen is noted at the end, so print after the block."""
    return open_workspace(asked(context).charter, asked(context).actor, wall)


def answering(command: Callable[P, R]) -> Callable[P, R]:
    """A command that ends with 1 and its problems told, or with 3 and a reference to the log."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        json_ = bool(kwargs.get("json_"))
        try:
            return command(*args, **kwargs)
        except Problems as stopped:
            _tell(stopped.problems, json_=json_)
            raise typer.Exit(PROBLEMS_FOUND) from None
        except KeyboardInterrupt:
            output.ERR.print("stopped; what was committed stays, the next run goes on from there")
            raise typer.Exit(INTERRUPTED) from None
        except (typer.Exit, typer.Abort, typer.BadParameter, BrokenPipeError):
            raise
        except Exception as error:  # noqa: BLE001 - the last wall: a person never sees a traceback
            if _no_room(error):
                _tell(
                    [UNWRITTEN("the answer cannot be written: no space is left where it goes")], json_=json_
                )
                raise typer.Exit(PROBLEMS_FOUND) from None
            _tell([_our_fault(error)], json_=json_)
            raise typer.Exit(OUR_FAULT) from None

    return run


def _no_room(error: Exception) -> bool:
    """Whether standard output could not be written. A file of ours names itself in its error; a stream does not."""
    return isinstance(error, OSError) and error.errno == errno.ENOSPC and error.filename is None


def _tell(problems: Sequence[Problem], *, json_: bool) -> None:
    """The problems where they belong, or on standard error alone if standard output takes nothing more."""
    try:
        output.problems(problems, json_=json_)
        sys.stdout.flush()
    except OSError as error:
        if not _no_room(error):
            raise
        # What waits in the buffer would fail once more when Python ends, and print a traceback.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if json_:
            output.problems(problems)


def _our_fault(error: Exception) -> Problem:
    """The fault as a problem with a reference; what only we can read is in the log."""
    reference = uuid.uuid4().hex[:8]
    log = Path.home() / ".cache" / "tandem" / f"fault-{reference}.log"
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text("".join(traceback.format_exception(error)))
    except OSError:
        return FAULT(f"this is our fault (reference {reference})", found=f"{type(error).__name__}: {error}")
    return FAULT(f"this is our fault (reference {reference})", place=Place(str(log)))
