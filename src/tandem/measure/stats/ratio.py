"""Have the arms the sizes that were planned? If not, something lost people unevenly and no lift is true."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

from tandem.measure.stats.answer import RATIO_BROKEN, TOO_FEW, Refusal

ALARM = 0.001
SHARE_SLACK = 1e-9


@dataclass(frozen=True)
class RatioCheck:
    """Assigned counts against planned shares: chi-square goodness of fit with k - 1 degrees of freedom.

    One entry per arm in `counts` and `expected`. `ok` is p >= `alarm`.
    """

    counts: tuple[int, ...]
    expected: tuple[float, ...]
    chi_square: float
    p_value: float
    alarm: float

    @property
    def ok(self) -> bool:
        """True when the counts fit the plan well enough to go on."""
        return self.p_value >= self.alarm

    def refusal(self) -> Refusal:
        """The reason to give when `ok` is False."""
        planned = ", ".join(f"{people:,.0f}" for people in self.expected)
        return Refusal(
            RATIO_BROKEN,
            "The arms do not have their planned sizes, so people were lost or added unevenly and a lift "
            f"would mislead (sample ratio, chi-square {self.chi_square:.1f}, p {self.p_value:.2g}).",
            found=", ".join(f"{count:,}" for count in self.counts),
            expected=f"about {planned} (alarm at p under {self.alarm:g})",
        )

    def to_dict(self) -> dict[str, object]:
        """The check as plain JSON values."""
        return {
            "counts": list(self.counts),
            "expected": list(self.expected),
            "chi_square": self.chi_square,
            "p_value": self.p_value,
            "alarm": self.alarm,
            "ok": self.ok,
        }


def sample_ratio(
    counts: Sequence[int], planned_shares: Sequence[float], alarm: float = ALARM
) -> RatioCheck | Refusal:
    """Pearson's chi-square of assigned counts (2 or more arms) against planned shares that sum to 1.

    The alarm level 0.001 follows Fabijan et al. (2019), "Diagnosing sample ratio mismatch in online
    controlled experiments": low, because every report is checked and a real fault shows far below it.
    The chi-square law is good when each arm expects 5 people or more. Refuses when nobody was assigned.
    Raises ValueError on shares that are not positive, do not sum to 1 or do not match the arms.
    """
    shares = check_shares(planned_shares)
    observed = np.asarray(counts, dtype=float)
    if observed.shape != shares.shape or bool((observed < 0).any()):
        raise ValueError(f"{len(shares)} planned shares need as many counts of 0 or more, not {list(counts)}")
    if not observed.any():
        return Refusal(
            TOO_FEW, "Nobody was assigned to any arm.", found="0 people", expected="people in each arm"
        )
    expected = shares * observed.sum()
    chi_square = float(((observed - expected) ** 2 / expected).sum())
    return RatioCheck(
        counts=tuple(int(count) for count in counts),
        expected=tuple(expected.tolist()),
        chi_square=chi_square,
        p_value=float(special.chdtrc(len(shares) - 1, chi_square)),
        alarm=alarm,
    )


def check_shares(planned_shares: Sequence[float]) -> np.ndarray:
    """The shares as an array, if there are two or more, all positive, that sum to 1. Otherwise ValueError."""
    shares = np.asarray(planned_shares, dtype=float)
    if shares.ndim != 1 or len(shares) < 2 or not bool((shares > 0).all()):
        raise ValueError(f"two or more positive planned shares are needed, not {list(planned_shares)}")
    if abs(float(shares.sum()) - 1) > SHARE_SLACK:
        raise ValueError(f"planned shares must sum to 1, not {float(shares.sum())}")
    return shares
