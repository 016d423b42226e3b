"""tandem pulse open, invite, remind, status, clean, close: one run of the survey."""

import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from tandem.align.instrument import Flag
from tandem.charter import find_root
from tandem.cli import output
from tandem.cli.app import Json, Now, answering, asked, moment, time_of, wall
from tandem.cli.pulse import pulse
from tandem.kernel import Place, Problems, numbers
from tandem.usecases.invite_pulse import (
    Posted,
    invite,
    people_in_words,
    people_of,
    send_invitations,
)
from tandem.usecases.pulse_answers import answer_flags, remove_flagged
from tandem.usecases.pulse_problems import BAD_INVITATION, BAD_PULSE
from tandem.usecases.remind_pulse import send_reminders
from tandem.usecases.run_pulse import PulseStatus, Standing, close_pulse, open_pulse, pulse_status
from tandem.usecases.workspace import open_ledger_of

Name = Annotated[str, typer.Argument(metavar="NAME", help="Name of the pulse, such as autumn.")]


def _day(text: str) -> str:
    moment(text)
    return text


@pulse.command("open")
@answering
def open_(
    context: typer.Context,
    name: Name,
    closes: Annotated[
        str,
        typer.Option(
            "--closes", metavar="DATE", callback=_day, help="The last day on which it takes answers."
        ),
    ],
    instrument: Annotated[
        str, typer.Option("--instrument", help="The survey, as pulse/ names it.")
    ] = "alignment",
    form: Annotated[
        str, typer.Option("--form", help="A form of it, such as short. Default: all of it.")
    ] = "",
    now: Now = None,
    json_: Json = False,
) -> None:
    """Open a pulse: one run of a survey of the charter in force. Nobody is invited yet."""
    root, actor = find_root(asked(context).charter), asked(context).actor
    with open_ledger_of(root) as ledger:
        at = time_of(now, ledger)
        ends = moment(closes)
        if len(closes.strip()) <= 10:
            ends = _end_of(ends, closes)
        opened = open_pulse(root, ledger, actor, name, instrument, form, ends, at, wall())
        status = pulse_status(ledger, opened.name, at)
    if json_:
        output.as_json(status.to_dict())
        return
    output.good(f"{name} is open until {numbers.moment(opened.closes_at)}")
    output.say(f"next: tandem pulse invite {name} --from people.csv   (columns address, side)")


@pulse.command("invite")
@answering
def invite_(
    context: typer.Context,
    name: Name,
    people: Annotated[
        list[str] | None,
        typer.Argument(metavar="[ADDRESS=SIDE]...", help="Such as ada@harbourpine.example=it."),
    ] = None,
    file: Annotated[
        Path | None, typer.Option("--from", metavar="CSV", help="A file with the columns address and side.")
    ] = None,
    send: Annotated[bool, typer.Option("--send/--no-send", help="Send the letters now.")] = True,
    now: Now = None,
    json_: Json = False,
) -> None:
    """Invite people and send each a letter with a link of their own. Whoever was invited before gets none twice.

    Letters that could not be sent, or were left by a crash before they went, go out when it is called again.
    """
    root, actor = find_root(asked(context).charter), asked(context).actor
    listed = [*(_of_file(file) if file else ()), *people_in_words(people or ())]
    with open_ledger_of(root) as ledger:
        at = time_of(now, ledger)
        done = invite(root, ledger, actor, name, listed, at, wall()) if listed or not send else None
        posted = Posted()
        if send:
            with output.progress(quiet=json_) as told:
                posted = send_invitations(root, ledger, actor, name, at, wall, told)
    if json_:
        new, before = (done.new, done.before) if done else (0, 0)
        output.as_json({"new": new, "before": before, "posted": posted.to_dict()})
    else:
        if done:
            output.good(f"{numbers.plural(done.new, 'invitation')} new, {done.before} were invited before")
        _tell(posted)
    _end(posted)


@pulse.command()
@answering
def remind(context: typer.Context, name: Name, now: Now = None, json_: Json = False) -> None:
    """Remind those who are not done, as late and as often as the survey says; `tandem run` does it daily.

    A survey that says nothing: three days after the last letter at the earliest, and twice at most.
    """
    root, actor = find_root(asked(context).charter), asked(context).actor
    with open_ledger_of(root) as ledger, output.progress(quiet=json_) as told:
        posted = send_reminders(root, ledger, actor, name, time_of(now, ledger), wall, told)
    if json_:
        output.as_json({"posted": posted.to_dict()})
    else:
        _tell(posted)
    _end(posted)


