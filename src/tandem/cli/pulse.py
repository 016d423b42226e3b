"""tandem pulse: how far apart the two functions are."""

from itertools import groupby
from typing import Annotated

import typer

from tandem.cli import output
from tandem.cli.app import Json, answering, app
from tandem.kernel import numbers
from tandem.usecases.compare_pulse import ASSUMPTIONS, Comparison, compare_published

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
    rows = compare_published(benchmark, question)
    if json_:
        output.as_json(
            {"benchmark": benchmark, "assumptions": list(ASSUMPTIONS), "rows": [r.to_dict() for r in rows]}
        )
        return
    notes: dict[str, int] = {}
    for title, items in groupby(rows, key=lambda row: (row.question_id, row.question)):
        output.heading(f"{title[1]}  ({title[0]})")
        output.table(
            ["item", "CMO", "CIO", "gap", "95 % interval", "p adjusted", "note"],
            [_row(i, notes) for i in items],
        )
    output.heading("Notes")
    for note, number in notes.items():
        output.say(f"{number:>3}  {note}")
    for sentence in ASSUMPTIONS:
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
