"""The report of a campaign: its lift, or why nobody can say, with the sentences a marketer reads."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never

from tandem.charter.definitions import Campaign, Charter
from tandem.engine import Catalogue, Engine
from tandem.measure import problems
from tandem.measure.earning import Cost, Return, returned
from tandem.measure.figures import Arm, Figures
from tandem.measure.moments import CONTROL, TREATED, Cell, arms, cells
from tandem.measure.stats import Estimate, Moments, RatioCheck, Refusal, lift
from tandem.measure.stats import LiftReport as Statistics
from tandem.measure.stats.lift import SMALLEST_ARM
from tandem.measure.telling import cost_sentences, lift_sentences, return_sentences, so_far
from tandem.policy import Permit, shown


@dataclass(frozen=True)
class LiftReport:
    """A campaign that was measured. `sentences` say it in English, most important first.

    `returned` is None when the campaign declares no cost, or when too few were contacted to tell it.
    """

    figures: Figures
    statistics: Statistics
    sentences: tuple[str, ...]
    returned: Return | Refusal | None = None

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
            "return": self.returned.to_dict() if self.returned else None,
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
            return _refused(figures, _guarded(answer, figures, totals))
        case Statistics() if any(arm.few(figures.smallest_group) for arm in figures.arms.values()):
            return _refused(figures, _few_reached(figures))
        case Statistics():
            return _measured(figures, answer)
        case other:
            assert_never(other)


def _refused(figures: Figures, reason: Refusal) -> NoLift:
    code = problems.of(reason.code)
    told = (reason.sentence, *so_far(figures), *cost_sentences(figures))
    return NoLift(figures, reason, code.fix, code.who, told)


def _few_reached(figures: Figures) -> Refusal:
    """Exact rates and estimates would count the few."""
    few = shown(0, figures.smallest_group)
    return Refusal(
        problems.TOO_FEW_REACHED.code,
        f"Too few people to tell a lift: in one of the arms {few} reached the goal, or {few} did not.",
        found=f"{few} people",
        expected=f"at least {figures.smallest_group} people who did and as many who did not, in each arm",
    )


def _guarded(reason: Refusal, figures: Figures, totals: dict[str, Moments]) -> Refusal:
    """The same reason without the size of a small group."""
    k = figures.smallest_group
    if reason.code == problems.WINDOW_OPEN.code:
        still = shown(figures.open, k)
        return replace(reason, found=f"{still} of {figures.everybody} people with an open window")
    sizes = {arm: totals[arm].n if arm in totals else 0 for arm in (TREATED, CONTROL)}
    name = min(sizes, key=lambda arm: sizes[arm])
    if reason.code != problems.TOO_FEW.code or not totals or sizes[name] >= k:
        return reason
    people = shown(sizes[name], k)
    sentence = f"Too few people in the arm `{name}`: {people} of {SMALLEST_ARM} needed."
    return replace(reason, sentence=sentence, found=f"{people} people")


def _measured(figures: Figures, found: Statistics) -> LiftReport:
    treated = figures.arms[TREATED].assigned
    known = figures.cost is not None and figures.cost.told(figures.smallest_group)
    brought = returned(found.value, treated, figures.unit, figures.cost) if figures.cost and known else None
    money = (*cost_sentences(figures), *return_sentences(brought))
    return LiftReport(figures, found, (*lift_sentences(figures, found), *money), brought)


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
        cost=_cost(charter, campaign, sum(contacted.values())),
    )


def _cost(charter: Charter, campaign: Campaign, contacts: int) -> Cost | None:
    declared = campaign.cost
    if declared is None:
        return None
    return Cost(declared.fixed, declared.per_contact, contacts, charter.project.currency)


def _arm(moments: Moments, contacted: int) -> Arm:
    value = None if moments.value_sum is None else float(moments.value_sum)
    return Arm(moments.n, contacted, moments.conversions, value)


def _unit(catalogue: Catalogue, charter: Charter, campaign: Campaign) -> str | None:
    if campaign.goal.value is None:
        return None
    column = catalogue[f"event_{campaign.goal.event}"].column(campaign.goal.value)
    return column.unit or (charter.project.currency if column.type == "money" else None)
