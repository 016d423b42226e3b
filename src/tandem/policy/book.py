"""What was told of counts, so that two of them never tell a small group apart.

Who may count but not see people could ask for an audience and then for the same without one person: the difference
is that person. So for each count that is told the book keeps a sketch of who was counted. A set that differs from an
earlier one by fewer than the smallest group, or not at all, is told the earlier number; so of any two numbers that
differ, the sets differ by a whole group at least. Three numbers tell a small group as well (everybody, the loyal and
the not loyal tell who is neither), so of a set that leaves one with two of the latest 200 only "at least" is told. The
book is chosen over a budget of questions because it costs
honest work nothing, and over rounding because a rounded count still tips over at one person.

It lies in the ledger: pages and commands of all processes share it, and a restart forgets nothing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from sqlglot import exp

from tandem.engine import Engine
from tandem.engine import functions as f
from tandem.ledger import Ledger, Shelf, ToldCount
from tandem.policy.counts import AtLeast, Count, Shown, TooSmall, shown, shown_parts

CELLS = 2048
HALF = 32
CELL = np.dtype("<u4")
PAGES, PARTS = 2_000, 4_000
LASTS = timedelta(days=400)
"""So long nobody was told a count or one near it: then it is compared with nothing any more."""
TOLD_AGAIN = timedelta(days=30)
THREES = 200
"""Of how many of the latest pages two by two are compared with a set: 20,000 pairs take about 0.05 s."""
PERSON = "person_id"


@dataclass(frozen=True, eq=False)
class Sketch:
    """A set of people in 2,048 cells of 32 bits: the ids in each, halved and combined by XOR.

    Sets that differ by fewer than n people differ in fewer than n cells, whatever they are. The other way round a
    difference of n people shows in about n cells while n is small beside the cells, else in fewer: then the older
    number stands for longer than it must. That a cell is alike by chance is one case in 4,294,967,296.
    """

    cells: np.ndarray
    people: int

    def without(self, parts: Sequence["Sketch"]) -> "Sketch":
        """The rest of the set without disjoint parts of it."""
        cells = self.cells.copy()
        for part in parts:
            cells ^= part.cells
        return Sketch(cells, self.people - sum(part.people for part in parts))

    def same(self, other: "Sketch") -> bool:
        """Whether it is of the very same people."""
        return bool((self.cells == other.cells).all())


Part = tuple[str, str, Sketch]
"""A part of a set: a code, a sentence, and who is in it."""

ToldPart = tuple[str, str, Shown]


@dataclass(frozen=True, eq=False)
class Page:
    """One count that was told. `number`: where it stands; None if it takes no page.

    `fresh`: this very set was counted for it, not one near it.
    """

    sketch: Sketch
    size: Shown
    number: int | None = None
    fresh: bool = True


class Book:
    """The counts that were told to those who may not see people, oldest first; shared by all of them.

    At most 2,000 are kept, and 4,000 rows about their parts: the oldest go first, and what nobody was told for 400 days
    by the `clock`. What was told before that is not compared any more.
    """

    def __init__(self, ledger: Ledger, clock: Callable[[], datetime], pages: int = PAGES) -> None:
        self._ledger, self._clock, self._most = ledger, clock, pages

    def size(self, sketch: Sketch, smallest_group: int) -> Page:
        """What is told of the set: its own number if it is far from all that was told, else that of the first near
        one. A set under the smallest group is told to be so, and takes no page; nor does one that with two others would
        tell a small group, of which nothing but its bound is told."""
        own = Page(sketch, shown(sketch.people, smallest_group))
        if sketch.people < smallest_group:
            return own
        while True:
            newest = self._ledger.newest_told()
            found = self._near_page(sketch, smallest_group)
            if found is not None:
                return found
            latest = [_sketch(one) for one in self._ledger.latest_told(THREES)]
            if _tells_with_two(latest, sketch, smallest_group):
                return replace(own, size=AtLeast(smallest_group), fresh=False)
            number = self._add(newest, [ToldCount(sketch.people, _bytes(sketch), own.size)])
            if number is not None:
                return replace(own, number=number)

    def parts(
        self, page: Page, name: str, parts: Sequence[Part], smallest_group: int
    ) -> tuple[ToldPart, ...]:
        """What is told of disjoint parts that make up the set. Of a near set, what was told of that one.

        Nothing is told of any part where one is near a set that was told otherwise: what is left of the total would
        tell by how many they differ. What was told stands until every part that is another one is another by a group.
        """
        held = tuple((code, sentence, AtLeast(0)) for code, sentence, _ in parts)
        large = [one for _, _, one in parts if one.people >= smallest_group]
        while True:
            newest = self._ledger.newest_told()
            before = [] if page.number is None else self._ledger.told_parts(page.number, name)
            told = _last_told(before)
            if told is not None and (not page.fresh or _stands(before, large, smallest_group)):
                return told
            if not page.fresh or self._near_others(page, large, smallest_group):
                return held
            numbers = shown_parts([one.people for _, _, one in parts], smallest_group)
            found = tuple((code, said, it) for (code, said, _), it in zip(parts, numbers, strict=True))
            if page.number is None or self._add(newest, _rows(page, name, found, large)) is not None:
                return found

    def _near_page(self, sketch: Sketch, smallest_group: int) -> Page | None:
        known = self._ledger.told_like([_sizes(sketch, smallest_group)], parts=False)
        near = _near([_sketch(one) for one in known], sketch, smallest_group)
        if near is None:
            return None
        row = known[near]
        now = self._clock()
        if row.at is not None and now - row.at > TOLD_AGAIN:
            self._ledger.tell_again(row.number, now)
        theirs = _sketch(row)
        return Page(theirs, _shown(row.told), row.number, fresh=theirs.same(sketch))

    def _near_others(self, page: Page, large: Sequence[Sketch], smallest_group: int) -> bool:
        sizes = [_sizes(one, smallest_group) for one in large]
        known = self._ledger.told_like(sizes, parts=True)
        others = [_sketch(row) for row in known if page.number not in (row.number, row.page)]
        return any(_near(others, one, smallest_group) is not None for one in large)

    def _add(self, newest: int, rows: Sequence[ToldCount]) -> int | None:
        now = self._clock()
        return self._ledger.add_told(newest, rows, now, Shelf(self._most, PARTS, now - LASTS))


def strike(ledger: Ledger, people: Sequence[int]) -> int:
    """Empty every cell in which one of these people stands alone; how many rows changed.

    A cell with others is the digest of a group, and says of no single person that they are in it.
    """
    at, alone = np.array([one % CELLS for one in people], dtype=np.int64), halved(np.array(people, np.int64))
    changed = 0
    for rows in ledger.told_cells():
        every = np.stack([_sketch(row).cells for row in rows])
        hit = (every[:, at] == alone) & (alone != 0)
        new: dict[int, bytes] = {}
        for place in np.flatnonzero(hit.any(axis=1)):
            every[place, at[hit[place]]] = 0
            new[rows[place].number] = every[place].tobytes()
        if new:
            ledger.put_cells(new)
        changed += len(new)
    return changed


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
        one.cells[at] = (ids ^ (ids >> HALF)) & 0xFFFFFFFF
        found[name] = replace(one, people=one.people + many)
    return found


def halved(ids: np.ndarray) -> np.ndarray:
    """Ids of 64 bits in 32: both halves combined. What is combined before and after is the same."""
    found: np.ndarray = ((ids ^ (ids >> HALF)) & 0xFFFFFFFF).astype(CELL)
    return found


def _nobody() -> Sketch:
    return Sketch(np.zeros(CELLS, dtype=CELL), 0)


def _bytes(one: Sketch) -> bytes:
    return one.cells.astype(CELL).tobytes()


def _sketch(row: ToldCount) -> Sketch:
    return Sketch(np.frombuffer(row.cells or b"", dtype=CELL), row.people)


def _rows(page: Page, name: str, told: Sequence[ToldPart], large: Sequence[Sketch]) -> list[ToldCount]:
    """A division as it was told, and behind it each part whose number may have been told."""
    said = [[code, sentence, people.to_dict()] for code, sentence, people in told]
    parts = [ToldCount(one.people, _bytes(one), None, page.number, name) for one in large]
    return [ToldCount(page.sketch.people, None, said, page.number, name), *parts]


def _shown(told: Any) -> Shown:
    match told:
        case {"people": int(people)}:
            return Count(people)
        case {"fewer_than": int(people)}:
            return TooSmall(people)
        case {"at_least": int(people)}:
            return AtLeast(people)
    raise ValueError(f"no count that was told: {told!r}")


def _last_told(before: Sequence[ToldCount]) -> tuple[ToldPart, ...] | None:
    last = next((one for one in reversed(before) if one.cells is None), None)
    return None if last is None else tuple((code, said, _shown(it)) for code, said, it in last.told)


def _stands(before: Sequence[ToldCount], large: Sequence[Sketch], smallest_group: int) -> bool:
    """Whether what was told of the parts is told again: they are the same, or one differs by less than a group from
    one that was told."""
    known = [_sketch(one) for one in before if one.cells is not None]
    last = max((one.number for one in before if one.cells is None), default=0)
    newest = [_sketch(one) for one in before if one.cells is not None and one.number > last]
    if len(newest) == len(large) and all(any(one.same(it) for it in newest) for one in large):
        return True
    moved = [one for one in large if not any(one.same(it) for it in known)]
    return any(_near(known, one, smallest_group) is not None for one in moved)


def _sizes(one: Sketch, smallest_group: int) -> tuple[int, int]:
    """Sets of other sizes differ by a group for that alone."""
    return one.people - smallest_group + 1, one.people + smallest_group - 1


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
