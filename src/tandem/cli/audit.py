"""tandem audit: who did or was refused what, and the proof that nobody changed it since."""

import os
import sys
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Annotated, TextIO

import typer

from tandem.charter import find_root
from tandem.cli import output
from tandem.cli.app import PROBLEMS_FOUND, Json, answering, app, asked, moment, wall
from tandem.kernel import numbers
from tandem.ledger import Ledger
from tandem.usecases.auditing import audit_key, by, note
from tandem.usecases.see_audit import (
    Recorded,
    Verdict,
    Wanted,
    export_lines,
    reseal,
    verified,
    verify,
    verify_file,
)
from tandem.usecases.workspace import open_ledger_of

audit = typer.Typer(
    no_args_is_help=True, help="Who did or was refused what, in a chain that nobody can change unseen."
)
app.add_typer(audit, name="audit")

Limit = Annotated[int, typer.Option("--limit", min=1, max=10_000, help="How many entries, the newest first.")]
Since = Annotated[str | None, typer.Option("--since", metavar="T", help="From this time on: ISO 8601, UTC.")]
Until = Annotated[str | None, typer.Option("--until", metavar="T", help="Before this time: ISO 8601, UTC.")]


@audit.command("list")
@answering
def list_(
    context: typer.Context,
    kind: Annotated[str, typer.Option("--kind", help="Only this kind, such as decision or export.")] = "",
    actor: Annotated[str, typer.Option("--actor", help="Only what this one did.")] = "",
    person: Annotated[
        int | None, typer.Option("--person", help="Only what concerns this person's id.")
    ] = None,
    since: Since = None,
    until: Until = None,
    limit: Limit = 100,
    json_: Json = False,
) -> None:
    """List entries, the newest first: sign-ins, decisions of policy, exports, changes, contacts, views of people."""
    wanted = Wanted(kind, actor, person, _time(since), _time(until))
    with open_ledger_of(find_root(asked(context).charter)) as ledger:
        found = _read(context, ledger, wanted, limit)
    _show(found, json_=json_)


@audit.command()
@answering
def person(
    context: typer.Context,
    id_: Annotated[int, typer.Argument(metavar="ID", help="The person's id.")],
    limit: Limit = 1000,
    json_: Json = False,
) -> None:
    """Who saw this person, when, and for what; and whatever else was done about this one person."""
    with open_ledger_of(find_root(asked(context).charter)) as ledger:
        found = _read(context, ledger, Wanted(person_id=id_), limit)
    _show(found, json_=json_)


@audit.command("verify")
@answering
def verify_(
    context: typer.Context,
    file: Annotated[
        Path | None, typer.Option("--file", help="An exported log in place of the ledger's.")
    ] = None,
    sealed: Annotated[
        bool,
        typer.Option("--sealed", help="With --file: check its seal too, with the secret of this workspace."),
    ] = False,
    json_: Json = False,
) -> None:
    """Prove that no entry was altered, removed, inserted or reordered, and that none is missing at the end.

    Ends with 1 and the first entry that is wrong. An exported file needs no workspace and no secret: without its
    seal it proves that the file hangs together, with it that this workspace wrote it.
    """
    if file is None:
        root = find_root(asked(context).charter)
        with open_ledger_of(root) as ledger:
            verdict = verify(root, ledger)
            if verdict.problem is None:
                note(root, ledger, wall(), verified(asked(context).actor, verdict))
    else:
        key = audit_key(find_root(asked(context).charter)) if sealed else None
        with file.open(encoding="utf-8") as lines:
            verdict = verify_file(lines, key)
    _tell(verdict, json_=json_)


@audit.command()
@answering
def export(
    context: typer.Context,
    out: Annotated[
        Path | None, typer.Option("--out", help="File to write. Default: standard output.")
    ] = None,
    json_: Annotated[bool, typer.Option("--json", help="No difference: an export is JSON lines.")] = False,
) -> None:
    """Write the whole log as JSON lines; `tandem audit verify --file FILE` proves it anywhere."""
    root = find_root(asked(context).charter)
    with open_ledger_of(root) as ledger:
        note(root, ledger, wall(), by(asked(context).actor, "export", "audit log", "done"))
        if out is None:
            _write(sys.stdout, export_lines(ledger))
            return
        descriptor = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as opened:
            many = _write(opened, export_lines(ledger)) - 1
    if json_:
        output.as_json({"file": str(out), "entries": many})
    else:
        output.good(f"{numbers.plural(many, 'entry', 'entries')} in {out}")


@audit.command("reseal")
@answering
def reseal_(
    context: typer.Context,
    reason: Annotated[
        str, typer.Option("--reason", help="Why: a restored backup, a new secret, an incident.")
    ],
    json_: Json = False,
) -> None:
    """Go on from the log as it stands, after it was looked into. What was wrong with it is noted for good."""
    if not reason.strip():
        raise typer.BadParameter("say why", param_hint="--reason")
    root = find_root(asked(context).charter)
    with open_ledger_of(root) as ledger:
        found = reseal(root, ledger, reason, asked(context).actor, wall())
    if json_:
        output.as_json({"before": found.to_dict()})
        return
    if found.problem is not None:
        output.problems([found.problem])
    output.good("the log goes on from here; that it was sealed anew is its last entry")


def _read(context: typer.Context, ledger: Ledger, wanted: Wanted, limit: int) -> list[Recorded]:
    """Entries; that they were read is one itself."""
    found = ledger.audit_entries(wanted, limit=limit)
    said = by(asked(context).actor, "audit", "read", "done", person_id=wanted.person_id)
    note(find_root(asked(context).charter), ledger, wall(), said)
    return found


def _time(text: str | None) -> datetime | None:
    return None if text is None else moment(text)


def _write(to: TextIO, lines: Iterable[str]) -> int:
    many = 0
    for line in lines:
        to.write(line + "\n")
        many += 1
    return many


def _show(found: list[Recorded], *, json_: bool) -> None:
    if json_:
        output.as_json({"entries": [one.to_dict() for one in found]})
        return
    if not found:
        output.say("no entries")
        return
    columns = ["number", "when (UTC)", "kind", "who", "as", "what", "outcome", "purpose", "person"]
    rows = [
        [
            *(one.number, str(one.at)[:19], one.kind, one.actor, one.role, one.what, one.outcome),
            *(one.purpose or "", "" if one.person_id is None else str(one.person_id)),
        ]
        for one in found
    ]
    output.table(columns, rows)


def _tell(verdict: Verdict, *, json_: bool) -> None:
    if json_:
        problem = verdict.problem
        output.as_json(verdict.to_dict() | ({"problems": [problem.to_dict()]} if problem else {}))
    elif verdict.problem is not None:
        output.problems([verdict.problem])
    else:
        output.good(f"{numbers.plural(verdict.entries, 'entry', 'entries')}, each as it was written")
    if not json_:
        for one in verdict.notes:
            output.say(f"  note: {one}")
    if verdict.problem is not None:
        raise typer.Exit(PROBLEMS_FOUND)
