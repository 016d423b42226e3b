"""Where the company stands, for both functions: who is known, where they were met, what they agreed to.

What takes seconds is `see_measured`, what waits for whom is `see_waits`.
"""

from dataclasses import dataclass

from sqlglot import exp

from tandem import align, policy
from tandem.charter.definitions import Purpose, Side
from tandem.engine import functions as f
from tandem.kernel.values import Basis, Destination, FieldRef
from tandem.policy import PERSON, Count, Gap, Permit, Refusal, Shown, shown, shown_parts
from tandem.usecases.permits import decided
from tandem.usecases.workspace import Workspace

SOURCES, CONSENTS = "person_sources", "person_consents"
FOOTPRINT = frozenset(
    {
        FieldRef(SOURCES, "source"),
        FieldRef(CONSENTS, "purpose"),
        FieldRef(CONSENTS, "state"),
    }
)
BASES = {
    Basis.LEGITIMATE_INTEREST: "a legitimate interest",
    Basis.CONTRACT: "a contract with the customer",
    Basis.LEGAL_DUTY: "a legal duty",
}
JOINED = "said that their online and offline customer data was joined completely"
RIGHT = "found that marketing and IT work together as much as they should"
NOT_MEASURED = (
    "How far apart marketing and IT are here has not been measured yet: that takes a survey of both."
)


@dataclass(frozen=True)
class NotYet:
    """Why there is no figure yet, what would bring it, and who can."""

    sentence: str
    fix: str
    who: str


@dataclass(frozen=True)
class Joined:
    """People known by where they were met; the four parts are disjoint and make up all.

    `share` is that of `both` in all people known, `of_offline` in all who were met offline; None where the counts
    that it follows from are not told themselves.
    """

    both: Shown
    online_only: Shown
    offline_only: Shown
    neither: Shown
    share: float | None
    of_offline: float | None
    online: tuple[str, ...]
    offline: tuple[str, ...]


@dataclass(frozen=True)
class Agreed:
    """What people said to one purpose that needs a yes; the four parts are disjoint and make up all people known.

    `unclear`: unreadable, yes and no in one breath, or a yes that has ended. That means no, and so does `never`
    asked.
    """

    purpose: str
    title: str
    yes: Shown
    no: Shown
    unclear: Shown
    never: Shown
    share: float | None


@dataclass(frozen=True)
class NeedsNoYes:
    """A purpose on another basis than consent."""

    purpose: str
    title: str
    sentence: str


@dataclass(frozen=True)
class People:
    """People known whom policy lets the acting role count. `note` says who is not among them."""

    known: Shown
    note: str
    joined: Joined | NotYet
    consents: tuple[Agreed, ...]


@dataclass(frozen=True)
class Benchmark:
    """A published figure to hold one's own against, and where it is from."""

    sentence: str
    source: str


@dataclass(frozen=True)
class Home:
    """The facts of Home. `begun`: some source has brought somebody. `people` are reasons instead for a role that
    may not count them.
    """

    begun: bool
    people: People | Refusal | Gap
    needs_no_yes: tuple[NeedsNoYes, ...]
    joined_elsewhere: Benchmark
    not_measured: str
    together_elsewhere: Benchmark


def see_home(work: Workspace) -> Home:
    """The facts for the acting person, under the counting purpose. Reads no table of events."""
    purpose, charter = work.charter.purposes.counting, work.charter
    decision = decided(work, purpose, Destination.PREVIEW, FOOTPRINT, work.actor)
    return Home(
        begun=work.engine.version("person_map") >= 0,
        people=_people(work, decision) if isinstance(decision, Permit) else decision,
        needs_no_yes=tuple(_free(one) for one in charter.purposes.purposes if one.basis is not Basis.CONSENT),
        joined_elsewhere=_published("DATA_INTEGRATION", "Completely integrated", JOINED),
        not_measured=NOT_MEASURED,
        together_elsewhere=_published("CSUITE_COLLAB", "At the right level", RIGHT),
    )


def _people(work: Workspace, permit: Permit) -> People:
    known = work.engine.count(policy.people(permit, work.engine.catalogue))
    return People(
        known=shown(known, permit.smallest_group),
        note=_left_out(work, permit),
        joined=_joined(work, permit, known),
        consents=_consents(work, permit, known),
    )


def _left_out(work: Workspace, permit: Permit) -> str:
    purpose = work.charter.purpose(permit.purpose)
    title = purpose.title or purpose.purpose
    if permit.basis is Basis.CONSENT:
        return f"Only people who said yes to “{title}” are counted."
    return f"People who said no to “{title}” are not counted."


