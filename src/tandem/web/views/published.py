"""The published studies: what marketing and IT leaders said elsewhere, gap by gap, with what can be said of each."""

from dataclasses import dataclass, replace

from tandem.kernel import numbers
from tandem.usecases.compare_pulse import (
    ASSUMPTIONS,
    Comparison,
    Kind,
    PublishedQuestion,
    Statistic,
    compare_published,
    waves,
)
from tandem.web.asking import Ask
from tandem.web.charts import Caption, Chart, Interval, Opposed, Whole, intervals, stacked, two_sides
from tandem.web.page import PageContext, doc
from tandem.web.values import Table

USUAL = "2012"
PROFILE = "S_"
SIDES = ("CMO", "CIO")
NOT_TESTED = "not tested"
NONE = "–"


@dataclass(frozen=True, kw_only=True)
class PublishedPage(PageContext):
    """One wave of the published studies: all its questions, or one of them in full."""

    wave: str = doc("The wave that is shown.")
    tabs: tuple[tuple[str, str, bool], ...] = doc("All waves: address, name, whether it is this one.")
    question: PublishedQuestion | None = doc(
        "The question that is shown in full; nothing where all are listed."
    )
    headline: str = doc("What the question says, in a sentence that claims no more than was tested.")
    chart: Chart | None = doc("Both groups side by side; of all questions, the gaps that can be tested.")
    gaps: Chart | None = doc("The gaps of the question with their intervals, where they can be tested.")
    scale: Chart | None = doc("The five points as bottom, middle and top, where all are published.")
    table: Table = doc("Every item of the question with gap, interval and adjusted p; or every question.")
    points: Table | None = doc("The five points as printed, with their sums.")
    places: Table | None = doc("Places of the items in the two lists, where the list is published whole.")
    assumptions: tuple[str, ...] = doc("What every interval and p takes for granted.")


def view(ask: Ask) -> PageContext:
    """A wave, or a question of it. Raises Problems for one that is not published."""
    wave = ask.text("wave") or USUAL
    name = ask.text("question")
    found = compare_published(wave, name or None)
    return _one(wave, found[0]) if name else _every(wave, found)


def _every(wave: str, found: tuple[PublishedQuestion, ...]) -> PublishedPage:
    return PublishedPage(
        title=f"The published study of {wave[:4]}",
        wave=wave,
        tabs=_tabs(wave),
        question=None,
        headline="",
        chart=_contrasts(found),
        gaps=None,
        scale=None,
        table=_questions(wave, found),
        points=None,
        places=None,
        assumptions=ASSUMPTIONS,
    )


def _one(wave: str, question: PublishedQuestion) -> PublishedPage:
    return PublishedPage(
        title=question.wording,
        wave=wave,
        tabs=_tabs(wave),
        question=question,
        headline=question.headline,
        chart=_sides(question),
        gaps=_gaps(question),
        scale=_scale(question),
        table=_items(question),
        points=_points(question),
        places=_places(question),
        assumptions=ASSUMPTIONS,
    )


def _tabs(wave: str) -> tuple[tuple[str, str, bool], ...]:
    return tuple((f"/agree/published?wave={one}", one[:4], one == wave) for one in waves())


def _contrasts(found: tuple[PublishedQuestion, ...]) -> Chart | None:
    """Gaps of the wave that can be tested, without the profile (who was asked is no opinion) and single points."""
    told = [(one, row) for one in found if not one.id.startswith(PROFILE) for row in one.contrasts]
    tested = [replace(row, item=f"{one.short}: {row.item}" if one.short else row.item) for one, row in told]
    caption = Caption(
        name="contrasts",
        title="How far apart marketing and IT leaders are",
        unit="CMO less CIO, points, 95 % interval; strong where it leaves zero out, before adjusting",
        n=_people(tested),
    )
    return _forest(caption, tested)


def _gaps(question: PublishedQuestion) -> Chart | None:
    tested = [row for row in question.rows if row.kind is Kind.TESTED]
    unit = "CMO less CIO, points, 95 % interval"
    return _forest(Caption(name="gaps", title="How far apart they are", unit=unit, n=_people(tested)), tested)


def _forest(caption: Caption, tested: list[Comparison]) -> Chart | None:
    rows = [
        Interval(row.item, row.low / 100, row.gap / 100, row.high / 100)
        for row in tested
        if row.low is not None and row.high is not None and row.gap is not None
    ]
    return intervals(caption, rows, column="Item", zero="no gap") if rows else None


