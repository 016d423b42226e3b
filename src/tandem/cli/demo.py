"""tandem demo: a company with a known truth, the whole loop over it, held against that truth."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from tandem.cli import output
from tandem.cli.app import OUR_FAULT, Json, answering, app, asked, wall
from tandem.cli.campaign import show_report
from tandem.cli.run import show_beat
from tandem.measure.report import LiftReport, NoLift
from tandem.usecases.checking import Checked
from tandem.usecases.run_complete_journey import run_complete_journey
from tandem.usecases.run_demo import SignIn, run_demo
from tandem.usecases.serving import HOST, PORT, free_port, start_serving, stop_serving

FOLDERS = {"harbour-and-pine": Path("harbour-and-pine"), "complete-journey": Path("complete-journey")}

LOOK_AROUND = (
    ("audience preview lapsed_big_spenders", "Who they are, whom you may write to, and why not the rest"),
    ("campaign report winback", "What the campaign earned"),
    ("quarantine list", "What broke its contract"),
    ("explain person C0748569", "One person, every fact with its proof"),
)


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
    serve: Annotated[
        bool, typer.Option("--serve/--no-serve", help="Open its workspace in the background at the end.")
    ] = True,
    json_: Json = False,
) -> None:
    """Build a demo company, run the whole loop over it, hold every figure against the truth, and open its workspace."""
    if data not in FOLDERS:
        raise typer.BadParameter(f"{data!r} is not one of {', '.join(FOLDERS)}", param_hint="--data")
    target = (folder or FOLDERS[data]).resolve()
    stop_serving(target)
    if data == "complete-journey":
        _complete_journey(context, target, json_=json_)
        return
    with output.progress(quiet=json_) as told:
        found = run_demo(target, asked(context).actor, wall, told)
    if json_:
        output.as_json(found)
    else:
        show_beat(found.launched)
        show_beat(found.read)
        if isinstance(found.lift, LiftReport | NoLift):
            show_report(found.lift)
        _show_truth(found.checks)
        _show_next(target)
        if serve:
            opened = start_serving(target, HOST, free_port(HOST, PORT, exactly=False))
            output.heading("The workspace")
            output.good(f"runs at {opened.address}")
            output.say(f"  to end it: {_near(Path(sys.argv[0]))} -C {_near(target)} serve --stop")
        _show_sign_in(found.sign_in)
    if not found.good:
        raise typer.Exit(OUR_FAULT)


def _complete_journey(context: typer.Context, target: Path, *, json_: bool) -> None:
    with output.progress(quiet=json_) as told:
        found = run_complete_journey(target, asked(context).actor, wall, told)
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
    here = f"{_near(Path(sys.argv[0]))} -C {_near(target)}"
    output.heading("Look around")
    for words, meaning in LOOK_AROUND:
        output.say(f"  {meaning}:")
        output.say(f"    {here} {words}")


def _show_sign_in(made: SignIn) -> None:
    output.heading("Sign in to the workspace as")
    output.table(["name", "role"], [list(account) for account in made.accounts])
    output.say(f"  pass phrase of all of them: {made.phrase}")
    output.say(f"  It was made for this demo and stands in {_near(made.file)}.")


def _near(path: Path) -> Path:
    """The path as short as it can be typed from here."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
