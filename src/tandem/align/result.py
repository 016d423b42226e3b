"""What a pulse found: plain shapes that pages, slides, books and reports read, and nobody counts again."""

from dataclasses import dataclass
from enum import StrEnum

from tandem.align.tables import Book

ALPHA = 0.05


class Measure(StrEnum):
    """What the number of a side is."""

    SHARE = "share"
    TOP_TWO = "top two of five"
    FIRST_THREE = "among the first three"
    MEAN = "mean"


SHARES = frozenset({Measure.SHARE, Measure.TOP_TWO, Measure.FIRST_THREE})


class Relation(StrEnum):
    """What is held against what."""

    OWN = "both about the same"
    SWAP = "each about the other"
    GUESS = "what one side thinks the other says, and what it says"
    ONE = "one side only"


@dataclass(frozen=True)
class Base:
    """Whom a number stands on: people, the sum of their weights, and Kish's effective number. All 0 or more."""

    unweighted: int
    weighted: float
    effective: float


@dataclass(frozen=True)
class Side:
    """One side's number with its 95 % interval. Shares lie in 0..1; a mean in its own unit.

    `name` is as sentences call it (`IT`). Where fewer than the smallest group stand behind it, or could be told
    by subtraction, base, value and interval are None and `hidden` says why.
    """

    group: str
    name: str
    base: Base | None
    value: float | None = None
    low: float | None = None
    high: float | None = None
    hidden: str = ""


@dataclass(frozen=True)
class Benchmark:
    """The published figures of the same item: shares in 0..1 by side, None where none is published.

    `sentence` says what may be said: with a known n a test, else the difference only.
    """

    wave: str
    source: str
    marketing: float | None
    it: float | None
    sentence: str


@dataclass(frozen=True)
class Finding:
    """One item: two numbers and how far apart they are.

    `gap` is the first side less the second (points as a share: 0.1 = 10 points; else the unit of the measure),
    with its 95 % interval. `p` is the raw value, `p_holm` and `p_bh` are adjusted within the question. `clear`:
    p_holm under 0.05 and an interval that leaves 0 out; None where nothing was tested. `places` are those of the
    item in each side's list (1 is the top, ties averaged), `place_gap` the first less the second with its bootstrap
    interval.
    """

    id: str
    question: str
    variable: str
    item: str
    relation: Relation
    measure: Measure
    sides: tuple[Side, ...]
    sentence: str
    gap: float | None = None
    low: float | None = None
    high: float | None = None
    p: float | None = None
    p_holm: float | None = None
    p_bh: float | None = None
    clear: bool | None = None
    places: tuple[float, float] | None = None
    place_gap: tuple[float, float, float] | None = None
    published: tuple[Benchmark, ...] = ()

    @property
    def share(self) -> bool:
        """Whether its values are shares 0..1 of people."""
        return self.measure in SHARES

    @property
    def guess(self) -> bool:
        """Whether it holds what one side thinks of the other against what that side says."""
        return self.relation is Relation.GUESS

    @property
    def hidden(self) -> bool:
        """Whether any side of it is not shown."""
        return any(side.value is None for side in self.sides)

    @property
    def at_least(self) -> float:
        """How far apart the two are at least, in the unit of the gap: the near end of the interval, or 0."""
        if not self.clear or self.low is None or self.high is None:
            return 0.0
        return max(0.0, min(abs(self.low), abs(self.high)) if self.low * self.high > 0 else 0.0)


@dataclass(frozen=True)
class Answer:
    """One row of the topline: a choice and the value of each side; None where hidden or nobody answered.

    `share`: whether the values are shares 0..1 of people, not means.
    """

    label: str
    values: tuple[float | None, ...]
    share: bool = True


@dataclass(frozen=True)
class Topline:
    """One variable as asked, with the share of each side for every answer. `bases` as `groups`; None: hidden."""

    variable: str
    wording: str
    kind: str
    groups: tuple[str, ...]
    bases: tuple[Base | None, ...]
    answers: tuple[Answer, ...]
    note: str = ""


@dataclass(frozen=True)
class Lists:
    """How alike the two sides order the items of one question; None where it cannot be told."""

    items: int
    tau_b: float | None
    spearman: float | None
    sentence: str


@dataclass(frozen=True)
class Question:
    """One question: what was asked of whom, and all that was found in it.

    `perception`: of guesses, a sentence for each direction on how well the one side knows the other.
    """

    id: str
    wording: str
    asked_of: str
    findings: tuple[Finding, ...]
    toplines: tuple[Topline, ...]
    lists: Lists | None = None
    perception: tuple[str, ...] = ()

    @property
    def headline(self) -> Finding | None:
        """The finding that says most: clear ones first, then the largest gap."""
        shown = [one for one in self.findings if not one.hidden]
        return max(shown, key=weight_of, default=None)


@dataclass(frozen=True)
class Part:
    """One part of the index, 0..1, with its 95 % interval, its weight and how it is reckoned.

    `without`: what the index would be if this part were left out; None if there is no other.
    """

    name: str
    value: float
    low: float
    high: float
    weight: float
    how: str
    without: float | None = None


@dataclass(frozen=True)
class Within:
    """A value 0..1 and what it lies within."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class IndexTold:
    """The alignment index 0..1 with its bootstrap interval and its parts; `sentence` says what it is.

    `closeness`: how near the sides are; `level`: how good they say it is; both with their 95 % interval, None where
    no part tells it. `reweighted`: the index in the middle and at the ends of 95 % of draws of other weights.
    `weighting`: how much each part counts, in words.
    """

    value: float
    low: float
    high: float
    parts: tuple[Part, ...]
    sentence: str
    closeness: Within | None = None
    level: Within | None = None
    reweighted: Within | None = None
    weighting: str = ""


@dataclass(frozen=True)
class Since:
    """Against an earlier `wave`: how many numbers were compared, of how many variables none could be, what is clear."""

    wave: str
    compared: int
    apart: int
    sentences: tuple[str, ...]

    @property
    def summary(self) -> str:
        """How much changed, and what it takes for granted."""
        return (
            f"Held against {self.wave} as if other people had answered: {len(self.sentences)} of {self.compared} "
            "numbers changed clearly (Holm within question and side). Only questions with the same wording, answers "
            "and base are compared."
        )


@dataclass(frozen=True)
class PulseResult:
    """All of it. `people`: the sides as a whole. `profiles`: (name, title) of what the book also cuts by.

    `method`: heading and sentence, in order. `index_missing`: why there is no index, where there is none.
    `since`: the wave before; None where there is none.
    """

    wave: str
    title: str
    company: str
    people: tuple[Side, ...]
    smallest: int
    questions: tuple[Question, ...]
    most: tuple[Finding, ...]
    book: Book
    profiles: tuple[tuple[str, str], ...]
    method: tuple[tuple[str, str], ...]
    index: IndexTold | None = None
    index_missing: str = ""
    since: Since | None = None

    def to_dict(self) -> dict[str, object]:
        """For JSON: all but the book, which is a file of its own."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__ if name != "book"}

    def question(self, name: str) -> Question:
        """The question of this id. Raises KeyError if there is none."""
        for one in self.questions:
            if one.id == name:
                return one
        raise KeyError(name)


def weight_of(finding: Finding) -> tuple[bool, bool, float, float]:
    """What findings are ordered by: clear, a share, how far apart at least, and how far apart."""
    share = finding.measure in SHARES
    return bool(finding.clear), share, finding.at_least, abs(finding.gap or 0.0)
