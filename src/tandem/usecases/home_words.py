"""Home in sentences: the most important thing first, and what each picture shows. Pure."""

from tandem.kernel import numbers
from tandem.policy import Count, Gap, Refusal
from tandem.usecases.see_home import Agreed, Home, Joined, NotYet, People
from tandem.usecases.see_measured import Change, Earned, Measured


def lead(home: Home, measured: Measured | None) -> str:
    """Who is known, on how many sides, and what the last campaign earned, as far as each is known."""
    return " ".join(part for part in (_known(home.people), _last(measured)) if part)


def nothing_yet(has_run: bool) -> str:
    """What to say while nobody is known."""
    if has_run:
        return "Nothing is known yet: the loop has run and found nothing that it could take."
    return "Nothing is known yet: the loop has not run."


def joined_title(found: Joined) -> str:
    """What the picture of people by side shows."""
    if found.of_offline is not None:
        return f"{numbers.percent(found.of_offline, 0)} of the people met offline are known online too"
    if found.share is not None:
        return f"{numbers.percent(found.share, 0)} of all people are known both online and offline"
    return "People by where they were met"


def consent_title(found: tuple[Agreed, ...]) -> str:
    """What the picture of consent shows: the purpose with the most."""
    told = [one for one in found if one.share is not None]
    if not told:
        return "What people agreed to"
    most = max(told, key=lambda one: one.share or 0.0)
    return f"{numbers.percent(most.share or 0.0, 0)} said yes to {_low(most.title)}"


def lifts_title(campaigns: tuple[Earned, ...]) -> str:
    """What the forest of lifts shows."""
    told = [one for one in campaigns if one.conversion]
    if not told:
        return "No campaign can be told from its held-out people yet"
    better = [one for one in told if one.conversion and one.conversion.low > 0]
    if len(told) == 1:
        (one,) = told
        assert one.conversion
        change = numbers.points(one.conversion.value)
        return f"{one.title}: {change} more reached the goal" if better else f"{one.title} may be chance"
    return f"{len(better)} of {len(told)} campaigns measured brought more people to their goal"


def campaign_sentence(one: Earned) -> str:
    """What a campaign earned, in short, or why nobody can say."""
    if one.conversion is None:
        return f"{one.why_not[:1].upper()}{one.why_not[1:]}."
    told = [f"Reached the goal: {more_points(one.conversion)}"]
    told += [earned(one.value, one.unit)] if one.value else []
    chance = "" if one.conversion.clear else " This may be chance."
    left = f" Its cost paid, {_left(one.left, one.unit)}." if one.left else ""
    return f"{'; '.join(told)}.{chance}{left}"


def earned(found: Change, unit: str) -> str:
    """'GBP 7.73 a person (4.65 to 10.81)'."""
    return f"{_amount(found.value, unit)} a person ({numbers.decimal(found.low)} to {numbers.decimal(found.high)})"


def more_points(found: Change) -> str:
    """'+8.5 points (+4.9 to +11.6)'."""
    low, high = (numbers.points(edge).removesuffix(" points") for edge in (found.low, found.high))
    return f"{numbers.points(found.value)} ({low} to {high})"


def _known(people: People | Refusal | Gap) -> str:
    match people:
        case Refusal():
            return "Your role may not count people here."
        case Gap():
            return "People cannot be counted before somebody says who may."
    known = f"{str(people.known)[:1].upper()}{str(people.known)[1:]}"
    noun = "person" if people.known == Count(1) else "people"
    match people.joined:
        case Joined(share=float(share)):
            return f"{known} {noun} known, {numbers.percent(share, 0)} of them both online and offline."
        case Joined() | NotYet():
            return f"{known} {noun} known."


def _last(measured: Measured | None) -> str:
    if measured is None:
        return ""
    last = measured.last
    if last is None:
        some = any(not one.refused for one in measured.campaigns)
        return "No campaign has been measured yet." if some or not measured.campaigns else ""
    return f"The last campaign measured, {last.title}, {_brought(last)}."


def _brought(last: Earned) -> str:
    change, told = (
        (last.value, earned(last.value, last.unit)) if last.value else (last.conversion, _in_points(last))
    )
    assert change is not None
    if not change.clear:
        return f"cannot be told from chance: {told}"
    return f"{'earned' if last.value and change.low > 0 else 'made a difference of'} {told}"


def _left(found: Change, unit: str) -> str:
    low, high = numbers.decimal(found.low, 0), numbers.decimal(found.high, 0)
    return f"{unit} {numbers.decimal(found.value, 0)} is left ({low} to {high})"


def _in_points(last: Earned) -> str:
    return more_points(last.conversion) if last.conversion else ""


def _amount(value: float, unit: str) -> str:
    return numbers.money(value, unit) if unit else numbers.decimal(value)


def _low(title: str) -> str:
    """A title inside a sentence: its first letter small, unless it is an abbreviation."""
    return title if title[:2].isupper() else title[:1].lower() + title[1:]
