"""A person answers a pulse on a phone: leaves, comes back, sends off; with scripts and without."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from browser.company import Company, served
from browser.conftest import PATIENCE_MS, Visit
from cli.shop import NOW, copied
from playwright.sync_api import Page, expect
from pulses import with_survey

from tandem.kernel import parse_instant
from tandem.kernel.values import Actor
from tandem.ledger import open_ledger
from tandem.usecases.invite_pulse import invite
from tandem.usecases.pulse_links import invitation_id, pulse_token
from tandem.usecases.run_pulse import open_pulse

pytestmark = [pytest.mark.browser, pytest.mark.long]

PHONE = {"width": 390, "height": 800}
MARA = Actor("mara", "marketer")
OPENED = parse_instant(NOW)
WHO = {True: "ada@people.example", False: "bo@people.example"}
SMALLEST_TARGET = 24
TOO_WIDE = "() => document.documentElement.scrollWidth > document.documentElement.clientWidth"


@dataclass(frozen=True)
class Fielded:
    """A shop that is served, with a run open and one link for each way to answer."""

    company: Company
    links: dict[bool, str]


@pytest.fixture(scope="module")
def fielded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fielded]:
    shop = with_survey(copied(tmp_path_factory.mktemp("pulse") / "shop"))
    ledger = open_ledger(shop.path("ledger.db"))
    # The server's clock is that of the wall, so the run has to be open for long.
    open_pulse(
        shop.folder, ledger, MARA, "autumn", "closeness", "", OPENED + timedelta(days=9_999), OPENED, OPENED
    )
    invite(shop.folder, ledger, MARA, "autumn", [(one, "it") for one in WHO.values()], OPENED, OPENED)
    links = {
        scripts: f"/pulse/{pulse_token(shop.folder, invitation_id(shop.folder, 'autumn', one))}"
        for scripts, one in WHO.items()
    }
    ledger.close()
    with served(shop.folder, "") as company:
        yield Fielded(company, links)


def fits(page: Page) -> None:
    """Nothing stands out of the phone, and a thumb can hit every answer."""
    assert not page.evaluate(TOO_WIDE), page.url
    small = [
        box
        for box in (one.bounding_box() for one in page.locator(".pick").all())
        if box["height"] < SMALLEST_TARGET
    ]
    assert small == []


def go_on(page: Page, button: str = "Go on") -> None:
    fits(page)
    page.get_by_role("button", name=button, exact=True).click()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_person_answers_on_a_phone(fielded: Fielded, visit: Visit, scripts: bool) -> None:
    expect.set_options(timeout=PATIENCE_MS)
    link = fielded.links[scripts]
    page = visit(fielded.company, None, viewport=PHONE, java_script_enabled=scripts)
    page.goto(link)
    expect(page.get_by_text("Your answers are anonymous")).to_be_visible()
    go_on(page, "Begin")
    go_on(page)
    expect(page.get_by_text("Please answer this one to go on.")).to_be_visible()
    page.get_by_label("Director or above").check()
    go_on(page)
    page.get_by_label("Yes").check()
    go_on(page, "Save and go on later")
    expect(page.get_by_role("heading", name="Saved for later")).to_be_visible()

    later = visit(fielded.company, None, viewport=PHONE, java_script_enabled=scripts)
    later.goto(link)
    expect(later.get_by_label("Yes")).to_be_checked()
    later.get_by_label("Data").check()
    later.get_by_label("Cost").check()
    for line in ("They keep promises.", "They share their plans."):
        later.get_by_role("group", name=line).get_by_label("Fully").check()
    go_on(later)
    later.get_by_label("First").select_option(label="Cost")
    later.get_by_label("Second").select_option(label="Cost")
    go_on(later)
    expect(later.get_by_text("no ranking")).to_be_visible()
    later.get_by_label("Second").select_option(label="Data")
    go_on(later)
    later.get_by_label("Which share of your budget").fill("20")
    go_on(later, "Send off")
    expect(later.get_by_role("heading", name="Thank you")).to_be_visible()
    page.goto(link)
    expect(page.get_by_role("heading", name="Already answered")).to_be_visible()


def test_what_was_answered_in_the_browser_is_kept_whole(fielded: Fielded) -> None:
    ledger = open_ledger(Path(fielded.company.folder) / "ledger.db")
    kept = ledger.answers("autumn")
    ledger.close()
    assert [one.answers for one in kept] == [
        {
            "S_FUNCTION": 2,
            "S_TITLE": 1,
            "NEED": 1,
            "DRIVERS": [2, 3],
            "DRIVERS_RANK": {"3": 1, "2": 2},
            "TRUST_PROMISES": 5,
            "TRUST_OPEN": 5,
            "SHARE": 20,
        }
    ] * 2
