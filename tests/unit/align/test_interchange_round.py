"""A survey goes into a file and comes out the same, whatever it asks and whatever was answered."""

import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from surveys import in_this_process, same, surveys

from tandem.align.codebook import Kind
from tandem.align.interchange import (
    FORMATS,
    Book,
    book_beside,
    read_book,
    read_survey,
    spss,
    write_book,
    write_survey,
)
from tandem.align.responses import Responses

NOW = datetime(2026, 3, 1, 8)
CALM = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.fixture(scope="module", autouse=True)
def _in_this_process() -> Iterator[None]:
    """A process for each of some hundred files would take a minute."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(spss, "in_a_child", in_this_process)
        yield


@given(survey=surveys())
@CALM
def test_a_codebook_file_holds_all_of_a_codebook(survey: Responses) -> None:
    book = Book(survey.codebook, {survey.codebook.columns[-1]: "äußere, Spalte"}, "W")
    assert read_book("x.yml", write_book(book)) == book


@pytest.mark.parametrize("kind", FORMATS)
@given(survey=surveys())
@CALM
def test_what_is_written_with_its_codebook_comes_back_the_same(kind: str, survey: Responses) -> None:
    with tempfile.TemporaryDirectory() as folder:
        (file, *_), _ = write_survey(survey, Path(folder), "pulse", kind, NOW)
        read = read_survey(file, book_beside(file))
    assert read.responses.codebook == survey.codebook
    assert same(read.responses, survey)


@pytest.mark.parametrize("kind", ["sav", "triple-s"])
@given(survey=surveys())
@CALM
def test_a_file_says_by_itself_what_its_format_can(kind: str, survey: Responses) -> None:
    """Labels, codes and answers of choices need no codebook; missing codes do in Triple-S, which has no word for it."""
    with tempfile.TemporaryDirectory() as folder:
        (file, *_), _ = write_survey(survey, Path(folder), "pulse", kind, NOW)
        read = read_survey(file).responses
    assert read.weight.tolist() == survey.weight.tolist()
    for variable in survey.codebook.variables:
        if variable.kind in (Kind.SINGLE, Kind.FIVE) or (
            variable.kind is Kind.MULTIPLE and 0 not in variable.codes
        ):
            told = read.codebook[variable.name]
            assert told.label == variable.label
            labels = {one.code: one.label for one in variable.choices}
            assert {one.code: one.label for one in told.choices} == labels
            assert [str(read.columns[name].tolist()) for name in variable.columns] == [
                str(survey.columns[name].tolist()) for name in variable.columns
            ]
            if kind == "sav" and variable.kind is not Kind.MULTIPLE:
                assert set(told.missing) == set(variable.missing)
