"""Joint priorities as each side ranks them, for itself and as it thinks the other would, and how far apart that is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from tandem.align.names import SIDES

LEAST = 3
"""From how many people of a side on their mean places are told.

Rankings are made by named colleagues, and a side has few: with the smallest group of the pulses, which is for answers
that nobody signs, most companies would never see one. Of three nobody can work out one other person's places from the
mean and their own, while of two everybody can.
"""


@dataclass(frozen=True)
class Ranked:
    """One person's places for one thing: id → place, 1 the first. What is not in it was not ranked."""

    side: str
    about: str
    places: Mapping[str, int]


@dataclass(frozen=True)
class Standing:
    """One priority as the sides place it. Mean places, 1 the first; None where too few of the side ranked.

    `own[side]`: what the side wants itself. `guess[side]`: what the side thinks that the other wants.
    `gap`: marketing's own mean place less IT's own; positive: IT holds it more important.
    `miss[side]`: the side's guess less the other's own mean place; positive: it is more important to the other side
    than this side thinks.
    """

    priority: str
    own: Mapping[str, float | None]
    guess: Mapping[str, float | None]

    @property
    def gap(self) -> float | None:
        """Marketing less IT."""
        return _less(self.own["marketing"], self.own["it"])

    @property
    def miss(self) -> Mapping[str, float | None]:
        """Guess less truth, of each side about the other."""
        return {side: _less(self.guess[side], self.own[other(side)]) for side in SIDES}


def other(side: str) -> str:
    """The other of the two sides."""
    return "it" if side == "marketing" else "marketing"


def standings(
    priorities: Sequence[str], rankings: Sequence[Ranked], least: int = LEAST
) -> tuple[Standing, ...]:
    """Every priority in its order, with the mean places of a side of which at least `least` people ranked.

    What a person did not rank shares the places that are left, each their mean: of six, who ranks one alone puts
    the five others at 4. So every mean is over the same people, and each person gives away the same sum of places.
    Places of priorities that are gone are passed over, and the rest closes up, so that 1 is always the first; who
    ranked none of those that are left counts as not having ranked.
    """
    placed = [
        (one.side, one.about, _placed(one.places, priorities))
        for one in rankings
        if any(name in one.places for name in priorities)
    ]

    def mean(side: str, about: str, name: str) -> float | None:
        told = [places[name] for who, of, places in placed if (who, of) == (side, about)]
        return fmean(told) if told and len(told) >= least else None

    return tuple(
        Standing(
            name,
            {side: mean(side, "own", name) for side in SIDES},
            {side: mean(side, "other", name) for side in SIDES},
        )
        for name in priorities
    )


def people(rankings: Sequence[Ranked]) -> Mapping[tuple[str, str], int]:
    """How many ranked, by side and about: (side, own | other)."""
    return {
        (side, about): sum((one.side, one.about) == (side, about) for one in rankings)
        for side in SIDES
        for about in ("own", "other")
    }


def _placed(places: Mapping[str, int], known: Sequence[str]) -> Mapping[str, float]:
    held = sorted((place, name) for name, place in places.items() if name in known)
    rest = (len(held) + 1 + len(known)) / 2
    return dict.fromkeys(known, rest) | {name: float(place) for place, (_, name) in enumerate(held, 1)}


def _less(one: float | None, two: float | None) -> float | None:
    return None if one is None or two is None else one - two
