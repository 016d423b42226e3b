"""tandem explain: ask why, station by station."""

from collections.abc import Sequence
from typing import Annotated

import typer

from tandem.cli import output
from tandem.cli.app import Json, answering, app, asked, opened
from tandem.usecases.auditing import by
from tandem.usecases.explain_contact import explain_contact
from tandem.usecases.explain_event import explain_event
from tandem.usecases.explain_person import explain_person
from tandem.usecases.explaining import Explanation, note_seen

explain = typer.Typer(
    no_args_is_help=True, help="Ask why: walk the stations of a person, an event or a contact."
)
app.add_typer(explain, name="explain")


@explain.command()
@answering
def person(
    context: typer.Context,
    id_: Annotated[
        str,
        typer.Argument(metavar="ID", help="A person id, or any identifier: e-mail, phone, customer number."),
    ],
    json_: Json = False,
) -> None:
    """Who this is and why: identifiers with proofs, consents, traits, audiences, campaigns, last events."""
    with opened(context) as work:
        found = explain_person(work, id_)
        if json_:
            work.trail.add(by(asked(context).actor, "export", "explain person", "done"))
    _show(found, json_=json_)


@explain.command()
@answering
def event(
    context: typer.Context,
    id_: Annotated[int, typer.Argument(metavar="ID", help="Id of an event, a record or a quarantine entry.")],
    json_: Json = False,
) -> None:
    """Where an event came from, what the checks said, whose it is, what it proves."""
    with opened(context) as work:
        found = explain_event(work, id_)
        note_seen(work, "explain event", found)
    _show((found,), json_=json_)


@explain.command()
@answering
def contact(
    context: typer.Context,
    id_: Annotated[
        int,
        typer.Argument(metavar="ID", help="Id of a contact, or of a receipt that says why there was none."),
    ],
    json_: Json = False,
) -> None:
    """Why a person was contacted, or was not."""
    with opened(context) as work:
        found = explain_contact(work, id_)
        note_seen(work, "explain contact", found)
    _show((found,), json_=json_)


def _show(found: Sequence[Explanation], *, json_: bool) -> None:
    if json_:
        output.as_json({"explanations": [one.to_dict() for one in found]})
        return
    for one in found:
        output.heading(one.of)
        for station in one.stations:
            output.say(f"\n  {station.name}")
            for sentence in station.sentences:
                output.say(f"    {sentence}")
        if one.hidden:
            output.say(f"\n  hidden from your role: {', '.join(one.hidden)}")
