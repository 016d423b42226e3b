"""What stands around the numbers of every file: names, bases, footers, and what a chart of a question shows."""

from collections.abc import Sequence
from dataclasses import dataclass

from tandem.align.result import (
    SHARES,
    Base,
    Finding,
    IndexTold,
    Measure,
    Part,
    PulseResult,
    Question,
    Relation,
    Side,
    Within,
)
from tandem.align.telling import amount, percent

MOST_BARS = 12


@dataclass(frozen=True)
class Bar:
    """One item with its values, one for each series; None where that side was not asked. Shares in 0..1 or means."""

    label: str
    values: tuple[float | None, ...]
    low: tuple[float | None, ...]
    high: tuple[float | None, ...]
    clear: bool
    share: bool

    def text(self, place: int) -> str:
        """The value of one series as it is written."""
        value = self.values[place]
        if value is None:
            return ""
        return percent(value) if self.share else amount(value)


@dataclass(frozen=True)
class Picture:
    """A chart without its looks: series side by side over items. `left` of the items stand in the tables only."""

    series: tuple[str, ...]
    bars: tuple[Bar, ...]
    left: int = 0


def picture(finding: Finding, question: Question) -> Picture | None:
    """The chart of a finding: the items of its question that are told in the same way, its own among them.

    In the order of the questionnaire, the twelve furthest apart where there are more. None where all is hidden.
    """
    alike = [one for one in question.findings if _kin(one) == _kin(finding) and not one.hidden]
    if not alike:
        return None
    kept = alike
    if len(alike) > MOST_BARS:
        far = sorted(alike, key=lambda one: abs(one.gap or 0.0), reverse=True)[:MOST_BARS]
        if finding not in far and not finding.hidden:
            far[-1] = finding
        kept = [one for one in alike if one in far]
    bars = tuple(_bar(one) for one in kept)
    return Picture(series(alike[0]), bars, len(alike) - len(kept))


def _kin(finding: Finding) -> tuple[object, ...]:
    """Findings of one kin share a chart: same relation, same sides, same measure."""
    return finding.relation, tuple(side.group for side in finding.sides), finding.measure


def _bar(finding: Finding) -> Bar:
    sides = finding.sides
    return Bar(
        finding.item,
        tuple(side.value for side in sides),
        tuple(side.low for side in sides),
        tuple(side.high for side in sides),
        bool(finding.clear),
        finding.measure in SHARES,
    )


def series(finding: Finding) -> tuple[str, ...]:
    """The names of the series of a finding's chart."""
    names = [_capital(side.name) for side in finding.sides]
    if finding.relation is Relation.GUESS:
        return f"{names[0]} thinks {finding.sides[1].name} says", f"{names[1]} says"
    return tuple(names)


def unit(measure: Measure) -> str:
    """What the values are, in a few words."""
    return {
        Measure.SHARE: "share who say so",
        Measure.TOP_TWO: "share who choose the top two of five",
        Measure.FIRST_THREE: "share who put it among the first three",
        Measure.MEAN: "mean",
    }[measure]


def asked(question: Question) -> str:
    """The question as asked, with whom it was put to."""
    return f"Question: “{question.wording}” Asked of {question.asked_of}."


def based(finding: Finding) -> str:
    """'Base: 80 marketing, 60 IT, unweighted; effective 72 and 55.'"""
    told = [f"{side.base.unweighted:,} {side.name}" for side in finding.sides if side.base]
    if not told:
        return "Base: not shown."
    worth = [f"{side.base.effective:,.0f}" for side in finding.sides if side.base]
    return f"Base: {', '.join(told)} (people); effective {' and '.join(worth)}."


def bases(found: Sequence[Base | None]) -> str:
    """'80 · 60', 'not shown' where hidden."""
    return " · ".join("not shown" if one is None else f"{one.unweighted:,}" for one in found)


def tested(finding: Finding) -> str:
    """'p 0.003, adjusted (Holm) 0.007'; "" where nothing was tested."""
    if finding.p is None or finding.p_holm is None:
        return ""
    return f"p {_p(finding.p)}, adjusted (Holm) {_p(finding.p_holm)}"


def people(sides: Sequence[Side]) -> str:
    """'80 people of marketing and 60 of IT'."""
    told = [f"{side.base.unweighted:,} people of {side.name}" for side in sides if side.base]
    return " and ".join(told) or "too few people to be told"


def subtitle(result: PulseResult) -> str:
    """The company, the wave, and how many answered."""
    return " · ".join(filter(None, (result.company, f"wave {result.wave}", people(result.people))))


@dataclass(frozen=True)
class IndexFigure:
    """What stands beneath the index: a name, its ends 0..100, and the middle where there is one; `said` in words."""

    name: str
    value: float | None
    low: float
    high: float
    said: str


def index_figures(index: IndexTold) -> tuple[IndexFigure, ...]:
    """Closeness and level, how far other weights would move the index, and what it owes to any one part."""
    found = [
        IndexFigure(
            name, 100 * one.value, 100 * one.low, 100 * one.high, f"{_of(one.value)} ({_ends(one)}): {says}"
        )
        for name, one, says in (
            ("Closeness", index.closeness, "how near the two sides are"),
            ("Level", index.level, "how good the two sides say it is"),
        )
        if one is not None
    ]
    drawn = index.reweighted
    if drawn is not None:
        said = f"{_ends(drawn)} in 95 of 100 draws of weights around those taken"
        found.append(
            IndexFigure("With other weights", 100 * drawn.value, 100 * drawn.low, 100 * drawn.high, said)
        )
    left = sorted((one.without, one.name) for one in index.parts if one.without is not None)
    if left:
        (least, first), (most, last) = left[0], left[-1]
        said = f"{_of(least)} without {first}, {_of(most)} without {last}"
        found.append(IndexFigure("Without one part", None, 100 * least, 100 * most, said))
    return tuple(found)


def without(part: Part) -> str:
    """What the index is without a part, of 100; "" if there is no other."""
    return "" if part.without is None else _of(part.without)


def _of(value: float) -> str:
    return f"{100 * value:.0f}"


def _ends(one: Within) -> str:
    return f"{_of(one.low)} to {_of(one.high)}"


def p_text(p: float | None) -> str:
    """A p-value in a table; "" where there is none."""
    return "" if p is None else _p(p)


def _p(p: float) -> str:
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def _capital(name: str) -> str:
    return name[:1].upper() + name[1:]
