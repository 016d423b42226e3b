"""tandem request: asking for access, seeing how long requests wait, and answering them."""

from datetime import datetime
from typing import Annotated

import typer

from tandem.charter import find_root
from tandem.cli import output
from tandem.cli.app import Json, answering, app, asked, wall
from tandem.cli.approve import Name, Reason, Stdin, signed_in
from tandem.kernel import numbers
from tandem.ledger import AccessRequest, AccessState
from tandem.usecases import ask_access
from tandem.usecases.ask_access import clock_of_requests, wants_of
from tandem.usecases.clock import clock
from tandem.usecases.lasting import lasting
from tandem.usecases.workspace import open_ledger_of

request = typer.Typer(
    no_args_is_help=True, help="Requests for access: ask, list with how long they wait, answer."
)
app.add_typer(request, name="request")

Number = Annotated[int, typer.Argument(metavar="ID", min=1, max=2**63 - 1, help="The number of the request.")]


@request.command()
@answering
def add(
    context: typer.Context,
    purpose: Annotated[str, typer.Option("--purpose", help="The purpose, as purposes.yml names it.")],
    destination: Annotated[
        str, typer.Option("--destination", help="Where to: preview, email, file, measure, explain.")
    ],
    labels: Annotated[
        list[str], typer.Option("--label", help="Label of the fields; several times for several.")
    ],
    fields: Annotated[list[str] | None, typer.Option("--field", help="A field that it is for.")] = None,
    reason: Reason = "",
    name: Name = "",
    stdin: Stdin = False,
    json_: Json = False,
) -> None:
    """Ask for access for your role. Sign in with your account; a refusal says what to ask for."""
    root, now = find_root(asked(context).charter), wall()
    with open_ledger_of(root) as ledger:
        actor = signed_in(ledger, name, stdin=stdin, now=now)
        done = ask_access.ask(root, ledger, actor, purpose, destination, labels, fields or [], reason, now)
    _tell(done, now, f"asked, as number {done.id}", json_=json_)


@request.command("list")
@answering
def list_(context: typer.Context, json_: Json = False) -> None:
    """List all requests, newest first, with how long each waited; and the median and the longest wait."""
    now = wall()
    with open_ledger_of(find_root(asked(context).charter)) as ledger:
        found = ledger.requests()
    waits = clock_of_requests(found, now)
    if json_:
        output.as_json({"requests": [_plain(one, now) for one in found], "clock": waits})
        return
    if not found:
        output.say("nobody has asked for access yet")
        return
    rows = [
        [
            str(one.id),
            one.actor.name,
            wants_of(one).sentence().replace("`", ""),
            one.state,
            numbers.lasting(one.waited(now).total_seconds()),
            one.answer or "",
        ]
        for one in found
    ]
    output.table(["id", "by", "wants", "state", "waited", "answer"], rows)
    if waits.median is not None and waits.longest is not None:
        half, most = (numbers.lasting(one.total_seconds()) for one in (waits.median, waits.longest))
        output.say(f"\nhalf of {waits.answered} were answered within {half}, the longest after {most}")


@request.command()
@answering
def answer(
    context: typer.Context,
    number: Number,
    grant: Annotated[bool, typer.Option("--grant/--refuse", help="Grant it for a time, or refuse it.")],
    reason: Reason = "",
    lasts: Annotated[
        str,
        typer.Option("--for", metavar="TIME", help="How long the grant lasts: 7d, 30d, 12w; a year at most."),
    ] = "30d",
    name: Name = "",
    stdin: Stdin = False,
    json_: Json = False,
) -> None:
    """Answer a request. Granting writes a grant that ends into policies/; apply the plan to put it in force.

    If nothing else waits in the plan, the answer approves that plan as well.
    """
    root, now = find_root(asked(context).charter), wall()
    with open_ledger_of(root) as ledger:
        actor = signed_in(ledger, name, stdin=stdin, now=now)
        if not grant:
            refused = ask_access.refuse(root, ledger, actor, number, reason, now)
            _tell(refused, now, f"request {number} is refused", json_=json_)
            return
        at = clock(ledger, wall)
        done = ask_access.grant(root, ledger, actor, number, reason, lasting(lasts), now, at)
    rest = (
        "approved with it: `tandem apply`" if done.approved else "to be approved: `tandem approve --as NAME`"
    )
    _tell(done.request, now, f"request {number} is granted in {done.file}; the plan is {rest}", json_=json_)


@request.command()
@answering
def withdraw(
    context: typer.Context, number: Number, name: Name = "", stdin: Stdin = False, json_: Json = False
) -> None:
    """Take back your own request."""
    root, now = find_root(asked(context).charter), wall()
    with open_ledger_of(root) as ledger:
        actor = signed_in(ledger, name, stdin=stdin, now=now)
        done = ask_access.withdraw_request(root, ledger, actor, number, now)
    _tell(done, now, f"request {number} is withdrawn", json_=json_)


def _plain(one: AccessRequest, now: datetime) -> dict[str, object]:
    waited = one.waited(now)
    return {**vars(one), "id": str(one.id), "state": str(one.state), "open": one.state is AccessState.OPEN,
            "waited_seconds": waited.total_seconds()}  # fmt: skip


def _tell(one: AccessRequest, now: datetime, sentence: str, *, json_: bool) -> None:
    if json_:
        output.as_json({"request": _plain(one, now)})
        return
    output.good(sentence)
