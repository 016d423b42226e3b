"""The glossary that comes with the workspace, read for pages: `glossary.md` beside this file."""

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

FILE = "glossary.md"
PIECE = re.compile(r"`([^`]+)`|\[([^\]]+)\]\((#[^)]+)\)")


@dataclass(frozen=True)
class Piece:
    """A stretch of a meaning: plain, or a word as it is written in files, or a link inside the page."""

    text: str
    code: bool = False
    href: str = ""


@dataclass(frozen=True)
class Word:
    """A word and its one meaning."""

    word: tuple[Piece, ...]
    meaning: tuple[Piece, ...]

    def to_dict(self) -> dict[str, str]:
        """For JSON."""
        return {
            "word": "".join(one.text for one in self.word),
            "meaning": "".join(one.text for one in self.meaning),
        }


@dataclass(frozen=True)
class Section:
    """Words that belong together. `id` is the anchor of its heading."""

    id: str
    title: str
    words: tuple[Word, ...]


@cache
def glossary() -> tuple[Section, ...]:
    """All words, in the order of the file."""
    text = (files("tandem.web") / FILE).read_text(encoding="utf-8")
    return tuple(_section(part) for part in text.split("\n## ")[1:])


def _section(part: str) -> Section:
    title, _, rows = part.partition("\n")
    cells = [line.strip("| ").split(" | ", 1) for line in rows.splitlines() if line.startswith("| ")]
    words = tuple(Word(pieces(word), pieces(meaning)) for word, meaning in cells[1:])
    return Section(title.lower().replace(" ", "-"), title, words)


def pieces(text: str) -> tuple[Piece, ...]:
    """'A `word` of [them](#all)' in its pieces."""
    found: list[Piece] = []
    end = 0
    for match in PIECE.finditer(text):
        if match.start() > end:
            found.append(Piece(text[end : match.start()]))
        code, link, href = match.groups()
        found.append(Piece(code or link, code=code is not None, href=href or ""))
        end = match.end()
    return (*found, *([Piece(text[end:])] if end < len(text) else []))
