"""The questionnaire with percentages in place: every answer of a variable, side by side."""

from tandem.align.codebook import Kind
from tandem.align.names import NAMES
from tandem.align.result import Answer, Base, Topline
from tandem.align.tables import Book, Hidden, RowKind, Table

WORDS = {
    Kind.SINGLE: "one answer",
    Kind.MULTIPLE: "any number of answers",
    Kind.FIVE: "five points",
    Kind.RANK: "ranked",
    Kind.NUMERIC: "a number",
    Kind.OPEN: "in own words",
}
LABELS = {
    RowKind.TOP_2: "Top two",
    RowKind.BOTTOM_2: "Bottom two",
    RowKind.BOTTOM_3: "Bottom three, the midpoint counted",
    RowKind.MEAN: "Mean",
}
TOLD = frozenset({RowKind.CHOICE, RowKind.FIRST_THREE, *LABELS})


def topline(book: Book, table: Table, group: str, smallest: int) -> Topline:
    """The variable with the weighted share of each side for each answer; `group` tells the side.

    Of a ranking the shares among the first three, of a scale also its ends together and its mean.
    """
    variable = table.variable
    found = [
        (at, column.label.casefold()) for at, column in enumerate(book.columns) if column.variable == group
    ]
    columns = [(at, name) for at, name in found if not variable.asked_of or name in variable.asked_of]
    rows = [row for row in table.rows if row.kind in TOLD]
    bases = [table.bases[at] for at, _ in columns]
    return Topline(
        variable=variable.name,
        wording=variable.label,
        kind=WORDS[variable.kind],
        groups=tuple(NAMES.get(name, name) for _, name in columns),
        bases=tuple(
            None
            if base.people is None or base.weighted is None or base.effective is None
            else Base(base.people, base.weighted, base.effective)
            for base in bases
        ),
        answers=tuple(
            Answer(
                LABELS.get(row.kind, row.label), tuple(row.cells[at].value for at, _ in columns), row.is_share
            )
            for row in rows
        ),
        note=_note([base.hidden for base in bases], smallest),
    )


def _note(hidden: list[Hidden | None], smallest: int) -> str:
    if Hidden.SMALL in hidden:
        return f"Not shown where fewer than {smallest} people answered, nor what would give it back."
    return "Not shown: it would give a small group back." if any(hidden) else ""
