"""Figures of what happened between the two functions, from plain facts of Tandem's own records. Pure.

Each figure takes facts and a window and says value, base and window, or why nobody can know. A record counts in the
window in which it came to its end; what had not ended when the window did is told apart, as waiting: it would make a
median of those that ended look better than it was.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tandem.align.happened import Evidence, Measure, NotKnown, Part, Unit, Window, share, spread, waiting
from tandem.align.names import SIDES
from tandem.ledger.happened import (
    AnswerFact,
    ApprovalFact,
    BriefFact,
    ChangeFact,
    CommitmentFact,
    DecisionFact,
    EditFact,
    PromiseFact,
    RequestFact,
)

BOTH = "both"
SideOf = Callable[[str], str]
"""Role → marketing, it, or "" for a role that speaks for neither or for both."""


@dataclass(frozen=True)
class AppliedFact:
    """A charter that was put in force after another one: by which side, and whether it needed an approval."""

    side: str
    approved: bool


def lead_time(facts: Sequence[BriefFact], window: Window) -> Measure:
    """From brief to delivery, of briefs delivered in the window."""
    done = [one for one in facts if window.holds(one.kept_at)]
    still = [one.made_at for one in facts if not _over(one, window.until)]
    found = spread([one.kept_at - one.made_at for one in done if one.kept_at])
    ready = spread([one.committed_at - one.made_at for one in done if one.committed_at])
    work = spread([one.kept_at - one.committed_at for one in done if one.kept_at and one.committed_at])
    steps = (("until IT committed itself", ready), ("from commitment to delivery", work))
    return Measure(
        id="lead_time",
        title="From brief to delivery",
        says="Days from the making of a brief until what it asked for was delivered, median; of those delivered.",
        unit=Unit.DAYS,
        window=window,
        evidence=Evidence.BRIEFS,
        of="briefs delivered",
        n=len(done),
        value=found.median if found else None,
        p90=found.p90 if found else None,
        longest=found.longest if found else None,
        waiting=waiting(still, window.until),
        parts=tuple(Part(name, one.median, one.n) for name, one in steps if one),
        parts_of="Step",
        not_known=None
        if found
        else NotKnown(
            "No brief was delivered in this time.",
            "Hand in briefs and say when they are delivered: then the time between is known.",
            BOTH,
        ),
    )


def access_time(facts: Sequence[RequestFact], window: Window) -> Measure:
    """From request for access to grant, of requests granted in the window; by the function that answers."""
    granted = [one for one in facts if one.state == "granted" and window.holds(one.answered_at)]
    refused = [one for one in facts if one.state == "refused" and window.holds(one.answered_at)]
    still = [one.asked_at for one in facts if one.answered_at is None or one.answered_at >= window.until]
    found = spread(_answered(granted))
    outcomes = (("granted", granted), ("refused", refused))
    told = [(name, spread(_answered(some))) for name, some in outcomes]
    by_side = [(side, spread(_answered([one for one in granted if one.owner == side]))) for side in SIDES]
    return Measure(
        id="access_time",
        title="From request for access to grant",
        says="Days from asking for access until it was granted, median; requests that were withdrawn do not count.",
        unit=Unit.DAYS,
        window=window,
        evidence=Evidence.REQUESTS,
        of="requests granted",
        n=len(granted),
        value=found.median if found else None,
        p90=found.p90 if found else None,
        longest=found.longest if found else None,
        waiting=waiting(still, window.until),
        sides=tuple(Part("answered by", one.median, one.n, side) for side, one in by_side if one),
        parts=tuple(Part(name, one.median, one.n) for name, one in told if one),
        parts_of="Answer",
        not_known=None
        if found
        else NotKnown(
            "No request for access was granted in this time.",
            "Ask for access where policy refuses something; the clock runs by itself.",
            BOTH,
        ),
    )


def approval_time(approvals: Sequence[ApprovalFact], edits: Sequence[EditFact], window: Window) -> Measure:
    """From the last saved edit of a plan to its approval, of approvals given in the window.

    The edit is the last one noted before the approval and after the charter was last applied. An edit made in a file
    outside the workspace leaves no time, so an approval of such a plan is left out and told as a note.
    """
    given = [one for one in approvals if window.holds(one.at) and not one.with_request]
    waited = [(one, _begun(one.at, edits)) for one in given]
    timed = [(one, one.at - begun) for one, begun in waited if begun is not None]
    found = spread([length for _, length in timed])
    by_side = [(side, spread([length for one, length in timed if one.owner == side])) for side in SIDES]
    without = len(given) - len(timed)
    return Measure(
        id="approval_time",
        title="From edit to approval",
        says="Days from the last edit of a plan until a function approved it, median.",
        unit=Unit.DAYS,
        window=window,
        evidence=Evidence.APPROVALS,
        of="approvals",
        n=len(timed),
        value=found.median if found else None,
        p90=found.p90 if found else None,
        longest=found.longest if found else None,
        sides=tuple(Part("approved by", one.median, one.n, side) for side, one in by_side if one),
        notes=(f"{without} more approvals were of edits made outside the workspace: when is not known.",)
        if without
        else (),
        not_known=None
        if found
        else NotKnown(
            "No approval was given in this time of an edit whose time is known.",
            "Edit the charter in the workspace, and approve plans there.",
            BOTH,
        ),
    )


def changed(facts: Sequence[CommitmentFact], changes: Sequence[ChangeFact], window: Window) -> Measure:
    """Briefs that were changed after IT had committed itself, of all that it was committed to in the window.

    Also those of which it withdrew its commitment in the window: they were under one.
    """
    held = {one.brief for one in facts if one.at < window.until and not _over(one, window.since)}
    inside = [one for one in changes if window.holds(one.at)]
    whole = held | {one.brief for one in inside}
    value = share(len({one.brief for one in inside}), len(whole))
    by_side = [
        Part(
            "changed by",
            len({one.brief for one in inside if one.function == side}) / len(whole),
            len(whole),
            side,
        )
        for side in SIDES
        if whole
    ]
    return Measure(
        id="changed",
        title="Requirements changed after commitment",
        says="Share of briefs that IT was committed to which were changed after that.",
        unit=Unit.SHARE,
        window=window,
        evidence=Evidence.BRIEFS,
        of="briefs under commitment",
        n=len(whole),
        value=value,
        sides=tuple(by_side),
        notes=(f"{len(inside)} changes in all.",) if inside else (),
        not_known=None if value is not None else _no_commitment(),
    )


def kept(facts: Sequence[CommitmentFact], window: Window) -> Measure:
    """Delivered by their date, of commitments whose date fell into the window; withdrawn when due is not kept."""
    due = [one for one in facts if window.holds(one.due) and not _off(one)]
    in_time = [one for one in due if one.kept_at and one.kept_at <= one.due]
    late = [one for one in due if one not in in_time and one.kept_at and one.kept_at < window.until]
    gone = [one for one in due if one.withdrawn_at and one.withdrawn_at < window.until]
    states = (
        ("in time", len(in_time)),
        ("late", len(late)),
        ("withdrawn when it was due", len(gone)),
        ("not delivered", len(due) - len(in_time) - len(late) - len(gone)),
    )
    value = share(len(in_time), len(due))
    return Measure(
        id="kept",
        title="Commitments kept",
        says="Share of IT's commitments due in this time that were delivered by the date agreed last, as it stood "
        "when the time ended. One that is withdrawn when it is due was not kept.",
        unit=Unit.SHARE,
        window=window,
        evidence=Evidence.BRIEFS,
        of="commitments due",
        n=len(due),
        value=value,
        parts=tuple(Part(name, n / len(due), n, "it") for name, n in states if due),
        parts_of="Delivered",
        not_known=None if value is not None else _no_commitment(),
    )


def sent_back(facts: Sequence[AnswerFact], window: Window) -> Measure:
    """Deliveries that were sent back as not what was asked for, of those that marketing answered in the window."""
    inside = [one for one in facts if window.holds(one.at)]
    back = len([one for one in inside if not one.taken])
    value = share(back, len(inside))
    states = (("accepted", len(inside) - back), ("sent back", back))
    return Measure(
        id="sent_back",
        title="Deliveries sent back",
        says="Share of deliveries that marketing accepted or sent back in this time which it sent back.",
        unit=Unit.SHARE,
        window=window,
        evidence=Evidence.BRIEFS,
        of="deliveries answered",
        n=len(inside),
        value=value,
        sides=(Part("delivered by", value, len(inside), "it"),) if value is not None else (),
        parts=tuple(Part(name, n / len(inside), n) for name, n in states if inside),
        parts_of="Answer",
        not_known=None
        if value is not None
        else NotKnown(
            "Marketing answered no delivery in this time.",
            "Accept what is delivered, or send it back with the reason.",
            "marketing",
        ),
    )


def promised(facts: Sequence[CommitmentFact], promises: Sequence[PromiseFact], window: Window) -> Measure:
    """Dates told outside without IT, of all dates given in the window: those and IT's commitments."""
    told = [one for one in promises if window.holds(one.at)]
    agreed = [one for one in facts if window.holds(one.at)]
    whole = len(told) + len(agreed)
    value = share(len(told), whole)
    by_side = [(side, len([one for one in told if one.function == side])) for side in SIDES]
    return Measure(
        id="promised",
        title="Promised without agreement",
        says="Share of dates given in this time that were told to somebody outside before IT agreed.",
        unit=Unit.SHARE,
        window=window,
        evidence=Evidence.BRIEFS,
        of="dates given",
        n=whole,
        value=value,
        sides=tuple(Part("promised by", n / whole, whole, side) for side, n in by_side if whole),
        not_known=None if value is not None else _no_commitment(),
    )


