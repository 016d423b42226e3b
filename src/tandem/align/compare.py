"""The two functions side by side: every published item, the gap, and what can honestly be said about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import product

from tandem.align.caveats import caveats
from tandem.align.pairs import CONTESTED, MIRRORS
from tandem.align.problems import BROKEN_FIGURE, UNKNOWN_WAVE
from tandem.align.published import Flag, Group, Published, Statistic, load, waves
from tandem.align.stats import Difference, benjamini_hochberg, difference, holm
from tandem.kernel import Problems

LEVEL = 0.05

ASSUMPTIONS = (
    "Gap is CMO minus CIO, in points; for ranks CMO rank minus CIO rank, so a negative gap means that the "
    "CMOs rank it higher.",
    "Both groups are taken as independent simple random samples; panels and quotas make intervals wider.",
    "Interval: Newcombe hybrid score, 95 %. p: pooled two-proportion z test, adjusted (Holm) for the items "
    "tested within one question. Answers that exclude each other count as items, which is on the safe side.",
)


class Kind(StrEnum):
    """What an item allows."""

    TESTED = "tested"
    DIFFERENCE = "difference only"
    RANKS = "rank gap"
    ONE_SIDE = "one side only"
    POOLED = "both together only"


@dataclass(frozen=True)
class Conflict:
    """Another published value for the same thing, and the gap (CMO - CIO) if it were the right one."""

    figure: Published
    gap: float | None

    def to_dict(self) -> dict[str, object]:
        """The conflicting figure as plain JSON values."""
        return {"figure": self.figure.to_dict(), "gap": self.gap}


@dataclass(frozen=True)
class Comparison:
    """One item of one question in one wave.

    `gap` is CMO - CIO in points (percentages) or places (ranks; negative: CMOs rank it higher). Only a tested
    item has `low`, `high` (95 %, points), `z`, `p`, `p_holm`, `p_bh` (within the question), `significant`
    (p_holm < 0.05) and `robust_to_rounding`: whether that conclusion, and the sign of a significant gap,
    holds wherever the two unrounded percentages may lie (other items of the question taken as printed).
    `conflicts` are other published values, never used in the figures here. `caveats` are sentences.
    """

    wave: str
    question_id: str
    question: str
    item: str
    statistic: Statistic
    kind: Kind
    cmo: Published | None
    cio: Published | None
    both: Published | None
    gap: float | None = None
    low: float | None = None
    high: float | None = None
    z: float | None = None
    p: float | None = None
    p_holm: float | None = None
    p_bh: float | None = None
    significant: bool | None = None
    robust_to_rounding: bool | None = None
    conflicts: tuple[Conflict, ...] = ()
    caveats: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, object]:
        """The comparison as plain JSON values; what is not known is null."""
        plain = {name: getattr(self, name) for name in self.__dataclass_fields__}
        sides = {name: side.to_dict() if side else None for name, side in self._sides().items()}
        return (
            plain
            | sides
            | {
                "statistic": str(self.statistic),
                "kind": str(self.kind),
                "conflicts": [conflict.to_dict() for conflict in self.conflicts],
                "caveats": list(self.caveats),
            }
        )

    def _sides(self) -> dict[str, Published | None]:
        return {"cmo": self.cmo, "cio": self.cio, "both": self.both}


@dataclass
class _Item:
    """The figures of one item while they are gathered."""

    title: str
    mirrored: bool
    sides: dict[Group, Published] = field(default_factory=dict)
    contests: list[Published] = field(default_factory=list)

    def first(self) -> Published:
        """Some figure of the item; all share wave, question and statistic."""
        return next(iter([*self.sides.values(), *self.contests]))


@dataclass(frozen=True)
class _Pair:
    """Two percentages, their (effective) bases and how far each may lie from its print: what a test needs."""

    cmo: float
    cmo_base: float
    cmo_rounding: float
    cio: float
    cio_base: float
    cio_rounding: float

    def at(self, cmo: float, cio: float) -> Difference:
        """The test at these percentages, kept within 0..100."""
        shares = [min(max(percent, 0.0), 100.0) / 100 for percent in (cmo, cio)]
        return difference(shares[0], self.cmo_base, shares[1], self.cio_base)

    def printed(self) -> Difference:
        """The test at the percentages as printed."""
        return self.at(self.cmo, self.cio)

    def corners(self) -> list[Difference]:
        """The test wherever rounding may have moved the two percentages: both ends and the middle of each."""
        steps = (-1, 0, 1)
        return [
            self.at(self.cmo + first * self.cmo_rounding, self.cio + second * self.cio_rounding)
            for first, second in product(steps, steps)
        ]


def compare(
    wave: str,
    *,
    assumed_bases: Mapping[str, tuple[int, int]] | None = None,
    design_effect: float = 1.0,
) -> list[Comparison]:
    """Every item of a wave, question by question: one `Comparison` per question, statistic and item.

    Tested are percentages of both groups whose bases are known; the rest is shown without a p-value. Where a
    later source contradicts the report, the report's figure is compared and the other stands beside it.
    `assumed_bases` (question -> CMO base, CIO base) tests a question "as if" where no base was published, and
    each such row says so. `design_effect` >= 1 divides the bases (1.3 and 1.5 are usual for panels).
    Raises Problems for an unknown wave, ValueError for a design effect under 1.
    """
    known = waves()
    if wave not in known:
        sentence = f"There are no published figures of the wave `{wave}`."
        raise Problems(UNKNOWN_WAVE(sentence, found=wave, alternatives=known))
    if design_effect < 1:
        raise ValueError(f"a design effect is 1 or more, not {design_effect}")
    questions: dict[str, list[_Item]] = {}
    for item in _gather([figure for figure in load() if figure.wave == wave]):
        questions.setdefault(item.first().question_id, []).append(item)
    return [
        row
        for question, items in questions.items()
        for row in _question(items, (assumed_bases or {}).get(question), design_effect)
    ]


def _gather(figures: Sequence[Published]) -> list[_Item]:
    """Figures of one wave to items, in order. A conflicting figure goes beside the item that it contests."""
    items: dict[tuple[str, str, str], _Item] = {}
    for figure in sorted(figures, key=lambda figure: Flag.CONFLICT in figure.flags):
        mirror = next((mirror for mirror in MIRRORS if mirror.holds(figure)), None)
        contested = CONTESTED.get((figure.wave, figure.question_id, figure.item), figure.item)
        title = mirror.title if mirror else contested
        key = (figure.question_id, str(figure.statistic), title)
        item = items.setdefault(key, _Item(title, mirror is not None))
        if Flag.CONFLICT in figure.flags:
            item.contests.append(figure)
        elif figure.group in item.sides:
            sentence = (
                f"Two figures of {figure.group} for `{title}` in {figure.question_id}, none marked CONFLICT."
            )
            raise Problems(BROKEN_FIGURE(sentence, found=figure.source, expected="one figure per group"))
        else:
            item.sides[figure.group] = figure
    return list(items.values())


def _question(items: list[_Item], assumed: tuple[int, int] | None, design_effect: float) -> list[Comparison]:
    """The rows of one question; p-values are adjusted over the items of it that can be tested."""
    pairs = [_pair(item, assumed, design_effect) for item in items]
    block = [pair for pair in pairs if pair]
    rows = [_described(item, assumed) for item in items]
    return [
        _tested(row, block, block.index(pair)) if pair else row for row, pair in zip(rows, pairs, strict=True)
    ]


def _pair(item: _Item, assumed: tuple[int, int] | None, design_effect: float) -> _Pair | None:
    """What a test needs, or None: one group only, a rank, no base, a bound, or both at 0 or at 100 %."""
    cmo, cio = item.sides.get(Group.CMO), item.sides.get(Group.CIO)
    if not cmo or not cio or cmo.rounding is None or cio.rounding is None:
        return None
    bases = [cmo.n or (assumed and assumed[0]), cio.n or (assumed and assumed[1])]
    if not bases[0] or not bases[1]:
        return None
    if cmo.value + cio.value <= cmo.rounding + cio.rounding:
        return None
    if 200 - cmo.value - cio.value <= cmo.rounding + cio.rounding:
        return None
    return _Pair(
        cmo.value,
        bases[0] / design_effect,
        cmo.rounding,
        cio.value,
        bases[1] / design_effect,
        cio.rounding,
    )


def _described(item: _Item, assumed: tuple[int, int] | None) -> Comparison:
    """The row without a test."""
    cmo, cio = item.sides.get(Group.CMO), item.sides.get(Group.CIO)
    some = item.first()
    return Comparison(
        wave=some.wave,
        question_id=some.question_id,
        question=some.question,
        item=item.title,
        statistic=some.statistic,
        kind=_kind(item),
        cmo=cmo,
        cio=cio,
        both=item.sides.get(Group.BOTH),
        gap=cmo.value - cio.value if cmo and cio else None,
        conflicts=tuple(Conflict(figure, _gap_with(figure, cmo, cio)) for figure in item.contests),
        caveats=caveats(item.sides, mirrored=item.mirrored, assumed=assumed),
    )


def _kind(item: _Item) -> Kind:
    if Group.CMO in item.sides and Group.CIO in item.sides:
        return Kind.RANKS if item.first().statistic is Statistic.RANK else Kind.DIFFERENCE
    return Kind.POOLED if set(item.sides) == {Group.BOTH} else Kind.ONE_SIDE


def _gap_with(figure: Published, cmo: Published | None, cio: Published | None) -> float | None:
    """The gap if the conflicting figure took the place of its group's own."""
    left = figure if figure.group is Group.CMO else cmo
    right = figure if figure.group is Group.CIO else cio
    return left.value - right.value if left and right else None


def _tested(row: Comparison, block: list[_Pair], place: int) -> Comparison:
    """The row with the test of the pair at `place`, adjusted over its block."""
    result = block[place].printed()
    raw = [pair.printed().p for pair in block]
    p_holm = holm(raw)[place]
    return replace(
        row,
        kind=Kind.TESTED,
        low=100 * result.low,
        high=100 * result.high,
        z=result.z,
        p=result.p,
        p_holm=p_holm,
        p_bh=benjamini_hochberg(raw)[place],
        significant=p_holm < LEVEL,
        robust_to_rounding=_robust(block[place], raw, place),
    )


def _robust(pair: _Pair, raw: list[float], place: int) -> bool:
    """Whether every corner of the rounding gives one conclusion: CMO higher, CIO higher, or no clear gap."""
    conclusions = set()
    for corner in pair.corners():
        clear = holm([*raw[:place], corner.p, *raw[place + 1 :]])[place] < LEVEL
        conclusions.add(corner.z > 0 if clear else None)
    return len(conclusions) == 1
