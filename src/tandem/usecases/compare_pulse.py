"""The published two-group figures of a study, gap by gap. The seed of a company's own pulse."""

from tandem.align import Comparison, compare
from tandem.align.compare import ASSUMPTIONS
from tandem.align.problems import UNKNOWN_QUESTION
from tandem.kernel import Problems

__all__ = ["ASSUMPTIONS", "Comparison", "compare_published"]


def compare_published(wave: str, question: str | None = None) -> list[Comparison]:
    """One row per item of a wave, or of one question of it. Raises Problems for an unknown wave or question."""
    rows = compare(wave)
    if question is None:
        return rows
    wanted = question.upper()
    found = [row for row in rows if row.question_id.upper() == wanted]
    if not found:
        known = tuple({row.question_id for row in rows})
        sentence = f"the wave {wave} has no question `{question}`"
        raise Problems(UNKNOWN_QUESTION(sentence, found=wanted, alternatives=known))
    return found
