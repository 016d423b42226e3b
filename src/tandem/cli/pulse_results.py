"""tandem pulse results, report: what a pulse found, in the terminal and as files."""

from pathlib import Path
from typing import Annotated

import typer

from tandem.align.export.report import gap_cells
from tandem.align.export.words import p_text, subtitle
from tandem.align.result import Finding, PulseResult
from tandem.align.telling import amount, percent
from tandem.charter import find_root
from tandem.cli import output
from tandem.cli.app import Json, Now, answering, asked, time_of, wall
from tandem.cli.pulse import pulse
from tandem.kernel import Place, Problems
from tandem.usecases.report_pulse import REPORTS, report_pulse
from tandem.usecases.result_problems import NOT_WRITTEN
from tandem.usecases.see_pulse import see_pulse
from tandem.usecases.workspace import open_ledger_of

Wave = Annotated[str, typer.Argument(metavar="WAVE", help="Name of the pulse, such as autumn.")]


@pulse.command()
@answering
def results(
    context: typer.Context,
    wave: Wave,
    now: Now = None,
    json_: Json = False,
) -> None:
    """Print what a closed pulse found: the index, what matters most, every difference between the sides."""
    root = find_root(asked(context).charter)
    with open_ledger_of(root) as ledger:
        found = see_pulse(root, ledger, wave, time_of(now, ledger))
    if json_:
        output.as_json(found)
        return
    output.heading(found.title)
    output.say(subtitle(found))
    output.say(found.index.sentence if found.index else found.index_missing)
    if found.most:
        output.heading("What matters most")
    for place, one in enumerate(found.most, start=1):
        output.say(f"{place}. {one.sentence}")
    _questions(found)
    output.heading("Notes")
    for heading, said in found.method:
        output.say(f"{heading}: {said}")


@pulse.command()
@answering
def report(
    context: typer.Context,
    wave: Wave,
    format_: Annotated[str, typer.Option("--format", metavar="|".join(REPORTS), help="What to write.")],
    out: Annotated[
        Path | None, typer.Option("--out", help="File to write. Default: WAVE.FORMAT here.")
    ] = None,
    now: Now = None,
    json_: Json = False,
) -> None:
    """Write the result of a closed pulse: slides, a banner book, a report to read or one to print."""
    root, actor = find_root(asked(context).charter), asked(context).actor
    with open_ledger_of(root) as ledger:
        made = report_pulse(root, ledger, actor, wave, format_, time_of(now, ledger), wall())
    file = out or Path(made.name)
    try:
        file.write_bytes(made.body)
    except OSError as error:
        sentence = "the report cannot be written"
        raise Problems(NOT_WRITTEN(sentence, place=Place(str(file)), found=str(error.strerror))) from error
    if json_:
        output.as_json({"pulse": wave, "format": format_, "file": str(file), "bytes": len(made.body)})
        return
    output.good(f"{file} is written")


def _questions(found: PulseResult) -> None:
    for one in found.questions:
        if not one.findings:
            continue
        output.heading(f"{one.wording}  ({one.id}, asked of {one.asked_of})")
        columns = ["item", "marketing", "IT", "gap", "95 % interval", "p adjusted"]
        output.table(columns, [_row(finding) for finding in one.findings])


def _row(one: Finding) -> list[str]:
    write = percent if one.share else amount
    sides = {side.group: "not shown" if side.value is None else write(side.value) for side in one.sides}
    name = f"{one.item} (guessed by {one.sides[0].name})" if one.guess else one.item
    gap, between = gap_cells(one)
    told = [sides.get(group, "not asked") for group in ("marketing", "it")]
    return [name, *told, gap or "–", between or "–", p_text(one.p_holm) or "–"]
