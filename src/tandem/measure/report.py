"""The report of a campaign: its lift, or why nobody can say, with the sentences a marketer reads."""

from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from tandem.charter.definitions import Campaign, Charter
from tandem.engine import Catalogue, Engine
from tandem.measure import problems
from tandem.measure.figures import Arm, Figures
from tandem.measure.moments import CONTROL, TREATED, Cell, arms, cells
from tandem.measure.stats import Estimate, Moments, RatioCheck, Refusal, lift
from tandem.measure.stats import LiftReport as Statistics
from tandem.measure.telling import lift_sentences, so_far
from tandem.policy import Permit


@dataclass(frozen=True)
class LiftReport:
    """A campaign that was measured. `sentences` say it in English, most important first."""

    figures: Figures
    statistics: Statistics
    sentences: tuple[str, ...]

    @property
    def conversion(self) -> Estimate | Refusal:
        """Share of assigned people who reached the goal: both arms, difference, interval, p-value."""
        return self.statistics.conversion

    @property
    def value(self) -> Estimate | Refusal:
        """Value per assigned person: both arms, difference, interval, p-value."""
        return self.statistics.value

    @property
    def ratio(self) -> RatioCheck:
        """Whether the arms have their planned sizes."""
        return self.statistics.ratio

    def to_dict(self) -> dict[str, object]:
        """For JSON."""
        return {
            **self.figures.to_dict(),
            "lift": self.statistics.to_dict(),
            "sentences": list(self.sentences),
        }


@dataclass(frozen=True)
class NoLift:
    """Why there is no lift to tell, with the counts so far as a description."""

    figures: Figures
    reason: Refusal
    fix: str
    who: str
    sentences: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """The reason in a sentence."""
        return self.reason.sentence

    def to_dict(self) -> dict[str, object]:
        """For JSON."""
        refused = {**self.reason.to_dict(), "fix": self.fix, "who": self.who}
        return {**self.figures.to_dict(), "refused": refused, "sentences": list(self.sentences)}


def report(
    engine: Engine, charter: Charter, campaign: Campaign, permit: Permit, now: datetime
) -> LiftReport | NoLift:
    """Measure a campaign over everybody assigned to it, from one engine query under the measuring permit.

    `permit` has to cover `moments.footprint(campaign)`. No lift is told while a window is open, with too few
    people in an arm, when the arms do not have their planned sizes, or when nobody was assigned.
    """
    found = cells(engine, campaign, permit, now)
    figures = _figures(engine.catalogue, charter, campaign, found, permit, now)
    totals = arms(found)
    none = Moments(0, 0, 0, 0) if campaign.goal.value else Moments(0, 0)
    held = float(campaign.holdout)
    answer = lift(
        totals.get(TREATED, none),
        totals.get(CONTROL, none),
        (1 - held, held),
        still_open=figures.open,
        last_window_closes=figures.closes,
    )
    match answer:
        case Refusal():
            code = problems.of(answer.code)
            return NoLift(figures, answer, code.fix, code.who, (answer.sentence, *so_far(figures)))
        case Statistics():
            return LiftReport(figures, answer, lift_sentences(figures, answer))
        case other:
            assert_never(other)


def _figures(
    catalogue: Catalogue,
    charter: Charter,
    campaign: Campaign,
    found: tuple[Cell, ...],
    permit: Permit,
    now: datetime,
) -> Figures:
    totals = arms(found)
    contacted = {name: sum(cell.contacted for cell in found if cell.arm == name) for name in totals}
    still = sum(cell.open for cell in found)
    return Figures(
        campaign=campaign.campaign,
        title=campaign.title or campaign.campaign,
        goal=campaign.goal.event,
        value_field=campaign.goal.value,
        unit=_unit(catalogue, charter, campaign),
        window=campaign.window,
        holdout=float(campaign.holdout),
        now=now,
        arms={name: _arm(moments, contacted[name]) for name, moments in totals.items()},
        open=still,
        closes=max(cell.closes for cell in found) if still else None,
        cells=found,
        smallest_group=permit.smallest_group,
    )


def _arm(moments: Moments, contacted: int) -> Arm:
    value = None if moments.value_sum is None else float(moments.value_sum)
    return Arm(moments.n, contacted, moments.conversions, value)


def _unit(catalogue: Catalogue, charter: Charter, campaign: Campaign) -> str | None:
    if campaign.goal.value is None:
        return None
    column = catalogue[f"event_{campaign.goal.event}"].column(campaign.goal.value)
    return column.unit or (charter.project.currency if column.type == "money" else None)
