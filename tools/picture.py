"""Draws docs/images from real output: `make picture`. Builds the demo in a folder of its own and looks into it.

The commands run in this process and print to a console that remembers; nothing is typed or drawn by hand.
Where a terminal breaks a line anywhere, these pictures break it between words.
"""

import sys
import tempfile
from io import StringIO
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

from tandem.cli import output
from tandem.cli.start import program

IMAGES = Path(__file__).resolve().parent.parent / "docs" / "images"
WIDTH = 122
LATER = "2026-06-15T01:00:00Z"
GREY, RED, GREEN, AMBER = (84, 98, 105), (198, 40, 40), (27, 115, 64), (178, 106, 0)
PAPER = TerminalTheme((255, 255, 255), (33, 43, 48), [GREY, RED, GREEN, AMBER])
EDGE = "#cfd8dc"
# As rich draws it, without fonts from elsewhere.
FRAME = """<svg viewBox="0 0 {width} {height}" role="img" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{ font-family: monospace; font-size: {char_height}px; line-height: {line_height}px; }}
.{unique_id}-title {{ font-size: 18px; font-family: sans-serif; }}
{styles}
</style>
<defs><clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}"/></clipPath>
{lines}</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


class Remembering(Console):
    """A console that keeps what is printed and breaks long lines between words."""

    def __init__(self, width: int = WIDTH) -> None:
        super().__init__(record=True, file=StringIO(), width=width, highlight=False, force_terminal=True)

    def print(self, *parts: Any, **how: Any) -> None:
        """Print, never as one endless line."""
        super().print(*parts, **(how | {"soft_wrap": False}))


def said(*words: str) -> list[str]:
    """What the command prints, line by line, with its colours. Stops if the command ends with a problem."""
    output.OUT = console = Remembering()
    ended = program()(list(words), standalone_mode=False)
    if ended:
        sys.exit(f"tandem {' '.join(words)} ended with {ended}")
    return console.export_text(styles=True).splitlines()


def part(lines: list[str], first: str, after: str | None = None) -> list[str]:
    """The lines from the heading `first` up to the heading `after`, or to the end."""
    plain = [Text.from_ansi(line).plain.strip() for line in lines]
    start = plain.index(first)
    return lines[start : plain.index(after) if after else None]


def draw(name: str, title: str, lines: list[str]) -> None:
    """Write the lines as docs/images/NAME.svg."""
    console = Remembering(WIDTH + 2)
    while not Text.from_ansi(lines[-1]).plain.strip():
        lines = lines[:-1]
    for line in lines:
        text = Text.from_ansi(line)
        text.rstrip()
        console.print(text, no_wrap=True, overflow="ignore", crop=False)
    svg = console.export_svg(title=title, theme=PAPER, code_format=FRAME, unique_id=name)
    svg = svg.replace("rgba(255,255,255,0.35)", EDGE).replace("<text", "\n<text")
    IMAGES.mkdir(parents=True, exist_ok=True)
    (IMAGES / f"{name}.svg").write_text(svg)


def main() -> None:
    """Both pictures, from one demo."""
    with tempfile.TemporaryDirectory() as folder:
        demo = Path(folder) / "harbour-and-pine"
        lines = said("demo", str(demo), "--no-serve")
        draw("demo", "make demo (its last part)", part(lines, "Come back to the hills", "Look around"))
        lines = said("-C", str(demo), "audience", "preview", "lapsed_big_spenders", "--now", LATER)
        draw("preview", "tandem audience preview lapsed_big_spenders", part(lines, "Lapsed big spenders"))


if __name__ == "__main__":
    main()
