"""Plan and apply: what is edited in the charter, whom it touches, who approves, and doing it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from tandem.charter import load_project
from tandem.charter.edit import kind_of
from tandem.charter.problems import STALE
from tandem.kernel import Place, Problem, Problems, Refused
from tandem.kernel.values import WorkspaceRole
from tandem.policy import standing
from tandem.usecases.approve_plan import Needed, given, needed
from tandem.usecases.approving import approves, in_words, lacking
from tandem.usecases.plan_charter import Edit, Plan, plan_charter
from tandem.usecases.problems import STALE_PLAN, UNKNOWN_THING
from tandem.usecases.see_plan import FileChange, Waiting, see_plan
from tandem.usecases.stages import DissolveAudience, EvaluateAudience, OpenCampaign
from tandem.usecases.undo_discard import Undone, put_back, take_out, undone
from tandem.usecases.widening import Widening
from tandem.web import problems
from tandem.web.access import Action, may
from tandem.web.asking import Ask
from tandem.web.page import Go, PageContext, doc
from tandem.web.values import Table
from tandem.web.views.work import started


@dataclass(frozen=True, kw_only=True)
class PlanPage(PageContext):
    """What applying the charter would change, for whom, and who approves. Empty when nothing is edited."""

    in_force: str | None = doc("When the charter in force was applied, and by whom.")
    edits: tuple[Edit, ...] = doc("Definitions that differ from the charter in force.")
    changes: tuple[FileChange, ...] = doc("Files that differ, line by line.")
    stages: tuple[str, ...] | None = doc("What applying does, step by step; absent while it is worked out.")
    people: Table | None = doc("People gained and lost by each audience and campaign.")
    approvals: Mapping[str, tuple[str, ...]] = doc(
        "Function → parts that it has to approve.", default_factory=dict
    )
    widenings: tuple[Widening, ...] = doc(
        "What lets more be done than before, each with its clause and its people."
    )
    needed: tuple[Needed, ...] = doc("Functions that have to approve what widens, and whether they have.")
    yours: tuple[str, ...] = doc("Functions for which you can approve this plan now.")
    fingerprint: str = doc("The files that were looked at; applying others is refused.")
    plan: str = doc("What an approval of this plan names: the files in force and the files looked at.")
    waits_for: str | None = doc("Why you cannot apply this yourself, and who can; absent if you can.")
    discardable: tuple[str, ...] = doc("Edited files that you may put back to what is in force.")
    undone: tuple[Undone, ...] = doc("Discarded edits that can be put back, newest first.")


def view(ask: Ask) -> PageContext:
    """The plan. Counting people takes seconds, so it goes on beside the page, which looks again."""
    waiting = see_plan(ask.root, ask.ledger)
    found, problems_ = _worked_out(ask, waiting)
    asks = needed(waiting, ask.ledger, ask.wall())
    return PlanPage(
        title="Plan",
        in_force=_in_force(waiting),
        edits=waiting.edits,
        changes=waiting.changes,
        stages=None if found is None else tuple(stage.sentence() for stage in found.stages),
        people=None if found is None else _people(found),
        approvals=waiting.approvals,
        widenings=waiting.widenings if found is None else found.widenings,
        needed=asks,
        yours=_yours(ask, waiting, asks),
        fingerprint=waiting.fingerprint,
        plan=waiting.plan,
        waits_for=_waits_for(ask, waiting, asks),
        discardable=tuple(one.file for one in waiting.changes if _may_discard(ask, one.file)),
        undone=tuple(one for one in undone(ask.root) if _may_discard(ask, one.file)),
        problems=problems_,
    )


def apply(ask: Ask) -> Go:
    """Begin to do exactly what the plan showed."""
    waiting = see_plan(ask.root, ask.ledger)
    if waiting.problems:
        raise Problems(waiting.problems)
    if ask.text("fingerprint") != waiting.fingerprint:
        raise Problems(STALE_PLAN("the files are not those of the plan that you saw"))
    reason = _waits_for(ask, waiting, needed(waiting, ask.ledger, ask.wall()))
    if reason:
        raise Refused(problems.NOT_ALLOWED("you cannot apply this plan yourself", expected=reason))
    return started(ask, "apply", {"fingerprint": ask.text("fingerprint")}, "/plan")


def discard(ask: Ask) -> Go:
    """Put one file back to what is in force."""
    file = ask.text("file")
    _refuse_others(ask, file)
    change = next((one for one in see_plan(ask.root, ask.ledger).changes if one.file == file), None)
    if change is not None and change.stamp != ask.text("stamp"):
        raise Problems(STALE(f"`{file}` was edited after this page was shown", place=Place(file)))
    take_out(ask.root, ask.ledger, file, ask.actor.name, ask.wall())
    ask.note("change", "edit: discarded", file=file)
    return Go("/plan", notice=f"{file} is as it is in force again. You can put your edit back below.")


def undo(ask: Ask) -> Go:
    """Put a discarded edit back."""
    number = ask.text("id")
    file = next((one.file for one in undone(ask.root) if one.id == number), None)
    if file is None:
        raise Problems(UNKNOWN_THING("there is no discarded edit of that number", found=number))
    _refuse_others(ask, file)
    done = put_back(ask.root, number)
    ask.note("change", "edit: put back", file=done.file)
    return Go("/plan", notice=f"{done.file} is edited again, as it was before.")


def _may_discard(ask: Ask, file: str) -> bool:
    """Whether the file is a definition, of a part that the person's function owns."""
    assert ask.user is not None
    if kind_of(file) is None or not may(ask.user.role, Action.DISCARD):
        return False
    owners, part = load_project(ask.root).owners, PurePosixPath(PurePosixPath(file).parts[0]).stem
    return approves(str(ask.user.role), str(getattr(owners, part)))


