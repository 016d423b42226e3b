"""tandem brief: asking IT for something, committing to it by a day, and what came of it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Annotated

import typer

from tandem.align.briefs import TITLES, Ask, Remark, ask_of
from tandem.charter import Charter, find_root, load, load_files
from tandem.cli import output
from tandem.cli.app import Json, answering, app, asked, wall
from tandem.cli.approve import Name, Reason, Stdin, signed_in
from tandem.kernel import numbers
from tandem.ledger import Commitment, Ledger
from tandem.usecases import keep_commitments as keeping
from tandem.usecases.clock import clock
from tandem.usecases.make_brief import edit_brief, make_brief, withdraw_brief
from tandem.usecases.see_briefs import BriefSeen, loose_promises, see_brief, see_briefs
from tandem.usecases.sides import Desk
from tandem.usecases.workspace import open_ledger_of

brief = typer.Typer(
    no_args_is_help=True, help="Briefs: ask IT for something, commit to it by a day, keep it, accept it."
)
app.add_typer(brief, name="brief")

Number = Annotated[int, typer.Argument(metavar="ID", min=1, max=2**63 - 1, help="The number of the brief.")]
Title = Annotated[str, typer.Option("--title", help="A few words by which both sides call it.")]
Who = Annotated[str, typer.Option("--who", help="For whom: which people.")]
What = Annotated[str, typer.Option("--what-for", help="What for, and why.")]
Data = Annotated[
    list[str] | None,
    typer.Option("--data", help="A name of the charter such as purchase.amount, or new data in words."),
]
Purpose = Annotated[str, typer.Option("--purpose", help="A purpose of purposes.yml.")]
Wanted = Annotated[str, typer.Option("--by", metavar="DAY", help="By which day it is wanted: 2026-07-01.")]
Success = Annotated[
    str, typer.Option("--success", help="How you will know that it worked: a number, a time.")
]
Due = Annotated[str, typer.Option("--due", metavar="DAY", help="By which day: 2026-07-01.")]


@brief.command()
@answering
def add(
    context: typer.Context,
    title: Title,
    who: Who = "",
    what_for: What = "",
    data: Data = None,
    purpose: Purpose = "",
    wanted: Wanted = "",
    success: Success = "",
    name: Name = "",
    stdin: Stdin = False,
    json_: Json = False,
) -> None:
    """Make a brief, complete or not; it tells what is missing and why that matters. Sign in with your account."""
    day = keeping.day_of(wanted) if wanted else None
    said = Ask(title, who, what_for, tuple(data or ()), purpose, day, success)
    _act(context, name, stdin, lambda desk, _: _made(make_brief(desk, said).id), json_=json_)


@brief.command()
@answering
def edit(
    context: typer.Context,
    number: Number,
    title: Title = "",
    who: Who = "",
    what_for: What = "",
    data: Data = None,
    purpose: Purpose = "",
    wanted: Wanted = "",
    success: Success = "",
    reason: Reason = "",
    name: Name = "",
    stdin: Stdin = False,
    json_: Json = False,
) -> None:
    """Change what you name of a brief; the rest stays, and so does every version.

    After a commitment the change is marked, and IT has to agree to it again.
    """

    def act(desk: Desk, _: Charter) -> tuple[int, str]:
        held = desk.ledger.brief(number)
        texts = {"title": title, "who": who, "what_for": what_for, "purpose": purpose, "success": success}
        said = ask_of({**held.latest.content, **{part: text for part, text in texts.items() if text}})
        said = replace(said, data=tuple(data)) if data else said
        said = replace(said, wanted=keeping.day_of(wanted)) if wanted else said
        done = edit_brief(desk, number, held.latest.version, said, reason)
        marked = ", marked as changed after the commitment" if done.after_commitment else ""
        return number, f"version {done.version.version} of brief {number} is kept{marked}"

    _act(context, name, stdin, act, json_=json_)


@brief.command("list")
@answering
def list_(context: typer.Context, json_: Json = False) -> None:
    """List all briefs with where each stands, and promises outside that are about none."""
    root = find_root(asked(context).charter)
    with open_ledger_of(root) as ledger:
        now = clock(ledger, wall)
        found = see_briefs(ledger, _charter(context, ledger), now)
        promises = loose_promises(ledger)
    if json_:
        plain = [_plain(one) for one in found]
        output.as_json({"briefs": plain, "promises": [_promise(one) for one in promises]})
        return
    if not found and not promises:
        output.say("there is no brief yet")
        return
    rows = [
        [
            str(one.brief.id),
            one.ask.title,
            str(one.stage) if one.whole or one.commitment else "not complete",
            one.brief.actor.name,
            numbers.day(one.commitment.due) if one.commitment else "",
            str(one.changed_after or ""),
        ]
        for one in found
    ]
    output.table(["id", "title", "state", "asked by", "promised for", "changed after"], rows)
    for promise in promises:
        output.say(f"promised outside by {numbers.day(promise.due)}: {promise.what} ({promise.stands(now)})")


@brief.command()
@answering
def show(context: typer.Context, number: Number, json_: Json = False) -> None:
    """Show one brief: what it says, what it lacks, and its history."""
    root = find_root(asked(context).charter)
    with open_ledger_of(root) as ledger:
        found = see_brief(ledger, _charter(context, ledger), number, clock(ledger, wall))
    if json_:
        output.as_json({"brief": _plain(found.seen), "versions": found.versions, "steps": found.steps})
        return
    seen = found.seen
    output.heading(f"{seen.brief.id}  {seen.ask.title} ({seen.stage})")
    for part, title in TITLES.items():
        value = getattr(seen.ask, part)
        said = ", ".join(value) if isinstance(value, tuple) else str(value or "")
        if part != "title":
            output.say(f"  {title}: {said or 'nothing'}")
    _lacks(seen.remarks)
    for one in reversed(found.versions):
        marked = ", changed after the commitment" if one.version.after_commitment else ""
        output.say(f"version {one.version.version} by {one.version.actor.name}{marked}")
        for change in one.changes:
            output.say(
                f"  {TITLES[change.part]}: {change.before or 'nothing'} -> {change.after or 'nothing'}"
            )
    for step in found.steps:
        due = f", for {numbers.day(step.due)}" if step.step in ("made", "agreed_again") else ""
        said = f": {step.reason}" if step.reason else ""
        output.say(
            f"{numbers.moment(step.at)} {str(step.step).replace('_', ' ')}{due}, {step.actor.name}{said}"
        )


@brief.command()
@answering
def commit(
    context: typer.Context,
    number: Number,
    due: Due,
    version: Annotated[
        int | None,
        typer.Option("--version", min=1, help="The version that you read. Default: the latest."),
    ] = None,
    reason: Reason = "",
    name: Name = "",
    stdin: Stdin = False,
    json_: Json = False,
) -> None:
    """Commit IT to a brief by a day; or agree again to one that was changed since."""
    day = keeping.day_of(due)

    def act(desk: Desk, charter: Charter) -> tuple[int, str]:
        seen = see_brief(desk.ledger, charter, number, desk.now).seen
        read = version or seen.brief.latest.version
        if seen.commitment is None:
            keeping.commit(desk, charter, number, read, day, reason)
        else:
            keeping.agree_again(desk, charter, seen.commitment.id, read, day, reason)
        return number, f"IT is committed to version {read} of brief {number}, by {numbers.day(day)}"

    _act(context, name, stdin, act, json_=json_)


@brief.command()
@answering
def keep(
    context: typer.Context,
    number: Number,
    reason: Reason = "",
    name: Name = "",
    stdin: Stdin = False,
    json_: Json = False,
) -> None:
    """Say that what IT committed to is delivered."""
    told = f"brief {number} is delivered; marketing accepts it or sends it back"
    _of_commitment(context, number, name, stdin, lambda d, held: keeping.keep(d, held, reason), told, json_)


@brief.command()
@answering
def accept(
    context: typer.Context,
    number: Number,
    back: Annotated[
        bool, typer.Option("--send-back", help="It is not what was asked for; say why with --reason.")
    ] = False,
    reason: Reason = "",
    name: Name = "",
    stdin: Stdin = False,
    json_: Json = False,
) -> None:
    """Accept what was delivered, or send it back."""
    act = keeping.send_back if back else keeping.accept
    told = f"brief {number} is {'sent back' if back else 'accepted'}"
    _of_commitment(context, number, name, stdin, lambda d, held: act(d, held, reason), told, json_)


@brief.command()
@answering
def withdraw(
    context: typer.Context,
    number: Number,
    commitment: Annotated[
        bool, typer.Option("--commitment", help="Withdraw IT's commitment to it; say why with --reason.")
    ] = False,
    reason: Reason = "",
    name: Name = "",
    stdin: Stdin = False,
    json_: Json = False,
) -> None:
    """Take a brief back; or, with --commitment, IT's commitment to it."""
    if commitment:
        told = f"the commitment to brief {number} is withdrawn"
        act = keeping.withdraw_commitment
        _of_commitment(context, number, name, stdin, lambda d, held: act(d, held, reason), told, json_)
        return
    told = f"brief {number} is withdrawn"
    _act(context, name, stdin, lambda desk, _: (withdraw_brief(desk, number).id, told), json_=json_)


