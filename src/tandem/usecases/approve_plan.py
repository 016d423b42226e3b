"""Approving what a plan widens: by whom, for which function, why and until when; and using it once, on applying.

All times are those of the wall, also in a company that lives in simulated time: people wait in real time.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from tandem.kernel import Problem, Problems, Refused, numbers
from tandem.kernel.values import Actor
from tandem.ledger import Approval, Ledger, User
from tandem.usecases.approving import approves, in_words
from tandem.usecases.auditing import Entry, by, nameless, note
from tandem.usecases.editors import editors_of
from tandem.usecases.plan_charter import Plan
from tandem.usecases.problems import (
    BAD_LASTING,
    NO_REASON,
    NOT_APPROVED,
    NOT_ASKED,
    NOT_YOUR_FUNCTION,
    OWN_EDIT,
    STALE_PLAN,
)
from tandem.usecases.see_plan import Waiting, see_plan
from tandem.usecases.widening import asked

USUAL = timedelta(days=7)
LONGEST = timedelta(days=90)
LONGEST_REASON = 1000
TOLD = 3
"""How many of a plan's widenings a refusal spells out."""


@dataclass(frozen=True)
class Needed:
    """What one function has to approve: why, whether an open approval is there, and who may give one."""

    owner: str
    sentences: tuple[str, ...]
    given: Approval | None
    who: tuple[str, ...]


def needed(waiting: Waiting, ledger: Ledger, now: datetime) -> tuple[Needed, ...]:
    """Every function that the waiting plan asks, in the order of the plan."""
    held = given(ledger, waiting.plan, now)
    return tuple(
        Needed(owner, sentences, held.get(owner), speakers(ledger, owner))
        for owner, sentences in waiting.asked.items()
    )


def given(ledger: Ledger, plan: str, now: datetime) -> Mapping[str, Approval]:
    """Function → an open approval of the plan by somebody who speaks for it now, not only when it was given."""
    held = ledger.approvals_of(plan, now)
    who = {owner: speakers(ledger, owner) for owner in {one.owner for one in held}}
    return {one.owner: one for one in held if one.actor.name in who[one.owner]}


def alone(ledger: Ledger) -> bool:
    """Whether nobody may sign in yet. Then whoever runs the commands speaks for both functions."""
    return not any(user.active for user in ledger.users())


def speakers(ledger: Ledger, owner: str) -> tuple[str, ...]:
    """The accounts that may approve for a function, by name."""
    return tuple(one.name for one in _speak(ledger, owner))


def approve(
    root: Path,
    ledger: Ledger,
    actor: Actor,
    plan: str,
    owner: str,
    reason: str,
    lasting: timedelta,
    now: datetime,
) -> Approval:
    """Approve the plan that waits, for one function. `plan` is the fingerprint of the plan that the person saw.

    Raises RUN-032 if the files or the charter in force changed since; RUN-090 if the plan asks nothing of that
    function; RUN-091 for one the person does not speak for; RUN-092 for the person's own edit where the other
    function is asked; RUN-093 without a reason, RUN-094 for a time that is none or too long.
    """
    waiting = see_plan(root, ledger)
    if waiting.problems:
        raise Problems(waiting.problems)
    if plan != waiting.plan:
        raise Problems(
            STALE_PLAN("this is not the plan that waits now", found=waiting.plan[:12], expected=plan[:12])
        )
    if owner not in {*waiting.asked, *waiting.approvals}:
        offered = [*waiting.asked]
        raise Problems(NOT_ASKED("the plan asks nothing of that function", found=owner, alternatives=offered))
    _refuse_others(ledger, actor, owner)
    own = _own_edits(root, waiting, actor, owner)
    if own and any(one.name != actor.name for one in _speak(ledger, owner)):
        sentence = f"{', '.join(own)} is your own edit, and {in_words([owner])} is asked about it"
        who = ", ".join(one.name for one in _speak(ledger, owner) if one.name != actor.name)
        raise Refused(OWN_EDIT(sentence, found=actor.name, expected=who))
    said = clean_reason(reason)
    if not timedelta() < lasting <= LONGEST:
        expected = f"up to {numbers.span(LONGEST)}"
        raise Problems(BAD_LASTING("an approval has to end", found=numbers.span(lasting), expected=expected))
    note(root, ledger, now, _noted(actor, "approve", "allowed", owner, waiting.plan, {"reason": said}))
    return ledger.add_approval(waiting.plan, owner, actor, said, now, now + lasting)


