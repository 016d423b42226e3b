"""How long something shall last, as people type it: 12h, 7d, 2 weeks."""

import re
from datetime import timedelta

from tandem.kernel import Problems
from tandem.usecases.problems import BAD_LASTING

SPELT = re.compile(r"(\d{1,5})\s*(h|hours?|d|days?|w|weeks?)")
UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}


def lasting(text: str) -> timedelta:
    """The length that a text says. Raises RUN-094 for one that says none."""
    found = SPELT.fullmatch(text.strip().lower())
    if found is None or not found[1].isascii() or int(found[1]) == 0:
        raise Problems(BAD_LASTING("this is no length of time", found=text[:40] or "nothing"))
    return int(found[1]) * UNITS[found[2][0]]
