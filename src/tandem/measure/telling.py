"""The sentences that a marketer reads: what was found, how sure it is, and whom it counts."""

from collections.abc import Callable

from tandem.kernel import numbers
from tandem.measure.earning import Return
from tandem.measure.figures import Arm, Figures
from tandem.measure.moments import CONTROL, TREATED
from tandem.measure.stats import Estimate, Refusal
from tandem.measure.stats import LiftReport as Statistics
from tandem.policy import shown

Written = Callable[[float], str]
ARMS = {TREATED: "treated", CONTROL: "held out"}


def so_far(figures: Figures) -> tuple[str, ...]:
    """The counts as a description: what happened, and not what the campaign did."""
    if not figures.arms:
        return ("Nobody has been assigned to this campaign yet.",)
    told = []
    for name in (name for name in ARMS if name in figures.arms):
        arm = figures.arms[name]
        assigned, _, converted = arm.told(figures.smallest_group)
        told.append(
            f"So far {converted} of {assigned} people {ARMS[name]} reached the goal `{figures.goal}`."
        )
    return (*told, "These are counts and no comparison: no lift can be told from them.")


def lift_sentences(figures: Figures, found: Statistics) -> tuple[str, ...]:
    """Conversion, more people, value, whom it counts, and the check of the arms; notes where they belong."""
    treated, control = figures.arms[TREATED], figures.arms[CONTROL]
    money, more_money = _writers(figures.unit)
    value = _measure("Value per person", found.value, money, more_money) if figures.value_field else ()
    people = numbers.plural(treated.assigned + control.assigned, "person", "people")
    reached = _reached(treated, figures.smallest_group)
    return (
        *_measure("Conversion", found.conversion, numbers.percent, numbers.points),
        *_more_people(found.conversion, treated.assigned),
        *value,
        f"Counted are all {people} assigned: {numbers.count(treated.assigned)} treated, of whom {reached} "
        f"were contacted, and {numbers.count(control.assigned)} held out; outcomes within "
        f"{numbers.span(figures.window)} of the assignment.",
        *_strayed(control.contacted, figures.smallest_group),
        f"The arms have their planned sizes (sample ratio p {numbers.probability(found.ratio.p_value)}).",
    )


def cost_sentences(figures: Figures) -> tuple[str, ...]:
    """What the campaign cost, if it says so."""
    cost = figures.cost
    if cost is None:
        return ()
    each = numbers.money(cost.per_contact, cost.currency)
    contacts = f"{shown(cost.contacts, figures.smallest_group)} contacts"
    if not cost.told(figures.smallest_group):
        return (f"It cost {numbers.money(cost.fixed, cost.currency)} and {each} for each of {contacts}.",)
    parts = [numbers.money(cost.fixed, cost.currency)] if cost.fixed else []
    parts += [f"{each} for each of {contacts}"] if cost.per_contact else []
    why = f": {' and '.join(parts)}" if cost.per_contact else ""
    return (f"It cost {numbers.money(cost.total, cost.currency)}{why}.",)


def return_sentences(brought: Return | Refusal | None) -> tuple[str, ...]:
    """What is left of the gain when the cost is paid, or why that is not known."""
    match brought:
        case None:
            return ()
        case Refusal(sentence=sentence):
            return (f"Return: {sentence}",)
        case Return():
            gained, left, low, high = (
                numbers.money(each, brought.currency)
                for each in (brought.gained, brought.value, brought.low, brought.high)
            )
            sure = numbers.percent(brought.confidence, 0)
            clear = "" if brought.low > 0 or brought.high < 0 else " It may be a loss as well as a gain."
            return (
                f"Return: it brought {gained} more than would have come without it; less its cost that "
                f"leaves {left} ({sure} interval {low} to {high}).{clear}",
            )


def _measure(name: str, found: Estimate | Refusal, level: Written, change: Written) -> tuple[str, ...]:
    if isinstance(found, Refusal):
        return (f"{name}: {found.sentence}",)
    sure = numbers.percent(found.confidence, 0)
    clear = "" if found.low > 0 or found.high < 0 else " This may be chance."
    return (
        f"{name}: {level(found.treated)} treated against {level(found.control)} held out, a difference of "
        f"{change(found.difference)} ({sure} interval {change(found.low)} to {change(found.high)}, "
        f"p {numbers.probability(found.p_value)}).{clear}",
        *_relative(name, found),
        *found.notes,
    )


def _relative(name: str, found: Estimate) -> tuple[str, ...]:
    if isinstance(found.relative, Refusal):
        return (f"{name}, relative: {found.relative.sentence}",)
    lift, low, high = (
        _signed_percent(x) for x in (found.relative.lift, found.relative.low, found.relative.high)
    )
    return (f"{name}, relative: {lift} ({low} to {high}).",)


def _more_people(found: Estimate | Refusal, treated: int) -> tuple[str, ...]:
    if isinstance(found, Refusal):
        return ()
    more, low, high = (round(x * treated) for x in (found.difference, found.low, found.high))
    word = "more" if more >= 0 else "fewer"
    return (
        f"That is about {numbers.plural(abs(more), 'person', 'people')} {word} who reached the goal "
        f"(between {numbers.count(low)} and {numbers.count(high)}).",
    )


def _reached(treated: Arm, smallest_group: int) -> str:
    """The share of contacted people; in words where it would count a small group."""
    left = treated.assigned - treated.contacted
    if treated.contacted < smallest_group:
        return str(shown(treated.contacted, smallest_group))
    if 0 < left < smallest_group:
        return "nearly all"
    return numbers.percent(treated.contacted / treated.assigned)


def _strayed(contacted: int, smallest_group: int) -> tuple[str, ...]:
    if not contacted:
        return ()
    told = str(shown(contacted, smallest_group))
    return (
        f"{told[:1].upper()}{told[1:]} people who should have been held out were contacted all the same; they "
        "count as held out.",
    )


def _writers(unit: str | None) -> tuple[Written, Written]:
    def level(amount: float) -> str:
        return numbers.money(amount, unit) if unit else numbers.decimal(amount)

    def change(amount: float) -> str:
        return f"{'+' if round(amount, 2) > 0 else ''}{numbers.decimal(amount)}{f' {unit}' if unit else ''}"

    return level, change


def _signed_percent(share: float) -> str:
    return f"{'+' if round(share * 100, 1) > 0 else ''}{numbers.percent(share)}"
