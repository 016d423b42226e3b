"""A problem is a small letter: code, sentence, place, found, expected, how to fix, who can.

The same object prints in the terminal, on a page, in JSON and in the log. Rooms declare their codes with
`code(...)`; the registry is what the reference documentation is generated from.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum


class Kind(StrEnum):
    """Who has to act: the author of a file, the operator, nobody yet (try again), us; a notice asks for nothing."""

    AUTHOR = "author"
    OPERATOR = "operator"
    RETRY = "retry"
    BUG = "bug"
    NOTICE = "notice"


@dataclass(frozen=True, order=True)
class Place:
    """Where: a file (relative to the charter, or a source file), with 1-based line and column if known."""

    file: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        return ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, complete enough to be acted on without asking anybody.

    `asks` are the words of a request for access that would remove it, as name and value; none where none would.
    """

    code: str
    sentence: str
    fix: str
    who: str
    kind: Kind = Kind.AUTHOR
    place: Place | None = None
    found: str | None = None
    expected: str | None = None
    alternatives: tuple[str, ...] = ()
    nearest: str | None = None
    asks: tuple[tuple[str, str], ...] = ()

    def to_dict(self) -> dict[str, object]:
        """The problem as plain JSON values; absent parts are left out."""
        parts = {
            "code": self.code,
            "sentence": self.sentence,
            "place": str(self.place) if self.place else None,
            "found": self.found,
            "expected": self.expected,
            "alternatives": list(self.alternatives) or None,
            "nearest": self.nearest,
            "fix": self.fix,
            "who": self.who,
            "kind": str(self.kind),
            "asks": [list(pair) for pair in self.asks] or None,
        }
        return {name: value for name, value in parts.items() if value is not None}

    def __str__(self) -> str:
        lines = [f"{self.code}  {self.sentence}"]
        if self.place:
            lines.append(f"  {self.place}")
        if self.found is not None:
            lines.append(f"  found: {self.found}")
        if self.expected is not None:
            lines.append(f"  expected: {self.expected}")
        if self.alternatives:
            near = f"        nearest: {self.nearest}" if self.nearest else ""
            lines.append(f"  one of: {', '.join(self.alternatives)}{near}")
        lines.append(f"  fix: {self.fix}")
        lines.append(f"  who: {self.who}")
        return "\n".join(lines)


class Problems(Exception):  # noqa: N818 - the word of the house; an "Error" suffix would hide that it is a list
    """One or more problems that stop what was asked. Nothing was changed unless a sentence says so."""

    def __init__(self, problems: Problem | Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__("\n\n".join(str(problem) for problem in self.problems))


class Refused(Problems):
    """Policy, or the place itself, does not allow it. The problems say why, and who can grant it."""


class Missing(Problems):
    """Something that has to be set up first is not there, which is neither a no nor a zero."""


@dataclass(frozen=True)
class Code:
    """A declared kind of problem. Calling it makes a Problem with the code's defaults filled in."""

    code: str
    title: str
    who: str
    kind: Kind
    fix: str

    def __call__(
        self,
        sentence: str,
        *,
        place: Place | None = None,
        found: str | None = None,
        expected: str | None = None,
        alternatives: Sequence[str] = (),
        fix: str | None = None,
        who: str | None = None,
    ) -> Problem:
        return Problem(
            code=self.code,
            sentence=sentence,
            fix=fix or self.fix,
            who=who or self.who,
            kind=self.kind,
            place=place,
            found=found,
            expected=expected,
            alternatives=tuple(sorted(alternatives)),
            nearest=nearest(found, alternatives) if found else None,
        )


REGISTRY: dict[str, Code] = {}


def code(name: str, title: str, *, who: str, fix: str, kind: Kind = Kind.AUTHOR) -> Code:
    """Declare a problem code once, with its default fix and who can do it. A second declaration is a bug."""
    if name in REGISTRY:
        raise ValueError(f"problem code {name} is declared twice")
    REGISTRY[name] = Code(name, title, who, kind, fix)
    return REGISTRY[name]


def nearest(word: str, options: Iterable[str]) -> str | None:
    """The option most like the word, or None if none is close (difflib ratio under 0.6)."""
    close = get_close_matches(word, list(options), n=1)
    return close[0] if close else None
