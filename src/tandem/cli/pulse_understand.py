"""tandem pulse understand: a closed pulse looked at closer."""

from typing import Annotated

import typer

from tandem.charter import find_root
from tandem.cli import output
from tandem.cli.app import Json, Now, answering, asked, time_of
from tandem.cli.pulse import pulse
from tandem.kernel import numbers
from tandem.usecases.understand_pulse import Change, Understanding, understand_pulse
from tandem.usecases.workspace import open_ledger_of

MOST = 20


@pulse.command()
@answering
def understand(
    context: typer.Context,
    wave: Annotated[str, typer.Argument(metavar="WAVE", help="Name of the pulse, such as autumn.")],
    before: Annotated[
        str | None,
        typer.Option("--before", help="An earlier pulse. Default: the last one before; `none` for none."),
    ] = None,
    now: Now = None,
    json_: Json = False,
) -> None:
    """Print how alike the two sides' lists are, how well each knows the other, and what changed since before."""
    root = find_root(asked(context).charter)
    with open_ledger_of(root) as ledger:
        found = understand_pulse(ledger, wave, time_of(now, ledger), "" if before == "none" else before)
    if json_:
        output.as_json(found)
        return
    output.heading(found.title)
    output.heading("How well each side knows the other")
    for known in found.knowledge:
        output.say(f"{known.sentence}  ({known.question})")
    output.heading("How alike the two sides order the same things")
    for one in found.lists:
        output.say(f"{one.question}: {one.sentence}")
    _since(found)


def _since(found: Understanding) -> None:
    if found.waves is None:
        output.say("There is no earlier pulse to hold it against.")
        return
    output.heading(f"Since {found.before}")
    clear = [one for one in (*found.waves.gaps, *found.waves.changes) if one.clear]
    if not clear:
        output.say("Nothing changed beyond chance.")
    else:
        output.table(
            ["item", "of", "before", "now", "change", "p adjusted"], [_row(one) for one in clear[:MOST]]
        )
    for apart in found.waves.apart:
        output.say(f"  ·  {apart.variable}: {apart.why}, so it is not compared.")


def _row(one: Change) -> list[str]:
    told = [f"{value:.2f}" for value in (one.before, one.now, one.change)]
    return [one.item, one.side or "the gap", *told, numbers.probability(one.p_holm or 0.0)]