def withdraw(root: Path, ledger: Ledger, actor: Actor, number: int, now: datetime) -> Approval:
    """Take back an approval: whoever speaks for the function may. Raises LDG-080, LDG-081 or RUN-091."""
    found = ledger.approval(number)
    _refuse_others(ledger, actor, found.owner)
    note(root, ledger, now, _noted(actor, "withdraw approval", "done", found.owner, found.fingerprint, {}))
    return ledger.withdraw_approval(number, now)


def settle(
    root: Path, ledger: Ledger, plan: Plan, actor: Actor, now: datetime, also: Collection[str] = ()
) -> Sequence[Approval]:
    """Use the approvals of a plan, once and for good, right before it is done.

    Each function that the plan asks has to have approved it, by somebody who still speaks for it; `also` are
    functions whose parts the acting person may not put in force without them. Raises RUN-035 with each that has not,
    what it is asked and who speaks for it, and RUN-032 if another charter came in force since. While nobody may
    sign in, the operator speaks for both functions.
    """
    if ledger.applied_fingerprint() != plan.before:
        raise Problems(STALE_PLAN("another charter came in force after this plan was made"))
    wanted = asked(plan.widenings)
    owners = [
        *({} if alone(ledger) else wanted),
        *(one for one in also if alone(ledger) or one not in wanted),
    ]
    held = given(ledger, plan.fingerprint, now)
    missing = [one for one in owners if one not in held]
    if missing:
        problems = [_missing(ledger, plan, one, wanted.get(one, ())) for one in missing]
        note(root, ledger, now, *(
            _noted(actor, "apply", "refused", one, plan.fingerprint, {"why": "not approved"}) for one in missing
        ))  # fmt: skip
        raise Refused(problems)
    used = ledger.use_approvals(plan.fingerprint, owners, now)
    note(root, ledger, now, *(
        _noted(actor, "use approval", "done", one.owner, one.fingerprint, {"approval": one.id, "by": one.actor.name})
        for one in used
    ))  # fmt: skip
    return used


def clean_reason(reason: str) -> str:
    """The reason in one line. Raises RUN-093 if there is none, RUN-097 if it names somebody."""
    said = " ".join(reason.split())[:LONGEST_REASON]
    if len(said) < 3:
        raise Problems(NO_REASON("say why, so that it can be understood later", found=said or "nothing"))
    return nameless(said)


def _missing(ledger: Ledger, plan: Plan, owner: str, sentences: Sequence[str]) -> Problem:
    parts = ", ".join(plan.approvals.get(owner, ()))
    more = f"; and {len(sentences) - TOLD} more" if len(sentences) > TOLD else ""
    said = "; ".join(sentences[:TOLD]) + more or f"{parts} belongs to {in_words([owner])}"
    place = next((one.place for one in plan.widenings if one.owner == owner), None)
    names = ", ".join(speakers(ledger, owner)) or "nobody who may sign in speaks for it"
    return NOT_APPROVED(
        f"{in_words([owner])} has to approve this plan: {said}",
        place=place,
        found="no open approval of this plan",
        expected=f"one by: {names}",
        who=in_words([owner]),
    )


def _speak(ledger: Ledger, owner: str) -> list[User]:
    return [one for one in ledger.users() if one.active and approves(str(one.role), owner)]


def _refuse_others(ledger: Ledger, actor: Actor, owner: str) -> None:
    if not approves(actor.role, owner):
        sentence = f"the role `{actor.role}` does not speak for {in_words([owner])}"
        who = ", ".join(speakers(ledger, owner)) or "nobody yet"
        raise Refused(NOT_YOUR_FUNCTION(sentence, found=actor.role, expected=who))


def _own_edits(root: Path, waiting: Waiting, actor: Actor, owner: str) -> list[str]:
    """Files that widen what another function is asked about, and in which the person wrote."""
    part_owner = {one.part: one.owner for one in waiting.edits}
    files = dict.fromkeys(
        one.place.file
        for one in waiting.widenings
        if one.owner == owner and part_owner.get(one.part, owner) != owner
    )
    return [file for file in files if actor.name in editors_of(root, file)]


def _noted(actor: Actor, what: str, outcome: str, owner: str, plan: str, more: dict[str, object]) -> Entry:
    return by(actor, "approval", what, outcome, detail={"owner": owner, "plan": plan[:16], **more})