def _refuse_others(ask: Ask, file: str) -> None:
    if file and kind_of(file) is not None and not _may_discard(ask, file):
        sentence = f"`{file}` belongs to the other function"
        raise Refused(problems.NOT_ALLOWED(sentence, expected="whoever approves it may discard its edits"))


def _worked_out(ask: Ask, waiting: Waiting) -> tuple[Plan | None, tuple[Problem, ...]]:
    if waiting.empty or waiting.problems:
        return None, waiting.problems
    # By the hour and the last run, not by the minute: counting may take longer than one.
    last = [run.id for run in ask.ledger.runs(1)]
    hour = ask.now.replace(minute=0, second=0, microsecond=0)
    # By the person, not by the role alone: what the plan let them see is noted while it is worked out.
    who = (ask.actor.name, ask.actor.role)
    # By what holds now: no count outlives the grant that it was told under.
    held = (standing(ask.actor.role, one, ask.now) for one in waiting.charters)
    question = ("plan", waiting.fingerprint, ask.ledger.applied_fingerprint(), *who, hour, *held, *last)
    try:
        return ask.later.look(question, lambda: plan_charter(ask.root, ask.actor, ask.now, wall=ask.wall)), ()
    except Problems as found:
        return None, found.problems


def _waits_for(ask: Ask, waiting: Waiting, asks: tuple[Needed, ...]) -> str | None:
    assert ask.user is not None
    role: WorkspaceRole = ask.user.role
    if not may(role, Action.APPLY):
        return "a marketer, an engineer, the privacy office or an admin has to apply it"
    unapproved = [one for one in asks if one.given is None]
    if unapproved:
        who = in_words([one.owner for one in unapproved])
        names = ", ".join(dict.fromkeys(name for one in unapproved for name in one.who)) or "nobody yet"
        return f"it widens scope, so {who} has to approve it first: {names}"
    missing = lacking(str(role), waiting.approvals, given(ask.ledger, waiting.plan, ask.wall()))
    if not missing:
        return None
    named = [part for parts in missing.values() for part in parts]
    parts = f"{', '.join(named)} {'needs' if len(named) == 1 else 'need'}"
    who = in_words(missing)
    return f"{parts} {who}: somebody of {who}, or an admin, has to approve or apply it"


def _yours(ask: Ask, waiting: Waiting, asks: tuple[Needed, ...]) -> tuple[str, ...]:
    """Functions that are asked, or whose parts are edited, that the person speaks for and has not approved for."""
    assert ask.user is not None
    if not may(ask.user.role, Action.APPROVE):
        return ()
    held = given(ask.ledger, waiting.plan, ask.wall())
    owners = dict.fromkeys([*(one.owner for one in asks), *waiting.approvals])
    return tuple(one for one in owners if one not in held and approves(str(ask.user.role), one))


def _in_force(waiting: Waiting) -> str | None:
    if waiting.applied_at is None:
        return None
    return f"{waiting.applied_at:%-d %B %Y} by {waiting.applied_by}"


def _people(plan: Plan) -> Table | None:
    rows: list[tuple[str, ...]] = []
    for stage in plan.stages:
        match stage:
            case EvaluateAudience(audience=name, because=because, size=size, gained=gained, lost=lost):
                rows.append((name, because, _told(size), _told(gained), _told(lost)))
            case DissolveAudience(audience=name, lost=lost):
                rows.append((name, "removed", "0", "0", _told(lost)))
            case OpenCampaign(campaign=name, reach=reach):
                rows.append((name, "campaign: may be contacted", _told(reach), "", ""))
            case _:
                pass
    if not rows:
        return None
    return Table(
        name="people",
        title="People that this touches",
        columns=("what", "why", "people", "gained", "lost"),
        rows=tuple(rows),
        numeric=(False, False, True, True, True),
    )


def _told(count: object) -> str:
    return "after the first run" if count is None else str(count)
