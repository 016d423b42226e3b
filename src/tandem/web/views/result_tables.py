"""Tables of a pulse's result: findings, answers by side, and cuts by a profile question."""

from tandem.align.cutting import BANNER
from tandem.align.export.report import gap_cells
from tandem.align.export.words import p_text, without
from tandem.align.result import Finding, PulseResult, Question, Topline
from tandem.align.tables import Book, RowKind
from tandem.align.tables import Table as BookTable
from tandem.align.telling import amount, percent
from tandem.kernel import Problems
from tandem.usecases.result_problems import NO_CUT
from tandem.web.values import Table

HEADS = ("Item", "Marketing", "IT", "Difference", "95 % interval", "p", "p (Holm)", "Places in the lists")
CUT = frozenset({RowKind.CHOICE, RowKind.TOP_2, RowKind.FIRST_THREE, RowKind.MEAN})
HIDDEN = "not shown"


def value_text(value: float | None, share: bool) -> str:
    """A share as '77 %', a mean as '12.3', and what is hidden."""
    if value is None:
        return HIDDEN
    return percent(value) if share else amount(value)


def findings_table(question: Question) -> Table:
    """Every item of a question; columns that say nothing in any row are left out."""
    rows = [_finding(one) for one in question.findings]
    kept = [at for at in range(len(HEADS)) if any(row[at] for row in rows)]
    return Table(
        "findings",
        "Every item",
        tuple(HEADS[at] for at in kept),
        tuple(tuple(row[at] for at in kept) for row in rows),
        tuple(at > 0 for at in kept),
        unit="difference in points: marketing less IT; of a guess, the guess less what is said",
    )


def how_table(result: PulseResult) -> Table | None:
    """How the index is made."""
    if result.index is None:
        return None
    rows = tuple((one.name, percent(one.weight), without(one), one.how) for one in result.index.parts)
    columns = ("Part", "Weight", "Index without it", "How")
    return Table("index-parts", "How the index is made", columns, rows, (False, True, True, False))


def topline_tables(question: Question) -> tuple[Table, ...]:
    """Every answer of every variable with the share of each side."""
    return tuple(_topline(one) for one in question.toplines if one.answers)


def cut_table(result: PulseResult, question: Question, by: str) -> Table:
    """Each side by the answers to a profile question, as the book hides and marks them. Raises ALN-603."""
    known = [name for name, _ in result.profiles]
    if by not in known:
        raise Problems(NO_CUT("results are not cut by that", found=by[:40], alternatives=known))
    book = result.book
    places = [at for at, one in enumerate(book.columns) if _of(one.variable, by)]
    names = [_head(book, at) for at in places]
    alone = len(question.toplines) == 1
    rows = [row for one in question.toplines for row in _cut(book[one.variable], places, alone)]
    title = dict(result.profiles)[by]
    return Table(
        "cut",
        f"By the answers to: {title}",
        ("Item", *names),
        tuple(rows),
        (False, *(True for _ in names)),
        unit="letters: clearly above the column of that letter",
        n=f"{HIDDEN}: fewer than {result.smallest} people, or what would give such a group back",
    )


def _finding(one: Finding) -> tuple[str, ...]:
    sides = {side.group: value_text(side.value, one.share) for side in one.sides}
    gap, between = gap_cells(one)
    places = "" if one.places is None else f"{one.places[0]:g} and {one.places[1]:g}"
    name = f"{one.item} (guessed by {one.sides[0].name})" if one.guess else one.item
    told = sides.get("marketing", "not asked"), sides.get("it", "not asked")
    return name, *told, gap, between, p_text(one.p), p_text(one.p_holm), places


def _topline(one: Topline) -> Table:
    names = [name[:1].upper() + name[1:] for name in one.groups]
    told = [
        f"{'not shown' if base is None else f'{base.unweighted:,}'} {name}"
        for name, base in zip(one.groups, one.bases, strict=True)
    ]
    return Table(
        f"answers-{one.variable.lower().replace('_', '-')}",
        one.wording,
        ("Answer", *names),
        tuple((row.label, *(value_text(value, row.share) for value in row.values)) for row in one.answers),
        (False, *(True for _ in names)),
        unit=one.kind,
        n=f"base {', '.join(told)}",
    )


def _of(variable: str, by: str) -> bool:
    return variable == BANNER or variable.endswith(f"_{by}")


def _head(book: Book, at: int) -> str:
    column = book.columns[at]
    side = column.head.split(":")[0] + ": " if column.variable != BANNER else ""
    return f"{side}{column.label} ({column.letter})"


def _cut(table: BookTable, places: list[int], alone: bool) -> list[tuple[str, ...]]:
    """The rows of one variable: of a scale its top two; bases where it is the only one, all of them in the book."""
    rows = [("Base: people", *(_people(table, at) for at in places))] if alone else []
    scale = any(row.kind is RowKind.TOP_2 for row in table.rows)
    for row in table.rows:
        if row.kind not in CUT or (scale and row.kind is not RowKind.TOP_2):
            continue
        label = table.variable.label if scale else row.label
        cells = []
        for at in places:
            cell, base = row.cells[at], table.bases[at]
            empty = base.hidden is None and not base.people
            text = "" if empty else value_text(cell.value, row.is_share)
            cells.append(f"{text} {cell.letters}".strip())
        rows.append((label, *cells))
    return rows


def _people(table: BookTable, at: int) -> str:
    base = table.bases[at]
    return HIDDEN if base.people is None else f"{base.people:,}"