def _sides(question: PublishedQuestion) -> Chart | None:
    shares = [row for row in question.rows if row.statistic is Statistic.PERCENT and (row.cmo or row.cio)]
    if not shares:
        return None
    rows = [
        Opposed(
            row.item,
            row.cmo.value / 100 if row.cmo else None,
            row.cio.value / 100 if row.cio else None,
            bool(row.significant and row.robust_to_rounding),
        )
        for row in shares
    ]
    unit = "percent; strong between where the gap is clear after adjusting, however the figures were rounded"
    caption = Caption(
        name="sides", title=question.headline, unit=unit, n=_people(shares), as_of=question.wave[:4]
    )
    return two_sides(caption, SIDES, rows)


def _scale(question: PublishedQuestion) -> Chart | None:
    if not question.scale:
        return None
    wholes = [
        Whole(
            row.group,
            (("Bottom two", row.bottom_two), ("Middle", row.points[2]), ("Top two", row.top_two)),
            note=numbers.plural(row.n, "person", "people") if row.n else "",
        )
        for row in question.scale
    ]
    title = "The same five points as bottom two, middle and top two"
    return stacked(Caption(name="scale", title=title, unit="percent as printed"), wholes, column="Group")


def _questions(wave: str, found: tuple[PublishedQuestion, ...]) -> Table:
    rows = tuple(
        (
            one.wording,
            one.figure,
            one.headline,
            "yes" if one.tested else "no",
            str(len(one.notes)) if one.notes else "",
        )
        for one in found
    )
    return Table(
        name="questions",
        title="Every question",
        columns=("question", "in the report", "what it says", "can be tested", "notes"),
        rows=rows,
        numeric=(False, False, False, False, True),
        links=tuple(f"/agree/published?wave={wave}&question={one.id}" for one in found),
    )


def _items(question: PublishedQuestion) -> Table:
    return Table(
        name="items",
        title="Every item",
        columns=(
            "item",
            "CMO",
            "CIO",
            "both",
            "gap",
            "95 % interval",
            "p (Holm)",
            "p (BH)",
            "rounding",
            "source",
        ),
        rows=tuple(_item(row) for row in question.rows),
        numeric=(False, *(True,) * 7, False, False),
        unit="p adjusted within the question by Holm and by Benjamini-Hochberg; rounding: does the result hang on it",
        n=_people(question.rows),
    )


def _item(row: Comparison) -> tuple[str, ...]:
    rank = row.statistic is Statistic.RANK
    sides = (
        NONE if one is None else f"{one.value:g}{'' if rank else ' %'}"
        for one in (row.cmo, row.cio, row.both)
    )
    gap = NONE if row.gap is None else f"{row.gap:+g} {'places' if rank else 'points'}"
    sources = dict.fromkeys(one.source for one in (row.cmo, row.cio, row.both) if one)
    untested = NONE if row.gap is None or rank else NOT_TESTED
    interval = untested if row.low is None else f"{row.low:+.1f} to {row.high:+.1f}"
    p = [untested if one is None else numbers.probability(one) for one in (row.p_holm, row.p_bh)]
    holds = "" if row.robust_to_rounding is None else "holds" if row.robust_to_rounding else "may change it"
    return (row.item, *sides, gap, interval, *p, holds, "; ".join(sources))


def _points(question: PublishedQuestion) -> Table | None:
    if not question.scale:
        return None
    rows = tuple(
        (
            row.group,
            *(
                f"{point:g}"
                for point in (*row.points, row.top_two, row.bottom_two, row.bottom_three, row.total)
            ),
        )
        for row in question.scale
    )
    columns = ("group", "1, bottom", "2", "3", "4", "5, top", "top two", "bottom two", "bottom three", "sum")
    unit = "percent as printed; bottom three counts the midpoint"
    return Table("points", "The five points", columns, rows, (False, *(True,) * 9), unit)


def _places(question: PublishedQuestion) -> Table | None:
    if question.lists is None:
        return None
    rows = tuple((one.item, f"{one.cmo:g}", f"{one.cio:g}", f"{one.gap:+g}") for one in question.lists.gaps)
    unit = "1 is the top, ties share the mean of their places; gap below 0: CMOs rank it higher"
    columns = ("item", "place for CMOs", "place for CIOs", "gap")
    return Table("places", "Places in the two lists", columns, rows, (False, True, True, True), unit)


def _people(rows: tuple[Comparison, ...] | list[Comparison]) -> str:
    """'405 CMOs, 252 CIOs', if that is published and the same for all rows."""
    bases = {(row.cmo.n if row.cmo else None, row.cio.n if row.cio else None) for row in rows}
    told = [
        f"{numbers.count(n.pop())} {name}"
        for name, n in (
            ("CMOs", {one for one, _ in bases if one}),
            ("CIOs", {one for _, one in bases if one}),
        )
        if len(n) == 1
    ]
    return ", ".join(told)
