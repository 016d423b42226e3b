"""The figures of the published studies, question by question: rows, scale, order of the lists, what to mind."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from tandem.align.compare import LEVEL, Comparison, Kind, compare
from tandem.align.figure_notes import ALL_ASKED, FIGURES, NOTES, SCALES, SHORT, WHOLE_LISTS
from tandem.align.published import Flag, Published, Statistic
from tandem.align.stats.lists import (
    kendall_tau_b,
    overlap_at,
    rank_biased_overlap,
    ranking,
    spearman,
)
from tandem.align.stats.ranks import ranks_by_share
from tandem.kernel import numbers

PATIENCE = (0.9, 0.7)
TOPS = (3, 5)
POINTS = 5
POINT = "Point "


@dataclass(frozen=True)
class RankGap:
    """Places of one item in the lists of the CMOs and the CIOs (1 is the top, ties averaged); gap is CMO less CIO."""

    item: str
    cmo: float
    cio: float

    @property
    def gap(self) -> float:
        """Below 0: the CMOs rank it higher."""
        return self.cmo - self.cio


@dataclass(frozen=True)
class ListAgreement:
    """How alike the two groups order the items of one question that is published whole.

    `rbo` and `rbo_ties`: rank-biased overlap by its p; ties in the order of print, and over every order of theirs.
    `overlap`: share of the first k places that both have, by k. `gaps`: largest distance first. No interval: that would
    take the answers, which are not published.
    """

    items: int
    tau_b: float
    spearman: float
    rbo: tuple[tuple[float, float], ...]
    rbo_ties: tuple[tuple[float, float], ...]
    overlap: tuple[tuple[int, float], ...]
    gaps: tuple[RankGap, ...]

    @property
    def sentences(self) -> tuple[str, ...]:
        """The same in words."""
        overlaps = " and ".join(f"{value:.4f} at p {p:g}" for p, value in self.rbo)
        tied = " and ".join(f"{value:.4f}" for _, value in self.rbo_ties)
        tops = " and ".join(f"{round(k * value, 1):g} of the first {k}" for k, value in self.overlap)
        widest = "; ".join(
            f"{one.item}: place {one.cmo:g} for CMOs, {one.cio:g} for CIOs" for one in self.gaps[:2]
        )
        order = f"Order of the {self.items} items: tau-b {self.tau_b:.3f}, Spearman {self.spearman:.3f} (1: one order)."
        top = (
            f"Rank-biased overlap, the top weighing most: {overlaps} (ties as printed; over every order of the tied "
            f"{tied}). Both have {tops}."
        )
        return order, top, f"Farthest apart: {widest}."

    def to_dict(self) -> dict[str, object]:
        """As plain JSON values; p and k as text."""
        plain = {name: getattr(self, name) for name in ("items", "tau_b", "spearman")}
        pairs = {
            name: {f"{key:g}": value for key, value in getattr(self, name)} for name in ("rbo", "rbo_ties")
        }
        gaps = [{"item": one.item, "cmo": one.cmo, "cio": one.cio, "gap": one.gap} for one in self.gaps]
        return plain | pairs | {"overlap": {str(k): value for k, value in self.overlap}, "gaps": gaps}


@dataclass(frozen=True)
class ScaleRow:
    """One group's answers on five points, bottom to top, as printed (percent), and the sums over them.

    `bottom_three` counts the midpoint, `bottom_two` does not. `total` shows the rounding: 99 to 101. `pooled`: the mean
    of the two groups weighted by their people, where the row is the printed row of both together.
    """

    group: str
    n: int | None
    points: tuple[float, ...]
    pooled: tuple[float, ...] = ()

    @property
    def top_two(self) -> float:
        """Points 4 and 5."""
        return self.points[3] + self.points[4]

    @property
    def bottom_two(self) -> float:
        """Points 1 and 2."""
        return self.points[0] + self.points[1]

    @property
    def bottom_three(self) -> float:
        """Points 1 to 3, the midpoint with them."""
        return self.bottom_two + self.points[2]

    @property
    def total(self) -> float:
        """All five as printed."""
        return sum(self.points)

    def to_dict(self) -> dict[str, object]:
        """As plain JSON values."""
        sums = {name: getattr(self, name) for name in ("top_two", "bottom_two", "bottom_three", "total")}
        return {
            "group": self.group,
            "n": self.n,
            "points": list(self.points),
            "pooled": list(self.pooled),
        } | sums


@dataclass(frozen=True)
class PublishedQuestion:
    """One question of one wave. `figure`: as the report numbers it, "" if it stands in its text only.

    `scale` is there for five points, `lists` where the list is published whole. `what_if` says what would be clear if
    everybody had been asked, where the number of people is not published: words, never a p-value. `notes`: what to
    mind, with every conflict between sources.
    """

    wave: str
    id: str
    wording: str
    figure: str
    rows: tuple[Comparison, ...]
    scale: tuple[ScaleRow, ...]
    lists: ListAgreement | None
    what_if: str
    notes: tuple[str, ...]

    @property
    def tested(self) -> bool:
        """Whether any item of it is tested."""
        return any(row.kind is Kind.TESTED for row in self.rows)

    @property
    def short(self) -> str:
        """What the question is about in a word or two, where its items do not say so; else empty."""
        return SHORT.get(self.id, "")

    @property
    def contrasts(self) -> tuple[Comparison, ...]:
        """Its tested items, without single points of a scale and without the second of two that exclude each other."""
        tested = tuple(row for row in self.rows if row.kind is Kind.TESTED)
        if self.scale:
            return tuple(row for row in tested if not row.item.startswith(POINT))
        shares = [sum(getattr(row, side).value for row in tested) for side in ("cmo", "cio")]
        return tested[:1] if len(tested) == 2 and shares == [100, 100] else tested

    @property
    def caveats(self) -> tuple[str, ...]:
        """What to mind about single items, each once, with the items it is about unless it is about all."""
        about: dict[str, list[str]] = {}
        for row in self.rows:
            for sentence in row.caveats:
                about.setdefault(sentence, []).append(row.item)
        return tuple(
            sentence if len(items) == len(self.rows) else f"{'; '.join(items)}: {sentence}"
            for sentence, items in about.items()
        )

    @property
    def headline(self) -> str:
        """What it says, in one sentence that claims no more than was tested."""
        return _headline(self.rows)

    def to_dict(self) -> dict[str, object]:
        """As plain JSON values; what is not known is null."""
        return {
            "wave": self.wave,
            "id": self.id,
            "wording": self.wording,
            "figure": self.figure,
            "headline": self.headline,
            "rows": [row.to_dict() for row in self.rows],
            "scale": [row.to_dict() for row in self.scale],
            "lists": self.lists.to_dict() if self.lists else None,
            "what_if": self.what_if,
            "notes": list(self.notes),
        }


def figures(wave: str) -> tuple[PublishedQuestion, ...]:
    """Every question of a wave in the order of the study. Raises Problems for an unknown wave."""
    return tuple(_question(list(rows)) for _, rows in groupby(compare(wave), key=lambda row: row.question_id))


def list_agreement(rows: Sequence[Comparison]) -> ListAgreement:
    """Agreement of the two lists of shares in these rows. Raises ValueError under two items that both groups have."""
    both = [row for row in rows if row.statistic is Statistic.PERCENT and row.cmo and row.cio]
    items = [row.item for row in both]
    sides = [[side.value for row in both if (side := getattr(row, name))] for name in ("cmo", "cio")]
    shares = np.array(sides)
    printed = tuple(ranking(items, side, printed_order=True) for side in sides)
    tied = tuple(ranking(items, side) for side in sides)
    places = ranks_by_share(shares)
    gaps = [RankGap(item, float(places[0, i]), float(places[1, i])) for i, item in enumerate(items)]
    return ListAgreement(
        items=len(items),
        tau_b=float(kendall_tau_b(shares[0], shares[1])),
        spearman=float(spearman(shares[0], shares[1])),
        rbo=tuple((p, rank_biased_overlap(printed[0], printed[1], p)) for p in PATIENCE),
        rbo_ties=tuple((p, rank_biased_overlap(tied[0], tied[1], p)) for p in PATIENCE),
        overlap=tuple((k, overlap_at(tied[0], tied[1], k)) for k in TOPS if k <= len(items)),
        gaps=tuple(sorted(gaps, key=lambda one: -abs(one.gap))),
    )


def _question(rows: list[Comparison]) -> PublishedQuestion:
    first = rows[0]
    key = (first.wave, first.question_id)
    conflicts = [_conflict(row, conflict.figure) for row in rows for conflict in row.conflicts]
    return PublishedQuestion(
        wave=first.wave,
        id=first.question_id,
        wording=first.question,
        figure=FIGURES.get(key, ""),
        rows=tuple(rows),
        scale=_scale(rows) if key in SCALES else (),
        lists=list_agreement(rows) if key in WHOLE_LISTS else None,
        what_if=_what_if(rows, ALL_ASKED[key]) if key in ALL_ASKED else "",
        notes=tuple(dict.fromkeys([*NOTES.get(key, ()), *conflicts])),
    )


def _scale(rows: Sequence[Comparison]) -> tuple[ScaleRow, ...]:
    points = [row for row in rows if row.item.startswith(POINT)][:POINTS]
    made = {}
    for group in ("cmo", "cio", "both"):
        told = [side for row in points if (side := getattr(row, group)) is not None]
        if len(told) == POINTS:
            made[group] = ScaleRow(str(told[0].group), told[0].n, tuple(side.value for side in told))
    both = made.get("both")
    if both and len(made) == 3 and all(row.n for row in made.values()):
        pair = [made["cmo"], made["cio"]]
        total = sum(row.n or 0 for row in pair)
        mean = tuple(sum((row.n or 0) * row.points[i] for row in pair) / total for i in range(POINTS))
        made["both"] = ScaleRow(both.group, both.n, both.points, mean)
    return tuple(made.values())


def _what_if(rows: Sequence[Comparison], bases: tuple[int, int]) -> str:
    """Which items would differ if all had answered, told without the values of an assumption."""
    first = rows[0]
    assumed = compare(first.wave, assumed_bases={first.question_id: bases})
    tested = [row for row in assumed if row.question_id == first.question_id and row.p is not None]
    holm = [row.item for row in tested if row.p_holm is not None and row.p_holm < LEVEL]
    by_rate = [row.item for row in tested if row.p_bh is not None and row.p_bh < LEVEL]
    if not by_rate:
        return f"If all {bases[0]} CMOs and {bases[1]} CIOs had answered, no item would differ beyond chance."
    also = [item for item in by_rate if item not in holm]
    everybody = f"If all {bases[0]} CMOs and {bases[1]} CIOs had answered"
    said = f"{everybody}, {len(by_rate)} of {len(tested)} items would differ beyond chance"
    kept = f"by the strict rule (Holm) {'; '.join(holm)}" if holm else "by the strict rule (Holm) none"
    more = f"; by the milder one (Benjamini-Hochberg) also {'; '.join(also)}" if also else ""
    return f"{said}: {kept}{more}. Who was asked is not published, so nothing here is tested."


def _conflict(row: Comparison, other: Published) -> str:
    report = {str(side.group): side for side in (row.cmo, row.cio, row.both) if side}.get(str(other.group))
    who = {"CMO": "CMOs", "CIO": "CIOs"}.get(str(other.group), "both")
    value = f"{other.value:g}" if report is None or report.value != other.value else f"also {other.value:g}"
    beside = f", {report.source} {report.value:g}" if report and report.value != other.value else ""
    item = row.item if other.item == row.item else f"{row.item} (there `{other.item}`)"
    why = other.note.split("CONFLICT:", 1)[-1].strip() if Flag.CONFLICT in other.flags else other.note
    return f"{item}, {who}: {other.source} has {value}{beside}. {why[:1].upper()}{why[1:]}."


def _headline(rows: Sequence[Comparison]) -> str:
    clear = [row for row in rows if row.significant and row.robust_to_rounding and row.gap is not None]
    if clear:
        widest = max(clear, key=lambda row: abs(row.gap or 0.0))
        assert widest.cmo
        assert widest.cio
        more = "less" if (widest.gap or 0.0) < 0 else "more"
        said = f"{widest.item}: CMOs {widest.cmo.value:g} %, CIOs {widest.cio.value:g} %"
        return f"{said}, {abs(widest.gap or 0.0):g} points {more}"
    tested = sum(row.kind is Kind.TESTED for row in rows)
    if tested:
        return f"No gap is clear: {numbers.plural(tested, 'item')} tested"
    places = [row for row in rows if row.kind is Kind.RANKS]
    if places:
        widest = max(places, key=lambda row: abs(row.gap or 0.0))
        assert widest.cmo
        assert widest.cio
        return f"{widest.item}: place {widest.cmo.value:g} for CMOs, {widest.cio.value:g} for CIOs"
    apart = [row for row in rows if row.kind is Kind.DIFFERENCE]
    if apart:
        widest = max(apart, key=lambda row: abs(row.gap or 0.0))
        return f"{widest.item}: {abs(widest.gap or 0.0):g} points apart as published, not tested"
    return "Published for one side, or for both together, only"
