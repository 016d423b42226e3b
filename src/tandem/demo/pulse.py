"""Answers of the demo company's marketing and IT people to a survey, with the gaps and false beliefs of the truth."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from tandem.charter.definitions.instruments import (
    DONT_KNOW,
    Filter,
    Form,
    Instrument,
    Mirror,
    Question,
    QuestionType,
    Row,
)
from tandem.demo.pulse_truth import (
    BANDS,
    BELIEFS,
    GAPS,
    IDEAS,
    LEVELS,
    PEOPLE,
    SIDES,
    FalseBelief,
    PlantedGap,
)

Numbers: TypeAlias = NDArray[np.float64]
Columns: TypeAlias = dict[str, NDArray[Any]]
UNSURE = 0.02
WROTE = 0.3
MOST_TICKS = 4.5
# How those who choose 4 or 5, and those who do not, spread over the points.
TOP, REST = (0.7, 0.3), (0.18, 0.36, 0.46)
KNOWN = (QuestionType.SINGLE, QuestionType.FIVE, QuestionType.MULTIPLE)


@dataclass(frozen=True)
class Item:
    """One variable of the instrument as it is answered: a question, or a row of a matrix."""

    question: Question
    row: Row | None

    @property
    def name(self) -> str:
        """The variable: QUESTION, or QUESTION_ROW."""
        return f"{self.question.question}_{self.row.row}" if self.row else self.question.question

    @property
    def kind(self) -> QuestionType:
        """single, five, multiple, rank, numeric or open."""
        if self.question.type is not QuestionType.MATRIX:
            return self.question.type
        return QuestionType.FIVE if self.question.scale else QuestionType.SINGLE

    @cached_property
    def codes(self) -> tuple[int, ...]:
        """The answers that people give: none that is missing, goes with no other, or ends the survey."""
        if self.kind is QuestionType.FIVE:
            return (1, 2, 3, 4, 5)
        options = self.question.options
        return tuple(one.code for one in options if not (one.missing or one.exclusive or one.screen_out))

    @property
    def unsure(self) -> int | None:
        """The code of "don't know", if there is one."""
        if self.kind is QuestionType.FIVE:
            return DONT_KNOW
        return next((one.code for one in self.question.options if one.missing and not one.screen_out), None)

    @property
    def sides(self) -> tuple[str, ...]:
        """Who is asked."""
        of = (self.row.of if self.row and self.row.of else self.question.of) or SIDES
        return tuple(side for side in SIDES if side in of)

    @property
    def about(self) -> str | None:
        """The variable that is guessed."""
        if self.question.mirror is not Mirror.META or not self.question.about:
            return None
        return f"{self.question.about}_{self.row.row}" if self.row else self.question.about


@dataclass(frozen=True)
class World:
    """What is true of the two sides: the instrument, the form that is asked, gaps and false beliefs."""

    instrument: Instrument
    form: Form | None = None
    gaps: tuple[PlantedGap, ...] = GAPS
    levels: tuple[PlantedGap, ...] = LEVELS
    beliefs: tuple[FalseBelief, ...] = BELIEFS

    @cached_property
    def items(self) -> tuple[Item, ...]:
        """Every variable that is asked, in order."""
        return tuple(self._items())

    def share(self, variable: str, side: str, code: int | None) -> float:
        """The true share of those who answer: with `code`, or of five points with 4 or 5. KeyError if it has none."""
        item = self._by_name[variable]
        if item.kind not in KNOWN:
            raise KeyError(f"{variable} has no share that is known beforehand")
        chances = self.chances(item, side)
        if item.kind is QuestionType.FIVE:
            return float(chances[3:].sum())
        return float(chances[item.codes.index(code)]) if code in item.codes else 0.0

    def chances(self, item: Item, side: str) -> Numbers:
        """(codes,): chance of each answer. They sum to 1 but for a multiple choice, where each is a tick's."""
        about = self._by_name.get(item.about or "")
        if about is None:
            found = _usual(item)
            set_at = {
                one.code: one.of(side) for one in (*self.gaps, *self.levels) if one.variable == item.name
            }
        else:
            found = self.chances(about, next(other for other in SIDES if other != side))
            wrong = [one for one in self.beliefs if (one.variable, one.side) == (item.name, side)]
            set_at = {one.code: one.guess for one in wrong}
        return _with(item, found, set_at)

    @cached_property
    def _by_name(self) -> Mapping[str, Item]:
        return {item.name: item for item in self.items}

    def _items(self) -> Iterator[Item]:
        for question in self.instrument.questions:
            if self.form and question.question not in self.form.questions:
                continue
            kept = self.form.rows.get(question.question) if self.form else None
            if question.type is QuestionType.MATRIX:
                yield from (Item(question, row) for row in question.rows if kept is None or row.row in kept)
            else:
                yield Item(question, None)


