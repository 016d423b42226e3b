"""tandem audience: sets of people by definition."""

from dataclasses import asdict
from typing import Annotated

import typer

from tandem.cli import output
from tandem.cli.app import Json, Now, answering, app, opened, time_of
from tandem.kernel import Problem
from tandem.usecases.preview_audience import Gap, Preview, Refusal, audiences, preview_audience

audience = typer.Typer(
    no_args_is_help=True, help="Sets of people by definition: what they mean and who is in them."
)
app.add_typer(audience, name="audience")


@audience.command("list")
@answering
def list_(context: typer.Context, json_: Json = False) -> None:
    """List the audiences of the charter in force, each in a sentence."""
    with opened(context) as work:
        found = audiences(work)
    if json_:
        output.as_json({"audiences": [asdict(one) for one in found]})
        return
    output.table(["audience", "title", "meaning"], [[one.audience, one.title, one.sentence] for one in found])


@audience.command()
@answering
def preview(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="An audience of the charter in force.")],
    purpose: Annotated[
        str | None, typer.Option("--purpose", help="Only this purpose; default: all that need consent.")
    ] = None,
    sql: Annotated[bool, typer.Option("--sql", help="Print the SQL that finds these people.")] = False,
    now: Now = None,
    json_: Json = False,
) -> None:
    """Count an audience: how many people, whom you may write to, and why not the others."""
    with output.progress(quiet=json_) as told, opened(context) as work:
        told(f"counting {name}", 0, 0)
        found = preview_audience(work, name, time_of(now, work.ledger), purpose)
    if json_:
        output.as_json(found)
    else:
        _show(found, sql=sql)


def _show(found: Preview, *, sql: bool) -> None:
    output.heading(found.title or found.audience)
    output.say(found.sentence)
    output.say(f"\n{found.size} people")
    for reach in found.reach:
        output.heading(f"For “{reach.title}”")
        if reach.refused is not None:
            for problem in _why(reach.refused):
                output.say(
                    f"not counted: {problem.sentence}. {problem.fix} (who: {problem.who}; {problem.code})"
                )
            continue
        rows = [[str(reach.may), "may be contacted"]]
        rows += [[str(reason.people), reason.sentence] for reason in reach.reasons]
        output.table(["people", "why"], rows)
    output.heading("What it reads")
    output.say("  " + ", ".join(str(field) for field in found.footprint))
    if sql:
        output.heading("SQL")
        output.say(found.sql)


def _why(refused: Refusal | Gap) -> tuple[Problem, ...]:
    return refused.reasons if isinstance(refused, Refusal) else refused.missing
