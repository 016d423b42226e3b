"""In the answer of hand-written SQL."""

from dataclasses import dataclass

from sqlglot import exp

from tandem.audience.node import Node
from tandem.audience.reading import Reading
from tandem.audience.statements import told
from tandem.charter.definitions import SqlCondition
from tandem.charter.sql import Statement
from tandem.engine import Catalogue
from tandem.kernel import Problem
from tandem.kernel.values import FieldRef


@dataclass(frozen=True)
class InAnswer(Node):
    """Somebody whom the statement names. It sees only rows and columns that the permit gives out."""

    condition: SqlCondition
    statement: Statement

    def sentence(self) -> str:
        return f"whom hand-written SQL picks from {told(self.statement)}"

    def footprint(self) -> frozenset[FieldRef]:
        return self.statement.reads

    def check(self, catalogue: Catalogue) -> list[Problem]:
        return []

    def needs(self) -> frozenset[str]:
        return frozenset()

    def lower(self, reading: Reading) -> exp.Expr:
        return reading.answer(self.statement).is_(exp.null()).not_()
