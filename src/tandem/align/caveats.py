"""What a reader has to mind about one comparison, in sentences."""

from collections.abc import Mapping

from tandem.align.published import Flag, Group, Published, Statistic

PROFILE = "S_"


def caveats(
    sides: Mapping[Group, Published], *, mirrored: bool, assumed: tuple[int, int] | None
) -> tuple[str, ...]:
    """Sentences for the figures of one item, the weightiest first; empty when there is nothing to mind."""
    first = next(iter(sides.values()), None)
    if first is None:
        return ("Only conflicting figures are published for this item.",)
    found = [*_base(sides, assumed), *(sentence for figure in sides.values() for sentence in _figure(figure))]
    if mirrored:
        found.append("Each function was asked about the other: two printed items, read as one question.")
    if first.question_id.startswith(PROFILE):
        found.append("Describes who was asked, partly set by quota; it is no opinion.")
    return tuple(dict.fromkeys(found))


def _base(sides: Mapping[Group, Published], assumed: tuple[int, int] | None) -> list[str]:
    pair = [sides[group] for group in (Group.CMO, Group.CIO) if group in sides]
    if len(pair) < 2 or pair[0].statistic is Statistic.RANK or all(figure.n for figure in pair):
        return []
    if assumed:
        return [
            f"No base is published: tested as if all {assumed[0]:,} CMOs and {assumed[1]:,} CIOs answered."
        ]
    return ["The number of people asked is not published, so the gap is not tested."]


def _figure(figure: Published) -> list[str]:
    who = {Group.CMO: "CMO", Group.CIO: "CIO", Group.BOTH: "pooled"}[figure.group]
    found = []
    if Flag.LOWER_BOUND in figure.flags:
        found.append(f"The {who} figure is a lower bound, so nothing is tested with it.")
    elif Flag.APPROX in figure.flags:
        found.append(
            f"The {who} figure is published in words and taken as right to {figure.rounding:g} points."
        )
    elif Flag.DERIVED in figure.flags and figure.statistic is Statistic.PERCENT:
        found.append(
            f"The {who} figure is derived from others and taken as right to {figure.rounding:g} point."
        )
    elif Flag.DERIVED in figure.flags:
        found.append(f"The {who} rank is derived from the text.")
    if Flag.BASE_AT_LEAST in figure.flags:
        found.append(
            "The number of people asked is a lower bound: an interval from it is too wide, not too narrow."
        )
    return found