def _joined(work: Workspace, permit: Permit, known: int) -> Joined | NotYet:
    of_side = {
        side: tuple(one for one in work.charter.sources if one.side is side and one.identifiers)
        for side in Side
    }
    missing = [side for side, sources in of_side.items() if not sources]
    if missing:
        sides = " or ".join(missing)
        return NotYet(
            f"No source says that customers are met {sides} there, so nobody can say who is known on both sides.",
            "Add `side: online` or `side: offline` to the sources where it holds.",
            str(work.charter.project.owners.sources),
        )
    if work.engine.version(SOURCES) < 0:
        return NotYet(
            "Which sources know whom has not been counted yet.", "Run the loop once.", "whoever may run it"
        )
    flags = {side: [one.source for one in sources] for side, sources in of_side.items()}
    counts = {(on, off): people for on, off, people in work.engine.rows(_met(work, permit, flags))}
    both, online, offline = counts.get((1, 1), 0), counts.get((1, 0), 0), counts.get((0, 1), 0)
    parts = (both, online, offline, known - both - online - offline)
    titles = {side: tuple(one.title or one.source for one in sources) for side, sources in of_side.items()}
    told = shown_parts(parts, permit.smallest_group)
    return Joined(
        both=told[0],
        online_only=told[1],
        offline_only=told[2],
        neither=told[3],
        share=_share(told[0], shown(known, permit.smallest_group)),
        of_offline=_share(told[0], told[0], told[2]),
        online=titles[Side.ONLINE],
        offline=titles[Side.OFFLINE],
    )


def _met(work: Workspace, permit: Permit, flags: dict[Side, list[str]]) -> exp.Select:
    """How many people were met (1) or not (0) online and offline: columns `online`, `offline`, `people`."""
    source, person = exp.column("source", SOURCES), exp.column(PERSON, SOURCES)
    met = [
        exp.Max(
            this=exp.Case()
            .when(exp.In(this=source.copy(), expressions=[f.value(one) for one in names]), f.value(1))
            .else_(f.value(0))
        ).as_(str(side))
        for side, names in flags.items()
    ]
    each = exp.select(person.as_(PERSON), *met).from_(policy.guarded(SOURCES, permit, work.engine.catalogue))
    columns = [exp.column(str(side), "p") for side in (Side.ONLINE, Side.OFFLINE)]
    query = exp.select(*columns, exp.Count(this=exp.Star()).as_("people"))
    return query.from_(each.group_by(person.copy()).subquery("p")).group_by(*(one.copy() for one in columns))


def _consents(work: Workspace, permit: Permit, known: int) -> tuple[Agreed, ...]:
    asked = [one for one in work.charter.purposes.purposes if one.basis is Basis.CONSENT]
    purpose, state = exp.column("purpose", CONSENTS), exp.column("state", CONSENTS)
    query = exp.select(purpose, state, exp.Count(this=exp.Star()).as_("people"))
    query = query.from_(policy.guarded(CONSENTS, permit, work.engine.catalogue))
    found = {
        (name, word): people
        for name, word, people in work.engine.rows(query.group_by(purpose.copy(), state.copy()))
    }
    return tuple(
        _agreed(one, {word: n for (name, word), n in found.items() if name == one.purpose}, permit, known)
        for one in asked
    )


def _agreed(purpose: Purpose, states: dict[str, int], permit: Permit, known: int) -> Agreed:
    yes, no = states.get("granted", 0), states.get("denied", 0)
    unclear = sum(people for state, people in states.items() if state not in ("granted", "denied"))
    told = shown_parts((yes, no, unclear, known - yes - no - unclear), permit.smallest_group)
    return Agreed(
        purpose=purpose.purpose,
        title=purpose.title or purpose.purpose,
        yes=told[0],
        no=told[1],
        unclear=told[2],
        never=told[3],
        share=_share(told[0], shown(known, permit.smallest_group)),
    )


def _share(part: Shown, *whole: Shown) -> float | None:
    """The part of the whole, from counts that are told; None if one of them is not, or nobody is there."""
    counts = [one.people for one in whole if isinstance(one, Count)]
    if not isinstance(part, Count) or len(counts) < len(whole) or not sum(counts):
        return None
    return part.people / sum(counts)


def _free(purpose: Purpose) -> NeedsNoYes:
    title = purpose.title or purpose.purpose
    return NeedsNoYes(
        purpose.purpose, title, f"{title} needs no yes: its basis is {BASES[purpose.basis]}; a no is kept to."
    )


def _published(question: str, item: str, sentence: str) -> Benchmark:
    """A figure of the survey of 2012, both groups together."""
    (found,) = (
        one
        for one in align.load()
        if (one.wave, one.question_id, one.item, one.group) == ("2012", question, item, align.Group.BOTH)
    )
    of = f"{found.n} marketing and IT leaders"
    return Benchmark(f"In 2012 about {found.value:.0f} % of {of} {sentence}.", found.source)
