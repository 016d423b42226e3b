"""Colours and type of every chart and drawing.

Inside a page a colour is a CSS custom property, so that light and dark need no second picture; in a file it is
the hex value of the light theme. Widths of text are computed here from one table of character widths, with a
little to spare, because the reader's font is not known.
"""

import re

INK = "var(--ink)"
MUTED = "var(--muted)"
LINE = "var(--line)"
ACCENT = "var(--accent)"
ACCENT_SOFT = "var(--accent-soft)"
GOOD = "var(--good)"
BAD = "var(--bad)"
SURFACE = "var(--surface)"

# The page's style sheet has the same values; a test holds them together.
LIGHT = {
    "ink": "#1b2421",
    "muted": "#5a6762",
    "line": "#dfe5e2",
    "accent": "#0c6b58",
    "accent-soft": "#d9ece7",
    "good": "#1c7a46",
    "bad": "#b0392b",
    "surface": "#ffffff",
}

# Liberation Sans comes with the renderer, so a file looks the same from every machine; Arial is as wide.
FONT = "Liberation Sans, Arial, Helvetica, sans-serif"
RENDERING_FONT = "Liberation Sans"
LABEL = 13.0
SMALL = 12.0
# From one line of a label to the next.
LEADING = 17.0
# Interface fonts differ from Arial by some percent in width.
SPARE = 1.1
ELLIPSIS = "…"

_PROPERTY = re.compile(r"var\(--([a-z-]+)\)")
_NARROW = frozenset("iljI.,:;'|!·’‘ft()[]/\\ -\"`")
_WIDE = frozenset("mwMW@%—…")
_UNPRINTABLE = re.compile("[^\\x20-\\x7e\\xa0-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]+")


def concrete(colour: str) -> str:
    """'var(--ink)' → the light theme's hex value; anything else as it is."""
    found = _PROPERTY.fullmatch(colour)
    return LIGHT[found[1]] if found else colour


def plain(text: str) -> str:
    """The text on one line, without characters that XML cannot carry."""
    return " ".join(_UNPRINTABLE.sub(" ", text).split())


def text_width(text: str, size: float = LABEL, bold: bool = False) -> float:
    """How many pixels of width the text takes at most in usual interface fonts."""
    ems = sum(_em(character) for character in text)
    return ems * size * SPARE * (1.1 if bold else 1.0)


def fitted(text: str, room: float, size: float = LABEL, bold: bool = False) -> str:
    """The text, or as much of its beginning as fits into `room` pixels, with an ellipsis."""
    if text_width(text, size, bold) <= room:
        return text
    kept = text
    while kept and text_width(kept + ELLIPSIS, size, bold) > room:
        kept = kept[:-1]
    return kept.rstrip() + ELLIPSIS


def wrapped(text: str, room: float, size: float = LABEL, bold: bool = False) -> tuple[str, ...]:
    """The text in lines of at most `room` pixels, broken at blanks; a word that is longer is cut."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(longer, size, bold) <= room:
            lines[-1] = longer
        else:
            lines.append(fitted(word, room, size, bold))
    return tuple(lines)


def two_lines(text: str, room: float) -> tuple[str, ...]:
    """The text on one line or two; what does not fit into two is cut."""
    lines = wrapped(text, room)
    return lines if len(lines) <= 2 else (lines[0], fitted(" ".join(lines[1:]), room))


def _em(character: str) -> float:
    if character in _NARROW:
        return 0.31
    if character in _WIDE:
        return 0.92
    if ord(character) >= 0x1100:
        return 1.0
    return 0.7 if character.isupper() else 0.56
