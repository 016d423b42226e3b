"""What a campaign cost and what it returned: value lift over the treated people, less the cost. Pure."""

from dataclasses import dataclass
from decimal import Decimal

from tandem.measure.problems import OTHER_UNIT
from tandem.measure.stats import Estimate, Refusal
from tandem.policy import shown


@dataclass(frozen=True)
class Cost:
    """What a campaign cost so far, in `currency`: `fixed`, and `per_contact` for each of `contacts`, all >= 0."""

    fixed: Decimal
    per_contact: Decimal
    contacts: int
    currency: str

    @property
    def total(self) -> Decimal:
        """The whole cost so far."""
        return self.fixed + self.per_contact * self.contacts

    def told(self, smallest_group: int) -> bool:
        """Whether the total may be told: few contacts are not, and the total would give their number away."""
        return self.contacts >= smallest_group or self.per_contact == 0

    def to_dict(self, smallest_group: int) -> dict[str, object]:
        """For JSON; without the total where it would give a small count away."""
        plain = {"fixed": float(self.fixed), "per_contact": float(self.per_contact)}
        total = {"total": float(self.total)} if self.told(smallest_group) else {}
        contacts = shown(self.contacts, smallest_group).to_dict()
        return {"currency": self.currency, **plain, "contacts": contacts, **total}


@dataclass(frozen=True)
class Return:
    """What the treated people brought more than they would have without the campaign, less its cost.

    `gained` is the value lift times the people treated. `value` = gained - cost, with its interval [`low`,
    `high`] at `confidence`: that of the value lift, because the cost is known. All in `currency`.
    """

    gained: float
    cost: float
    value: float
    low: float
    high: float
    confidence: float
    currency: str

    def to_dict(self) -> dict[str, object]:
        """For JSON."""
        return dict(vars(self))


def returned(lift: Estimate | Refusal, treated: int, unit: str | None, cost: Cost) -> Return | Refusal:
    """The return of a campaign from its lift of value per person over `treated` people, all assigned to it.

    `unit` is that of the value. Refused when the lift is, or when value and cost are not in the same money:
    an amount that would have to be converted first is not known.
    """
    if isinstance(lift, Refusal):
        return lift
    if unit != cost.currency:
        return Refusal(
            OTHER_UNIT.code,
            "The value of the goal and the cost are not in the same money, so the return is not known.",
            found=f"value in {unit or 'no currency'}, cost in {cost.currency}",
            expected=f"value in {cost.currency}",
        )
    spent = float(cost.total)
    gained, low, high = (each * treated for each in (lift.difference, lift.low, lift.high))
    return Return(gained, spent, gained - spent, low - spent, high - spent, lift.confidence, cost.currency)