@pulse.command()
@answering
def status(
    context: typer.Context,
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="One pulse; left out: all.")] = None,
    now: Now = None,
    json_: Json = False,
) -> None:
    """Print how pulses stand, by side: invited, begun, screened out by rule, over quota, removed, kept.

    A count under the smallest group is told as fewer than it, and so is what would give it away.
    """
    with open_ledger_of(find_root(asked(context).charter)) as ledger:
        at = time_of(now, ledger)
        names = [name] if name else [one.name for one in ledger.pulses()]
        found = [pulse_status(ledger, one, at) for one in names]
    if json_:
        output.as_json({"pulses": [one.to_dict() for one in found]})
        return
    if not found:
        output.say("no pulse was opened yet: tandem pulse open NAME --closes DATE")
    for one in found:
        _print(one)


@pulse.command()
@answering
def close(context: typer.Context, name: Name, now: Now = None, json_: Json = False) -> None:
    """Close a pulse for good. Drafts are deleted, and so are the addresses of all who were invited."""
    root, actor = find_root(asked(context).charter), asked(context).actor
    with open_ledger_of(root) as ledger:
        at = time_of(now, ledger)
        close_pulse(root, ledger, actor, name, at, wall())
        found = pulse_status(ledger, name, at)
    if json_:
        output.as_json(found.to_dict())
        return
    output.good(f"{name} is closed")


@pulse.command()
@answering
def clean(
    context: typer.Context,
    name: Name,
    remove: Annotated[
        list[Flag] | None,
        typer.Option("--remove", help="Leave out answers with this flag; several times for several."),
    ] = None,
    json_: Json = False,
) -> None:
    """Count kept answers that are odd: too fast, the same point down the matrices, past the attention question.

    A flag is a reason to look and no verdict. With --remove they are left out of all results, and counted as removed.
    """
    root, actor = find_root(asked(context).charter), asked(context).actor
    with open_ledger_of(root) as ledger:
        flags = list(answer_flags(ledger, name).values())
        least = pulse_status(ledger, name, wall()).smallest_group
        gone = remove_flagged(root, ledger, actor, name, remove, wall()) if remove else 0
    counts = {str(flag): sum(flag in found for found in flags) for flag in Flag}
    told = {flag: None if 0 < count < least else count for flag, count in counts.items()}
    if json_:
        output.as_json({"flags": told, "removed": None if 0 < gone < least else gone})
        return
    output.table(["flag", "answers"], [[flag, _few(count)] for flag, count in told.items()])
    if remove:
        output.good(f"left out of all results: {_few(None if 0 < gone < least else gone)}")


def _end_of(day: datetime, typed: str) -> datetime:
    try:
        return day + timedelta(days=1)
    except OverflowError as beyond:
        raise Problems(BAD_PULSE("there is no day after the last day", found=typed)) from beyond


def _of_file(file: Path) -> list[tuple[str, str]]:
    try:
        text = sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as unreadable:
        found = getattr(unreadable, "strerror", None) or "not UTF-8"
        sentence = "the list cannot be read"
        raise Problems(BAD_INVITATION(sentence, place=Place(str(file)), found=found)) from unreadable
    return people_of(text, str(file))


def _tell(posted: Posted) -> None:
    output.good(posted.sentence)


def _end(posted: Posted) -> None:
    if posted.problems:
        raise Problems(posted.problems)


def _print(found: PulseStatus) -> None:
    state, when = ("open until", found.pulse.closes_at)
    if found.pulse.closed_at is not None:
        state, when = ("closed", found.pulse.closed_at)
    elif not found.open:
        state = "to be closed, took answers until"
    output.heading(f"{found.pulse.name}: {found.title}, {state} {numbers.moment(when)}")
    told = [_counts(one) for one in found.sides]
    labels = list(dict.fromkeys(label for one in told for label in one))
    output.table(
        ["", *(one.side for one in found.sides)],
        [[label, *(one.get(label, "0") for one in told)] for label in labels],
    )


def _counts(one: Standing) -> dict[str, str]:
    return {
        "invited": str(one.invited),
        "letters undelivered": str(one.undelivered),
        "letters uncertain": str(one.uncertain),
        "begun": _few(one.started),
        **{f"screened out by {rule}": _few(count) for rule, count in sorted(one.screened_out.items())},
        "over quota": _few(one.quota_full),
        "removed": _few(one.removed),
        "kept": _few(one.kept),
    }


def _few(count: int | None) -> str:
    return "too few to tell" if count is None else str(count)
