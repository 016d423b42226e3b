"""How a trait is worked out, in words."""

from datetime import timedelta
from pathlib import Path

import pytest

from tandem.audience import trait_sentence
from tandem.charter import load
from tandem.charter.definitions import Comparison, FieldType, Operator, Trait, TraitOperator

SHOP = Path(__file__).resolve().parents[2] / "projects" / "shop"
TENTS = Comparison(field="category", operator=Operator.IS, values=("tents",))


@pytest.mark.parametrize(
    ("trait", "sentence"),
    [
        (
            Trait(trait="t", operator=TraitOperator.SUM, of="purchase", field="amount"),
            "The sum of amount over all purchase events.",
        ),
        (
            Trait(
                trait="t",
                operator=TraitOperator.COUNT,
                of="purchase",
                within=timedelta(days=90),
                where=(TENTS,),
            ),
            "How many purchase events there are in the last 90 days where category is tents.",
        ),
        (
            Trait(trait="t", operator=TraitOperator.LATEST, of="crm", field="first_name"),
            "The latest known first name over all records of crm.",
        ),
        (
            Trait(trait="t", operator=TraitOperator.DAYS_SINCE, of="purchase"),
            "Full days since the last of the purchase events.",
        ),
        (
            Trait(trait="t", operator=TraitOperator.MOST_FREQUENT, of="purchase", field="category"),
            "The most frequent category over all purchase events.",
        ),
    ],
    ids=lambda value: value.operator if isinstance(value, Trait) else "",
)
def test_a_trait_says_how_it_is_worked_out(trait: Trait, sentence: str) -> None:
    assert trait_sentence(trait, load(SHOP)) == sentence


@pytest.mark.parametrize("operator", list(TraitOperator))
def test_every_operator_has_words(operator: TraitOperator) -> None:
    field = "amount" if operator.needs_field else None
    sql = "SELECT person_id, 1 AS value FROM event_purchase" if operator is TraitOperator.SQL else None
    of_type = FieldType.INTEGER if sql else None
    trait = Trait(
        trait="t", operator=operator, of="" if sql else "purchase", field=field, sql=sql, type=of_type
    )
    assert trait_sentence(trait, load(SHOP))
