"""Approvals: letting a waiting plan through from its page, taking that back, and what was approved when by whom."""

from dataclasses import dataclass
from datetime import datetime

from tandem.kernel import numbers
from tandem.ledger import Approval
from tandem.usecases.approve_plan import Needed, approve, needed, withdraw
from tandem.usecases.approving import approves, in_words
from tandem.usecases.lasting import lasting
from tandem.usecases.see_plan import see_plan
from tandem.web.asking import Ask
from tandem.web.page import Go, PageContext, doc
from tandem.web.values import Table

LATEST = 200


@dataclass(frozen=True)
class Given:
    """An approval that can still be used. `yours`: you speak for the function, and may take it back. `id` is text."""

    id: str
    owner: str
    by: str
    reason: str
    at: datetime
    expires_at: datetime
    yours: bool


@dataclass(frozen=True, kw_only=True)
class ApprovalsPage(PageContext):
    """What waits to be approved, and every approval that was given: by whom, why, until when."""

    waiting: tuple[Needed, ...] = doc(
        "Functions that the plan which waits now asks, and who may approve for them."
    )
    open: tuple[Given, ...] = doc("Approvals that can still be used; with whether you may take them back.")
    table: Table = doc("The last 200 approvals, newest first.")


def every(ask: Ask) -> PageContext:
    """The history."""
    now = ask.wall()
    found = ask.ledger.approvals(LATEST)
    waiting = see_plan(ask.root, ask.ledger)
    return ApprovalsPage(
        title="Approvals",
        waiting=needed(waiting, ask.ledger, now),
        open=tuple(_given(ask, one) for one in found if one.state(now) == "open"),
        table=_table(found, now),
    )


def give(ask: Ask) -> Go:
    """Approve the plan that was seen, for one function."""
    owner = ask.text("owner")
    done = approve(
        ask.root,
        ask.ledger,
        ask.actor,
        ask.text("plan"),
        owner,
        ask.text("reason"),
        lasting(ask.text("lasts")),
        ask.wall(),
    )
    until = numbers.moment(done.expires_at)
    return Go("/plan", notice=f"Approved for {in_words([owner])}; it can be applied once, until {until}.")


def take_back(ask: Ask) -> Go:
    """Withdraw an approval."""
    withdraw(ask.root, ask.ledger, ask.actor, numbers.whole(ask.text("id")) or 0, ask.wall())
    return Go("/trust/approvals", notice="The approval is withdrawn.")


def _given(ask: Ask, one: Approval) -> Given:
    return Given(
        str(one.id),
        one.owner,
        one.actor.name,
        one.reason,
        one.at,
        one.expires_at,
        approves(ask.actor.role, one.owner),
    )


def _table(found: list[Approval], now: datetime) -> Table:
    return Table(
        name="approvals",
        title="Approvals",
        columns=("number", "for", "by", "why", "given (UTC)", "ends (UTC)", "state", "plan"),
        rows=tuple(
            (
                str(one.id),
                in_words([one.owner]),
                one.actor.name,
                one.reason,
                numbers.moment(one.at),
                numbers.moment(one.expires_at),
                one.state(now),
                one.fingerprint[:12],
            )
            for one in found
        ),
        numeric=(True, False, False, False, False, False, False, False),
    )