def pulse_columns(world: World, rng: np.random.Generator, people: Mapping[str, int] | None = None) -> Columns:
    """Answers by column, a row for each person, marketing first: NAME, or NAME__CODE for ticks (1, 0) and places.

    NaN (None where text is written) is not asked or not answered. `people`: how many of each side.
    """
    counts = people or PEOPLE
    parts = [_side(world, side, counts[side], rng) for side in SIDES]
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def pulse_answers(
    world: World, rng: np.random.Generator, people: Mapping[str, int] | None = None
) -> list[dict[str, object]]:
    """The same as each person's answers by variable: code, list of codes, places by code, number or text."""
    columns = pulse_columns(world, rng, people)
    count = len(next(iter(columns.values())))
    answers: list[dict[str, object]] = [{} for _ in range(count)]
    for item in world.items:
        for row, answer in enumerate(_answers(item, columns)):
            if answer is not None:
                answers[row][item.name] = answer
    return answers


def _usual(item: Item) -> Numbers:
    """What both sides answer where nothing is planted: drawn once for each variable, always the same."""
    draw = np.random.default_rng(crc32(item.name.encode()))
    match item.kind:
        case QuestionType.FIVE:
            return _points(draw.uniform(0.3, 0.6))
        case QuestionType.MULTIPLE | QuestionType.RANK:
            ticks = draw.permutation(np.linspace(0.12, 0.5, len(item.codes)))
            most = min(MOST_TICKS, len(item.codes) / 2)
            return np.asarray(ticks * min(1.0, most / ticks.sum()))
        case QuestionType.SINGLE:
            return np.asarray(draw.dirichlet(np.full(len(item.codes), 6.0)))
        case _:
            return np.empty(0)


def _with(item: Item, chances: Numbers, set_at: Mapping[int | None, float]) -> Numbers:
    """The chances with some of them set; of a single choice the others keep their proportions."""
    if not set_at:
        return chances
    if item.kind is QuestionType.FIVE:
        return _points(set_at[None])
    found = chances.copy()
    at = [item.codes.index(code) for code in set_at if code is not None]
    found[at] = list(set_at.values())
    if item.kind is QuestionType.SINGLE:
        rest = np.setdiff1d(np.arange(len(found)), at)
        found[rest] *= (1 - found[at].sum()) / found[rest].sum()
    return found


def _points(top: float) -> Numbers:
    return np.array([*(share * (1 - top) for share in REST), *(share * top for share in TOP)])


def _side(world: World, side: str, count: int, rng: np.random.Generator) -> Columns:
    columns: Columns = {}
    for item in world.items:
        asked = np.full(count, side in item.sides)
        for condition in item.question.when:
            asked &= _holds(condition, columns, count)
        columns |= _drawn(world, item, side, asked, columns, rng)
    return columns


def _drawn(
    world: World, item: Item, side: str, asked: NDArray[np.bool_], columns: Columns, rng: np.random.Generator
) -> Columns:
    """The columns of one variable for the people of one side."""
    count = len(asked)
    match item.kind:
        case QuestionType.OPEN:
            wrote = asked & (rng.random(count) < WROTE) & (item.name in IDEAS)
            said = rng.choice(IDEAS.get(item.name, {side: ("",)})[side], count)
            told = [str(words) if wrote[row] else None for row, words in enumerate(said)]
            return {item.name: np.array(told, dtype=object)}
        case QuestionType.NUMERIC:
            known = asked & (rng.random(count) < WROTE)
            return {item.name: np.where(known, _within(item, columns, rng.random(count)), np.nan)}
        case QuestionType.RANK:
            return _places(item, asked, columns, rng)
        case QuestionType.MULTIPLE:
            return _ticks(item, world.chances(item, side), asked, rng)
    options = {one.group: one.code for one in item.question.options if one.group}
    if options:
        return {item.name: np.full(count, float(options[next(one for one in options if one == side)]))}
    if item.question.attention is not None:
        return {item.name: np.where(asked, float(item.question.attention), np.nan)}
    chosen = rng.choice(np.array(item.codes, dtype=float), count, p=world.chances(item, side))
    if item.unsure is not None:
        chosen = np.where(rng.random(count) < UNSURE, float(item.unsure), chosen)
    return {item.name: np.where(asked, chosen, np.nan)}


