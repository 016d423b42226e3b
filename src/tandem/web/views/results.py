"""Results of pulses: the index, what matters most, every question, one question in full, and the files to take away."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from tandem.align.export.words import IndexFigure, based, index_figures, picture, subtitle, tested, unit
from tandem.align.result import Finding, PulseResult, Question, weight_of
from tandem.kernel import Problems
from tandem.usecases.report_pulse import REPORTS, Report, known_format, report_taken, written
from tandem.usecases.run_pulse import about
from tandem.usecases.see_pulse import result_mark, see_pulse
from tandem.web.asking import Ask
from tandem.web.charts import Caption, Chart, Opposed, bars, two_sides
from tandem.web.page import Go, PageContext, Send, doc
from tandem.web.problems import NO_PAGE
from tandem.web.values import Table
from tandem.web.views.result_tables import cut_table, findings_table, how_table, topline_tables, value_text

PATIENCE = 0.15
WORDS = {
    "pptx": "Slides (PPTX)",
    "xlsx": "Banner book (XLSX)",
    "html": "Report to read (HTML)",
    "pdf": "Report to print (PDF)",
}


@dataclass(frozen=True)
class Wave:
    """One pulse: its results are told once it has closed."""

    name: str
    title: str
    open: bool
    closes_at: datetime


@dataclass(frozen=True)
class Shown:
    """One finding: what it says, where its question stands, its chart, and on whom it stands."""

    id: str
    sentence: str
    question: str
    wording: str
    clear: bool
    chart: Chart | None
    based: str
    published: tuple[str, ...]


@dataclass(frozen=True)
class Line:
    """One question in the list: its wording, the sentence that says most, whether a difference is clear."""

    id: str
    wording: str
    sentence: str
    clear: bool


@dataclass(frozen=True, kw_only=True)
class ResultsPage(PageContext):
    """Every pulse whose results can be told, the last opened first."""

    waves: tuple[Wave, ...] = doc("All pulses; one that is open tells nothing yet.")


@dataclass(frozen=True, kw_only=True)
class ResultPage(PageContext):
    """What one pulse found."""

    name: str = doc("Name of the pulse.")
    ready: bool = doc("Whether it has been read; until then the page looks again.")
    writing: str = doc("Format of the file that is being written; empty for none.")
    written: str = doc("Format of the file that is ready to be taken; empty for none.")
    told: str = doc("The company, the wave, and how many answered.")
    index: str = doc("The alignment index in a sentence, or why there is none.")
    value: float | None = doc("The index, 0 to 100; absent if it is not told.")
    between: tuple[float, float] | None = doc("Its 95 % interval, 0 to 100.")
    figures: tuple[IndexFigure, ...] = doc(
        "Beneath the index, 0 to 100: closeness, level, its range under other weights and without any one part."
    )
    weighting: str = doc("How much the parts of the index count; empty if it is not told.")
    parts: Chart | None = doc("The parts of the index.")
    hows: Table | None = doc("How each part is reckoned, its interval and its weight.")
    most: tuple[Shown, ...] = doc("At most five findings that say most, with a chart each.")
    since: str = doc("How much changed since the wave before; empty where there is none.")
    changes: tuple[str, ...] = doc("What changed clearly since then, a sentence each.")
    questions: tuple[Line, ...] = doc("Every question with the sentence that says most of it.")
    files: tuple[tuple[str, str], ...] = doc(
        "Formats that the result can be taken away in, with their names."
    )
    method: tuple[tuple[str, str], ...] = doc("How it was done: heading and sentence.")


@dataclass(frozen=True, kw_only=True)
class ResultQuestionPage(PageContext):
    """One question of a pulse in full."""

    name: str = doc("Name of the pulse.")
    question: str = doc("The question's name in the survey.")
    ready: bool = doc("Whether the pulse has been read; until then the page looks again.")
    asked_of: str = doc("Whom it was put to.")
    charts: tuple[Chart, ...] = doc("Its charts: items that are told in the same way share one.")
    sentences: tuple[str, ...] = doc("What was found, clear differences first.")
    table: Table | None = doc("Every item: both sides, the difference with its interval, p.")
    lists: str = doc("How alike the two sides order the items; empty where it is no list.")
    perception: tuple[str, ...] = doc("How well each side knows the other, where it was asked to guess.")
    published: tuple[str, ...] = doc("Published figures beside the own ones.")
    toplines: tuple[Table, ...] = doc("Every answer with the share of each side.")
    cut: Table | None = doc("Each side by the answers to one profile question; absent if none is asked for.")
    by: str = doc("The profile question it is cut by, or nothing.")
    cuts: tuple[tuple[str, str], ...] = doc("Profile questions it can be cut by.")


def every(ask: Ask) -> PageContext:
    """All pulses."""
    waves = tuple(
        Wave(one.name, about(one)[0], one.closed_at is None, one.closes_at) for one in ask.ledger.pulses()
    )
    return ResultsPage(title="Results", waves=waves)


def one(ask: Ask) -> PageContext:
    """One pulse; with `file`, a format, also how far that file is."""
    result, wanted = _result(ask), ask.text("file")
    if result is None:
        return ResultPage(
            title="Results", name=ask.path["name"], ready=False, writing="", written="", told="", index="",
            value=None, between=None, figures=(), weighting="", parts=None, hows=None, most=(), since="",
            changes=(), questions=(), files=(), method=(),
        )  # fmt: skip
    made = _report(ask, wanted) is not None if wanted else False
    index = result.index
    return ResultPage(
        title=result.title,
        name=result.wave,
        ready=True,
        writing="" if made else wanted,
        written=wanted if made else "",
        told=subtitle(result),
        index=index.sentence if index else result.index_missing,
        value=None if index is None else index.value * 100,
        between=None if index is None else (index.low * 100, index.high * 100),
        figures=index_figures(index) if index else (),
        weighting=index.weighting if index else "",
        parts=_parts(result),
        hows=how_table(result),
        most=tuple(_shown(one, result.question(one.question)) for one in result.most),
        since=result.since.summary if result.since else "",
        changes=result.since.sentences if result.since else (),
        questions=tuple(_line(one) for one in result.questions if one.findings),
        files=tuple((name, WORDS[name]) for name in REPORTS),
        method=result.method,
    )


def question(ask: Ask) -> PageContext:
    """One question, cut by a profile question if `by` names one. Raises WEB-001 for a question that was not asked."""
    result, by = _result(ask), ask.text("by")
    if result is None:
        return ResultQuestionPage(
            title="Results", name=ask.path["name"], question=ask.path["question"], ready=False, asked_of="",
            charts=(), sentences=(), table=None, lists="", perception=(), published=(), toplines=(), cut=None,
            by=by, cuts=(),
        )  # fmt: skip
    found = next((one for one in result.questions if one.id == ask.path["question"] and one.findings), None)
    if found is None:
        raise Problems(NO_PAGE("the pulse asked no such question", found=ask.path["question"]))
    return ResultQuestionPage(
        title=found.wording,
        name=result.wave,
        question=found.id,
        ready=True,
        asked_of=found.asked_of,
        charts=_charts(found),
        sentences=tuple(one.sentence for one in sorted(found.findings, key=lambda one: not one.clear)),
        table=findings_table(found),
        lists=found.lists.sentence if found.lists else "",
        perception=found.perception,
        published=tuple(f"{one.item}: {told.sentence}" for one in found.findings for told in one.published),
        toplines=topline_tables(found),
        cut=cut_table(result, found, by) if by else None,
        by=by,
        cuts=result.profiles,
    )


def file(ask: Ask) -> Send | Go:
    """The result as a file; that it was taken is noted. While it is written, the result's page waits for it."""
    made = _report(ask, ask.path["format"])
    if made is None:
        return Go(f"/agree/results/{ask.path['name']}?file={ask.path['format']}")
    report_taken(ask.root, ask.ledger, ask.actor, made, ask.wall())
    return Send(made.name, made.body, made.media)


