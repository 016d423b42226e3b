"""A trait compared."""

from dataclasses import dataclass

from sqlglot import exp

from tandem.audience.comparing import certain, compare, said
from tandem.audience.node import Node
from tandem.audience.reading import PROFILE, Reading
from tandem.audience.words import subject
from tandem.charter.definitions import Operator, TraitCondition
from tandem.charter.definitions.sources import FieldType
from tandem.charter.problems import AUDIENCE_COMPARISON, UNKNOWN_TRAIT
from tandem.charter.references.fits import misfit, written
from tandem.engine import Catalogue, Column
from tandem.kernel import Problem
from tandem.kernel.values import FieldRef


@dataclass(frozen=True)
class TraitCompared(Node):
    """A trait fulfils a comparison. An unknown trait fulfils none but `known: false`."""

    condition: TraitCondition
    column: Column | None
    title: str = ""

    def sentence(self) -> str:
        return f"whose {subject(self.title, self.condition.trait)} {said(self.condition, self.column)}"

    def footprint(self) -> frozenset[FieldRef]:
        return frozenset({FieldRef(PROFILE, self.condition.trait)})

    def check(self, catalogue: Catalogue) -> list[Problem]:
        name = self.condition.trait
        if self.column is None:
            options = (
                [] if PROFILE not in catalogue else [n for n in catalogue[PROFILE].names if n != "person_id"]
            )
            place = self.condition.at("trait")
            return [UNKNOWN_TRAIT(f"unknown trait `{name}`", place=place, found=name, alternatives=options)]
        expected = misfit(self.condition, FieldType(self.column.type))
        if expected is None:
            return []
        sentence = f"the comparison does not fit trait `{name}`, which is {self.column.type}"
        place, found = self.condition.at("value"), written(self.condition)
        return [AUDIENCE_COMPARISON(sentence, place=place, found=found, expected=expected)]

    def needs(self) -> frozenset[str]:
        unknown = self.condition.operator is Operator.KNOWN and not self.condition.value
        return frozenset() if unknown else frozenset({PROFILE})

    def lower(self, reading: Reading) -> exp.Expr:
        assert self.column is not None, "bind refuses an unknown trait"
        value = reading.trait(self.condition.trait)
        holds = compare(value, self.column.type, self.condition, reading.now)
        return holds if self.condition.operator is Operator.KNOWN else certain(holds)
