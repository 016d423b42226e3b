"""tandem pulse import, export: answers from other tools, and to them."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer

from tandem.charter import find_root
from tandem.cli import output
from tandem.cli.app import Json, Now, answering, asked, time_of, wall
from tandem.cli.pulse import pulse
from tandem.kernel import Problem, numbers
from tandem.usecases.export_pulse import export_pulse
from tandem.usecases.import_pulse import Telling, import_pulse
from tandem.usecases.workspace import open_ledger_of

Name = Annotated[str, typer.Argument(metavar="NAME", help="Name of the pulse, such as autumn.")]


def _map(text: str | None) -> str | None:
    _names(text)
    return text


def _names(text: str | None) -> Mapping[str, str]:
    """`1=marketing,2=it` as answer -> group."""
    names: dict[str, str] = {}
    for pair in (text or "").split(",") if text else ():
        answer, mark, group = pair.rpartition("=")
        if not mark or not answer.strip() or not group.strip():
            raise typer.BadParameter(f"{pair!r} is no answer and group; write it like 1=marketing,2=it")
        names[answer.strip()] = group.strip()
    return names


@pulse.command("import")
@answering
def import_(
    context: typer.Context,
    name: Name,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A .csv, a .sav, or the .sss of a Triple-S survey.")
    ],
    codebook: Annotated[
        Path | None,
        typer.Option(
            "--codebook", metavar="YML", help="What its columns mean. Default: FILE.codebook.yml beside it."
        ),
    ] = None,
    instrument: Annotated[
        str, typer.Option("--instrument", help="It was asked by this survey of pulse/, whose names it has.")
    ] = "",
    group: Annotated[
        str, typer.Option("--group", metavar="VARIABLE", help="The variable that tells the side.")
    ] = "",
    names: Annotated[
        str | None,
        typer.Option("--map", callback=_map, help="Which of its answers is which side: 1=marketing,2=it."),
    ] = None,
    weight: Annotated[
        str, typer.Option("--weight", metavar="COLUMN", help="The column of the weights.")
    ] = "",
    now: Now = None,
    json_: Json = False,
) -> None:
    """Bring in the answers of a survey that ran elsewhere, as a closed pulse. All of it fits, or nothing is kept."""
    root, actor = find_root(asked(context).charter), asked(context).actor
    telling = Telling(codebook, instrument, group, _names(names), weight)
    with open_ledger_of(root) as ledger:
        done = import_pulse(root, ledger, actor, name, file, telling, time_of(now, ledger), wall())
    if json_:
        output.as_json(done.to_dict())
        return
    counts = ", ".join(f"{side} {number}" for side, number in done.rows.items())
    weighted = ", weighted" if done.weighted else ""
    output.good(f"{name}: {numbers.plural(done.variables, 'variable')}; {counts}{weighted}")
    if done.neither:
        output.say(f"of neither side, kept but in no figure: {done.neither}")
    _tell(done.notices)


@pulse.command("export")
@answering
def export_(
    context: typer.Context,
    name: Name,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder to write into.")],
    format_: Annotated[str, typer.Option("--format", help="csv, sav or triple-s.")] = "csv",
    texts: Annotated[
        bool, typer.Option("--texts", help="Also what people wrote in their own words, which may name them.")
    ] = False,
    profile: Annotated[
        bool,
        typer.Option("--profile", help="Also what people said of themselves, but where few said the same."),
    ] = False,
    now: Now = None,
    json_: Json = False,
) -> None:
    """Write the answers of a closed pulse row by row, with their codebook. For analysts and admins: --as analyst."""
    root, actor = find_root(asked(context).charter), asked(context).actor
    with open_ledger_of(root) as ledger:
        done = export_pulse(
            root,
            ledger,
            actor,
            name,
            format_,
            out,
            time_of(now, ledger),
            wall(),
            texts=texts,
            profile=profile,
        )
    if json_:
        output.as_json(done.to_dict())
        return
    for file in done.files:
        output.good(str(file))
    output.say(f"{numbers.plural(done.rows, 'row')}, in no order of time")
    if done.left_out:
        output.say(
            f"left out, for people might be found by it: {', '.join(done.left_out)}   (--texts, --profile take them)"
        )
    if done.blanked:
        output.say(
            f"{numbers.plural(done.blanked, 'row')} blank in what people said of themselves: too few said the same"
        )
    _tell(done.notices)


def _tell(notices: Sequence[Problem]) -> None:
    """What a file says that a survey here does not, or the other way round."""
    if notices:
        output.heading("To know")
    for one in notices:
        output.say(f"  ·  {one.sentence}")
