"""tandem demo: a company with a known truth, the whole loop over it, held against that truth."""

from pathlib import Path
from typing import Annotated

import typer

from tandem.cli import output
from tandem.cli.app import OUR_FAULT, Json, answering, app, asked, moment
from tandem.cli.campaign import show_report
from tandem.cli.run import show_beat
from tandem.measure.report import LiftReport, NoLift
from tandem.usecases.checking import Checked
from tandem.usecases.run_complete_journey import run_complete_journey
from tandem.usecases.run_demo import run_demo

FOLDERS = {"harbour-and-pine": Path("harbour-and-pine"), "complete-journey": Path("complete-journey")}


@app.command()
@answering
def demo(
    context: typer.Context,
    folder: Annotated[
        Path | None,
        typer.Argument(metavar="[DIR]", help="Where to build it; an earlier demo there is replaced."),
    ] = None,
    data: Annotated[
        str,
        typer.Option("--data", help="harbour-and-pine (simulated, truth known) or complete-journey (real)."),
    ] = "harbour-and-pine",
    json_: Json = False,
) -> None:
    """Build a demo company, run the whole loop over it, and hold every figure against the truth."""
    if data not in FOLDERS:
        raise typer.BadParameter(f"{data!r} is not one of {', '.join(FOLDERS)}", param_hint="--data")
    target = (folder or FOLDERS[data]).resolve()
    if data == "complete-journey":
        _complete_journey(context, target, json_=json_)
        return
    with output.progress(quiet=json_) as told:
        found = run_demo(target, asked(context).actor, lambda: moment(None), told)
    if json_:
        output.as_json(found)
    else:
        show_beat(found.launched)
        show_beat(found.read)
        if isinstance(found.lift, LiftReport | NoLift):
            show_report(found.lift)
        _show_truth(found.checks)
        _show_next(target)
    if not found.good:
        raise typer.Exit(OUR_FAULT)


def _complete_journey(context: typer.Context, target: Path, *, json_: bool) -> None:
    with output.progress(quiet=json_) as told:
        found = run_complete_journey(target, asked(context).actor, lambda: moment(None), told)
    if json_:
        output.as_json(found)
        return
    output.heading("Campaigns of the study, described")
    for sentence in found.sentences:
        output.say(sentence)
    output.say()
    output.table(found.columns, found.rows)
    show_report(found.lift)
    _show_truth(found.checks)
    if not found.good:
        raise typer.Exit(OUR_FAULT)


def _show_truth(checks: tuple[Checked, ...]) -> None:
    output.heading("Measured against truth")
    rows = [["✓" if check.good else "✗", check.what, check.truth, check.found] for check in checks]
    output.table(["", "what", "truth", "found"], rows)


def _show_next(target: Path) -> None:
    here = f"tandem -C {target.name}"
    output.heading("Look around")
    output.say(
        f"  {here} audience preview lapsed_big_spenders     who they are, whom you may write to, why not the rest"
    )
    output.say(f"  {here} campaign report winback                  what the campaign earned")
    output.say(f"  {here} quarantine list                          what broke its contract")
    output.say(f"  {here} --as engineer explain person C0748569    one person, every fact with its proof")
