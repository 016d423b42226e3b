"""Closed sets of words that several rooms share. One meaning each; the glossary explains them."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Type(StrEnum):
    """Column types of the lake. Timestamps are UTC without zone, to the microsecond; money is DECIMAL(18, 4)."""

    KEY = "key"
    INTEGER = "integer"
    NUMBER = "number"
    MONEY = "money"
    TEXT = "text"
    BOOLEAN = "boolean"
    TIMESTAMP = "timestamp"
    DATE = "date"


class Label(StrEnum):
    """How sensitive a field is, weakest first. Unlabelled fields of a contract are personal.

    A company may declare labels of its own in its policies; those are plain names.
    """

    PUBLIC = "public"
    INTERNAL = "internal"
    PERSONAL = "personal"
    SENSITIVE = "sensitive"


def graded(labels: Iterable[str]) -> tuple[Label, tuple[str, ...]]:
    """What labels read together come to: the strictest, and all that must be granted if that one does not say it.

    A label of the company's own counts as sensitive wherever only the four are compared, and must be granted by
    its own name beside the strictest of the four.
    """
    names = set(labels)
    plain = [label for label in Label if label in names]
    own = names - set(plain)
    if not own:
        return plain[-1], ()
    return Label.SENSITIVE, tuple(sorted({*own, *(str(label) for label in plain[-1:])}))


class Destination(StrEnum):
    """Where data goes when it leaves the lake, as policies name it."""

    PREVIEW = "preview"
    EMAIL = "email"
    FILE = "file"
    MEASURE = "measure"
    EXPLAIN = "explain"


class Basis(StrEnum):
    """Legal basis of a purpose. Only CONSENT asks for a recorded yes."""

    CONSENT = "consent"
    LEGITIMATE_INTEREST = "legitimate_interest"
    CONTRACT = "contract"
    LEGAL_DUTY = "legal_duty"


@dataclass(frozen=True, order=True)
class FieldRef:
    """One column of one table of the lake, as footprints and policies name it."""

    table: str
    column: str

    def __str__(self) -> str:
        return f"{self.table}.{self.column}"


@dataclass(frozen=True)
class Actor:
    """Who acts, and in which role policy judges it."""

    name: str
    role: str


class WorkspaceRole(StrEnum):
    """What a person who signs in is. Pages decide by it who may do what; policies decide what data it sees."""

    MARKETER = "marketer"
    ANALYST = "analyst"
    ENGINEER = "engineer"
    PRIVACY = "privacy"
    EXECUTIVE = "executive"
    ADMIN = "admin"
