"""tandem person: what a person may ask for by law: to see all that is held, to have it erased, and the proof of it."""

import re
from pathlib import Path
from typing import Annotated

import typer

from tandem.cli import output
from tandem.cli.app import Json, Now, answering, app, asked, time_of, wall
from tandem.kernel import numbers
from tandem.ledger import PersonRequest
from tandem.usecases.erase_exports import ErasedExport
from tandem.usecases.erase_person import Preview, ask_erasure, carry_out, preview_erasure, refuse_others
from tandem.usecases.export_person import PersonExport, export_for, export_person, handed_over, write_export
from tandem.usecases.person_requests import (
    cancel_request,
    receipt_of,
    told,
    unsuppress,
    verified,
    work_requests,
)
from tandem.usecases.workspace import open_workspace

REQUEST = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")

person = typer.Typer(
    no_args_is_help=True,
    help="The rights of a person: see all that is held, have it erased, and a signed receipt of it.",
)
app.add_typer(person, name="person")

Who = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[ID]...", help="Person ids, or identifiers of any kind: e-mail, phone, customer number."
    ),
]


@person.command()
@answering
def erase(
    context: typer.Context,
    ids: Who = None,
    file: Annotated[
        Path | None,
        typer.Option("--file", help="A file with one id or identifier per line, for many at once."),
    ] = None,
    reason: Annotated[str, typer.Option("--reason", help="Why, for the receipt and the audit log.")] = "",
    yes: Annotated[
        bool, typer.Option("--yes", help="Do it. Without it only what would go is shown.")
    ] = False,
    resume: Annotated[
        str | None,
        typer.Option("--resume", metavar="REQUEST", help="Go on with an erasure that was interrupted."),
    ] = None,
    now: Now = None,
    json_: Json = False,
) -> None:
    """Erase people everywhere, for good, and keep them out: lake with old versions, ledger, exported files.

    Shows first what would go; --yes does it. Needs the role privacy or admin (`--as privacy`). Rows of these people
    that come in later are left out, until `tandem person unsuppress`.
    """
    texts = [*(ids or ()), *(_lines(file) if file else ())]
    if not texts and resume is None:
        raise typer.BadParameter("name at least one person, or a --file")
    if yes and not reason.strip() and resume is None:
        raise typer.BadParameter("say why: --reason")
    with (
        output.progress(quiet=json_) as say,
        open_workspace(asked(context).charter, asked(context).actor, wall) as work,
    ):
        at = time_of(now, work.ledger)
        if not yes and resume is None:
            preview = preview_erasure(work, texts)
        elif resume is not None:
            done = carry_out(work, resume, at, wall, say)
        else:
            request = ask_erasure(work, texts, reason.strip(), at)
            done = carry_out(work, request.id, at, wall, say)
    if yes or resume is not None:
        _show_done(done, json_=json_)
    else:
        _show_preview(preview, json_=json_)


def _lines(file: Path) -> list[str]:
    try:
        return [line.strip() for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        raise typer.BadParameter(f"{file} cannot be read: {error}") from error


def _show_preview(preview: Preview, *, json_: bool) -> None:
    if json_:
        output.as_json(preview.to_dict())
        return
    output.say(
        f"{numbers.plural(preview.people, 'person', 'people')} with "
        f"{numbers.plural(preview.identifiers, 'identifier')} would be erased:"
    )
    rows = [[name, numbers.count(count), "rows"] for name, count in preview.rows.items()]
    rows += [
        [name, numbers.count(count), "values in rows about others"] for name, count in preview.values.items()
    ]
    rows += [["ledger: outbox", numbers.count(preview.contacts), "rows"]] if preview.contacts else []
    rows += [[one.file, numbers.count(one.rows), _of_file(one)] for one in preview.exports]
    output.table(["where", "how many", "what"], rows)
    for text in preview.unknown:
        output.say(f"nobody is known by {text}")
    output.say("\nNothing was changed. Add --reason … --yes to do it; it cannot be undone.")


def _of_file(one: ErasedExport) -> str:
    if not one.told_apart:
        return "rows; others of theirs cannot be told from those of others: remove the file"
    return "rows" if one.there else "file is gone"


def _show_done(done: PersonRequest, *, json_: bool) -> None:
    if json_:
        output.as_json(
            {"request": done.id, "state": done.state, "receipt": done.receipt, "signature": done.signature}
        )
        return
    receipt = done.receipt or {}
    output.good(
        f"{numbers.plural(int(receipt.get('people', 0)), 'person', 'people')} erased; request {done.id}"
    )
    output.say(f"The signed receipt: tandem person receipt {done.id}")


@person.command()
@answering
def export(
    context: typer.Context,
    id_: Annotated[
        str,
        typer.Argument(
            metavar="ID", help="A person id, any identifier of the person, or a request of access."
        ),
    ],
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder to write to. Default: person-ID in this folder.")
    ] = None,
    now: Now = None,
    json_: Json = False,
) -> None:
    """Everything that is held about a person: a page to read, a JSON document and a CSV per table.

    Every table of the lake, what waits in quarantine, and the ledger's messages. Needs the role privacy or admin.
    With --json the document goes to standard output and no file is written.
    """
    with open_workspace(asked(context).charter, asked(context).actor, wall) as work:
        at = time_of(now, work.ledger)
        asks = REQUEST.fullmatch(id_) is not None
        found = export_for(work, id_, at) if asks else export_person(work, id_, at)
        _hand_over(found, out, json_=json_)
        if asks:
            handed_over(work, id_, at)


