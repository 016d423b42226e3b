"""tandem approve and approvals: letting a plan that widens through, signed in by name and password."""

import sys
from datetime import datetime
from typing import Annotated

import typer

from tandem.charter import find_root
from tandem.cli import output
from tandem.cli.app import Json, answering, app, asked, wall
from tandem.kernel import numbers
from tandem.kernel.values import Actor
from tandem.ledger import Approval, Ledger
from tandem.usecases.approve_plan import alone, approve, needed, withdraw
from tandem.usecases.approving import approves, in_words
from tandem.usecases.lasting import lasting
from tandem.usecases.see_plan import Waiting, see_plan
from tandem.usecases.sign_in import prove
from tandem.usecases.workspace import open_ledger_of

HERE = "command line"

Name = Annotated[str, typer.Option("--as", metavar="NAME", help="The account that you sign in with.")]
Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; it is kept for good.")]
Stdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from the first line of standard input.")
]


def signed_in(ledger: Ledger, name: str, *, stdin: bool, now: datetime) -> Actor:
    """Who acts, by account name and password: asked for on a terminal, or read from standard input."""
    if not name:
        raise typer.BadParameter("say which account you sign in with", param_hint="--as")
    if stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    elif sys.stdin.isatty():
        password = typer.prompt("Password", hide_input=True, err=True)
    else:
        raise typer.BadParameter("there is no terminal to ask at", param_hint="--password-stdin")
    user = prove(ledger, name, password, HERE, now)
    return Actor(user.name, str(user.role))


@app.command("approve")
@answering
def approve_(
    context: typer.Context,
    name: Name = "",
    reason: Reason = "",
    lasts: Annotated[
        str, typer.Option("--for", metavar="TIME", help="How long it may be used: 12h, 7d, 2w; 90d at most.")
    ] = "7d",
    plan: Annotated[
        str,
        typer.Option(
            "--plan",
            metavar="PLAN",
            help="`plan` in `tandem plan --json`; without it you are shown what waits and asked.",
        ),
    ] = "",
    owner: Annotated[
        str, typer.Option("--for-function", metavar="it|marketing", help="Only for this function.")
    ] = "",
    withdrawn: Annotated[
        int | None, typer.Option("--withdraw", metavar="ID", help="Take back the approval with this number.")
    ] = None,
    stdin: Stdin = False,
    json_: Json = False,
) -> None:
    """Approve the plan that waits, for the functions that you speak for. Sign in with your account.

    `tandem plan` shows what widens and who is asked. The approval names exactly these files: whoever edits one of
    them needs a new one. It is used once, by `tandem apply`.
    """
    if not plan and withdrawn is None and (stdin or json_):
        raise typer.BadParameter(
            "say which plan you saw, since you cannot be asked: `plan` in `tandem plan --json`",
            param_hint="--plan",
        )
    root, now = find_root(asked(context).charter), wall()
    with open_ledger_of(root) as ledger:
        actor = signed_in(ledger, name, stdin=stdin, now=now)
        if withdrawn is not None:
            _tell([withdraw(root, ledger, actor, withdrawn, now)], "withdrawn", now, json_=json_)
            return
        waiting = see_plan(root, ledger)
        owners = [owner] if owner else _mine(waiting, actor)
        length = lasting(lasts)
        if owners and not plan:
            _show(waiting, owners)
            typer.confirm("\nApprove this?", abort=True)
        done = [
            approve(root, ledger, actor, plan or waiting.plan, one, reason, length, now) for one in owners
        ]
    _tell(done, "approved", now, json_=json_)


@app.command()
@answering
def approvals(context: typer.Context, json_: Json = False) -> None:
    """List what waits for approval and by whom, and the approvals that were given: used, open, expired, withdrawn."""
    root, now = find_root(asked(context).charter), wall()
    with open_ledger_of(root) as ledger:
        waits = needed(see_plan(root, ledger), ledger, now)
        found, single = ledger.approvals(), alone(ledger)
    if json_:
        document = {"waiting": waits, "approvals": [_plain(one, now) for one in found], "single": single}
        output.as_json(document)
        return
    for one in waits:
        given = (
            f"approved by {one.given.actor.name}"
            if one.given
            else f"may: {', '.join(one.who) or 'nobody yet'}"
        )
        output.say(f"{in_words([one.owner])} is asked ({given})")
        for sentence in one.sentences:
            output.say(f"  {sentence}")
    if single:
        output.say("nobody may sign in yet: whoever runs the commands speaks for both functions")
    if not waits:
        output.good("no approval is waited for")
    if found:
        rows = [
            [str(a.id), a.owner, a.actor.name, a.state(now), numbers.moment(a.at), a.reason] for a in found
        ]
        output.table(["id", "for", "by", "state", "when", "why"], rows)


def _mine(waiting: Waiting, actor: Actor) -> list[str]:
    """The functions that are asked and that the person speaks for; else all, so that the refusal says who may."""
    wanted = [*waiting.asked] or [*waiting.approvals]
    return [one for one in wanted if approves(actor.role, one)] or wanted


def _show(waiting: Waiting, owners: list[str]) -> None:
    """What would be approved: what widens, and the edited parts of each function. Nobody approves it unseen."""
    for owner in owners:
        output.say(f"{in_words([owner])} is asked")
        parts = ", ".join(waiting.approvals.get(owner, ()))
        for sentence in waiting.asked.get(owner, ()) or ([f"edits of {parts}"] if parts else []):
            output.say(f"  {sentence}")
    output.say(f"by edits of {', '.join(one.file for one in waiting.changes)} (`tandem plan` shows them)")


def _plain(one: Approval, now: datetime) -> dict[str, object]:
    return {**vars(one), "id": str(one.id), "state": one.state(now)}


def _tell(done: list[Approval], word: str, now: datetime, *, json_: bool) -> None:
    if json_:
        output.as_json({"approvals": [_plain(one, now) for one in done]})
        return
    for one in done:
        until = f", to be used until {numbers.moment(one.expires_at)}" if word == "approved" else ""
        output.good(f"{word} for {in_words([one.owner])} as number {one.id}{until}")
    if not done:
        output.good("nothing asks for an approval")