def refusals(
    facts: Sequence[DecisionFact], side_of: SideOf, titles: Mapping[str, str], window: Window
) -> Measure:
    """What policy refused or could not decide, of all that people asked it in the window; by side and by clause.

    `facts` are people's alone: what the run asks for itself is left out before. `titles`: problem code → words.
    """
    asked = sum(one.decisions for one in facts)
    no = [one for one in facts if one.outcome != "permit"]
    value = share(sum(one.decisions for one in no), asked)
    by_side = []
    for side in SIDES:
        mine = [one for one in facts if side_of(one.role) == side]
        whole = sum(one.decisions for one in mine)
        part = share(sum(one.decisions for one in mine if one.outcome != "permit"), whole)
        by_side += [] if part is None else [Part("asked by", part, whole, side)]
    reasons: dict[str, int] = {}
    for one in no:
        for name in _reasons(one, titles):
            reasons[name] = reasons.get(name, 0) + one.decisions
    ordered = sorted(reasons.items(), key=lambda pair: (-pair[1], pair[0]))
    return Measure(
        id="refusals",
        title="Refused by policy",
        says="Share of what people asked policy for that it refused, or could not decide because a rule is missing. "
        "One refusal may have several reasons; what one person is told of one thing on one day counts once.",
        unit=Unit.SHARE,
        window=window,
        evidence=Evidence.AUDIT,
        of="decisions",
        n=asked,
        value=value,
        sides=tuple(by_side),
        parts=tuple(Part(name, n / asked, n) for name, n in ordered),
        parts_of="Clause",
        not_known=None
        if value is not None
        else NotKnown(
            "Nobody asked policy for anything in this time.",
            "Work in the workspace: every page that shows people asks policy, and the answer is kept.",
            BOTH,
        ),
    )