def _hand_over(found: PersonExport, out: Path | None, *, json_: bool) -> None:
    if json_ and out is None:
        output.as_json(found.to_dict())
        return
    folder = out or Path(f"person-{found.person}")
    files = write_export(found, folder)
    if json_:
        output.as_json({"person": str(found.person), "files": [str(file) for file in files]})
        return
    rows = sum(len(part.rows) for part in found.parts)
    output.good(f"{numbers.plural(rows, 'row')} of {numbers.plural(len(found.parts), 'table')} in {folder}")
    output.say(f"To read: {folder / 'person.html'}. For machines: {folder / 'person.json'}.")


@person.command()
@answering
def requests(context: typer.Context, now: Now = None, json_: Json = False) -> None:
    """List the requests of people: what is open with the days that are left, then what is done."""
    with open_workspace(asked(context).charter, asked(context).actor, wall) as work:
        refuse_others(work.actor)
        at = time_of(now, work.ledger)
        found = [told(one, at) for one in work.ledger.person_requests()]
    if json_:
        output.as_json({"requests": found})
    elif not found:
        output.good("nobody has asked for anything")
    else:
        columns = ["request", "kind", "state", "asked_at", "due_at", "days_left", "subjects", "reason"]
        output.table(columns, [[one[name] for name in columns] for one in found])


@person.command()
@answering
def work(context: typer.Context, now: Now = None, json_: Json = False) -> None:
    """Carry out every erasure that is open, also one that was interrupted. What is due first goes first."""
    with (
        output.progress(quiet=json_) as say,
        open_workspace(asked(context).charter, asked(context).actor, wall) as workspace,
    ):
        done = work_requests(workspace, time_of(now, workspace.ledger), wall, say)
    if json_:
        output.as_json({"done": [{"request": one.id, "receipt": one.receipt} for one in done]})
        return
    output.good(f"{numbers.plural(len(done), 'erasure')} carried out")
    for one in done:
        output.say(f"  {one.id}")


@person.command()
@answering
def cancel(
    context: typer.Context,
    request: Annotated[str, typer.Argument(metavar="REQUEST", help="The request's id.")],
    now: Now = None,
    json_: Json = False,
) -> None:
    """Take back a request that nobody has begun to carry out."""
    with open_workspace(asked(context).charter, asked(context).actor, wall) as workspace:
        at = time_of(now, workspace.ledger)
        done = told(cancel_request(workspace, request, at), at)
    if json_:
        output.as_json(done)
    else:
        output.good(f"request {request} is cancelled")


@person.command()
@answering
def receipt(
    context: typer.Context,
    request: Annotated[str, typer.Argument(metavar="REQUEST", help="The request's id.")],
    verify: Annotated[
        bool, typer.Option("--verify", help="End with 1 unless it is as it was signed.")
    ] = False,
    json_: Json = False,
) -> None:
    """The signed receipt of an erasure: what was deleted where, when and by whom, without naming anybody."""
    with open_workspace(asked(context).charter, asked(context).actor, wall) as workspace:
        found = receipt_of(workspace, request)
    if json_:
        output.as_json(found.to_dict())
    else:
        output.as_json(found.receipt)
        output.say(f"signature (Ed25519): {found.signature}")
        if found.good:
            output.good("signed by this workspace, and not altered since")
    if verify or not found.good:
        verified(found)


@person.command("unsuppress")
@answering
def unsuppress_(
    context: typer.Context,
    id_: Annotated[
        str, typer.Argument(metavar="IDENTIFIER", help="An identifier of the person who came back.")
    ],
    reason: Annotated[str, typer.Option("--reason", help="Why, for the audit log.")],
    now: Now = None,
    json_: Json = False,
) -> None:
    """Take again what somebody who was erased does from now on. What happened before stays out."""
    with open_workspace(asked(context).charter, asked(context).actor, wall) as workspace:
        freed = unsuppress(workspace, id_, reason, time_of(now, workspace.ledger))
    if json_:
        output.as_json({"identifiers": freed})
    else:
        output.good(f"{numbers.plural(freed, 'identifier')} may come in again from now on")
