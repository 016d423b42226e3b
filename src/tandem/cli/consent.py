"""tandem consent: what one person agreed to, now and at any time, and taking a yes or no on the command line."""

from typing import Annotated

import typer

from tandem.cli import output
from tandem.cli.app import Json, Now, answering, app, asked, moment, time_of, wall
from tandem.collect.statements import DENIED, GRANTED
from tandem.kernel import numbers
from tandem.usecases.preferences import link_of
from tandem.usecases.see_consent import see_consent
from tandem.usecases.state_consent import state_given
from tandem.usecases.workspace import open_workspace

consent = typer.Typer(
    no_args_is_help=True, help="What people agreed to, with proof; and the link to change it."
)
app.add_typer(consent, name="consent")

Person = Annotated[
    str,
    typer.Argument(metavar="PERSON", help="A person id, or any identifier: e-mail, phone, customer number."),
]


@consent.command()
@answering
def show(
    context: typer.Context,
    person: Person,
    at: Annotated[
        str | None, typer.Option("--at", metavar="T", help="As of this time: ISO 8601, UTC. Default: now.")
    ] = None,
    json_: Json = False,
) -> None:
    """What held for each purpose at a time, and everything that was ever said, with its proof."""
    with open_workspace(asked(context).charter, asked(context).actor, wall) as work:
        then = time_of(None, work.ledger) if at is None else moment(at)
        found = see_consent(work, person, then)
    if json_:
        output.as_json({"people": [one.to_dict() for one in found]})
        return
    for one in found:
        output.heading(f"person {one.person}, as of {numbers.moment(one.at)}")
        for held in one.purposes:
            output.say(f"  {held.purpose}: {held.sentence}")
        output.say("\n  everything that was said")
        for said in one.history:
            output.say(f"    {said.sentence}")
        if not one.history:
            output.say("    nothing yet")


@consent.command("set")
@answering
def set_(
    context: typer.Context,
    kind: Annotated[str, typer.Argument(metavar="KIND", help="Kind of identifier, such as email.")],
    value: Annotated[str, typer.Argument(metavar="VALUE", help="Its value, such as an e-mail address.")],
    purpose: Annotated[str, typer.Argument(metavar="PURPOSE", help="A purpose of purposes.yml.")],
    state: Annotated[str, typer.Argument(metavar="STATE", help=f"{GRANTED} or {DENIED}.")],
    proof: Annotated[str, typer.Option("--proof", help="What proves it, such as `letter of 3 March`.")],
    wording: Annotated[
        str | None, typer.Option("--wording", help="Version of the wording that was shown.")
    ] = None,
    at: Annotated[
        str | None, typer.Option("--at", metavar="T", help="When it was said: ISO 8601, UTC. Default: now.")
    ] = None,
    now: Now = None,
    json_: Json = False,
) -> None:
    """Take a yes or a no that reached you another way. It counts from the next `tandem run` on."""
    given = {
        "identifier": {"kind": kind, "value": value},
        "purpose": purpose,
        "state": state,
        "proof": proof,
        **({"wording": wording} if wording else {}),
        **({"at": at} if at else {}),
    }
    with open_workspace(asked(context).charter, asked(context).actor, wall) as work:
        ids = state_given(work, [given], "cli", time_of(now, work.ledger))
    if json_:
        output.as_json({"ids": list(ids)})
    else:
        output.say(f"kept as {ids[0]}; it counts from the next `tandem run` on")


@consent.command()
@answering
def link(context: typer.Context, person: Person, now: Now = None, json_: Json = False) -> None:
    """The link to this person's own preference page. Whoever has it can see and change what they agreed to."""
    with open_workspace(asked(context).charter, asked(context).actor, wall) as work:
        made = link_of(work, person, time_of(now, work.ledger))
    if json_:
        output.as_json({"link": made.address, "until": made.until.isoformat() + "Z"})
    else:
        output.say(made.address)
        output.say(f"It holds until {numbers.moment(made.until)}.")
