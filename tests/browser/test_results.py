"""An executive reads what the two sides said: the headline, one question, a cut, and the slides for the board."""

import io
import time

import pytest
from browser.company import Company
from browser.conftest import PATIENCE_MS, Visit
from playwright.sync_api import Page, expect
from pptx import Presentation

from tandem.usecases.demo_pulse import PAST

pytestmark = [pytest.mark.browser, pytest.mark.long]


@pytest.fixture(autouse=True)
def patience() -> None:
    """A machine with other work is slow, not wrong."""
    expect.set_options(timeout=PATIENCE_MS)


def until_ready(page: Page) -> None:
    """Without JavaScript whoever waits presses “Look again”."""
    again = page.get_by_role("link", name="Look again")
    until = time.monotonic() + PATIENCE_MS / 1000
    while again.count() and time.monotonic() < until:
        again.click()
    expect(again).to_have_count(0)


def test_an_executive_reads_the_result_and_takes_the_slides_away(company: Company, visit: Visit) -> None:
    page = visit(company, "executive", java_script_enabled=False, accept_downloads=True)
    page.goto("/")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Agree").click()
    page.get_by_role("link", name="Results", exact=True).click()
    page.get_by_role("link", name=PAST.capitalize()).click()
    until_ready(page)
    expect(page.locator(".lead").first).to_contain_text("Alignment stands at")
    finding = page.get_by_label("Finding 1")
    sentence = finding.locator("figcaption").first.inner_text()
    assert "points" in sentence
    expect(finding.get_by_role("img").first).to_be_visible()

    page.goto(f"/agree/results/{PAST}?file=pptx")
    until_ready(page)
    with page.expect_download() as begun:
        page.get_by_role("link", name="Slides (PPTX)").click()
    deck = Presentation(io.BytesIO(begun.value.path().read_bytes()))
    told = [shape.text_frame.text for slide in deck.slides for shape in slide.shapes if shape.has_text_frame]
    assert sentence in told

    finding.locator("p.source a").last.click()
    expect(page.get_by_text("Every item")).to_be_visible()
    page.get_by_label("Cut by").select_option(index=1)
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("columnheader", name="marketing (A)")).to_be_visible()


def test_it_reads_on_a_phone(company: Company, visit: Visit) -> None:
    page = visit(company, "executive", viewport={"width": 390, "height": 844})
    page.goto(f"/agree/results/{PAST}")
    expect(page.get_by_label("Finding 1").locator(".narrow-picture")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 390
