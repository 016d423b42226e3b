"""Ranking the joint priorities, for the own side and as the other side would; and how far apart the sides are."""

from collections.abc import Mapping
from dataclasses import dataclass

from tandem.align import priorities as stats
from tandem.align.agenda_problems import BAD_RANKING, NO_AGENDA
from tandem.align.priorities import Ranked, Standing
from tandem.charter import Charter
from tandem.charter.definitions import Priority
from tandem.kernel import Missing, Problem, Problems
from tandem.ledger import Ledger
from tandem.usecases.sides import RANKS, Desk

ABOUT = ("own", "other")


@dataclass(frozen=True)
class PrioritySeen:
    """A joint priority with where the sides place it."""

    priority: Priority
    standing: Standing


@dataclass(frozen=True)
class Ranks:
    """All priorities, how many people of each side ranked, and what this person said last: own and other."""

    priorities: tuple[PrioritySeen, ...]
    people: Mapping[tuple[str, str], int]
    mine: Mapping[str, Mapping[str, int]]


def rank(desk: Desk, charter: Charter, places: Mapping[str, Mapping[str, int]]) -> None:
    """Keep a person's rankings, by what they are about (own, other): all that is given, or none of it.

    Raises ALN-401 for who is on neither side, ALN-407, ALN-408.
    """
    desk.needs(RANKS, "rank")
    assert desk.function is not None
    known = [one.priority for one in charter.agenda.priorities] if charter.agenda else []
    if not known:
        raise Missing(NO_AGENDA("there are no joint priorities to rank"))
    given = {about: held for about, held in places.items() if held} or {"own": {}}
    problems = [found for about, held in given.items() for found in _problems(about, held, known)]
    if problems:
        raise Problems(problems)
    for about, held in given.items():
        desk.ledger.add_ranking(desk.actor, desk.function, about, held, desk.now)
        desk.note("rank", about=about, priorities=len(held))


def see_ranks(ledger: Ledger, charter: Charter, name: str) -> Ranks:
    """The priorities of this charter with what both sides say, and what the person of that name said."""
    held = charter.agenda.priorities if charter.agenda else ()
    found = ledger.rankings()
    ranked = [Ranked(one.function, one.about, one.places) for one in found]
    told = stats.standings([one.priority for one in held], ranked)
    mine = {one.about: one.places for one in found if one.actor.name == name}
    rows = tuple(PrioritySeen(one, standing) for one, standing in zip(held, told, strict=True))
    return Ranks(rows, stats.people(ranked), mine)


def _problems(about: str, places: Mapping[str, int], known: list[str]) -> list[Problem]:
    found: list[Problem] = []
    if about not in ABOUT:
        found.append(BAD_RANKING("say for whom you rank", found=about[:40], alternatives=ABOUT))
    found += [
        BAD_RANKING(f"`{name[:60]}` is no priority", found=name[:60], alternatives=known)
        for name in places
        if name not in known
    ]
    if not places:
        found.append(BAD_RANKING("nothing is ranked", found="no place"))
    if sorted(places.values()) != list(range(1, len(places) + 1)):
        shown = ", ".join(str(one) for one in sorted(places.values()))
        expected = ", ".join(str(one) for one in range(1, len(places) + 1))
        found.append(
            BAD_RANKING("two have the same place, or a place is left out", found=shown, expected=expected)
        )
    return found
