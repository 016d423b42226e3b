"""All, any, not. `not` is the rest of all people: a person of whom nothing is known fulfils `not: …`."""

from dataclasses import dataclass
from functools import reduce

from sqlglot import exp

from tandem.audience.node import Node
from tandem.audience.reading import Reading
from tandem.engine import Catalogue
from tandem.kernel import Problem
from tandem.kernel.values import FieldRef


@dataclass(frozen=True)
class AllOf(Node):
    """People who fulfil every part."""

    parts: tuple[Node, ...]

    def sentence(self) -> str:
        first, *rest = sorted(self.parts, key=lambda part: isinstance(part, NotOf))
        clauses = [within(first), *(_joined(part) for part in rest)]
        return ", ".join(clauses) if len(clauses) > 2 else " ".join(clauses)

    def footprint(self) -> frozenset[FieldRef]:
        return frozenset().union(*(part.footprint() for part in self.parts))

    def check(self, catalogue: Catalogue) -> list[Problem]:
        return [problem for part in self.parts for problem in part.check(catalogue)]

    def needs(self) -> frozenset[str]:
        return frozenset().union(*(part.needs() for part in self.parts))

    def lower(self, reading: Reading) -> exp.Expr:
        return exp.and_(*(part.lower(reading) for part in self.parts))


@dataclass(frozen=True)
class AnyOf(Node):
    """People who fulfil at least one part."""

    parts: tuple[Node, ...]

    def sentence(self) -> str:
        return " or ".join(within(part) for part in self.parts)

    def footprint(self) -> frozenset[FieldRef]:
        return frozenset().union(*(part.footprint() for part in self.parts))

    def check(self, catalogue: Catalogue) -> list[Problem]:
        return [problem for part in self.parts for problem in part.check(catalogue)]

    def needs(self) -> frozenset[str]:
        return reduce(frozenset.intersection, (part.needs() for part in self.parts))

    def lower(self, reading: Reading) -> exp.Expr:
        return exp.or_(*(part.lower(reading) for part in self.parts))


@dataclass(frozen=True)
class NotOf(Node):
    """Everybody the permit reaches but those who fulfil the part."""

    part: Node

    def sentence(self) -> str:
        return f"who are not among those {within(self.part)}"

    def footprint(self) -> frozenset[FieldRef]:
        return self.part.footprint()

    def check(self, catalogue: Catalogue) -> list[Problem]:
        return self.part.check(catalogue)

    def needs(self) -> frozenset[str]:
        return frozenset()

    def lower(self, reading: Reading) -> exp.Expr:
        return exp.not_(exp.paren(self.part.lower(reading)))


def within(part: Node) -> str:
    """The clause of a part inside another, in brackets where it has parts itself."""
    several = isinstance(part, AllOf | AnyOf) and len(part.parts) > 1
    return f"({part.sentence()})" if several else part.sentence()


def _joined(part: Node) -> str:
    return f"but not those {within(part.part)}" if isinstance(part, NotOf) else f"and {within(part)}"
