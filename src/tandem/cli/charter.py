"""tandem init, check, plan, apply: the charter from its first file to being in force."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from tandem.charter import find_root
from tandem.cli import output
from tandem.cli.app import PROBLEMS_FOUND, Json, Now, answering, app, asked, moment, wall
from tandem.kernel import Problems, numbers
from tandem.usecases.apply_charter import perform
from tandem.usecases.approve_plan import alone
from tandem.usecases.check_charter import check_charter
from tandem.usecases.clock import clock_of
from tandem.usecases.init_charter import init_charter
from tandem.usecases.plan_charter import Plan, plan_charter
from tandem.usecases.workspace import open_ledger_of

ONE, MANY = {"policies": "policy", "pulse": "survey"}, {"pulse": "surveys"}
"""What one definition of a part is called, and several, where the part has another word."""


@app.command()
@answering
def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new or empty folder.")],
    json_: Json = False,
) -> None:
    """Write a small, complete charter whose comments teach."""
    written = init_charter(folder)
    if json_:
        output.as_json({"folder": str(folder), "files": [str(path.relative_to(folder)) for path in written]})
        return
    output.good(f"{numbers.plural(len(written), 'file')} in {folder}")
    for path in written:
        output.say(f"  {path.relative_to(folder)}")
    output.say(f"\nNext: read them, put your files where sources/*.yml say, then `tandem -C {folder} plan`.")


@app.command()
@answering
def check(context: typer.Context, json_: Json = False) -> None:
    """Find every problem of the charter, each with file, line, the nearest name and how to fix it."""
    root = find_root(asked(context).charter)
    try:
        charter = check_charter(root)
    except Problems as found:
        output.problems(found.problems, json_=json_)
        raise typer.Exit(PROBLEMS_FOUND) from None
    parts = {
        name: len(getattr(charter, name))
        for name in ("sources", "policies", "traits", "audiences", "campaigns", "pulse")
    }
    if json_:
        output.as_json({"problems": [], "charter": charter.project.name, "definitions": parts})
        return
    several = {name: ONE.get(name, name.removesuffix("s")) for name in parts}
    there = {name: n for name, n in parts.items() if n or name != "pulse"}
    words = ", ".join(numbers.plural(n, several[name], MANY.get(name, name)) for name, n in there.items())
    output.good(f"{charter.project.name}: {words}. No problems.")


@app.command()
@answering
def plan(context: typer.Context, now: Now = None, json_: Json = False) -> None:
    """Show what the charter would change, for how many people, and who approves. Changes nothing."""
    common = asked(context)
    with output.progress(quiet=json_) as told:
        root = find_root(common.charter)
        found = plan_charter(root, common.actor, _time_at(root, now), told, wall)
    if json_:
        output.as_json(found.to_dict())
        return
    show_plan(found)
    if not found.empty:
        output.say("\nTo do this: `tandem apply`")


@app.command()
@answering
def apply(
    context: typer.Context,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    now: Now = None,
    json_: Json = False,
) -> None:
    """Show the plan, ask, and do exactly what it shows."""
    common = asked(context)
    root = find_root(common.charter)
    at = _time_at(root, now)
    with output.progress(quiet=json_) as told:
        found = plan_charter(root, common.actor, at, told, wall)
    if not json_:
        show_plan(found)
    if not found.empty and not yes and not json_:
        typer.confirm("\nApply this?", abort=True)
    with output.progress(quiet=json_) as told:
        done = perform(root, found, common.actor, at, told, wall=wall)
    if json_:
        output.as_json(done.to_dict())
    elif not found.empty:
        output.good("applied; `tandem run` does the next beat of the loop")


def show_plan(found: Plan) -> None:
    """The plan as a person reads it."""
    if found.empty:
        output.good("nothing to do: this charter is in force")
        return
    output.heading("What changed in the charter")
    output.table(
        ["", "what", "name", "file"], [[_mark(e.change), e.part, e.name, e.file] for e in found.edits]
    )
    output.heading("What applying it does")
    for number, stage in enumerate(found.stages, 1):
        output.say(f"{number:>3}. {stage.sentence()}")
    output.heading("Whose parts these are")
    for owner, parts in found.approvals.items():
        output.say(f"  {owner}: {', '.join(parts)}")
    if found.widenings:
        _show_widenings(found)


def _show_widenings(found: Plan) -> None:
    output.heading("What widens, and has to be approved")
    for one in found.widenings:
        people = f"; it concerns {one.people} people" if one.people is not None else ""
        output.say(f"  {one.owner}: {one.sentence}{people}")
        output.say(f"    {one.place}")
    root = found.charter.root
    if root is not None:
        with open_ledger_of(root) as ledger:
            single = alone(ledger)
        who = (
            "nobody may sign in yet, so you speak for both functions"
            if single
            else "`tandem approve --as NAME`"
        )
        output.say(f"  {who}")


def _time_at(root: Path, now: str | None) -> datetime:
    """The time to plan at, read before the ledger stands open: planning opens it as the new tandem.toml says."""
    return clock_of(root, wall) if now is None else moment(now)


def _mark(change: str) -> str:
    return {"added": "+", "removed": "-", "changed": "~"}[change]
