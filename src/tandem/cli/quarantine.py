"""tandem quarantine: what broke its contract, and letting it in after a repair."""

from typing import Annotated

import typer

from tandem.cli import output
from tandem.cli.app import PROBLEMS_FOUND, Json, Now, answering, app, opened, time_of
from tandem.kernel import numbers
from tandem.usecases.auditing import by
from tandem.usecases.repair_quarantine import replay_quarantine, waiting

quarantine = typer.Typer(no_args_is_help=True, help="What broke its contract waits here; nothing is lost.")
app.add_typer(quarantine, name="quarantine")

SHOWN = 50
LONGEST = 48


@quarantine.command("list")
@answering
def list_(
    context: typer.Context,
    source: Annotated[str | None, typer.Option("--source", help="Only this source.")] = None,
    code: Annotated[
        str | None, typer.Option("--code", help="Only this problem code, such as COL-105.")
    ] = None,
    json_: Json = False,
) -> None:
    """List what waits: where it came from, what was found and what the contract asks for."""
    with opened(context) as work:
        found = waiting(work, source, code)
        detail = {"entries": len(found.entries)}
        work.trail.add(by(work.actor, "export", "quarantine list", "done", detail=detail))
    entries = found.entries
    if json_:
        listed = [entry.to_dict() for entry in entries]
        output.as_json({"waiting": listed, "hidden": [one.to_dict() for one in found.hidden]})
        return
    output.problems(found.hidden)
    if not entries:
        output.good("nothing waits")
        return
    columns = ["id", "source", "level", "code", "field", "found", "expected", "place"]
    rows = [
        [
            str(e.quarantine_id),
            e.source,
            e.level,
            e.code,
            e.path,
            e.found,
            e.expected,
            f"{e.file}:{e.line or ''}",
        ]
        for e in entries[:SHOWN]
    ]
    output.table(columns, rows)
    output.say(
        f"\n{numbers.plural(len(entries), 'entry', 'entries')} waiting"
        + (f", the first {SHOWN} shown; --json has all" if len(entries) > SHOWN else "")
    )
    output.say("Repair the contract or the data, `tandem apply`, then `tandem quarantine replay`.")


@quarantine.command()
@answering
def replay(
    context: typer.Context,
    ids: Annotated[
        list[int] | None, typer.Argument(metavar="[ID]...", help="Entries to replay; default: all that wait.")
    ] = None,
    now: Now = None,
    json_: Json = False,
) -> None:
    """Put entries through the contracts in force again. What fits now lands; the rest waits on, nothing is lost."""
    with (
        output.progress(quiet=json_) as told,
        opened(context) as work,
    ):
        done = replay_quarantine(work, ids or None, time_of(now, work.ledger), told)
    if json_:
        output.as_json(done.to_dict())
    else:
        counts = {
            "landed": done.landed,
            "there already": done.duplicate,
            "unplanned": done.unplanned,
            "wait on": done.still,
        }
        entries = numbers.plural(done.entries, "entry", "entries")
        output.good(
            f"{entries} replayed: {', '.join(f'{numbers.count(n)} {word}' for word, n in counts.items())}"
        )
        output.problems(done.problems)
    if done.still or done.problems:
        raise typer.Exit(PROBLEMS_FOUND)


def _short(text: str | None) -> str:
    """At most 48 characters of a value; --json has it whole."""
    return "" if text is None else text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