@brief.command()
@answering
def promise(
    context: typer.Context,
    what: Annotated[str, typer.Argument(metavar="WHAT", help="What was promised, and to whom.")],
    due: Due,
    number: Annotated[
        int | None, typer.Option("--brief", metavar="ID", min=1, help="The brief that it is about, if any.")
    ] = None,
    name: Name = "",
    stdin: Stdin = False,
    json_: Json = False,
) -> None:
    """Say that a date was told to somebody outside, whether or not IT has agreed to it."""
    root, day = find_root(asked(context).charter), keeping.day_of(due)
    with open_ledger_of(root) as ledger:
        done = keeping.promise(_desk(context, ledger, name, stdin), number, what, day)
    if json_:
        output.as_json({"promise": _promise(done)})
        return
    output.good(f"kept as promise {done.id}, for {numbers.day(day)}; IT sees it")


def _act(
    context: typer.Context,
    name: str,
    stdin: bool,
    act: Callable[[Desk, Charter], tuple[int, str]],
    *,
    json_: bool,
) -> None:
    """Do it as who signs in, then tell it with the brief as it stands and what it lacks."""
    root = find_root(asked(context).charter)
    with open_ledger_of(root) as ledger:
        desk, charter = _desk(context, ledger, name, stdin), _charter(context, ledger)
        number, told = act(desk, charter)
        seen = see_brief(ledger, charter, number, desk.now).seen
    if json_:
        output.as_json({"brief": _plain(seen)})
        return
    output.good(told)
    if seen.is_open:
        _lacks(seen.remarks)


