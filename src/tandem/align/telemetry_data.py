"""Figures of data, tools and campaigns between the two functions, from plain facts. Pure; see `telemetry`."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tandem.align.happened import DAY, Evidence, Measure, NotKnown, Part, Unit, Window, share
from tandem.align.names import SIDES
from tandem.align.telemetry import BOTH
from tandem.kernel import numbers


@dataclass(frozen=True)
class LoadFact:
    """What came from one source in the window: rows read, rows at fault, and files that could not be read at all.

    A row with several faults is one row. `side`: the function that answers for the source, "" if it is gone.
    """

    source: str
    title: str
    side: str
    rows: int
    faults: int
    files: int = 0


@dataclass(frozen=True)
class UseFact:
    """A source or destination in use. `standards` is its tool's in the register, "" if no tool there names it."""

    name: str
    title: str
    side: str
    standards: str
    until: datetime | None = None

    def outside(self, now: datetime) -> str:
        """Why it is outside the register or its standards, in a few words; "" if it is not."""
        if not self.standards:
            return "in no tool of the register"
        if self.standards == "not_approved":
            return "in the register, not approved"
        if self.until is not None and self.until <= now:
            return f"its {self.standards} has ended"
        return ""


@dataclass(frozen=True)
class CampaignFact:
    """A campaign whose outcomes came in fully in the window: were people held out, is there a report; else why not."""

    campaign: str
    title: str
    held_out: bool
    reported: bool
    why: str = ""


@dataclass(frozen=True)
class FreshFact:
    """A source as the window ended: time of its newest row, and how old that may be by agreement, if one was made."""

    source: str
    title: str
    side: str
    latest: datetime | None
    within: timedelta | None


def violations(facts: Sequence[LoadFact], window: Window) -> Measure:
    """Rows that broke their contract, of all rows that came in the window; by source and who answers for it."""
    rows, faults = sum(one.rows for one in facts), sum(one.faults for one in facts)
    value = share(faults, rows)
    by_side = []
    for side in SIDES:
        mine = [one for one in facts if one.side == side]
        part = share(sum(one.faults for one in mine), sum(one.rows for one in mine))
        by_side += [] if part is None else [Part("answers", part, sum(one.rows for one in mine), side)]
    worst = sorted((one for one in facts if one.rows), key=lambda one: (-one.faults / one.rows, one.source))
    files = sum(one.files for one in facts)
    return Measure(
        id="violations",
        title="Broke their contract",
        says="Share of rows that came in this time and went to quarantine, wholly or for one value.",
        unit=Unit.SHARE,
        window=window,
        evidence=Evidence.QUARANTINE,
        of="rows",
        n=rows,
        value=value,
        sides=tuple(by_side),
        parts=tuple(Part(one.title, one.faults / one.rows, one.rows, one.side) for one in worst),
        parts_of="Source",
        notes=(f"{numbers.plural(files, 'file')} could not be read at all.",) if files else (),
        not_known=None
        if value is not None
        else NotKnown(
            "No row came in this time.", "Run the loop once new files lie where the sources look.", "it"
        ),
    )


def outside(facts: Sequence[UseFact] | None, window: Window) -> Measure:
    """What is in use outside the register or its standards, of all sources and destinations in use.

    None: there is no register. Judged as the window ends.
    """
    used = facts or ()
    why = [(one, one.outside(window.until)) for one in used]
    out = [(one, said) for one, said in why if said]
    value = share(len(out), len(used)) if facts is not None else None
    by_side = []
    for side in SIDES:
        mine = [said for one, said in why if one.side == side]
        part = share(len([said for said in mine if said]), len(mine))
        by_side += [] if part is None else [Part("in use by", part, len(mine), side)]
    none = "Nothing is in use yet." if facts is not None else "There is no register of vendors and tools."
    return Measure(
        id="outside",
        title="Outside the register",
        says="Share of sources and destinations in use that belong to no tool of the register, to one that is not "
        "approved, or to one whose trial or exception has ended.",
        unit=Unit.SHARE,
        window=window,
        evidence=Evidence.REGISTER,
        of="sources and destinations in use",
        n=len(used),
        value=value,
        sides=tuple(by_side) if value is not None else (),
        parts=tuple(Part(f"{one.title}: {said}", 1 / len(used), 1, one.side) for one, said in out)
        if value is not None
        else (),
        parts_of="Source or destination",
        not_known=None
        if value is not None
        else NotKnown(
            none, "List the tools with their sources and destinations in `register` of agenda.yml.", "it"
        ),
    )


