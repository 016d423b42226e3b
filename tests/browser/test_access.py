"""Every page, in every state, in light and in dark, held against axe-core: nothing serious, nothing critical."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from browser.addresses import AUDIENCE, CAMPAIGN, NAMES, SOURCE, Addresses, who
from browser.company import Company
from browser.conftest import Visit
from machine import axe_core
from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.axe, pytest.mark.long]

GRAVE = ("serious", "critical")
RUN = "async () => (await axe.run(document, {resultTypes: ['violations']})).violations"


REFUSED = {
    "nowhere": 404,
    "link of nobody": 403,
    "link of nobody to a pulse": 403,
    "result of an open one": 422,
}


@pytest.fixture(scope="session")
def script() -> str:
    """The script of axe-core. The browser is told to run it: the pages' own policy lets no such thing in."""
    found = axe_core()
    assert found is not None
    return Path(found).read_text(encoding="utf-8")


def grave(page: Page, script: str) -> list[str]:
    """What keeps somebody out of this page, in light and in dark, one line each."""
    page.evaluate(script)
    found = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for violation in page.evaluate(RUN):
            if violation["impact"] in GRAVE:
                at = [f"{one['target']} {one['failureSummary']}" for one in violation["nodes"]]
                found.append(f"{scheme}: {violation['id']}: {'; '.join(at)}")
    return found


@pytest.mark.parametrize("name", NAMES)
def test_a_page_keeps_nobody_out(
    company: Company, addresses: Addresses, visit: Visit, script: str, name: str
) -> None:
    page = visit(company, who(name))
    answer = page.goto(addresses[name])
    assert answer is not None
    assert answer.status == REFUSED.get(name, 200)
    page.wait_for_selector("look-again", state="detached")
    assert grave(page, script) == []


AREAS = (
    "/",
    "/customers",
    "/audiences",
    "/campaigns",
    "/data",
    "/data/quarantine",
    "/data/lineage",
    "/plan",
    "/work",
)
ONE_OF_EACH = (
    "/audiences/new",
    "/audiences/overlap",
    f"/audiences/{AUDIENCE}",
    f"/audiences/{AUDIENCE}/people",
    f"/audiences/{AUDIENCE}/edit",
    "/campaigns/new",
    f"/campaigns/{CAMPAIGN}",
    f"/data/sources/{SOURCE}",
)


@pytest.mark.parametrize("path", [*AREAS, *ONE_OF_EACH])
def test_nor_before_the_first_run(not_run: Company, visit: Visit, script: str, path: str) -> None:
    page = visit(not_run, "marketer")
    answer = page.goto(path)
    assert answer is not None
    assert answer.status == 200
    page.wait_for_selector("look-again", state="detached")
    assert grave(page, script) == []


@pytest.mark.parametrize("path", AREAS)
def test_nor_before_a_charter_is_applied(unapplied: Company, visit: Visit, script: str, path: str) -> None:
    page = visit(unapplied, "marketer")
    answer = page.goto(path)
    assert answer is not None
    assert answer.status in (200, 409)
    page.wait_for_selector("look-again", state="detached")
    assert grave(page, script) == []


@pytest.mark.parametrize(
    ("role", "path"),
    [("executive", "/customers"), ("analyst", "/campaigns/new"), ("privacy", "/audiences/new")],
)
def test_nor_where_they_are_refused(
    company: Company, visit: Visit, script: str, role: str, path: str
) -> None:
    page = visit(company, role)
    answer = page.goto(path)
    assert answer is not None
    assert answer.status == 403
    assert grave(page, script) == []


def test_nor_a_form_that_was_filled_in_wrongly(company: Company, visit: Visit, script: str) -> None:
    page = visit(company, "marketer")
    page.goto("/campaigns/new")
    page.fill("#name", "Not A Name")
    page.fill("#holdout", "120%")
    page.get_by_role("button", name="Save").click()
    page.wait_for_selector(".problem")
    assert grave(page, script) == []
    page = visit(company, None)
    page.goto("/sign-in")
    page.fill("#name", "mara")
    page.fill("#password", "not the pass phrase")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_selector(".problem")
    assert grave(page, script) == []


def test_nor_when_something_broke(own_company: Company, visit: Visit, script: str, wrong: list[str]) -> None:
    """Without one of the ledger's tables no page has a frame; the page that says so stands by itself."""
    page = visit(own_company, "marketer")
    with closing(sqlite3.connect(own_company.folder / "ledger.db")) as ledger, ledger:
        ledger.execute("ALTER TABLE jobs RENAME TO jobs_elsewhere")
    answer = page.goto("/audiences")
    assert answer is not None
    assert answer.status == 500
    assert "WEB-004" in page.inner_text("main")
    assert "OperationalError" not in page.content()
    assert grave(page, script) == []
    (answered,) = wrong
    assert answered.endswith("/audiences answered 500")
    wrong.clear()