def _of_commitment(
    context: typer.Context,
    number: int,
    name: str,
    stdin: bool,
    act: Callable[[Desk, int], Commitment],
    told: str,
    json_: bool,
) -> None:
    """The same for what is done with the brief's commitment."""

    def acted(desk: Desk, charter: Charter) -> tuple[int, str]:
        held = see_brief(desk.ledger, charter, number, desk.now).seen.commitment
        # Without one, 0 is the number of no commitment, and the ledger says so.
        act(desk, held.id if held else 0)
        return number, told

    _act(context, name, stdin, acted, json_=json_)


def _desk(context: typer.Context, ledger: Ledger, name: str, stdin: bool) -> Desk:
    now = wall()
    actor = signed_in(ledger, name, stdin=stdin, now=now)
    return Desk(find_root(asked(context).charter), ledger, actor, clock(ledger, wall), now)


def _charter(context: typer.Context, ledger: Ledger) -> Charter:
    """The charter in force; before the first was applied, the one in the folder."""
    applied = ledger.applied()
    return load(find_root(asked(context).charter)) if applied is None else load_files(applied.files)


def _made(number: int) -> tuple[int, str]:
    return number, f"brief {number} is made"


def _lacks(remarks: tuple[Remark, ...]) -> None:
    for one in remarks:
        output.say(f"  {one.weight}: {one.sentence}")
        output.say(f"    {one.why}")


def _plain(seen: BriefSeen) -> dict[str, object]:
    held = seen.commitment
    return {
        **vars(seen.ask),
        "id": seen.brief.id,
        "version": seen.brief.latest.version,
        "stage": str(seen.stage),
        "complete": seen.whole,
        "remarks": seen.remarks,
        "asked_by": seen.brief.actor.name,
        "asked_at": seen.brief.made_at,
        "answer_due": seen.answer_due,
        "changed_after_commitment": seen.changed_after,
        "commitment": None if held is None else {**vars(held), "in_time": held.in_time},
        "promises": [_promise(one) for one in seen.promises],
    }


def _promise(one: Commitment) -> dict[str, object]:
    return {"id": one.id, "what": one.what, "by": one.actor.name, "due": one.due, "state": str(one.state)}
