"""tandem user: who may sign in to the workspace in the browser."""

import sys
from typing import Annotated

import typer

from tandem.charter import find_root
from tandem.cli import output
from tandem.cli.app import Json, answering, app, asked, wall
from tandem.kernel import numbers
from tandem.kernel.values import WorkspaceRole
from tandem.ledger import Ledger
from tandem.usecases.auditing import by, note
from tandem.usecases.manage_users import (
    User,
    accounts,
    add_account,
    give_password,
    give_role,
    pass_phrase,
    remove_account,
)
from tandem.usecases.workspace import open_ledger_of

user = typer.Typer(no_args_is_help=True, help="Who may sign in to the workspace in the browser, and as what.")
app.add_typer(user, name="user")

Name = Annotated[
    str, typer.Argument(metavar="NAME", help="Sign-in name: an e-mail address, or a word without blanks.")
]
Stdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from the first line of standard input.")
]
Generate = Annotated[bool, typer.Option("--generate", help="Make a pass phrase and print it, this once.")]


@user.command()
@answering
def add(
    context: typer.Context,
    name: Name,
    role: Annotated[WorkspaceRole, typer.Option("--role", help="What this person is here.")],
    display: Annotated[str, typer.Option("--display", help="Name to be shown. Default: NAME.")] = "",
    stdin: Stdin = False,
    generate: Generate = False,
    elsewhere: Annotated[
        bool, typer.Option("--no-password", help="Signs in through the company's sign-in service only.")
    ] = False,
    json_: Json = False,
) -> None:
    """Add an account. Asks for its password twice and shows nothing of it."""
    password = None if elsewhere else _password(stdin=stdin, generate=generate)
    with open_ledger_of(find_root(asked(context).charter)) as ledger:
        added = add_account(ledger, name, role, wall(), display=display, password=password)
        _noted(context, ledger, "account added", added)
    _tell(f"{added.name} may sign in as {added.role}", added, password if generate else None, json_=json_)


@user.command("list")
@answering
def list_(context: typer.Context, json_: Json = False) -> None:
    """List the accounts, with their roles and how they sign in; removed ones too."""
    with open_ledger_of(find_root(asked(context).charter)) as ledger:
        found = accounts(ledger)
    if json_:
        output.as_json({"users": [one.to_dict() for one in found]})
        return
    if not found:
        output.say("nobody may sign in yet: `tandem user add NAME --role ROLE`")
        return
    columns = ["name", "shown as", "role", "signs in by", "since"]
    output.table(columns, [[u.name, u.display, u.role, _way(u), numbers.day(u.created_at)] for u in found])


@user.command("role")
@answering
def role_(
    context: typer.Context,
    name: Name,
    role: Annotated[WorkspaceRole, typer.Argument(metavar="ROLE", help="The new role.")],
    json_: Json = False,
) -> None:
    """Give an account another role. It holds from the next page on, also for who is signed in."""
    with open_ledger_of(find_root(asked(context).charter)) as ledger:
        changed = give_role(ledger, name, role)
        _noted(context, ledger, "account has another role", changed)
    _tell(f"{changed.name} is {changed.role} now", changed, json_=json_)


@user.command()
@answering
def password(
    context: typer.Context,
    name: Name,
    stdin: Stdin = False,
    generate: Generate = False,
    json_: Json = False,
) -> None:
    """Give an account another password. Whoever is signed in with it is signed out."""
    wanted = _password(stdin=stdin, generate=generate)
    with open_ledger_of(find_root(asked(context).charter)) as ledger:
        changed = give_password(ledger, name, wanted)
        _noted(context, ledger, "account has another password", changed)
    _tell(f"{changed.name} has another password now", changed, wanted if generate else None, json_=json_)


@user.command()
@answering
def remove(context: typer.Context, name: Name, json_: Json = False) -> None:
    """Take away an account's right to sign in, at once. What it did stays under its name."""
    with open_ledger_of(find_root(asked(context).charter)) as ledger:
        removed = remove_account(ledger, name)
        _noted(context, ledger, "account removed", removed)
    _tell(f"{removed.name} cannot sign in any more", removed, json_=json_)


def _noted(context: typer.Context, ledger: Ledger, what: str, about: User) -> None:
    common = asked(context)
    said = by(common.actor, "change", what, "done", detail={"account": about.name, "role": str(about.role)})
    note(find_root(common.charter), ledger, wall(), said)


def _password(*, stdin: bool, generate: bool) -> str:
    """The password by the way that was asked for; typed ones are asked for twice."""
    if stdin and generate:
        raise typer.BadParameter("give one of the two", param_hint="--password-stdin, --generate")
    if generate:
        return pass_phrase()
    if stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise typer.BadParameter(
            "there is no terminal to ask at; give one of the two", param_hint="--password-stdin, --generate"
        )
    typed: str = typer.prompt("Password", hide_input=True, confirmation_prompt="The same again", err=True)
    return typed


def _tell(sentence: str, about: User, phrase: str | None = None, *, json_: bool) -> None:
    if json_:
        output.as_json({"user": about.to_dict(), **({"pass_phrase": phrase} if phrase else {})})
        return
    output.good(sentence)
    if phrase:
        output.say(f"  pass phrase: {phrase}")
        output.say("  It is kept nowhere and cannot be shown again.")


def _way(about: User) -> str:
    if not about.active:
        return "removed"
    ways = [("password", about.has_password), ("sign-in service", about.signs_in_elsewhere)]
    return ", ".join(word for word, so in ways if so) or "sign-in service, not yet seen"