def self_service(facts: Sequence[AppliedFact], window: Window) -> Measure:
    """Changes that were put in force without asking another function, of all in the window; by who did it."""
    free = [one for one in facts if not one.approved]
    value = share(len(free), len(facts))
    by_side = []
    for side in SIDES:
        mine = [one for one in facts if one.side == side]
        part = share(len([one for one in mine if not one.approved]), len(mine))
        by_side += [] if part is None else [Part("applied by", part, len(mine), side)]
    return Measure(
        id="self_service",
        title="Self-service",
        says="Share of changes put in force that needed nobody's approval.",
        unit=Unit.SHARE,
        window=window,
        evidence=Evidence.PLAN,
        of="changes put in force",
        n=len(facts),
        value=value,
        sides=tuple(by_side),
        not_known=None
        if value is not None
        else NotKnown(
            "No change was put in force in this time.",
            "Apply a change of the charter in the workspace.",
            BOTH,
        ),
    )


def applied(
    edits: Iterable[EditFact],
    approvals: Iterable[ApprovalFact],
    plans: Mapping[str, str | None],
    side_of: SideOf,
    window: Window,
) -> list[AppliedFact]:
    """The changes put in force in the window. `plans`: fingerprint of a charter → that of the plan that made it so,
    None for the very first, which changed nothing."""
    used = {one.plan for one in approvals if one.used_at is not None}
    found = []
    for one in edits:
        plan = plans.get(one.applied or "")
        if window.holds(one.at) and plan is not None:
            found.append(AppliedFact(side_of(one.role), plan in used))
    return found


def _over(one: BriefFact | CommitmentFact, at: datetime) -> bool:
    """Whether a brief or commitment was delivered or withdrawn before this instant."""
    return any(end is not None and end < at for end in (one.kept_at, one.withdrawn_at))


def _off(one: CommitmentFact) -> bool:
    """Whether it was withdrawn before its date, so that nothing was due any more."""
    return one.withdrawn_at is not None and one.withdrawn_at < one.due


def _answered(facts: Iterable[RequestFact]) -> list[timedelta]:
    return [one.answered_at - one.asked_at for one in facts if one.answered_at]


def _begun(at: datetime, edits: Sequence[EditFact]) -> datetime | None:
    """When the plan that was approved `at` became what it was: its last saved edit. `edits` in order of time."""
    place = bisect_left([one.at for one in edits], at) - 1
    if place < 0 or edits[place].applied is not None:
        return None
    return edits[place].at


def _reasons(one: DecisionFact, titles: Mapping[str, str]) -> tuple[str, ...]:
    """'no grant for this label (policies/standard.yml:12)', once for each clause; the bare reason where none stands."""
    words = " and ".join(titles.get(code, code) for code in one.codes) or one.outcome
    return tuple(f"{words} ({clause})" for clause in one.clauses) or (words,)


def _no_commitment() -> NotKnown:
    return NotKnown(
        "IT had committed itself to nothing in this time.",
        "Hand in a brief; IT commits itself to it with a date.",
        BOTH,
    )
