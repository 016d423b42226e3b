"""The shapes of an answer: an estimate, or a refusal that says why there is none."""

from dataclasses import asdict, dataclass
from math import isfinite

TOO_FEW = "MSR-001"
RATIO_BROKEN = "MSR-002"
WINDOW_OPEN = "MSR-003"
NO_CONVERSIONS = "MSR-004"
NO_SPREAD = "MSR-005"
NO_VALUE = "MSR-006"
NO_RELATIVE = "MSR-007"
NOT_RANDOMISED = "MSR-008"


@dataclass(frozen=True)
class Refusal:
    """Why a number is not given: a stable code, a sentence, what was found, what would be needed."""

    code: str
    sentence: str
    found: str
    expected: str

    def to_dict(self) -> dict[str, object]:
        """The four parts as plain JSON values."""
        return asdict(self)


@dataclass(frozen=True)
class Relative:
    """Relative lift, treated / control - 1, with its interval. 0.1 is ten per cent more.

    `method` names the formula. low <= lift <= high, all finite.
    """

    lift: float
    low: float
    high: float
    method: str

    def __post_init__(self) -> None:
        _ordered(self.low, self.lift, self.high)

    def to_dict(self) -> dict[str, object]:
        """The relative lift as plain JSON values."""
        return asdict(self)


@dataclass(frozen=True)
class Estimate:
    """Treated against control in one measure, per assigned person.

    `treated` and `control` are rates (0..1) or means (in the unit of the value); `difference` is treated -
    control in the same unit, with its two-sided interval [`low`, `high`] at `confidence`; `p_value` is
    two-sided, for no difference. `relative` may be refused on its own. `notes` say where the approximation is
    thin, in sentences a reader can be shown. Cannot be built with NaN, infinity or limits out of order.
    """

    treated: float
    control: float
    difference: float
    low: float
    high: float
    p_value: float
    relative: Relative | Refusal
    confidence: float
    method: str
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _ordered(self.low, self.difference, self.high)
        if not (isfinite(self.treated) and isfinite(self.control) and 0 <= self.p_value <= 1):
            raise ValueError(f"not an estimate: {self.treated}, {self.control}, p {self.p_value}")

    def to_dict(self) -> dict[str, object]:
        """The estimate as plain JSON values; a refused relative lift is its refusal."""
        parts = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return parts | {
            "relative": self.relative.to_dict(),
            "relative_refused": isinstance(self.relative, Refusal),
            "notes": list(self.notes),
        }


def check_confidence(confidence: float) -> float:
    """`confidence` if it lies strictly between 0 and 1, otherwise ValueError."""
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must lie between 0 and 1, not {confidence}")
    return confidence


def _ordered(low: float, middle: float, high: float) -> None:
    slack = 1e-12 * max(1.0, abs(middle))
    if not (isfinite(low) and isfinite(high) and low - slack <= middle <= high + slack):
        raise ValueError(f"not an interval around its estimate: {low}, {middle}, {high}")
