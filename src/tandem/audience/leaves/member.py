"""In another audience."""

from dataclasses import dataclass

from sqlglot import exp

from tandem.audience.node import Node
from tandem.audience.reading import Reading
from tandem.engine import Catalogue
from tandem.kernel import Problem
from tandem.kernel.values import FieldRef


@dataclass(frozen=True)
class InAudience(Node):
    """In another audience: by its definition, under the same permit and now, not by its last evaluation."""

    name: str
    title: str
    who: Node

    def sentence(self) -> str:
        return f"who are in the audience “{self.title or self.name}”"

    def footprint(self) -> frozenset[FieldRef]:
        return self.who.footprint()

    def check(self, catalogue: Catalogue) -> list[Problem]:
        return []

    def needs(self) -> frozenset[str]:
        return self.who.needs()

    def lower(self, reading: Reading) -> exp.Expr:
        return exp.paren(self.who.lower(reading))