def measured_share(facts: Sequence[CampaignFact], window: Window) -> Measure:
    """Campaigns with people held out and a report, of those whose outcomes came in fully in the window."""
    done = [one for one in facts if one.held_out and one.reported]
    value = share(len(done), len(facts))
    missing = [one for one in facts if one not in done]
    return Measure(
        id="measured",
        title="Campaigns measured",
        says="Share of campaigns over in this time whose report holds them against people who were held out.",
        unit=Unit.SHARE,
        window=window,
        evidence=Evidence.CAMPAIGNS,
        of="campaigns over",
        n=len(facts),
        value=value,
        parts=tuple(
            Part(f"{one.title}: {one.why or 'nobody was held out'}", 1 / len(facts), 1, "marketing")
            for one in missing
        ),
        parts_of="Not measured",
        not_known=None
        if value is not None
        else NotKnown(
            "No campaign came to the end of its outcomes in this time.",
            "Run a campaign with people held out, and wait until its window closes.",
            "marketing",
        ),
    )


def fresh(facts: Sequence[FreshFact], window: Window) -> Measure:
    """Sources no older than agreed, of those with an agreement, as the window ended; by who answers for them."""
    agreed = [one for one in facts if one.within is not None]
    begun = any(one.latest is not None for one in agreed)
    value = share(len([one for one in agreed if _keeps(one, window.until)]), len(agreed)) if begun else None
    by_side = []
    for side in SIDES:
        mine = [one for one in agreed if one.side == side]
        part = share(len([one for one in mine if _keeps(one, window.until)]), len(mine))
        by_side += [] if part is None or value is None else [Part("answers", part, len(mine), side)]
    return Measure(
        id="fresh",
        title="Data as fresh as agreed",
        says="Share of sources whose newest row is no older than the service level says, as the time ended.",
        unit=Unit.SHARE,
        window=window,
        evidence=Evidence.DATA,
        of="sources with a service level",
        n=len(agreed),
        value=value,
        sides=tuple(by_side),
        parts=tuple(
            Part(_age(one, window.until), float(_keeps(one, window.until)), 1, one.side) for one in agreed
        )
        if begun
        else (),
        parts_of="Source",
        notes=_ages([one for one in facts if one.within is None], window.until),
        not_known=None
        if value is not None
        else NotKnown("Nothing had come from any source by then.", "Run the loop.", "it")
        if agreed
        else NotKnown(
            "How fresh data has to be was not agreed for any source.",
            "Agree it as a service level `data_fresh` in agenda.yml.",
            BOTH,
        ),
    )


def _keeps(one: FreshFact, at: datetime) -> bool:
    return one.latest is not None and one.within is not None and at - one.latest <= one.within


def _age(one: FreshFact, at: datetime) -> str:
    old = "nothing yet" if one.latest is None else f"{(at - one.latest) / DAY:.1f} days old"
    return f"{one.title}: {old}" + (f", agreed {numbers.span(one.within)}" if one.within else "")


def _ages(facts: Sequence[FreshFact], at: datetime) -> tuple[str, ...]:
    """Sources without an agreement, with how old they are: known, though nobody can say whether that is good."""
    if not facts:
        return ()
    return (f"Nothing agreed for: {'; '.join(_age(one, at) for one in facts)}.",)


@dataclass(frozen=True)
class AskFact:
    """A brief as it was handed in first: when, and which of its parts were missing, in words."""

    brief: int
    at: datetime
    missing: tuple[str, ...]


def complete(facts: Sequence[AskFact], window: Window) -> Measure:
    """Briefs that missed nothing when they were handed in, of those of the window; by the part that was missing."""
    inside = [one for one in facts if window.holds(one.at)]
    value = share(len([one for one in inside if not one.missing]), len(inside))
    missing = Counter(part for one in inside for part in dict.fromkeys(one.missing))
    return Measure(
        id="complete",
        title="Briefs complete at first",
        says="Share of briefs that said for whom, what for, with which data, for which purpose, by when and how "
        "success is measured, as they were handed in first.",
        unit=Unit.SHARE,
        window=window,
        evidence=Evidence.BRIEFS,
        of="briefs handed in",
        n=len(inside),
        value=value,
        parts=tuple(Part(part, n / len(inside), n, "marketing") for part, n in missing.most_common()),
        parts_of="Missing",
        not_known=None
        if value is not None
        else NotKnown("No brief was handed in in this time.", "Hand in briefs under Agree.", "marketing"),
    )
