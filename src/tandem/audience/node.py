"""What every part of an audience answers: how it reads, what it touches, whether it fits, how it lowers."""

from abc import ABC, abstractmethod

from sqlglot import exp

from tandem.audience.reading import Reading
from tandem.engine import Catalogue
from tandem.kernel import Problem
from tandem.kernel.values import FieldRef


class Node(ABC):
    """A condition on people. Everybody fulfils it or does not; there is no third answer."""

    @abstractmethod
    def sentence(self) -> str:
        """The condition as an English clause about people: "whose …" or "who …"."""

    @abstractmethod
    def footprint(self) -> frozenset[FieldRef]:
        """Every column it reads, also those it only filters by; policy decides on these."""

    @abstractmethod
    def check(self, catalogue: Catalogue) -> list[Problem]:
        """What is wrong with it, each problem with its place; empty if it can be lowered."""

    @abstractmethod
    def needs(self) -> frozenset[str]:
        """Tables in which a person must have a row to fulfil it."""

    @abstractmethod
    def lower(self, reading: Reading) -> exp.Expr:
        """A SQL condition over the columns that `reading` gives; TRUE or FALSE for everybody, never NULL."""
