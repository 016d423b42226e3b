"""What the two sides believe beside what was measured: which survey item speaks to which figure, and where they part.

The rule: a side believes a statement if the 95 % interval of those who agree (top two of five) lies above one half,
does not if it lies below, and is split otherwise. The records bear a statement out, or do not, by the yardstick of the
figure, read for the side that the statement is about. Belief and records part where one says yes and the other no;
where one of them is not known, or near its yardstick, or a side is split, nobody can say yet. A wish, and a statement
of which no record speaks, stands beside a figure without a verdict.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum

from tandem.align.happened import Measure, NotKnown
from tandem.align.names import NAMES, SIDES
from tandem.align.published import Flag, Group, Published, Statistic
from tandem.align.result import Side
from tandem.align.yardsticks import Judged, State, judge, written
from tandem.kernel import numbers

HALF = 0.5
GROUPS = {"marketing": Group.CMO, "it": Group.CIO}


class Speaks(StrEnum):
    """Whether the figure can bear a statement out. If not, the two stand beside each other without a verdict."""

    RECORD = "the records speak of it"
    WISH = "a wish"
    NEAR = "no record speaks of it"


CONCLUSIONS = {
    Speaks.WISH: "That is a wish: it cannot be true or false.",
    Speaks.NEAR: "The figure is near to it, but no record says whether it is so.",
}


@dataclass(frozen=True)
class Item:
    """A statement of the survey that speaks to a figure. `poor`: agreeing says that the figure is poor, else good.

    `speaks`: whether the figure can bear it out. `part`: the side that it is about, whose part of the figure counts;
    "" where the figure is of that side alone, or of both.

    `variable` is its name in the instrument that comes with Tandem; in another one the variable counts that is held
    against the same published figure. `published`: (wave, question, item), the newest first. `sides`: those whose
    answer speaks to it. `guess`: the variable that asks a side what the other one would say.
    """

    measure: str
    variable: str
    statement: str
    poor: bool = True
    speaks: Speaks = Speaks.RECORD
    part: str = ""
    sides: tuple[str, ...] = SIDES
    guess: str = ""
    published: tuple[tuple[str, str, str], ...] = ()


F = "FRUSTRATION"
SLOW12, SLOW14 = (
    "Technology development too slow / not at marketing speed",
    "Technology development process too slow",
)
SHORT12, SHORT14 = (
    "IT deliverables fall short of expectations",
    "IT returns fall short of the requirements given",
)
STANDARDS12 = "Marketing brings in technology without regard to IT standards"
STANDARDS14 = "Marketing pulls in technology without regard to IT standards and architecture"
ITEMS = (
    Item(
        "lead_time",
        f"{F}_SLOW",
        "IT works too slowly for marketing",
        guess=f"{F}_META_SLOW",
        published=(("2014", F, SLOW14), ("2012", F, SLOW12)),
    ),
    Item(
        "sent_back",
        f"{F}_SHORTFALL",
        "What IT delivers falls short",
        guess=f"{F}_META_SHORTFALL",
        published=(("2014", F, SHORT14), ("2012", F, SHORT12)),
    ),
    Item("kept", "TRUST_PROMISES", "IT keeps what it promises", poor=False, sides=("marketing",)),
    Item(
        "promised",
        "TRUST_PROMISES",
        "Marketing keeps what it promises",
        poor=False,
        speaks=Speaks.NEAR,
        sides=("it",),
    ),
    Item(
        "changed",
        f"{F}_CHANGES",
        "Marketing changes requirements too often",
        part="marketing",
        published=tuple(
            (wave, F, "Marketing changes requirements and priorities too often") for wave in ("2014", "2012")
        ),
    ),
    Item(
        "promised",
        f"{F}_PROMISES",
        "Marketing promises what IT has not agreed to",
        part="marketing",
        guess=f"{F}_META_PROMISES",
        published=(("2012", F, "Marketing makes promises without IT agreement"),),
    ),
    Item(
        "complete",
        f"{F}_REQUIREMENTS",
        "Marketing does not say well enough what it needs",
        guess=f"{F}_META_REQUIREMENTS",
        published=tuple(
            (wave, F, "Marketing does not give adequate business requirements") for wave in ("2014", "2012")
        ),
    ),
    Item(
        "outside",
        f"{F}_STANDARDS",
        "Marketing brings in technology without regard to standards",
        part="marketing",
        guess=f"{F}_META_STANDARDS",
        published=(("2014", F, STANDARDS14), ("2012", F, STANDARDS12)),
    ),
    Item(
        "self_service",
        f"{F}_SELF_SERVICE",
        "Marketing should work with data and content without IT",
        speaks=Speaks.WISH,
        published=(("2012", F, "Wants own staff to work with data and content independently of IT"),),
    ),
    Item(
        "access_time",
        f"{F}_URGENCY",
        "IT does not see how urgent new data is",
        part="it",
        published=tuple(
            (wave, F, "IT does not see the urgency of adding new data sources to campaigns")
            for wave in ("2014", "2012")
        ),
    ),
    Item(
        "violations",
        f"{F}_COMPLEXITY",
        "Marketing does not see how hard it is to join new data",
        speaks=Speaks.NEAR,
        published=tuple(
            (wave, F, "Marketing does not understand complexity of integrating new data")
            for wave in ("2014", "2012")
        ),
    ),
)


class Belief(StrEnum):
    """What a side believes of a statement."""

    YES = "agrees"
    NO = "does not agree"
    SPLIT = "is split"
    NOT_KNOWN = "not known"


class Verdict(StrEnum):
    """Belief against records."""

    PART = "they part"
    MEET = "they meet"
    OPEN = "not known yet"


@dataclass(frozen=True)
class Said:
    """One side: the share that agrees with its 95 % interval and base, what that says, and what the records say.

    `why` says why nothing is known where `value` is None.
    """

    side: str
    belief: Belief
    verdict: Verdict
    sentence: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    n: int = 0
    why: str = ""


@dataclass(frozen=True)
class Elsewhere:
    """A published percentage of the same statement: of which side, in which wave, on how many people if known."""

    side: str
    wave: str
    value: float
    n: int | None
    source: str


@dataclass(frozen=True)
class Beside:
    """A statement beside the figure it speaks to."""

    item: Item
    judged: Judged
    said: tuple[Said, ...]
    elsewhere: tuple[Elsewhere, ...]
    asked: bool

    @property
    def verdict(self) -> Verdict:
        """They part if they do for any side; they meet if they do for each that is known."""
        known = [one.verdict for one in self.said if one.verdict is not Verdict.OPEN]
        if Verdict.PART in known:
            return Verdict.PART
        return Verdict.MEET if known else Verdict.OPEN

    @property
    def label(self) -> str:
        """The verdict in words, or why there can be none."""
        return str(self.verdict if self.item.speaks is Speaks.RECORD else self.item.speaks)


Answered = Mapping[str, Mapping[str, Side]]
"""Variable → side → share that agrees, as a pulse tells it; a variable that was not asked of a side is absent."""


def beside(
    found: Measure,
    answered: Answered | None,
    levels: Mapping[str, timedelta],
    published: tuple[Published, ...],
    names: Mapping[tuple[str, str, str], str] | None = None,
) -> tuple[Beside, ...]:
    """Every statement that speaks to a figure. `answered` None: no pulse is there yet.

    `names`: published figure (wave, question, item) → variable of the instrument that was used.
    """
    meant = [(item, part_of(found, item.part)) for item in ITEMS if item.measure == found.id]
    return tuple(_one(item, one, judge(one, levels), answered, published, names or {}) for item, one in meant)


def part_of(found: Measure, side: str) -> Measure:
    """The figure for one side: its value and base; not known if it cannot be told for it. The whole for ""."""
    if not side or found.value is None:
        return found
    mine = next((one for one in found.sides if one.side == side and one.value is not None), None)
    if mine is None:
        why = NotKnown(f"Nothing of it is {NAMES[side]}'s in this time.", "Wait for more records.", side)
        return replace(found, n=0, value=None, p90=None, longest=None, not_known=why)
    return replace(found, n=mine.n, value=mine.value, p90=None, longest=None)


def variable_of(item: Item, names: Mapping[tuple[str, str, str], str]) -> str:
    """The variable of the instrument that asks this statement."""
    return next((names[one] for one in item.published if one in names), item.variable)


def _one(
    item: Item,
    found: Measure,
    judged: Judged,
    answered: Answered | None,
    published: tuple[Published, ...],
    names: Mapping[tuple[str, str, str], str],
) -> Beside:
    sides = (answered or {}).get(variable_of(item, names), {})
    guesses = (answered or {}).get(item.guess, {})
    said = tuple(
        _said(item, found, judged, side, sides.get(side), asked=answered is not None)
        if side in sides or side not in guesses
        else _guessed(side, guesses[side])
        for side in item.sides
    )
    return Beside(item, judged, said, _elsewhere(item, published), bool(sides))


def _guessed(side: str, told: Side) -> Said:
    """A side that was asked only what the other one would say: no belief of its own."""
    name, other = _name(side), NAMES[next(one for one in SIDES if one != side)]
    if told.value is None:
        sentence = f"{name}: not known yet; {told.hidden}."
        return Said(side, Belief.NOT_KNOWN, Verdict.OPEN, sentence, why=told.hidden)
    said = f"{name} was not asked itself; {told.value * 100:.0f} % think that {other} would agree."
    return Said(side, Belief.NOT_KNOWN, Verdict.OPEN, said, why="asked only what the other side would say")


def _name(side: str) -> str:
    return NAMES[side][:1].upper() + NAMES[side][1:]


def _said(item: Item, found: Measure, judged: Judged, side: str, told: Side | None, *, asked: bool) -> Said:
    name = _name(side)
    if told is None or told.value is None or told.low is None or told.high is None:
        if told is not None:
            why = told.hidden or "nobody answered"
        else:
            why = "not asked of this side" if asked else "no pulse has been answered yet"
        return Said(
            side, Belief.NOT_KNOWN, Verdict.OPEN, f"{name}: not known yet; {why.rstrip('.')}.", why=why
        )
    belief = Belief.YES if told.low > HALF else Belief.NO if told.high < HALF else Belief.SPLIT
    borne = _borne_out(item, judged.state)
    verdict = _verdict(belief, borne)
    low, high = (f"{edge * 100:.0f}" for edge in (told.low, told.high))
    agree = f"{name}: {told.value * 100:.0f} % agree (95 % interval {low} to {high})"
    n = told.base.unweighted if told.base else 0
    rest = CONCLUSIONS.get(item.speaks) or _conclusion(belief, borne)
    sentence = f"{agree}; {_records(item, found, borne, judged)} {rest}"
    return Said(side, belief, verdict, sentence, told.value, told.low, told.high, n)


def _borne_out(item: Item, state: State) -> bool | None:
    """Whether the records bear it out; None where they cannot, are not known, or are near the yardstick."""
    if item.speaks is not Speaks.RECORD or state in (State.NOT_KNOWN, State.AT_RISK):
        return None
    return (state is State.OFF_TRACK) == item.poor


def _verdict(belief: Belief, borne: bool | None) -> Verdict:
    if borne is None or belief in (Belief.SPLIT, Belief.NOT_KNOWN):
        return Verdict.OPEN
    return Verdict.MEET if (belief is Belief.YES) == borne else Verdict.PART


def _records(item: Item, found: Measure, borne: bool | None, judged: Judged) -> str:
    if found.value is None:
        return "what happened is not known."
    whose = f", {NAMES[item.part]} alone" if item.part else ""
    figure = f"measured{whose}: {written(found.value, found.unit)} (of {numbers.count(found.n)} {found.of})"
    if item.speaks is not Speaks.RECORD:
        return f"{figure}."
    if borne is None:
        near = (
            "which is near the yardstick" if judged.state is State.AT_RISK else "which cannot be judged yet"
        )
        return f"{figure}, {near}."
    return f"{figure}, which {'bears it out' if borne else 'does not bear it out'}."


def _conclusion(belief: Belief, borne: bool | None) -> str:
    match _verdict(belief, borne):
        case Verdict.MEET:
            return "Belief and records meet."
        case Verdict.PART if belief is Belief.YES:
            return "They believe what the records do not show: belief and records part."
        case Verdict.PART:
            return "They do not see what the records show: belief and records part."
        case _ if belief is Belief.SPLIT:
            return "The side is split, so whether belief and records part is not known yet."
        case _:
            return "Whether belief and records part is not known yet."


def _elsewhere(item: Item, published: tuple[Published, ...]) -> tuple[Elsewhere, ...]:
    """The newest wave that is published for each side, conflicting prints left out: the pulse pages show those."""
    found = []
    for side in SIDES:
        for wave, question, name in item.published:
            rows = [
                one
                for one in published
                if (one.wave, one.question_id, one.item, one.group) == (wave, question, name, GROUPS[side])
                and one.statistic is Statistic.PERCENT
                and Flag.CONFLICT not in one.flags
            ]
            if rows:
                found.append(Elsewhere(side, wave, rows[0].value, rows[0].n, rows[0].source))
                break
    return tuple(found)