def _within(item: Item, columns: Columns, place: Numbers) -> Numbers:
    """Whole numbers inside the bands that were chosen before; NaN where there is no band to be in."""
    source, bands = BANDS.get(item.name, ("", {}))
    found = np.full(len(place), np.nan)
    for code, (low, high) in bands.items():
        found = np.where(columns[source] == code, np.floor(low + 1 + place * (high - low)), found)
    return found


def _ticks(item: Item, chances: Numbers, asked: NDArray[np.bool_], rng: np.random.Generator) -> Columns:
    """Ticks with exactly these chances, and as many for each person as their sum, rounded down or up.

    Systematic sampling (Madow 1949) in an order that is drawn anew for each person.
    """
    count, size = len(asked), len(item.codes)
    order = rng.random((count, size)).argsort(axis=1)
    ends = np.cumsum(chances[order], axis=1) - rng.random((count, 1))
    starts = np.concatenate([ends[:, :1] - chances[order[:, :1]], ends[:, :-1]], axis=1)
    ticked = np.empty((count, size))
    np.put_along_axis(ticked, order, np.floor(ends) - np.floor(starts), axis=1)
    unsure = rng.random(count) < (UNSURE if item.unsure is not None else 0.0)
    ticked[unsure] = 0.0
    found = {f"{item.name}__{one.code}": np.where(asked, 0.0, np.nan) for one in item.question.options}
    for place, code in enumerate(item.codes):
        found[f"{item.name}__{code}"] = np.where(asked, ticked[:, place], np.nan)
    if item.unsure is not None:
        found[f"{item.name}__{item.unsure}"] = np.where(asked, unsure * 1.0, np.nan)
    return found


def _places(item: Item, asked: NDArray[np.bool_], columns: Columns, rng: np.random.Generator) -> Columns:
    """Places among what was ticked (or among all), the usual ones in front more often, no more than are asked for."""
    count = len(asked)
    source = item.question.chosen_in
    liked = np.log(_usual(item)) + rng.gumbel(size=(count, len(item.codes)))
    if source:
        ticked = np.column_stack([columns[f"{source}__{code}"] for code in item.codes])
        liked = np.where(ticked == 1.0, liked, -np.inf)
    places = (-liked).argsort(axis=1).argsort(axis=1) + 1.0
    kept = asked[:, None] & np.isfinite(liked) & (places <= (item.question.top or len(item.codes)))
    found = {f"{item.name}__{one.code}": np.full(count, np.nan) for one in item.question.options}
    for place, code in enumerate(item.codes):
        found[f"{item.name}__{code}"] = np.where(kept[:, place], places[:, place], np.nan)
    return found


def _holds(condition: Filter, columns: Columns, count: int) -> NDArray[np.bool_]:
    """Whether the condition on an earlier answer holds; without an answer it does not."""
    name = condition.question
    if name in columns:
        given = columns[name]
        there = ~np.isnan(given)
        chosen = {code: given == code for code in (*condition.codes, *condition.but)}
    else:
        ticks = [column for column in columns if column.startswith(f"{name}__")]
        there = ~np.isnan(columns[ticks[0]]) if ticks else np.zeros(count, dtype=bool)
        chosen = {code: columns[f"{name}__{code}"] == 1.0 for code in (*condition.codes, *condition.but)}
    fits = np.any([chosen[code] for code in condition.codes], axis=0) if condition.codes else True
    not_fits = np.any([chosen[code] for code in condition.but], axis=0) if condition.but else False
    return np.asarray(there & fits & ~np.asarray(not_fits))


def _answers(item: Item, columns: Columns) -> Sequence[object]:
    """One answer of each person to one variable; None for no answer."""
    codes = [one.code for one in item.question.options]
    match item.kind:
        case QuestionType.OPEN:
            return list(columns[item.name])
        case QuestionType.MULTIPLE:
            rows = np.column_stack([columns[f"{item.name}__{code}"] for code in codes])
            return [
                None if np.isnan(row[0]) else [code for code, tick in zip(codes, row, strict=True) if tick]
                for row in rows
            ]
        case QuestionType.RANK:
            rows = np.column_stack([columns[f"{item.name}__{code}"] for code in codes])
            placed = (
                {str(code): int(at) for code, at in zip(codes, row, strict=True) if at == at} for row in rows
            )
            return [places or None for places in placed]
        case _:
            return [None if value != value else int(value) for value in columns[item.name]]
