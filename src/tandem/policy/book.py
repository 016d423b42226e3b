"""What was told of counts, so that two of them never tell a small group apart.

Who may count but not see people could ask for an audience and then for the same without one person: the difference
is that person. So for each count that is told the book keeps a sketch of who was counted. A set that differs from an
earlier one by fewer than the smallest group, or not at all, is told the earlier number; so of any two numbers that
differ, the sets differ by a whole group at least. Three numbers tell a small group as well (everybody, the loyal and
the not loyal tell who is neither), so of a set that leaves one with two of the latest 200 only "at least" is told. The
book is chosen over a budget of questions because it costs
honest work nothing, and over rounding because a rounded count still tips over at one person.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from sqlglot import exp

from tandem.engine import Engine
from tandem.engine import functions as f
from tandem.policy.counts import AtLeast, Shown, shown, shown_parts

CELLS = 2048
PAGES = 2000
THREES = 200
"""Of how many of the latest pages two by two are compared with a set: 20,000 pairs take about 0.1 s."""
PERSON = "person_id"


@dataclass(frozen=True, eq=False)
class Sketch:
    """A set of people in 2,048 cells: the ids in each, combined by XOR.

    Sets that differ by fewer than n people differ in fewer than n cells, whatever they are. The other way round a
    difference of n people shows in about n cells while n is small beside the cells, else in fewer: then the older
    number stands for longer than it must.
    """

    cells: np.ndarray
    people: int

    def without(self, parts: Sequence["Sketch"]) -> "Sketch":
        """The rest of the set without disjoint parts of it."""
        cells = self.cells.copy()
        for part in parts:
            cells ^= part.cells
        return Sketch(cells, self.people - sum(part.people for part in parts))


Part = tuple[str, str, Sketch]
"""A part of a set: a code, a sentence, and who is in it."""

ToldPart = tuple[str, str, Shown]


@dataclass(frozen=True, eq=False)
class Page:
    """One count that was told, and by the name of what it was divided for, what was told of its parts.

    `fresh`: this very set was counted for it, not one near it.
    """

    sketch: Sketch
    size: Shown
    parts: dict[str, tuple[ToldPart, ...]] = field(default_factory=dict)
    fresh: bool = True


class Book:
    """The counts that were told to those who may not see people, oldest first; shared by all of them.

    At most 2,000 are kept and the oldest go first; what was told before that is not compared any more. It lives as
    long as the process that serves the pages.
    """

    def __init__(self, pages: int = PAGES) -> None:
        self._most = pages
        self._pages: list[Page] = []
        self._parts: list[tuple[Page, Sketch]] = []
        self._lock = threading.Lock()

    def size(self, sketch: Sketch, smallest_group: int) -> Page:
        """What is told of the set: its own number if it is far from all that was told, else that of the first near
        one. A set under the smallest group is told to be so, and takes no page; nor does one that with two others would
        tell a small group, of which nothing but its bound is told."""
        with self._lock:
            own = Page(sketch, shown(sketch.people, smallest_group))
            if sketch.people < smallest_group:
                return own
            near = _near([page.sketch for page in self._pages], sketch, smallest_group)
            if near is not None:
                return replace(self._pages[near], fresh=False)
            if _tells_with_two([page.sketch for page in self._pages[-THREES:]], sketch, smallest_group):
                return replace(own, size=AtLeast(smallest_group), fresh=False)
            self._pages = [*self._pages, own][-self._most :]
            return own

    def parts(
        self, page: Page, name: str, parts: Sequence[Part], smallest_group: int
    ) -> tuple[ToldPart, ...]:
        """What is told of disjoint parts that make up the set. Of a near set, what was told of that one.

        Nothing is told of any part where one is near a set that was told otherwise: what is left of the total would
        tell by how many they differ.
        """
        with self._lock:
            if name in page.parts:
                return page.parts[name]
            held = tuple((code, sentence, AtLeast(0)) for code, sentence, _ in parts)
            if not page.fresh:
                return held
            large = [one for _, _, one in parts if one.people >= smallest_group]
            known = [one for of, one in self._parts if of is not page]
            known += [other.sketch for other in self._pages if other is not page]
            if any(_near(known, one, smallest_group) is not None for one in large):
                page.parts[name] = held
                return held
            told = shown_parts([one.people for _, _, one in parts], smallest_group)
            found = tuple((code, sentence, it) for (code, sentence, _), it in zip(parts, told, strict=True))
            self._parts = [*self._parts, *((page, one) for one in large)][-2 * self._most :]
            page.parts[name] = found
            return found


def sketch(engine: Engine, people: exp.Query) -> Sketch:
    """The sketch of a query of people (column `person_id`, each once)."""
    return sketches(engine, people, None).get("", _nobody())


def sketches(engine: Engine, people: exp.Query, by: str | None) -> dict[str, Sketch]:
    """The sketches of the parts of a query of people, by the column that tells them apart."""
    person = exp.column(PERSON, "s")
    cell = exp.Mod(this=person.copy(), expression=f.value(CELLS))
    part = f.value("") if by is None else exp.column(by, "s")
    cells = exp.select(part.as_("part"), cell.as_("cell"), person.as_(PERSON)).from_(people.subquery("s"))
    combined = exp.BitwiseXorAgg(this=exp.column(PERSON, "c"))
    columns = [exp.column(name, "c") for name in ("part", "cell")]
    query = exp.select(*columns, combined, exp.Count(this=exp.Star())).from_(cells.subquery("c"))
    found: dict[str, Sketch] = {}
    for name, at, ids, many in engine.rows(query.group_by(*(column.copy() for column in columns))):
        one = found.get(name, _nobody())
        one.cells[at] = ids
        found[name] = replace(one, people=one.people + many)
    return found


def _nobody() -> Sketch:
    return Sketch(np.zeros(CELLS, dtype=np.int64), 0)


def _near(known: Sequence[Sketch], one: Sketch, smallest_group: int) -> int | None:
    if not known:
        return None
    differing = np.count_nonzero(np.stack([other.cells for other in known]) != one.cells, axis=1)
    near = np.flatnonzero(differing < smallest_group)
    return int(near[0]) if len(near) else None


def _tells_with_two(known: Sequence[Sketch], one: Sketch, smallest_group: int) -> bool:
    """Whether those who are in an odd number of the set and two known ones are few, but somebody."""
    if len(known) < 2:
        return False
    cells = np.stack([other.cells for other in known])
    for number in range(len(known) - 1):
        odd = np.count_nonzero(cells[number + 1 :] != (cells[number] ^ one.cells), axis=1)
        if bool(np.any((odd > 0) & (odd < smallest_group))):
            return True
    return False
