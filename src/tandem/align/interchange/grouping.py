"""Telling the sides of a survey that did not come from here: which variable says it, and which answer means whom."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from tandem.align.codebook import Choice, Codebook, Kind, Variable
from tandem.align.interchange.deriving import name_of
from tandem.align.interchange.problems import BAD_GROUP
from tandem.align.responses import Responses
from tandem.kernel import Problems


def grouped(responses: Responses, variable: str, names: Mapping[str, str]) -> Responses:
    """The same answers with `variable` as the one that tells the side; `names`: its code or label -> group.

    Answers that no group is given for keep their label. Of a text variable, each text becomes a choice. Raises
    ALN-311 if there is no such variable or answer, or two answers would be one group.
    """
    codebook = responses.codebook
    name = variable if variable in codebook else name_of(variable)
    if name not in codebook:
        known = [one.name for one in codebook.variables if one.kind in (Kind.SINGLE, Kind.OPEN)]
        raise Problems(BAD_GROUP(f"there is no variable `{variable}`", found=variable, alternatives=known))
    if codebook[name].kind is Kind.OPEN:
        responses = _of_texts(responses, name)
        codebook = responses.codebook
    about = codebook[name]
    if about.kind is not Kind.SINGLE:
        sentence = f"{name} is {about.kind}, and only a single choice tells the side"
        raise Problems(BAD_GROUP(sentence, found=str(about.kind), expected="single"))
    wanted = {_code(about, key): group for key, group in names.items()}
    choices = tuple(replace(one, label=wanted.get(one.code, one.label)) for one in about.choices)
    told = replace(about, choices=choices)
    variables = tuple(told if one.name == name else one for one in codebook.variables)
    try:
        return replace(responses, codebook=replace(codebook, variables=variables, group=name))
    except ValueError as error:
        raise Problems(
            BAD_GROUP(str(error), found=", ".join(f"{key}={one}" for key, one in names.items()))
        ) from None


def _code(variable: Variable, key: str) -> int:
    """The code of an answer, named by code or label."""
    for choice in variable.choices:
        if key.strip() == str(choice.code) or key.strip().casefold() == choice.label.casefold():
            return choice.code
    known = [f"{choice.code} {choice.label}" for choice in variable.choices]
    raise Problems(BAD_GROUP(f"{variable.name} has no answer `{key}`", found=key, alternatives=known))


def _of_texts(responses: Responses, name: str) -> Responses:
    """A text variable as a single choice of the texts that occur, in order."""
    column = responses.columns[name].tolist()
    texts = sorted({text for text in column if text is not None})
    codes = {text: float(code) for code, text in enumerate(texts, start=1)}
    if not texts:
        raise Problems(BAD_GROUP(f"{name} is empty in every row", found=name))
    coded = np.array([codes.get(text, np.nan) for text in column], dtype=np.float64)
    choices = tuple(Choice(int(code), text) for text, code in codes.items())
    variables = tuple(
        replace(one, kind=Kind.SINGLE, choices=choices) if one.name == name else one
        for one in responses.codebook.variables
    )
    book = Codebook(responses.codebook.name, responses.codebook.title, variables, responses.codebook.group)
    return Responses(book, {**responses.columns, name: coded}, responses.weight)