def _result(ask: Ask) -> PulseResult | None:
    """The result, None while it is read: that takes seconds and goes on beside the page, which looks again."""
    name = ask.path["name"]
    mark = result_mark(ask.root, ask.ledger, name)
    read = partial(see_pulse, ask.root, ask.ledger, name, ask.now)
    found: PulseResult | None = ask.later.look(("result", mark), read, PATIENCE)
    return found


def _report(ask: Ask, format_: str) -> Report | None:
    """The file, None while it is written. Raises ALN-602."""
    known_format(format_)
    name, root, ledger, now = ask.path["name"], ask.root, ask.ledger, ask.now
    question = ("report", format_, now.date(), result_mark(root, ledger, name))
    found: Report | None = ask.later.look(
        question, lambda: written(see_pulse(root, ledger, name, now), format_, now), PATIENCE
    )
    return found


def _parts(result: PulseResult) -> Chart | None:
    if result.index is None:
        return None
    rows = [(one.name, one.value * 100) for one in result.index.parts]
    caption = Caption(
        name="index", title=result.index.sentence, unit="0 is worst, 100 is best", n=subtitle(result)
    )
    return bars(caption, rows, columns=("Part", "Of 100"), write=lambda value: f"{value:.0f}")


def _shown(finding: Finding, question: Question) -> Shown:
    return Shown(
        id=finding.id.lower(),
        sentence=finding.sentence,
        question=question.id,
        wording=question.wording,
        clear=bool(finding.clear),
        chart=_chart(finding, question, f"most-{_slug(finding.id)}"),
        based=f"{based(finding)} {tested(finding)}".strip(),
        published=tuple(one.sentence for one in finding.published),
    )


def _line(question: Question) -> Line:
    finding = question.headline or question.findings[0]
    return Line(question.id, question.wording, finding.sentence, bool(finding.clear))


def _charts(question: Question) -> tuple[Chart, ...]:
    """One chart for each kin of findings: own and guesses apart, shares and means apart."""
    kins: dict[object, Finding] = {}
    for one in sorted(question.findings, key=weight_of, reverse=True):
        if not one.hidden:
            kins.setdefault((one.relation, tuple(side.group for side in one.sides), one.measure), one)
    made = (_chart(one, question, f"chart-{place}") for place, one in enumerate(kins.values(), start=1))
    return tuple(chart for chart in made if chart is not None)


def _chart(finding: Finding, question: Question, name: str) -> Chart | None:
    shown = picture(finding, question)
    if shown is None:
        return None
    share = all(bar.share for bar in shown.bars)
    left = f"; {shown.left} more items in the table" if shown.left else ""
    caption = Caption(name=name, title=finding.sentence, unit=unit(finding.measure) + left, n=based(finding))

    def write(value: float) -> str:
        return value_text(value, share)

    if len(shown.series) == 1:
        rows = [(bar.label, bar.values[0]) for bar in shown.bars]
        return bars(caption, rows, columns=("Item", shown.series[0]), write=write)
    opposed = [Opposed(bar.label, bar.values[0], bar.values[1], bar.clear) for bar in shown.bars]
    sides = shown.series[0], shown.series[1]
    if share:
        return two_sides(caption, sides, opposed, write=write)
    return two_sides(caption, sides, opposed, write=write, gap=lambda value: f"{value:+.1f}")


def _slug(name: str) -> str:
    return name.lower().replace("_", "-")
