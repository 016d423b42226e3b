"""The published two-group figures of a study, gap by gap. The seed of a company's own pulse."""

from tandem.align import Comparison, compare
from tandem.align.compare import ASSUMPTIONS

__all__ = ["ASSUMPTIONS", "Comparison", "compare_published"]


def compare_published(wave: str, question: str | None = None) -> list[Comparison]:
    """One row per item of a wave, or of one question of it. Raises Problems for an unknown wave."""
    rows = compare(wave)
    return [row for row in rows if question is None or row.question_id == question.upper()]
