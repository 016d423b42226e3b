"""How long work tells what it is doing."""

from collections.abc import Callable

Told = Callable[[str, int, int], None]
"""Called with (step in words, done, total); total 0 means that it is not known."""


def silent(step: str, done: int, total: int) -> None:
    """Says nothing."""


class Cancelled(Exception):  # noqa: N818 - the word of the house; it is no error
    """Raised by a Told when somebody asked to stop. What was committed stays; the next run goes on from there."""
