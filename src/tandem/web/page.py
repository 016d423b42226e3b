"""What a page is: one frozen context whose fields carry help. The template, the JSON twin and exports read it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any

from tandem.kernel import Problem
from tandem.web.charts import Chart, Drawing
from tandem.web.values import Table

HELP = "help"


def doc(text: str, **options: Any) -> Any:
    """A field of a page with the sentence that says what it shows; options as of `dataclasses.field`."""
    return field(metadata={HELP: text}, **options)


@dataclass(frozen=True, kw_only=True)
class PageContext:
    """What every page has. `template` names the file that renders it; it is no part of the JSON twin."""

    title: str = doc("What the page is about, as its heading.")
    problems: tuple[Problem, ...] = doc(
        "What was wrong with what was asked or sent, as problems.", default=()
    )

    @property
    def status(self) -> int:
        """The HTTP status: 422 where something that was sent cannot be taken."""
        return 422 if self.problems else 200

    @property
    def template(self) -> str:
        """The template's file name: AudiencePage → audience.html, HomePage → home.html."""
        name = type(self).__name__.removesuffix("Page")
        return "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_") + ".html"


@dataclass(frozen=True)
class Go:
    """Where to go after something was done, and what to say there.

    `session`: the token of a new sign-in for the browser to keep; "" takes the one it has away. `visit`: what the
    browser keeps while it is at the company's sign-in service, in the same way.
    """

    to: str
    notice: str | None = None
    session: str | None = None
    visit: str | None = None


@dataclass(frozen=True)
class Send:
    """A file to hand over as it is."""

    name: str
    body: bytes
    media: str


@dataclass(frozen=True)
class Reply:
    """JSON for another system: any plain value, with its status and further headers."""

    body: object
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


def inside(path: str) -> str:
    """A path of this workspace; anything that a browser could take for another site becomes Home."""
    plain = path.startswith("/") and not path.startswith("//") and not any(c in path for c in "\\\r\n\t")
    return path if plain else "/"


def helps(page: type[PageContext]) -> dict[str, str]:
    """Field → its help, in the page's order."""
    return {one.name: str(one.metadata.get(HELP, "")) for one in fields(page)}


def exhibits(value: object) -> Iterator[Table | Chart | Drawing]:
    """Every table and picture in a context, however deep, tables of charts included."""
    match value:
        case Chart() | Drawing():
            yield value
            yield value.table
        case Table():
            yield value
        case dict():
            for one in value.values():
                yield from exhibits(one)
        case tuple() | list():
            for one in value:
                yield from exhibits(one)
        case _ if is_dataclass(value) and not isinstance(value, type):
            for one in fields(value):
                yield from exhibits(getattr(value, one.name))
