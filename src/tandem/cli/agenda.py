"""tandem agenda: what both functions want and with what; and ranking the joint priorities."""

from typing import Annotated

import typer

from tandem.charter import find_root, load, load_files
from tandem.cli import output
from tandem.cli.app import Json, Now, answering, app, asked, opened, time_of, wall
from tandem.cli.approve import Name, Stdin, signed_in
from tandem.kernel import numbers
from tandem.usecases.clock import clock
from tandem.usecases.rank_priorities import PrioritySeen, rank, see_ranks
from tandem.usecases.see_agenda import (
    BudgetSeen,
    Found,
    agenda_of,
    see_experience,
    see_money,
    see_register,
    see_skills,
    unregistered,
)
from tandem.usecases.sides import Desk
from tandem.usecases.workspace import open_ledger_of

agenda = typer.Typer(
    no_args_is_help=True, help="The one agenda of both functions: show it, rank its priorities."
)
app.add_typer(agenda, name="agenda")


@agenda.command()
@answering
def show(context: typer.Context, now: Now = None, json_: Json = False) -> None:
    """Show priorities with both sides' ranks, money beside what it returned, tools, skills and experience."""
    with opened(context) as work:
        at = time_of(now, work.ledger)
        held = agenda_of(work)
        ranks = see_ranks(work.ledger, work.charter, asked(context).actor.name)
        money, experience = see_money(work, at), see_experience(work, at)
        tools, skills, strange = see_register(held, at), see_skills(held), unregistered(work)
    if json_:
        output.as_json(
            {
                "priorities": [_priority(one) for one in ranks.priorities],
                "budgets": [_budget(one) for one in money],
                "experience": [_felt(one) for one in experience],
                "register": [{"tool": one.tool.tool, "standards": str(one.tool.standards),
                              "outside": one.outside} for one in tools],
                "unregistered": strange,
                "skills": [{"skill": one.skill.skill, "function": str(one.skill.function),
                            "missing": one.missing, "teachers": one.teachers} for one in skills],
            }
        )  # fmt: skip
        return
    if work.charter.agenda is None:
        output.say("the charter in force has no agenda.yml")
        return
    rows = [[str(cell) for cell in _priority(one).values()] for one in ranks.priorities]
    output.table(["priority", "owner", "marketing", "IT", "gap"], rows)
    for budget in money:
        spent = numbers.UNKNOWN if budget.spent is None else numbers.decimal(budget.spent)
        output.say(f"{budget.budget.channel}: {numbers.decimal(budget.budget.amount)}, spent {spent}")
    for found in experience:
        figure = found.felt.figure if found.felt else None
        said = numbers.UNKNOWN if figure is None else numbers.decimal(figure)
        output.say(f"{found.measure.measure}: {said}{f', {found.why}' if found.why else ''}")
    outside = [one.tool.tool for one in tools if one.outside]
    output.say(f"tools outside the standards: {', '.join(outside) or 'none'}")
    for skill in skills:
        if skill.missing:
            said = f"{skill.skill.function} misses {numbers.plural(skill.missing, 'person', 'people')}"
            output.say(f"{skill.skill.skill}: {said}")


@agenda.command("rank")
@answering
def rank_(
    context: typer.Context,
    priorities: Annotated[
        list[str], typer.Argument(metavar="PRIORITY...", help="Names of priorities, the first first.")
    ],
    other: Annotated[
        bool, typer.Option("--other", help="As the other side would rank them, not your own.")
    ] = False,
    name: Name = "",
    stdin: Stdin = False,
    json_: Json = False,
) -> None:
    """Rank the joint priorities for your side, or as you think the other side would."""
    root, at = find_root(asked(context).charter), wall()
    with open_ledger_of(root) as ledger:
        actor = signed_in(ledger, name, stdin=stdin, now=at)
        applied = ledger.applied()
        charter = load(root) if applied is None else load_files(applied.files)
        places = {one: place for place, one in enumerate(priorities, 1)}
        # One that is named twice leaves a hole, and that is told.
        rank(Desk(root, ledger, actor, clock(ledger, wall), at), charter, {_about(other): places})
        ranks = see_ranks(ledger, charter, actor.name)
    if json_:
        output.as_json({"priorities": [_priority(one) for one in ranks.priorities], "mine": ranks.mine})
        return
    output.good(f"ranked {numbers.plural(len(places), 'priority', 'priorities')}")


def _about(other: bool) -> str:
    return "other" if other else "own"


def _priority(one: PrioritySeen) -> dict[str, object]:
    standing = one.standing
    return {
        "priority": one.priority.priority,
        "owner": str(one.priority.owner),
        "marketing": standing.own["marketing"],
        "it": standing.own["it"],
        "gap": standing.gap,
    }


def _budget(one: BudgetSeen) -> dict[str, object]:
    earned = [
        {"campaign": each.campaign, "cost": each.cost, "returned": each.returned, "why": each.why}
        for each in one.earned
    ]
    return {
        "side": str(one.budget.side),
        "channel": one.budget.channel,
        "amount": one.budget.amount,
        "spent": one.spent,
        "why_spent": one.why_spent,
        "earned": earned,
        "why_earned": one.why_earned,
    }


def _felt(one: Found) -> dict[str, object]:
    return {
        "measure": one.measure.measure,
        "kind": str(one.measure.kind),
        "figure": one.felt.figure if one.felt else None,
        "answers": one.felt.answers if one.felt else None,
        "why": one.why,
        "target": one.measure.target,
    }
