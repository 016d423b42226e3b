"""What a report says, in order and without looks: the HTML and the PDF report read the same blocks."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from tandem.align.export import drawing
from tandem.align.export.words import (
    asked,
    based,
    bases,
    index_figures,
    p_text,
    picture,
    subtitle,
    tested,
    unit,
    without,
)
from tandem.align.result import SHARES, Finding, PulseResult, Question, Relation, Topline
from tandem.align.telling import amount, percent


@dataclass(frozen=True)
class Heading:
    """A heading of level 1 to 3; `anchor` is its id in the file."""

    level: int
    text: str
    anchor: str


@dataclass(frozen=True)
class Text:
    """A paragraph; `quiet` for what stands beneath."""

    text: str
    quiet: bool = False
    lead: bool = False


@dataclass(frozen=True)
class Chart:
    """A chart, drawn by whoever writes the file."""

    sheet: drawing.Sheet


@dataclass(frozen=True)
class Rows:
    """A table of written cells; the first column holds names, the others numbers; with `words` the last one words."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    words: bool = False


@dataclass(frozen=True)
class Break:
    """A new page where there are pages."""


Block: TypeAlias = Heading | Text | Chart | Rows | Break


def blocks(result: PulseResult) -> Iterator[Block]:
    """Title, index, the most important findings, every question, the questionnaire with its shares, method."""
    yield Heading(1, result.title, "top")
    yield Text(subtitle(result), quiet=True)
    yield from _index(result)
    yield Heading(2, "What matters most", "most")
    if not result.most:
        yield Text("No difference between the two sides is clear. That does not say that there is none.")
    for place, finding in enumerate(result.most, start=1):
        yield Heading(3, f"{place}. {finding.sentence}", f"most-{place}")
        yield from _shown(finding, result.question(finding.question))
    if result.since is not None:
        yield Heading(2, f"What changed since {result.since.wave}", "since")
        yield Text(result.since.summary, lead=True)
        for said in result.since.sentences:
            yield Text(said)
    yield Break()
    yield Heading(2, "Every question", "questions")
    for question in result.questions:
        if question.findings:
            yield from _question(question)
    yield Break()
    yield Heading(2, "The questionnaire with its answers", "topline")
    yield Text("Weighted shares of those who answered; bases in people.", quiet=True)
    for question in result.questions:
        for topline in question.toplines:
            yield from _topline(topline)
    yield Break()
    yield Heading(2, "How this was asked and reckoned", "method")
    for heading, said in result.method:
        yield Heading(3, heading, f"method-{heading.lower().replace(' ', '-')}")
        yield Text(said)


def _index(result: PulseResult) -> Iterator[Block]:
    yield Heading(2, "The alignment index", "index")
    if result.index is None:
        yield Text(result.index_missing or "It is not told.")
        return
    yield Text(result.index.sentence, lead=True)
    yield Chart(drawing.parts(result.index))
    figures = tuple((one.name, one.said) for one in index_figures(result.index))
    if figures:
        yield Rows(("Of 100", ""), figures, words=True)
    if result.index.weighting:
        yield Text(result.index.weighting)
    rows = tuple(
        (
            part.name,
            f"{part.value * 100:.0f}",
            f"{part.low * 100:.0f} to {part.high * 100:.0f}",
            percent(part.weight),
            without(part),
            part.how,
        )
        for part in result.index.parts
    )
    yield Rows(("Part", "Of 100", "95 % interval", "Weight", "Index without it", "How"), rows, words=True)


def _shown(finding: Finding, question: Question) -> Iterator[Block]:
    shown = picture(finding, question)
    if shown is not None:
        yield Chart(drawing.bars(shown, finding.sentence))
        if shown.left:
            yield Text(f"{shown.left} more items stand under “Every question”.", quiet=True)
    said = " ".join(
        filter(
            None, (asked(question), based(finding), f"{unit(finding.measure).capitalize()}.", tested(finding))
        )
    )
    yield Text(said, quiet=True)
    for one in finding.published:
        yield Text(one.sentence)


def _question(question: Question) -> Iterator[Block]:
    yield Heading(3, question.wording, f"q-{question.id}")
    headline = question.headline
    if headline is None:
        yield Text(question.findings[0].sentence)
        return
    yield Text(headline.sentence, lead=True)
    shown = picture(headline, question)
    if shown is not None:
        yield Chart(drawing.bars(shown, headline.sentence))
    yield _without_empty(COLUMNS, tuple(finding_row(one) for one in question.findings))
    if question.lists is not None:
        yield Text(question.lists.sentence)
    for said in question.perception:
        yield Text(said)
    for one in question.findings:
        for published in one.published:
            yield Text(f"{one.item}: {published.sentence}")
    yield Text(f"{asked(question)} {based(headline)}", quiet=True)


COLUMNS = ("Item", "Marketing", "IT", "Difference", "95 % interval", "p (Holm)", "Places")


def _without_empty(columns: tuple[str, ...], rows: tuple[tuple[str, ...], ...]) -> Rows:
    """The table without columns that say nothing in any row."""
    kept = [at for at in range(len(columns)) if any(row[at] for row in rows)]
    return Rows(tuple(columns[at] for at in kept), tuple(tuple(row[at] for at in kept) for row in rows))


def finding_row(finding: Finding) -> tuple[str, ...]:
    """One finding as cells under `COLUMNS`: of a guess the side that is guessed about holds what it says itself."""
    values = {side.group: side for side in finding.sides}
    share = finding.measure in SHARES
    cells = []
    for group in ("marketing", "it"):
        side = values.get(group)
        if side is None:
            cells.append("not asked")
        elif side.value is None:
            cells.append("not shown")
        else:
            cells.append(percent(side.value) if share else amount(side.value))
    gap, between = gap_cells(finding)
    by = " (a guess by " + finding.sides[0].name + ")" if finding.relation is Relation.GUESS else ""
    places = "" if finding.places is None else f"{finding.places[0]:g} · {finding.places[1]:g}"
    return finding.item + by, cells[0], cells[1], gap, between, p_text(finding.p_holm), places


def gap_cells(finding: Finding) -> tuple[str, str]:
    """Difference and its interval in words: marketing less IT, of a guess the guess less the truth; "" if none."""
    if finding.gap is None:
        return "", ""
    write = _points if finding.measure in SHARES else _signed
    if finding.low is None or finding.high is None:
        return write(finding.gap), ""
    return write(finding.gap), f"{write(finding.low)} to {write(finding.high)}"


def _points(gap: float) -> str:
    whole = round(gap * 100)
    return f"{whole:+d}".replace("-", "−") if whole else "0"


def _signed(gap: float) -> str:
    return f"{gap:+.1f}".replace("-", "−")


def _topline(topline: Topline) -> Iterator[Block]:
    yield Heading(3, f"{topline.variable}  {topline.wording}", f"t-{topline.variable}")
    rows = tuple(
        (answer.label, *(_cell(value, answer.share) for value in answer.values)) for answer in topline.answers
    )
    names = tuple(name[:1].upper() + name[1:] for name in topline.groups)
    if rows:
        yield Rows((f"{topline.kind.capitalize()}", *names), rows)
    yield Text(f"Base: {bases(topline.bases)}. {topline.note}".strip(), quiet=True)


def _cell(value: float | None, share: bool) -> str:
    if value is None:
        return "not shown"
    return percent(value) if share else amount(value)
