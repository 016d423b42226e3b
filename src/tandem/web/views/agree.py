"""Agree: where the two functions plan together, and how far apart they are by what they say and by what happened."""

from dataclasses import dataclass

from tandem.web.asking import Ask
from tandem.web.page import PageContext, doc
from tandem.web.views.trust import Link


@dataclass(frozen=True, kw_only=True)
class AgreePage(PageContext):
    """The way to every page about what marketing and IT agreed, and how far apart they are."""

    links: tuple[Link, ...] = doc("The pages that your role may open.")


def view(ask: Ask, links: tuple[Link, ...]) -> PageContext:
    """The front page of the area."""
    return AgreePage(title="Agree", links=links)
