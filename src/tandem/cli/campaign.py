"""tandem campaign: what is running and what it earned."""

from typing import Annotated

import typer

from tandem.cli import output
from tandem.cli.app import PROBLEMS_FOUND, Json, Now, answering, app, opened, time_of
from tandem.kernel import numbers
from tandem.usecases.list_campaigns import list_campaigns
from tandem.usecases.report_lift import Arm, LiftReport, NoLift, report_lift
from tandem.usecases.settle_contacts import settle_contacts

campaign = typer.Typer(no_args_is_help=True, help="Campaigns: who was contacted, and what it earned.")
app.add_typer(campaign, name="campaign")

Name = Annotated[str, typer.Argument(metavar="NAME", help="A campaign of the charter in force.")]


@campaign.command("list")
@answering
def list_(context: typer.Context, now: Now = None, json_: Json = False) -> None:
    """List the campaigns with their arms and where they stand."""
    with opened(context) as work:
        found = list_campaigns(work, time_of(now, work.ledger))
    if json_:
        output.as_json({"campaigns": [one.to_dict() for one in found]})
        return
    rows = [
        [
            one.campaign,
            one.title,
            one.audience,
            one.state,
            *("–" if n is None else str(n) for n in (one.treated, one.control, one.contacted)),
        ]
        for one in found
    ]
    output.table(["campaign", "title", "audience", "state", "treated", "held out", "contacted"], rows)


@campaign.command()
@answering
def report(context: typer.Context, name: Name, now: Now = None, json_: Json = False) -> None:
    """Say what a campaign earned: lift against the held-out people with a 95 % interval, or why nobody can say."""
    with opened(context) as work:
        found = report_lift(work, name, time_of(now, work.ledger))
    if json_:
        output.as_json(found)
    else:
        show_report(found)
    if isinstance(found, NoLift):
        raise typer.Exit(PROBLEMS_FOUND)


@campaign.command()
@answering
def settle(
    context: typer.Context,
    name: Name,
    outcome: Annotated[
        str, typer.Option("--as", help="sent: the mail server's log has the Message-ID. resend: it has not.")
    ],
    contact: Annotated[
        list[int] | None, typer.Option("--contact", help="Only these contacts; default: all uncertain ones.")
    ] = None,
    now: Now = None,
    json_: Json = False,
) -> None:
    """Decide contacts that a crash left uncertain, after looking up their Message-ID in the mail server's log."""
    if outcome not in ("sent", "resend"):
        raise typer.BadParameter("say --as sent or --as resend", param_hint="--as")
    with opened(context) as work:
        done = settle_contacts(work, name, outcome == "sent", contact, time_of(now, work.ledger))
    if json_:
        output.as_json({"settled": done})
    else:
        output.good(f"{numbers.plural(done, 'contact')} settled as {outcome}")


def show_report(found: LiftReport | NoLift) -> None:
    """The report as a person reads it."""
    figures = found.figures
    output.heading(figures.title)
    for sentence in found.sentences:
        output.say(sentence)
    output.say()
    columns = [
        "arm",
        "assigned",
        "contacted",
        "converted",
        "rate",
        f"value{f' in {figures.unit}' if figures.unit else ''}",
        "per person",
    ]
    output.table(columns, [_arm(name, arm, figures.smallest_group) for name, arm in figures.arms.items()])


def _arm(name: str, arm: Arm, smallest_group: int) -> list[str]:
    counts = [str(one) for one in arm.told(smallest_group)]
    if arm.few(smallest_group):
        return [name, *counts, "–", "–", "–"]
    rate = numbers.percent(arm.converted / arm.assigned)
    if arm.value is None:
        return [name, *counts, rate, "–", "–"]
    return [name, *counts, rate, numbers.decimal(arm.value), numbers.decimal(arm.value / arm.assigned)]
