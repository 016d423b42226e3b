"""What the statistics need to know of an arm: four sums. Days, shards and files add up."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import isfinite
from operator import index
from typing import SupportsFloat

Number = int | float | Decimal | Fraction


@dataclass(frozen=True)
class Moments:
    """One arm in sums over its assigned people, contacted or not. Add them: `day1 + day2`.

    `n` people assigned; `conversions` of them who reached the goal, 0..n. `value_sum` and `value_sq_sum` are
    the sum and the sum of squares of the value *per person* (0 for a person without any), or both None when
    the goal has no value: not measured is not zero. Sums may be int, float or Decimal and are kept as exact
    fractions, so the order of adding never matters and the variance loses nothing to cancellation.
    Parts that are added must hold different people. Raises ValueError or TypeError on impossible sums.
    """

    n: int
    conversions: int
    value_sum: Number | None = None
    value_sq_sum: Number | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "n", _count("n", self.n))
        object.__setattr__(self, "conversions", _count("conversions", self.conversions))
        if self.conversions > self.n:
            raise ValueError(f"conversions ({self.conversions}) cannot exceed the people assigned ({self.n})")
        if (self.value_sum is None) != (self.value_sq_sum is None):
            raise ValueError("give both value_sum and value_sq_sum, or neither")
        if self.value_sum is not None and self.value_sq_sum is not None:
            total, squares = _exact("value_sum", self.value_sum), _exact("value_sq_sum", self.value_sq_sum)
            _possible(self.n, total, squares)
            object.__setattr__(self, "value_sum", total)
            object.__setattr__(self, "value_sq_sum", squares)

    def __add__(self, other: "Moments") -> "Moments":
        """The sums of both parts together. ValueError if only one of them has a value."""
        if not isinstance(other, Moments):
            return NotImplemented
        if self.has_value != other.has_value:
            raise ValueError("cannot add moments with a value to moments without one")
        n, conversions = self.n + other.n, self.conversions + other.conversions
        if not self.has_value:
            return Moments(n, conversions)
        return Moments(n, conversions, self._total + other._total, self._squares + other._squares)

    @property
    def has_value(self) -> bool:
        """Whether a value per person was measured."""
        return self.value_sum is not None

    @property
    def rate(self) -> float:
        """Conversions per assigned person, 0..1. ValueError with nobody in the arm."""
        if self.n == 0:
            raise ValueError("an arm of nobody has no rate")
        return self.conversions / self.n

    @property
    def mean(self) -> float:
        """Value per assigned person. ValueError with nobody in the arm or no value."""
        if self.n == 0:
            raise ValueError("an arm of nobody has no mean")
        return float(self._total / self.n)

    @property
    def variance(self) -> float:
        """Sample variance (n - 1) of the value per person, >= 0. ValueError under two people or no value."""
        if self.n < 2:
            raise ValueError("a variance needs two people")
        return max(0.0, float((self._squares - self._total**2 / self.n) / (self.n - 1)))

    @property
    def _total(self) -> Fraction:
        return _exact("value_sum", self.value_sum)

    @property
    def _squares(self) -> Fraction:
        return _exact("value_sq_sum", self.value_sq_sum)

    def to_dict(self) -> dict[str, object]:
        """The four sums as plain JSON values; sums of value as float, absent when there is no value."""
        counts: dict[str, object] = {"n": self.n, "conversions": self.conversions}
        if self.has_value:
            counts |= {"value_sum": float(self._total), "value_sq_sum": float(self._squares)}
        return counts


def _count(name: str, number: object) -> int:
    if isinstance(number, bool):
        raise TypeError(f"{name} must be a whole number, not a bool")
    whole = index(number)  # type: ignore[arg-type]
    if whole < 0:
        raise ValueError(f"{name} must be 0 or more, not {whole}")
    return whole


def _exact(name: str, number: object) -> Fraction:
    if number is None:
        raise ValueError(f"{name} was not measured")
    if isinstance(number, bool | str) or not isinstance(number, SupportsFloat):
        raise TypeError(f"{name} must be a number, not {type(number).__name__}")
    if isinstance(number, int | Decimal | Fraction) and isfinite(number):
        return Fraction(number)
    if not isfinite(float(number)):
        raise ValueError(f"{name} must be finite, not {number}")
    return Fraction(float(number))


def _possible(n: int, total: Fraction, squares: Fraction) -> None:
    """Cauchy-Schwarz: n * sum of squares >= sum squared. Sums made in floats may miss it by rounding."""
    if n == 0 and (total or squares):
        raise ValueError("an arm of nobody cannot have a value")
    if squares < 0 or n * squares * (1 + Fraction(1, 10**9)) < total**2:
        raise ValueError("value_sq_sum is too small for value_sum: no n people can have these sums")
