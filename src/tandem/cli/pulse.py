"""tandem pulse: how far apart the two functions are."""

from typing import Annotated

import typer

from tandem.cli import output
from tandem.cli.app import Json, answering, app
from tandem.kernel import numbers
from tandem.usecases.compare_pulse import ASSUMPTIONS, Comparison, PublishedQuestion, compare_published

pulse = typer.Typer(no_args_is_help=True, help="The distance between marketing and IT, measured.")
app.add_typer(pulse, name="pulse")


@pulse.command()
@answering
def compare(
    benchmark: Annotated[
        str, typer.Option("--benchmark", help="Wave of the published studies: 2010-cmo-council, 2012, 2014.")
    ],
    question: Annotated[
        str | None, typer.Option("--question", "-q", help="Only this question, such as NEED.")
    ] = None,
    json_: Json = False,
) -> None:
    """Print published figures of marketing (CMO) and IT (CIO) leaders side by side.

    Gap, 95 % interval and adjusted p stand where the number of people asked is known; where it is not, only
    the difference does.
    """
    found = compare_published(benchmark, question)
    if json_:
        rows = [row.to_dict() for one in found for row in one.rows]
        questions = [
            {name: value for name, value in one.to_dict().items() if name != "rows"} for one in found
        ]
        output.as_json(
            {"benchmark": benchmark, "assumptions": list(ASSUMPTIONS), "rows": rows, "questions": questions}
        )
        return
    notes: dict[str, int] = {}
    for one in found:
        output.heading(f"{one.wording}  ({', '.join(filter(None, (one.id, one.figure)))})")
        output.table(
            ["item", "CMO", "CIO", "gap", "95 % interval", "p adjusted", "note"],
            [_row(row, notes) for row in one.rows],
        )
        _more(one)
    output.heading("Notes")
    for note, number in notes.items():
        output.say(f"{number:>3}  {note}")
    for sentence in ASSUMPTIONS:
        output.say(f"  ·  {sentence}")


def _more(one: PublishedQuestion) -> None:
    """What stands beneath a question: its scale, the order of its lists, what to mind."""
    if one.scale:
        columns = ["percent", "1", "2", "3", "4", "5", "top 2", "bottom 2", "bottom 3", "sum"]
        sums = ("top_two", "bottom_two", "bottom_three", "total")
        output.table(
            columns,
            [
                [
                    row.group,
                    *(f"{point:g}" for point in (*row.points, *(getattr(row, name) for name in sums))),
                ]
                for row in one.scale
            ],
        )
    if one.lists:
        for sentence in one.lists.sentences:
            output.say(f"  {sentence}")
    for sentence in filter(None, (one.what_if, *one.notes)):
        output.say(f"  ·  {sentence}")


def _row(row: Comparison, notes: dict[str, int]) -> list[str]:
    rank = str(row.statistic) == "rank"
    unit = "" if rank else " %"
    sides = [f"{side.value:g}{unit}" if side else "–" for side in (row.cmo, row.cio)]
    gap = "–" if row.gap is None else f"{row.gap:+g}" + (" places" if rank else " points")
    interval = "–" if row.low is None else f"{row.low:+.1f} to {row.high:+.1f}"
    p = "–" if row.p_holm is None else numbers.probability(row.p_holm)
    return [row.item, *sides, gap, interval, p, _marks(row, notes)]


def _marks(row: Comparison, notes: dict[str, int]) -> str:
    return ",".join(str(notes.setdefault(text, len(notes) + 1)) for text in row.caveats)
