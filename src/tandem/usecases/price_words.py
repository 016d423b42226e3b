"""The price of a rule in words. Pure."""

from tandem.kernel import numbers
from tandem.policy import Count
from tandem.usecases.price_of_rules import Clause, Prices, Use


def cost_words(one: Clause) -> str:
    """'GBP 1,200 (800 to 1,600)', or why nobody can say."""
    if one.cost is None:
        return one.why_not
    low, high = numbers.decimal(one.cost.low, 0), numbers.decimal(one.cost.high, 0)
    money = f"{one.cost.unit} {numbers.decimal(one.cost.value, 0)} ({low} to {high})"
    return money if one.cost.clear else f"{money}; may be nothing"


def dearest(found: Prices) -> tuple[Use, Clause] | None:
    """The clause that costs most of those whose cost is known."""
    known = [(use, one) for use in found.uses for one in use.clauses if one.cost is not None]
    return max(known, key=lambda pair: pair[1].cost.value if pair[1].cost else 0.0, default=None)


def lead(found: Prices) -> str:
    """The most important thing in a sentence."""
    most = dearest(found)
    if most is not None:
        use, one = most
        return f"The dearest clause, for {use.title}: {one.sentence}. It costs {cost_words(one)}."
    counted = [one for use in found.uses for one in use.clauses if isinstance(one.people, Count)]
    if counted:
        return "How many people each clause keeps out is known; what they are worth is not known yet."
    return "Nothing can be told yet."
