"""A survey of the two sides with gaps that were planted: what results are held against."""

import numpy as np

from tandem.align.codebook import Choice, Codebook, Kind, Variable
from tandem.align.responses import Responses, from_answers

YES_NO = (Choice(1, "Yes"), Choice(2, "No"), Choice(9, "Don't know", missing=True))
FIVE = (
    Choice(1, "Not at all"),
    Choice(2, "2"),
    Choice(3, "Half"),
    Choice(4, "4"),
    Choice(5, "Fully"),
    Choice(9, "Don't know", missing=True),
)
ITEMS = tuple(
    Choice(code, label)
    for code, label in enumerate(("Time", "=cmd|'/c calc'!A1", "Skills", "Money", "Goals"), start=1)
)
BOOK = Codebook(
    "mini",
    "How we work together",
    (
        Variable(
            "S_FUNCTION",
            "S_FUNCTION",
            Kind.SINGLE,
            "Your function",
            (Choice(1, "Marketing"), Choice(2, "IT")),
        ),
        Variable(
            "S_REGION",
            "S_REGION",
            Kind.SINGLE,
            "Region",
            (Choice(1, "Europe"), Choice(2, "Americas"), Choice(3, "Asia")),
        ),
        Variable("NEED", "NEED", Kind.SINGLE, "Do the two functions need to align?", YES_NO),
        Variable(
            "NEED_GUESS",
            "NEED_GUESS",
            Kind.SINGLE,
            "What would the other function say?",
            YES_NO,
            mirror="meta",
            about="NEED",
        ),
        Variable(
            "TRUST_PROMISES", "TRUST", Kind.FIVE, "The other function keeps its promises", FIVE, mirror="swap"
        ),
        Variable(
            "TRUST_OPEN", "TRUST", Kind.FIVE, "The other function shares its plans", FIVE, mirror="swap"
        ),
        Variable("OBSTACLES", "OBSTACLES", Kind.MULTIPLE, "What stands in the way?", ITEMS),
        Variable("PRIORITIES", "PRIORITIES", Kind.RANK, "What comes first?", ITEMS[:1] + ITEMS[2:]),
        Variable("BUDGET", "BUDGET", Kind.NUMERIC, "Share of budget for technology, %"),
        Variable(
            "ONLY_IT", "ONLY_IT", Kind.SINGLE, "Is marketing in the register?", YES_NO, asked_of=("it",)
        ),
        Variable("IDEAS", "IDEAS", Kind.OPEN, "What one change would help?"),
    ),
    group="S_FUNCTION",
)
NEED = {1: 0.55, 2: 0.85}
"""Planted share of yes by side."""


def survey(seed: int = 7, marketing: int = 80, it: int = 60, weighted: bool = False) -> Responses:
    """So many people of each side. Asia has three people of IT, who must never be told apart."""
    rng = np.random.default_rng(seed)
    answers = [_answers(rng, 1, place) for place in range(marketing)]
    answers += [_answers(rng, 2, place) for place in range(it)]
    weight = rng.uniform(0.5, 2.0, len(answers)) if weighted else None
    return from_answers(BOOK, answers, weight)


def _answers(rng: np.random.Generator, side: int, place: int) -> dict[str, object]:
    asia = place < (20 if side == 1 else 3)
    given: dict[str, object] = {
        "S_FUNCTION": side,
        "S_REGION": 3 if asia else 1 + place % 2,
        "NEED": 1 if rng.random() < NEED[side] else 2,
        "NEED_GUESS": 1 if rng.random() < (0.4 if side == 1 else 0.55) else 2,
        "TRUST_PROMISES": int(rng.choice([1, 2, 3, 4, 5], p=[0.1, 0.2, 0.3, 0.3, 0.1])),
        "TRUST_OPEN": 9 if rng.random() < 0.05 else int(rng.integers(1, 6)),
        "OBSTACLES": [code for code, p in zip(range(1, 6), _shares(side), strict=True) if rng.random() < p],
        "PRIORITIES": {code: at for at, code in enumerate(rng.permutation([1, 3, 4, 5]).tolist(), start=1)},
        "BUDGET": float(rng.normal(30 if side == 1 else 45, 8)),
        "IDEAS": "More lunches.",
    }
    return given | ({"ONLY_IT": 1 + int(rng.random() < 0.5)} if side == 2 else {})


def _shares(side: int) -> tuple[float, ...]:
    return (0.7, 0.5, 0.4, 0.3, 0.2) if side == 1 else (0.2, 0.5, 0.4, 0.3, 0.6)
