"""traits/NAME.yml: facts about a person now, computed from events and records."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from tandem.charter.definitions.base import Definition
from tandem.charter.definitions.comparisons import Comparison
from tandem.charter.definitions.sources import FieldType


class TraitOperator(StrEnum):
    """How a trait is computed."""

    LATEST = "latest"
    FIRST = "first"
    SUM = "sum"
    AVERAGE = "average"
    MIN = "min"
    MAX = "max"
    MOST_FREQUENT = "most_frequent"
    COUNT = "count"
    DAYS_SINCE = "days_since"
    SQL = "sql"

    @property
    def needs_field(self) -> bool:
        """COUNT and DAYS_SINCE take an event, SQL a statement; the others a field of an event or record."""
        return self not in (TraitOperator.COUNT, TraitOperator.DAYS_SINCE, TraitOperator.SQL)


@dataclass(frozen=True, kw_only=True)
class Trait(Definition):
    """One fact about a person: an operator over an event (or a record's source), perhaps in a window.

    `of` is the event kind or the source of a record; `field` is None for COUNT and DAYS_SINCE. The window is
    [now - within, now); None is all time. `at(operator)` is the place of `EVENT.field`.
    For SQL `of` is empty: `sql` is one SELECT of `person_id` and `value`, and `type` what the value is.
    """

    trait: str
    title: str = ""
    description: str = ""
    operator: TraitOperator
    of: str
    field: str | None = None
    within: timedelta | None = None
    where: tuple[Comparison, ...] = ()
    sql: str | None = None
    type: FieldType | None = None
