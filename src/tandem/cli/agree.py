"""tandem agree: what happened between marketing and IT, what they believe of it, and the five imperatives."""

from typing import Annotated

import typer

from tandem.align.happened import Window
from tandem.align.yardsticks import written
from tandem.cli import output
from tandem.cli.app import Json, Now, answering, app, moment, opened, time_of, wall
from tandem.kernel import iso, numbers
from tandem.usecases.see_scorecard import Scorecard, see_agreement
from tandem.usecases.see_telemetry import Figure, Telemetry, window_of

agree = typer.Typer(
    no_args_is_help=True, help="How far apart marketing and IT are: what happened, and what they believe."
)
app.add_typer(agree, name="agree")

Since = Annotated[
    str | None,
    typer.Option("--since", metavar="T", help="From this time on: ISO 8601, UTC. Default: 90 days before."),
]
Until = Annotated[
    str | None,
    typer.Option("--until", metavar="T", help="Before this time: ISO 8601, UTC. Default: up to now."),
]


@agree.command()
@answering
def telemetry(
    context: typer.Context, since: Since = None, until: Until = None, now: Now = None, json_: Json = False
) -> None:
    """Print every figure of what happened in a time, beside what both sides believe, and where the two part.

    A figure that nobody can know says why, and what would bring it. Nothing recorded is never a zero.
    """
    found, _ = _read(context, since, until, now)
    if json_:
        output.as_json({**_span(found.window), "pulse": found.believed.pulse if found.believed else None,
                        "figures": [_plain(one) for one in found.figures]})  # fmt: skip
        return
    output.heading(f"{numbers.day(found.window.since)} to {numbers.day(found.window.until)}")
    output.table(["figure", "value", "state", "rests on", "before"], [_row(one) for one in found.figures])
    for one in found.figures:
        _tell(one)


@agree.command()
@answering
def scorecard(
    context: typer.Context, since: Since = None, until: Until = None, now: Now = None, json_: Json = False
) -> None:
    """Print the five imperatives: state, trend, the lines they follow from, and what to do next."""
    _, found = _read(context, since, until, now)
    if json_:
        output.as_json(
            {**_span(found.window), "pulse": found.pulse, "rule": found.rule, "cards": found.cards}
        )
        return
    for card in found.cards:
        trend = f", {card.trend}" if card.trend != "not known" else ""
        output.heading(f"{card.title}: {card.state}{trend}")
        rows = [
            [one.title, one.value or numbers.UNKNOWN, one.state, one.trend, one.rests_on]
            for one in card.lines
        ]
        output.table(["line", "value", "state", "trend", "rests on"], rows)
        output.say(f"next: {card.next.action} ({card.next.who})" if card.next else "next: keep on")
    output.say(f"\n{found.rule}")


def _read(
    context: typer.Context, since: str | None, until: str | None, now: str | None
) -> tuple[Telemetry, Scorecard]:
    with opened(context) as work:
        at = time_of(now, work.ledger)
        start, end = (None if one is None else moment(one) for one in (since, until))
        found = see_agreement(work, window_of(start, end, at), at, wall())
    return found.telemetry, found.scorecard


def _row(one: Figure) -> list[str]:
    found, before = one.measure, one.before
    return [
        found.title,
        numbers.UNKNOWN if found.value is None else written(found.value, found.unit),
        one.judged.state,
        f"{found.of}: {numbers.count(found.n)}" if found.n else "",
        "" if before is None or before.value is None else written(before.value, before.unit),
    ]


def _tell(one: Figure) -> None:
    """What is not in the table: why nothing is known, and what both sides believe."""
    why = one.measure.not_known
    if why is None and not one.beside:
        return
    output.heading(one.measure.title)
    if why is not None:
        output.say(f"{why.reason} {why.how}")
    for beside in one.beside:
        output.say(f"“{beside.item.statement}”: {beside.label}")
        for said in beside.said:
            output.say(f"  {said.sentence}")


def _plain(one: Figure) -> dict[str, object]:
    return {"measure": one.measure, "before": one.before, "judged": one.judged, "beside": one.beside}


def _span(window: Window) -> dict[str, object]:
    return {"since": iso(window.since), "until": iso(window.until)}
