"""Lift: the checks first, then conversion and value; or the one reason why nobody can say."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from tandem.measure.stats.adjust import holm
from tandem.measure.stats.answer import TOO_FEW, WINDOW_OPEN, Estimate, Refusal, check_confidence
from tandem.measure.stats.conversion import conversion
from tandem.measure.stats.moments import Moments
from tandem.measure.stats.ratio import ALARM, RatioCheck, sample_ratio
from tandem.measure.stats.value import value

SMALLEST_ARM = 100


@dataclass(frozen=True)
class LiftReport:
    """One arm against control over all assigned people. Conversion and value may each be refused alone."""

    treated: Moments
    control: Moments
    ratio: RatioCheck
    conversion: Estimate | Refusal
    value: Estimate | Refusal

    def to_dict(self) -> dict[str, object]:
        """The report as plain JSON values; `refused` names the measures that are refusals."""
        measures = {"conversion": self.conversion, "value": self.value}
        return {
            "treated": self.treated.to_dict(),
            "control": self.control.to_dict(),
            "sample_ratio": self.ratio.to_dict(),
            **{name: answer.to_dict() for name, answer in measures.items()},
            "refused": [name for name, answer in measures.items() if isinstance(answer, Refusal)],
        }


@dataclass(frozen=True)
class ArmsReport:
    """Several arms against one control. `arms` has one report per treated arm.

    The p-values inside the reports are of each arm alone. `conversion_p_holm` and `value_p_holm` are
    adjusted (Holm) for asking about several arms; an arm whose measure was refused is absent there.
    """

    control: str
    ratio: RatioCheck
    arms: Mapping[str, LiftReport]
    conversion_p_holm: Mapping[str, float]
    value_p_holm: Mapping[str, float]

    def to_dict(self) -> dict[str, object]:
        """The reports as plain JSON values."""
        return {
            "control": self.control,
            "sample_ratio": self.ratio.to_dict(),
            "arms": {name: report.to_dict() for name, report in self.arms.items()},
            "conversion_p_holm": dict(self.conversion_p_holm),
            "value_p_holm": dict(self.value_p_holm),
        }


def lift(
    treated: Moments,
    control: Moments,
    planned_shares: tuple[float, float],
    *,
    smallest_arm: int = SMALLEST_ARM,
    confidence: float = 0.95,
    alarm: float = ALARM,
    still_open: int = 0,
    last_window_closes: datetime | None = None,
) -> LiftReport | Refusal:
    """Treated against control over everyone assigned (intention to treat), or the first reason why not.

    `planned_shares` are (treated, control), summing to 1. `still_open` is how many assigned people have an
    outcome window that has not ended; one is enough to refuse, because late outcomes are missing unevenly.
    Order of the checks: window open, under `smallest_arm` people in an arm, sample ratio. Assumes that people
    are independent and were assigned at random before any filter. One look only: looking every day and
    stopping at the first p under 0.05 finds something far too often.
    """
    report = lift_arms(
        {"treated": treated, "control": control},
        "control",
        dict(zip(("treated", "control"), planned_shares, strict=True)),
        smallest_arm=smallest_arm,
        confidence=confidence,
        alarm=alarm,
        still_open=still_open,
        last_window_closes=last_window_closes,
    )
    return report if isinstance(report, Refusal) else report.arms["treated"]


def lift_arms(
    arms: Mapping[str, Moments],
    control: str,
    planned_shares: Mapping[str, float],
    *,
    smallest_arm: int = SMALLEST_ARM,
    confidence: float = 0.95,
    alarm: float = ALARM,
    still_open: int = 0,
    last_window_closes: datetime | None = None,
) -> ArmsReport | Refusal:
    """Each arm against the arm named `control`; one sample-ratio check over all of them. As `lift` otherwise.

    `arms` and `planned_shares` have the same names, two or more. ValueError if not, or without control.
    """
    if control not in arms or set(arms) != set(planned_shares):
        raise ValueError(
            f"arms {sorted(arms)}, shares {sorted(planned_shares)}: must match and hold {control}"
        )
    check_confidence(confidence)
    ratio = sample_ratio([arm.n for arm in arms.values()], [planned_shares[name] for name in arms], alarm)
    stop = _open(still_open, arms, last_window_closes) or _few(arms, smallest_arm)
    if stop:
        return stop
    if isinstance(ratio, Refusal):
        return ratio
    if not ratio.ok:
        return ratio.refusal()
    reports = {
        name: _report(arm, arms[control], ratio, confidence) for name, arm in arms.items() if name != control
    }
    return ArmsReport(
        control=control,
        ratio=ratio,
        arms=reports,
        conversion_p_holm=_adjusted({name: report.conversion for name, report in reports.items()}),
        value_p_holm=_adjusted({name: report.value for name, report in reports.items()}),
    )


def _report(treated: Moments, control: Moments, ratio: RatioCheck, confidence: float) -> LiftReport:
    return LiftReport(
        treated=treated,
        control=control,
        ratio=ratio,
        conversion=conversion(treated, control, confidence),
        value=value(treated, control, confidence),
    )


def _adjusted(answers: Mapping[str, Estimate | Refusal]) -> dict[str, float]:
    raw = {name: answer.p_value for name, answer in answers.items() if isinstance(answer, Estimate)}
    return dict(zip(raw, holm(list(raw.values())), strict=True))


def _open(still_open: int, arms: Mapping[str, Moments], closes: datetime | None) -> Refusal | None:
    if still_open < 0:
        raise ValueError(f"still_open must be 0 or more, not {still_open}")
    if still_open == 0:
        return None
    when = f" The last one ends at {closes:%Y-%m-%d %H:%M} UTC." if closes else ""
    return Refusal(
        WINDOW_OPEN,
        f"Some people can still reach the goal: their outcome window is open.{when}",
        found=f"{still_open:,} of {sum(arm.n for arm in arms.values()):,} people with an open window",
        expected="every window ended",
    )


def _few(arms: Mapping[str, Moments], smallest_arm: int) -> Refusal | None:
    """The smallest arm if it is under the limit; never under 2, where no variance exists."""
    limit = max(2, smallest_arm)
    name, arm = min(arms.items(), key=lambda pair: pair[1].n)
    if arm.n >= limit:
        return None
    return Refusal(
        TOO_FEW,
        f"Too few people in the arm `{name}`: {arm.n:,} of {limit:,} needed.",
        found=f"{arm.n:,} people",
        expected=f"at least {limit:,} people in each arm",
    )
