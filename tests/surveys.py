"""Random codebooks with random answers to them, for what must hold of every survey."""

import json
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import strategies as st

from tandem.align.codebook import Choice, Codebook, Kind, Variable
from tandem.align.interchange.sav_child import told
from tandem.align.responses import Responses, from_answers

LETTERS = st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Cn", "Co", "Zl", "Zp"))
LABEL = st.text(LETTERS, max_size=20).map(lambda text: " ".join(text.split()) or "label")
FORMULAS = [
    "=1+1",
    "'=1+1",
    "-3",
    "+49 30 123",
    "@cmd",
    "'quoted",
    "''=x",
    "＝x",
    "-2+3",
    "a,b;c",
    'say "yes"',
    "two\nlines",
]
WRITTEN = st.one_of(st.sampled_from(FORMULAS), st.text(LETTERS, max_size=300)).map(
    lambda text: text.rstrip(" ") or "x"
)
NUMBERS = st.one_of(
    st.integers(-(10**6), 10**6), st.floats(-1e12, 1e12).filter(lambda x: not 0 < abs(x) < 1e-300)
)
SIDE = Variable(
    "SIDE", "SIDE", Kind.SINGLE, "Side", (Choice(1, "Marketing"), Choice(2, "IT"), Choice(3, "Other", True))
)


@st.composite
def variables(draw: st.DrawFn, name: str) -> Variable:
    """One variable of any kind; up to three of its choices are missing, never all."""
    kind = draw(st.sampled_from(Kind))
    codes: list[int] = []
    if kind is Kind.FIVE:
        codes = [1, 2, 3, 4, 5]
    elif kind is not Kind.OPEN and kind is not Kind.NUMERIC:
        least = -99 if kind is Kind.SINGLE else 0
        codes = draw(st.lists(st.integers(least, 150), min_size=2, max_size=6, unique=True))
    absent = draw(st.lists(st.integers(200, 220), max_size=3, unique=True)) if kind is not Kind.OPEN else []
    choices = [Choice(code, draw(LABEL)) for code in codes] + [
        Choice(code, draw(LABEL), True) for code in absent
    ]
    return Variable(
        name,
        draw(st.sampled_from([name, "GRID"])),
        kind,
        draw(LABEL),
        tuple(choices),
        draw(st.sampled_from([(), ("it",), ("marketing", "it")])),
        draw(st.sampled_from(["own", "swap", "meta"])),
        draw(st.sampled_from(["", "SIDE"])),
        draw(st.sampled_from(["", "priorities"])),
        draw(st.sampled_from(["", "f00d"])),
    )


@st.composite
def answers(draw: st.DrawFn, variable: Variable) -> object:
    """An answer to a variable, or None."""
    if draw(st.booleans()) and draw(st.booleans()):
        return None
    codes = st.sampled_from(variable.codes) if variable.codes else st.nothing()
    match variable.kind:
        case Kind.SINGLE | Kind.FIVE:
            return draw(codes)
        case Kind.MULTIPLE:
            return sorted(draw(st.sets(codes)), key=variable.codes.index)
        case Kind.RANK:
            return {
                f"{code}": draw(st.integers(1, len(variable.codes)))
                for code in draw(st.sets(codes, min_size=1))
            }
        case Kind.NUMERIC:
            return draw(codes | NUMBERS)
        case _:
            return draw(WRITTEN)


@st.composite
def surveys(draw: st.DrawFn) -> Responses:
    """A codebook of up to five variables beside the side, and up to six people who answered it."""
    told = [SIDE, *(draw(variables(f"Q{place}_A")) for place in range(draw(st.integers(0, 5))))]
    codebook = Codebook("pulse", draw(LABEL), tuple(told), "SIDE")
    rows = []
    for _ in range(draw(st.integers(1, 6))):
        given = {one.name: draw(answers(one)) for one in told}
        rows.append({name: answer for name, answer in given.items() if answer is not None})
    weight = draw(
        st.lists(st.sampled_from([0.0, 0.25, 1.0, 1.7, 1 / 3]), min_size=len(rows), max_size=len(rows))
    )
    return from_answers(codebook, rows, np.array(weight))


def same(first: Responses, second: Responses) -> bool:
    """Whether two surveys hold the same answers and weights, cell by cell."""
    columns = first.codebook.columns
    return (
        columns == second.codebook.columns
        and np.array_equal(first.weight, second.weight)
        and all(
            first.columns[name].tolist() == second.columns[name].tolist()
            if first.columns[name].dtype == object
            else np.array_equal(first.columns[name], second.columns[name], equal_nan=True)
            for name in columns
        )
    )


def in_this_process(file: Path) -> dict[str, Any]:
    """What a child would say of a .sav file, without starting one."""
    found: dict[str, Any] = json.loads(json.dumps(told(str(file))))
    return found
