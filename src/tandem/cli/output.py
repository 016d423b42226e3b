"""What a command prints: text for a person on a terminal, or one JSON document for a script."""

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table

from tandem.kernel import Problem, plain
from tandem.usecases.progress import Told

PIPED = 160
OUT = Console(highlight=False, width=None if sys.stdout.isatty() else PIPED)
ERR = Console(stderr=True, highlight=False)


def as_json(value: object) -> None:
    """One JSON document on standard output; instants as ISO with Z, money as text so that no digit is lost."""
    json.dump(plain(value), sys.stdout, indent=2, ensure_ascii=False)
    sys.stdout.write("\n")
    sys.stdout.flush()


def problems(found: Sequence[Problem], *, json_: bool = False) -> None:
    """Every problem as a small letter, on standard error; with --json also as a document on standard output."""
    if json_:
        as_json({"problems": [problem.to_dict() for problem in found]})
        return
    for problem in found:
        code, _, rest = str(problem).partition("  ")
        first, _, details = rest.partition("\n")
        ERR.print(f"[bold red]{escape(code)}[/]  [bold]{escape(first)}[/]", soft_wrap=True)
        ERR.print(escape(details), soft_wrap=True)
        if problem.asks:
            ERR.print(f"  ask: {escape(_request(problem))}", soft_wrap=True)
        ERR.print()
    if len(found) > 1:
        ERR.print(f"{len(found)} problems")


def _request(problem: Problem) -> str:
    """The command that asks for what a refusal misses."""
    words = [f"--{name} {value}" for name, value in problem.asks if name != "role"]
    return f"tandem request add {' '.join(words)} --as NAME --reason TEXT"


def say(text: str = "") -> None:
    """A line of plain text."""
    OUT.print(escape(text), soft_wrap=True)


def heading(text: str) -> None:
    """A line that begins a part."""
    OUT.print(f"\n[bold]{escape(text)}[/]")


def good(text: str) -> None:
    """A line that says that something is done."""
    OUT.print(f"[green]✓[/] {escape(text)}", soft_wrap=True)


def table(columns: Sequence[str], rows: Sequence[Sequence[object]], *, title: str | None = None) -> None:
    """A table; columns whose cells are all numbers are set to the right."""
    drawn = Table(
        title=title, title_justify="left", title_style="bold", box=None, pad_edge=False, header_style="dim"
    )
    for index, name in enumerate(columns):
        numeric = bool(rows) and all(_numeric(row[index]) for row in rows)
        drawn.add_column(name, justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        drawn.add_row(*(escape("" if cell is None else str(cell)) for cell in row))
    OUT.print(drawn)


def _numeric(cell: object) -> bool:
    text = str(cell).lstrip("+-£€$ ")
    return cell is None or text == "" or text[0].isdigit()


@contextmanager
def progress(*, quiet: bool = False) -> Iterator[Told]:
    """A live line of what is being done, on standard error; nothing when quiet or not a terminal."""
    if quiet or not ERR.is_terminal:
        yield lambda step, done, total: None
        return
    with Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=30),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=ERR,
        transient=True,
    ) as live:
        task = live.add_task("starting", total=None)
        yield lambda step, done, total: live.update(
            task, description=escape(step), completed=done, total=total or None
        )
