"""One demo company for the run, served by the real server process, and a real Chromium that looks at it.

What a page must never do is held against every page that any test opens: errors on the console, broken files,
anything that the content security policy stops.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest
from browser.addresses import Addresses
from browser.company import PEOPLE, Company, copied, served
from machine import chromium as find_chromium
from playwright.sync_api import Browser, ConsoleMessage, Page, Response, sync_playwright

from tandem.demo import demo_charter
from tandem.kernel.values import Actor
from tandem.usecases.apply_charter import apply_charter
from tandem.usecases.checking import write_demo_charter
from tandem.usecases.manage_users import add_account
from tandem.usecases.run_demo import ACCOUNTS, Demo, run_demo
from tandem.usecases.serving import served as opened

ARGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
PATIENCE_MS = 60_000
EDIT = "description: They opened at least two newsletters in a year."
MARA = Actor("mara", "marketer")
WALL = datetime(2026, 7, 30)
PHRASE = "a long pass phrase"
Visit = Callable[..., Page]


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """The demo as it is built, two weeks after its launch. Nobody serves this folder: copies of it are served."""
    folder = tmp_path_factory.mktemp("browser") / "company"
    return run_demo(folder, MARA, lambda: WALL, people=PEOPLE)


@pytest.fixture(scope="session")
def company(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """A company in the middle of its work, for looking at: a run was asked for, and an edit waits to be applied."""
    folder = copied(demo.folder, tmp_path_factory.mktemp("looked_at") / "company")
    with served(folder, demo.sign_in.phrase) as company:
        company.work("marketer", "/work/run")
        edited = folder / "audiences" / "newsletter_readers.yml"
        text = edited.read_text()
        assert EDIT in text
        edited.write_text(text.replace("at_least: 2}", "at_least: 3}"))
        yield company


@pytest.fixture(scope="session")
def addresses(company: Company) -> Addresses:
    """Where its pages are."""
    return Addresses.of(company)


@pytest.fixture
def own_company(demo: Demo, tmp_path: Path) -> Iterator[Company]:
    """A company for one test alone, to do with as one likes."""
    with served(copied(demo.folder, tmp_path / "company"), demo.sign_in.phrase) as company:
        yield company


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The machine's browser. One per file: while it is open no other event loop can run in this thread."""
    found = find_chromium()
    assert found is not None
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(found), args=ARGS)
        yield browser
        browser.close()


@pytest.fixture
def wrong() -> Iterator[list[str]]:
    """What went wrong on any page of the test. It fails at its end if there is something."""
    found: list[str] = []
    yield found
    assert found == [], "\n".join(found)


@pytest.fixture
def visit(chromium: Browser, wrong: list[str]) -> Iterator[Visit]:
    """`visit(company, role, **options of the browser context)`: a page of somebody signed in; None for nobody."""
    contexts = []

    def visiting(company: Company, role: str | None, **options: object) -> Page:
        context = chromium.new_context(base_url=company.address, reduced_motion="reduce", **options)
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        if role is not None:
            context.add_cookies(company.cookies(role))
        page = context.new_page()
        watch(page, wrong)
        return page

    yield visiting
    for context in contexts:
        context.close()


def watch(page: Page, wrong: list[str]) -> None:
    """Take down what a page does that none may do. An answer of 400 to 499 to the page itself may be meant."""

    def said(message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            wrong.append(f"{page.url}: console: {message.text}")

    def answered(response: Response) -> None:
        kind = response.request.resource_type
        if response.status >= (500 if kind in ("document", "fetch") else 400):
            wrong.append(f"{page.url}: {kind} {response.url} answered {response.status}")

    page.on("console", said)
    page.on("pageerror", lambda error: wrong.append(f"{page.url}: script: {error}"))
    page.on("response", answered)


@pytest.fixture(scope="session")
def unapplied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """A company whose charter was written and never applied."""
    with _without_data(tmp_path_factory.mktemp("gap") / "company", applied=False) as company:
        yield company


@pytest.fixture(scope="session")
def not_run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """A company whose charter is in force and whose loop never ran."""
    with _without_data(tmp_path_factory.mktemp("empty") / "company", applied=True) as company:
        yield company


@contextmanager
def _without_data(folder: Path, *, applied: bool) -> Iterator[Company]:
    folder.mkdir(parents=True)
    write_demo_charter(folder, demo_charter())
    if applied:
        apply_charter(folder, MARA, WALL)
    with opened(folder) as (_, ledger):
        for name, role in ACCOUNTS:
            add_account(ledger, name, role, WALL, display=name.capitalize(), password=PHRASE)
    with served(folder, PHRASE) as company:
        yield company
