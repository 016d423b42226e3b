"""tandem policy: what the rules let through, and what each of them costs."""

from typing import Annotated

import typer

from tandem.cli import output
from tandem.cli.app import Json, Now, answering, app, asked, opened, time_of, wall
from tandem.kernel import numbers
from tandem.usecases.list_rules import KINDS, list_rules
from tandem.usecases.price_of_rules import ASSUMPTION, Clause, Use, price_of_rules
from tandem.usecases.price_words import cost_words
from tandem.usecases.workspace import open_workspace

policy = typer.Typer(no_args_is_help=True, help="The rules of the charter, and the price of each.")
app.add_typer(policy, name="policy")


@policy.command()
@answering
def cost(
    context: typer.Context,
    purpose: Annotated[str | None, typer.Option("--purpose", help="Only for this purpose.")] = None,
    audience: Annotated[str | None, typer.Option("--audience", help="Only for this audience.")] = None,
    now: Now = None,
    json_: Json = False,
) -> None:
    """Count whom each clause keeps from being reached, and what that costs by the campaigns with held-out people.

    People are told of each clause twice: those whom no stronger clause keeps out, so that all add up; and those who
    would be reached without this clause alone, who are what it costs. Where no campaign measured the purpose by that
    channel, the value is not known yet.
    """
    common = asked(context)
    with open_workspace(common.charter, common.actor, wall) as work:
        found = price_of_rules(work, time_of(now, work.ledger), purpose, audience)
    if json_:
        output.as_json(found)
        return
    if not found.uses:
        output.say("nobody is known yet, or no purpose has a channel: there is nothing to price")
        return
    for use in found.uses:
        _show(use)
    output.say(f"\n{ASSUMPTION}")


@policy.command()
@answering
def rules(context: typer.Context, now: Now = None, json_: Json = False) -> None:
    """List every rule in force in plain sentences, with the file and line where it stands.

    Purposes, the smallest group, labels of your own, masks, what each role may use, and of whom. What none of these
    rules allows is refused. A grant that has ended is listed and said to have ended.
    """
    with opened(context) as work:
        found = list_rules(work, time_of(now, work.ledger))
    if json_:
        output.as_json(found)
        return
    for about in KINDS.values():
        of = [one for one in found.rules if one.about == about]
        if of:
            output.heading(about)
        for one in of:
            output.say(f"  {one.sentence} ({one.clause.place})")
    output.say("\nWhat none of these rules allows is refused.")


def _show(use: Use) -> None:
    output.heading(f"{use.title} for {use.purpose} by {use.channel}")
    if use.refused:
        output.say(f"  not told: {use.refused[0].sentence}")
        return
    output.say(f"  {use.size} people, {use.reached} may be reached")
    if use.worth is not None:
        each, low, high = (numbers.money(one, use.worth.unit) for one in _three(use))
        output.say(f"  reaching one of them: {each} ({low} to {high}), by {', '.join(use.worth.campaigns)}")
    elif use.unmeasured:
        output.say(f"  {use.unmeasured}")
    if use.clauses:
        columns = ["people", "of them by this alone", "costs", "clause"]
        output.table(columns, [_row(one) for one in use.clauses])
    if use.hidden:
        output.say(f"  the smallest group hides {numbers.plural(use.hidden, 'count')} here")


def _three(use: Use) -> tuple[float, float, float]:
    assert use.worth is not None
    return use.worth.value, use.worth.low, use.worth.high


def _row(one: Clause) -> list[object]:
    place = f" ({one.place})" if one.place else ""
    return [one.people, one.alone, cost_words(one), f"{one.sentence}{place}"]
