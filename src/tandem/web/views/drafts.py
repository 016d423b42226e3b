"""What stands in the files beside what is in force."""

from tandem.kernel import Problems
from tandem.usecases.edit_charter import Draft, opened
from tandem.web.asking import Ask


def readable(ask: Ask, part: str, name: str) -> Draft | None:
    """The definition as the files have it; None if there is none, or nobody can read it while it is being edited."""
    try:
        return opened(ask.root, part, name)
    except Problems:
        return None
