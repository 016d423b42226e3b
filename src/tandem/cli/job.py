"""tandem job: the long work that was started from the workspace in the browser."""

from datetime import datetime
from typing import Annotated

import typer

from tandem.charter import find_root
from tandem.cli import output
from tandem.cli.app import PROBLEMS_FOUND, Json, answering, app, asked, wall
from tandem.kernel import numbers
from tandem.usecases import start_job
from tandem.usecases.start_job import Job, JobState
from tandem.usecases.work_job import work_job
from tandem.usecases.workspace import open_ledger_of

job = typer.Typer(no_args_is_help=True, help="Long work, each in a process of its own: how far it is.")
app.add_typer(job, name="job")

Number = Annotated[int, typer.Argument(metavar="ID", min=1, max=2**63 - 1, help="The number of the job.")]


@job.command("list")
@answering
def list_(
    context: typer.Context,
    limit: Annotated[int, typer.Option("--limit", min=1, help="How many of the last jobs.")] = 20,
    json_: Json = False,
) -> None:
    """List the last jobs, newest first: what, for whom, and how it stands."""
    now = wall()
    with open_ledger_of(find_root(asked(context).charter)) as ledger:
        found = start_job.jobs(ledger, now, limit)
    if json_:
        output.as_json({"jobs": [one.to_dict() for one in found]})
        return
    if not found:
        output.say("nothing was ever started from the workspace")
        return
    rows = [
        [str(one.id), one.kind, one.actor.name, one.state, _where(one), numbers.ago(one.created_at, now)]
        for one in found
    ]
    output.table(["id", "kind", "by", "state", "step", "asked for"], rows)


@job.command()
@answering
def show(context: typer.Context, number: Number, json_: Json = False) -> None:
    """Show a job: how far it is, or how it ended and why."""
    with open_ledger_of(find_root(asked(context).charter)) as ledger:
        found = start_job.job(ledger, number, wall())
    if json_:
        output.as_json({"job": found.to_dict()})
    else:
        _show(found)
        output.problems(found.problems)
    if found.problems:
        raise typer.Exit(PROBLEMS_FOUND)


@job.command()
@answering
def cancel(context: typer.Context, number: Number, json_: Json = False) -> None:
    """Cancel a job. What it has committed stays; the same work started again goes on from there."""
    common = asked(context)
    with open_ledger_of(find_root(common.charter)) as ledger:
        found = start_job.cancel(ledger, number, common.actor, wall())
    if json_:
        output.as_json({"job": found.to_dict()})
    elif found.state is JobState.CANCELLED:
        output.good(f"job {number} is cancelled")
    else:
        output.good(f"job {number} stops at its next safe place")


@job.command(hidden=True)
@answering
def work(context: typer.Context, number: Number, json_: Json = False) -> None:
    """Do a queued job in this process. The workspace calls this; nobody needs to type it."""
    done = work_job(find_root(asked(context).charter), number, wall)
    if json_:
        output.as_json({"job": done.to_dict()})
    if done.state is JobState.FAILED:
        raise typer.Exit(PROBLEMS_FOUND)


def _where(one: Job) -> str:
    """The step with its numbers, as long as it means anything."""
    if not one.open:
        return ""
    return one.step + (f" ({numbers.count(one.done)} of {numbers.count(one.total)})" if one.total else "")


def _show(one: Job) -> None:
    output.heading(f"Job {one.id}: {one.kind} for {one.actor.name}, {one.state}")
    given = ", ".join(f"{name} {value}" for name, value in one.arguments.items())
    times: dict[str, datetime | None] = {
        "asked for": one.created_at,
        "begun": one.started_at,
        "ended": one.ended_at,
    }
    facts = {"with": given, **{word: at and numbers.moment(at) for word, at in times.items()}}
    for word, told in {**facts, "step": _where(one), "log": one.log}.items():
        if told:
            output.say(f"  {word:<11} {told}")
