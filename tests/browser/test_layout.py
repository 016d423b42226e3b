"""Every page fits every window, every link leads somewhere, and no page says what nobody wrote."""

import re
from collections import Counter, deque
from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import parse_qs, urlsplit

import pytest
from browser.addresses import NAMES, Addresses, who
from browser.company import ROLES, Company
from browser.conftest import Visit
from starlette.routing import compile_path

from tandem.web.routes import ROUTES

pytestmark = [pytest.mark.browser, pytest.mark.long]

WIDTHS = (390, 1280, 1920)
WIDER = """() => {
  const window_ = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= window_) return [];
  const clipped = (e) => { for (let p = e.parentElement; p; p = p.parentElement)
    if (getComputedStyle(p).overflowX !== 'visible') return true; return false; };
  return [...document.querySelectorAll('body *')]
    .filter((e) => e.getBoundingClientRect().right > window_ + 1 && !clipped(e))
    .map((e) => `${e.tagName}.${e.className} ${Math.round(e.getBoundingClientRect().right)}`).slice(0, 5)
    .concat(`document ${document.documentElement.scrollWidth}`);
}"""
# Of addresses that differ only in what stands in their holes, so many are followed by each role.
EACH = 3
DESIGNED = {403, 409, 422}
LETTER = re.compile(r'class="problem"|^\{"page".*"problems": \[\{')


@pytest.mark.parametrize("name", NAMES)
def test_a_page_fits_the_window(company: Company, addresses: Addresses, visit: Visit, name: str) -> None:
    page = visit(company, who(name))
    page.goto(addresses[name])
    page.wait_for_selector("look-again", state="detached")
    wider = {}
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        wider[width] = page.evaluate(WIDER)
    assert wider == {width: [] for width in WIDTHS}


class Read(HTMLParser):
    """What a page says to a reader and where its links lead. Code, fields and identifiers are somebody's own words."""

    VOID = frozenset(
        {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}
    )
    OWN = frozenset({"script", "style", "code", "pre", "textarea", "select", "title", "svg"})
    BLOCKS = frozenset(
        [
            "p",
            "li",
            "td",
            "th",
            "dt",
            "dd",
            "h1",
            "h2",
            "h3",
            "figcaption",
            "caption",
            "summary",
            "legend",
            "label",
            "button",
            "a",
        ]
    )

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.headings = 0
        self.said: list[str] = [""]
        self.open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Remember links and headings; a block begins a new sentence."""
        if tag in self.VOID:
            return
        self.open.append(tag)
        self.headings += tag == "h1"
        link = dict(attrs).get("href")
        if tag == "a" and link:
            self.links.append(link)
        if tag in self.BLOCKS:
            self.said.append("")

    def handle_endtag(self, tag: str) -> None:
        """Close the element, and those that nobody closed."""
        while self.open and self.open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        """Keep the words."""
        own = self.OWN.intersection(self.open)
        self.said[-1] += "…" if own else data

    def sentences(self) -> Iterator[str]:
        """Block by block, spaces as a browser shows them."""
        for text in self.said:
            if short := " ".join(text.split()):
                yield short


ODD = {
    "a word of the program": re.compile(r"\b(None(?! of )|nan|NaN|undefined|Undefined|True|False|NaT|inf)\b"),
    "a number that nobody formatted": re.compile(r"(?<! id )(?<! id: )(?<![\w.,:/+-])\d{5,14}(?![\w-])"),
    "two full stops": re.compile(r"(?<!\.)\.\.(?!\.)"),
    "a space before its stop": re.compile(r"\s[.,;](?=\s|$)"),
    "markup": re.compile(r"</?\w+>|&\w+;"),
}


@pytest.mark.parametrize("role", ROLES)
def test_every_link_leads_somewhere_and_pages_read_well(company: Company, role: str) -> None:
    client = company.client(role)
    waiting, seen, shapes = deque([("/", "")]), {"/"}, Counter[tuple[str, ...]]()
    wrong: list[str] = []
    while waiting:
        path, linked = waiting.popleft()
        answer = client.get(path, follow_redirects=False)
        if answer.status_code >= 400 and answer.status_code not in DESIGNED:
            wrong.append(f"{path} (linked by {linked}) answers {answer.status_code}")
        if answer.status_code in DESIGNED and not LETTER.search(answer.text):
            wrong.append(f"{path} (linked by {linked}) answers {answer.status_code} without a reason")
        if (
            answer.status_code == 303 and answer.headers["location"] not in seen
        ):  # a file that is still written
            seen.add(answer.headers["location"])
            waiting.append((answer.headers["location"], path))
        if not answer.headers.get("content-type", "").startswith("text/html"):
            continue
        page = Read(answer.text)
        if page.headings != 1:
            wrong.append(f"{path} has {page.headings} main headings")
        wrong += [f"{path}: {what}: {text}" for text in page.sentences() for what in odd(text)]
        for link in page.links:
            address = urlsplit(link)
            target = link.split("#")[0]
            if address.scheme or not target.startswith("/") or target in seen:
                continue
            seen.add(target)
            shape = (_route(address.path), *sorted(parse_qs(address.query)))
            shapes[shape] += 1
            if shapes[shape] <= EACH:
                waiting.append((target, path))
    assert len(shapes) > 10
    assert wrong == [], "\n".join(wrong)


def odd(text: str) -> list[str]:
    """What is wrong with a text."""
    return [what for what, looks in ODD.items() if looks.search(text)]


def _route(path: str) -> str:
    return next((route.path for route in ROUTES if compile_path(route.path)[0].match(path)), path)
