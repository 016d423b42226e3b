"""Closed sets of words that several rooms share. One meaning each; the glossary explains them."""

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
    """How sensitive a field is. Unlabelled fields of a contract are personal."""

    PUBLIC = "public"
    INTERNAL = "internal"
    PERSONAL = "personal"
    SENSITIVE = "sensitive"


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
