"""The published two-group figures of a study, question by question, with all that can honestly be said of them."""

from tandem.align.compare import ASSUMPTIONS, Comparison, Kind
from tandem.align.figures import PublishedQuestion, figures
from tandem.align.problems import UNKNOWN_QUESTION
from tandem.align.published import Statistic, waves
from tandem.kernel import Problems

__all__ = [
    "ASSUMPTIONS",
    "Comparison",
    "Kind",
    "PublishedQuestion",
    "Statistic",
    "compare_published",
    "waves",
]


def compare_published(wave: str, question: str | None = None) -> tuple[PublishedQuestion, ...]:
    """Every question of a wave, or one of them: items with gap, interval and adjusted p, scale, lists, conflicts.

    Raises Problems for an unknown wave or question.
    """
    every = figures(wave)
    if question is None:
        return every
    wanted = question.upper()
    found = tuple(one for one in every if one.id.upper() == wanted)
    if not found:
        known = tuple(one.id for one in every)
        sentence = f"the wave {wave} has no question `{question}`"
        raise Problems(UNKNOWN_QUESTION(sentence, found=wanted, alternatives=known))
    return found
