"""tandem key: API keys with which other systems call the workspace."""

from datetime import timedelta
from typing import Annotated

import typer

from tandem.charter import find_root
from tandem.cli import output
from tandem.cli.app import Json, answering, app, asked, wall
from tandem.kernel import numbers, parse_span
from tandem.usecases.api_keys import SCOPES, ApiKey, add_key, keys, revoke_key, rotate_key
from tandem.usecases.workspace import open_ledger_of

key = typer.Typer(no_args_is_help=True, help="API keys: other systems call the workspace with them.")
app.add_typer(key, name="key")

Prefix = Annotated[
    str,
    typer.Argument(metavar="PREFIX", help="The eight characters behind `tdm_`; `tandem key list` has them."),
]


def _span(text: str | None) -> str | None:
    if text is not None:
        _read(text)
    return text


def _read(text: str) -> timedelta:
    try:
        return parse_span(text)
    except (ValueError, OverflowError) as error:
        raise typer.BadParameter(f"{text!r} is not a span of time; write it like '90 days'") from error


@key.command()
@answering
def add(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="Who calls with it, such as `shop backend`.")],
    scope: Annotated[
        list[str],
        typer.Option("--scope", help=f"What it is for: {' or '.join(SCOPES)}. Give several for several."),
    ],
    expires_in: Annotated[
        str | None,
        typer.Option(
            "--expires-in", metavar="SPAN", callback=_span, help="Such as '90 days'. Default: never."
        ),
    ] = None,
    json_: Json = False,
) -> None:
    """Make a key and print it, this once. What is kept of it cannot be turned back into the key."""
    root, now = find_root(asked(context).charter), wall()
    until = now + _read(expires_in) if expires_in else None
    with open_ledger_of(root) as ledger:
        text, made = add_key(root, ledger, name, scope, asked(context).actor, now, expires_at=until)
    _told(text, made, json_=json_)


@key.command("list")
@answering
def list_(context: typer.Context, json_: Json = False) -> None:
    """List the keys: what each is for, since when, until when, and when it was used last."""
    now = wall()
    with open_ledger_of(find_root(asked(context).charter)) as ledger:
        found = keys(ledger)
    if json_:
        output.as_json({"keys": [one.to_dict() | {"state": one.state(now)} for one in found]})
        return
    if not found:
        output.say("there are no keys yet: `tandem key add NAME --scope SCOPE`")
        return
    columns = ["prefix", "name", "for", "state", "since", "until", "last used"]
    rows = [
        [
            *(one.prefix, one.name, ", ".join(one.scopes), one.state(now), numbers.day(one.created_at)),
            numbers.moment(one.expires_at) if one.expires_at else "no end",
            numbers.moment(one.last_used_at) if one.last_used_at else "never",
        ]
        for one in found
    ]
    output.table(columns, rows)


@key.command()
@answering
def rotate(
    context: typer.Context,
    prefix: Prefix,
    grace: Annotated[
        str, typer.Option("--grace", metavar="SPAN", callback=_span, help="How long the old key still holds.")
    ] = "7 days",
    json_: Json = False,
) -> None:
    """Make a new key in place of an old one, which holds on for a while so that the caller can change over."""
    root = find_root(asked(context).charter)
    with open_ledger_of(root) as ledger:
        text, made = rotate_key(root, ledger, prefix, asked(context).actor, wall(), _read(grace))
    _told(text, made, json_=json_)


@key.command()
@answering
def revoke(context: typer.Context, prefix: Prefix, json_: Json = False) -> None:
    """End a key at once. It stays in the list, because the audit log names it."""
    root = find_root(asked(context).charter)
    with open_ledger_of(root) as ledger:
        ended = revoke_key(root, ledger, prefix, asked(context).actor, wall())
    if json_:
        output.as_json({"key": ended.to_dict()})
    else:
        output.good(f"the key `{ended.name}` ({ended.prefix}) opens nothing any more")


def _told(text: str, made: ApiKey, *, json_: bool) -> None:
    if json_:
        output.as_json({"key": made.to_dict(), "secret": text})
        return
    output.good(f"a key for {made.name}: {', '.join(made.scopes)}")
    output.say(f"  {text}")
    output.say("  It is kept nowhere and cannot be shown again.")
