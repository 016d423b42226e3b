"""How traits, fields and events are called in sentences."""

from dataclasses import dataclass
from decimal import Decimal

from tandem.audience.comparing import said
from tandem.charter.definitions import Operator, Test
from tandem.kernel import numbers

PAST = {
    *("began", "bought", "came", "chose", "did", "drove", "found", "gave", "got", "left", "lost", "made"),
    *("met", "paid", "put", "read", "ran", "saw", "sent", "sold", "spent", "spoke", "told", "took", "went"),
    *("won", "wrote"),
}
"""Verbs whose past does not end in -ed: a title that begins with one reads as what somebody did."""


def subject(title: str, name: str) -> str:
    """The title with a small first letter, or the name with blanks: "spent in all", "lifetime value"."""
    if not title:
        return name.replace("_", " ")
    return title if title[:2].isupper() else title[0].lower() + title[1:]


@dataclass(frozen=True)
class Noun:
    """An event in a sentence: "bought in a store" if its title begins with a verb, else "purchase event"."""

    title: str
    name: str

    @property
    def verb(self) -> bool:
        """Does the title say what somebody did?"""
        first = self.title.split(" ")[0].lower()
        return first in PAST or (first.endswith("ed") and len(first) > 3)

    @property
    def word(self) -> str:
        """The title or name, small."""
        return subject(self.title, self.name)

    def all(self) -> str:
        """All of these events."""
        return f"all times they {self.word}" if self.verb else f"all {self.word} events"

    def timed(self, which: str) -> str:
        """The first or last of them, up to the verb."""
        if self.verb:
            return f"who {which} {self.word}"
        return f"whose {which} {self.word} event was"

    def counted(self, test: Test) -> str:
        """How often: "who bought at least 2 times", "who have at least 2 purchase events"."""
        if self.verb:
            return f"who {'never ' if _none(test) else ''}{self.word}{'' if _none(test) else _times(test)}"
        if _none(test):
            return f"who have no {self.word} event"
        if _once(test):
            return f"who have at least one {self.word} event"
        return f"who have {_amount(test)} {self.word} event{'' if test.values[-1] == 1 else 's'}"


def _none(test: Test) -> bool:
    end = {Operator.IS: 0, Operator.AT_MOST: 0, Operator.LESS_THAN: 1}
    return end.get(test.operator, -1) == test.value


def _once(test: Test) -> bool:
    return (test.operator, test.value) in ((Operator.AT_LEAST, 1), (Operator.MORE_THAN, 0))


def _times(test: Test) -> str:
    if _once(test):
        return " at least once"
    if (test.operator, test.value) == (Operator.IS, 1):
        return " exactly once"
    return f" {_amount(test)} time{'' if test.values[-1] == 1 else 's'}"


def _amount(test: Test) -> str:
    if test.operator is Operator.IS and isinstance(test.value, int | Decimal):
        return f"exactly {numbers.count(int(test.value))}"
    return said(test).removeprefix("is ")
