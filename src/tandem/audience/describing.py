"""How a trait is worked out, in one sentence."""

from tandem.audience.comparing import said
from tandem.audience.statements import told as told_of
from tandem.audience.statements import trait_statement
from tandem.audience.words import subject
from tandem.charter.definitions import Charter, Trait, TraitOperator
from tandem.kernel import numbers

OPENINGS = {
    TraitOperator.LATEST: "the latest known",
    TraitOperator.FIRST: "the first known",
    TraitOperator.SUM: "the sum of",
    TraitOperator.AVERAGE: "the average of",
    TraitOperator.MIN: "the smallest",
    TraitOperator.MAX: "the largest",
    TraitOperator.MOST_FREQUENT: "the most frequent",
}


def trait_sentence(trait: Trait, charter: Charter) -> str:
    """'The sum of amount over all purchase events in the last 90 days where category is tents.'"""
    if trait.sql is not None:
        return f"What hand-written SQL works out from {told_of(trait_statement(trait, charter))}."
    where = [f"{subject('', one.field)} {said(one)}" for one in trait.where]
    tail = f" in the last {numbers.span(trait.within)}" if trait.within else ""
    tail += f" where {' and '.join(where)}" if where else ""
    rows = f"{subject('', trait.of)} events" if trait.of in charter.events() else f"records of {trait.of}"
    match trait.operator:
        case TraitOperator.COUNT:
            told = f"how many {rows} there are{tail}"
        case TraitOperator.DAYS_SINCE:
            told = f"full days since the last of the {rows}{tail}"
        case operator:
            told = f"{OPENINGS[operator]} {subject('', str(trait.field))} over all {rows}{tail}"
    return f"{told[0].upper()}{told[1:]}."
