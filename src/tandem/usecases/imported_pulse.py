"""A pulse that was brought in from a file with a codebook of its own: what was asked, and whom a row speaks for.

Its definition is the text of the codebook, where that of a pulse run here is the text of its instrument.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np

from tandem.align.codebook import Codebook
from tandem.align.interchange import read_book
from tandem.align.responses import Responses, from_answers
from tandem.charter.definitions.instruments import Instrument
from tandem.ledger import Pulse

FROM_A_FILE = "from a file"
"""Stands as the instrument of such a pulse; no instrument can be called so."""
WEIGHT = "weight"
"""Holds the weight of an answer that has one; no variable can be called so."""
SMALLEST_GROUP = 5


def is_imported(pulse: Pulse) -> bool:
    """Whether the pulse has a codebook of its own in place of an instrument."""
    return pulse.instrument == FROM_A_FILE


def imported_codebook(pulse: Pulse) -> Codebook:
    """What was asked, as it was when the file was brought in."""
    return _read(pulse.definition)


def bare_instrument(pulse: Pulse) -> Instrument:
    """What can be said of such a pulse in place of an instrument: title, smallest group, who tells the side."""
    codebook = imported_codebook(pulse)
    return Instrument(
        name="imported",
        title=codebook.title or codebook.name,
        minutes=1,
        smallest_group=SMALLEST_GROUP,
        group_question=codebook.group,
        blocks={},
        questions=(),
    )


def weighed_answers(codebook: Codebook, answers: Sequence[Mapping[str, object]]) -> Responses:
    """Stored answers as columns, each with its weight, 1 where none is kept. Raises ValueError as `from_answers`."""
    weights = [one.get(WEIGHT, 1.0) for one in answers]
    bare = [{name: answer for name, answer in one.items() if name != WEIGHT} for one in answers]
    return from_answers(codebook, bare, np.array(weights, dtype=np.float64))


@lru_cache(maxsize=16)
def _read(text: str) -> Codebook:
    return read_book("codebook", text).codebook
