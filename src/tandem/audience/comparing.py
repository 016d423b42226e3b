"""Comparing a value: as SQL on both engines, and in English. Policy's row rules mean the same by the same words."""

from tandem.policy.comparing import certain, compare
from tandem.policy.wording import day_word, said

__all__ = ["certain", "compare", "day_word", "said"]
