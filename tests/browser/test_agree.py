"""The two sides at work in a real browser: IT commits to a brief, marketing changes it, and the change is marked."""

import time

import pytest
from browser.company import Company
from browser.conftest import PATIENCE_MS, Visit
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.long]

TITLE = "Hiking boots by size"
ANSWERS = {
    "For whom": "People who bought hiking boots in the last two years, with their size",
    "What for": "Tell them in a letter when boots of their size are on sale",
    "Data": "purchase.amount\nboot size",
    "Wanted by": "2026-08-01",
}
MISSING = "how you will know that it worked"


@pytest.fixture(autouse=True)
def patience() -> None:
    """A machine with other work is slow, not wrong."""
    expect.set_options(timeout=PATIENCE_MS)


def make_brief(page: Page) -> str:
    """By the form, first without a measure; the page says what is missing, and why that matters."""
    page.goto("/agree/briefs")
    page.get_by_role("link", name="New brief").click()
    page.get_by_label("Title").fill(TITLE)
    for label, answer in ANSWERS.items():
        page.get_by_label(label, exact=True).fill(answer)
    page.get_by_label("Purpose").select_option("marketing_email")
    page.get_by_role("button", name="Make the brief").click()
    expect(page.locator("#missing")).to_contain_text(MISSING)
    expect(page.locator("#missing")).to_contain_text("cannot be accepted or sent back for a reason")
    page.get_by_role("link", name="Add it").click()
    page.get_by_label("Measure of success").fill(
        "1 of 10 letters brings somebody into a store within 14 days"
    )
    page.get_by_role("button", name="Keep this version").click()
    expect(page.locator("#missing")).to_have_count(0)
    return page.url.partition("?")[0]


def changed_share(company: Company) -> float:
    """What telemetry says of requirements changed after commitment, a share of the briefs under commitment."""
    for _ in range(600):
        page = company.json("/agree/telemetry")
        if page["ready"]:
            break
        time.sleep(0.1)
    (figure,) = (one for one in page["figures"] if one["id"] == "changed")
    assert figure["facts"][0] == ["briefs under commitment", "9"]
    return float(figure["value"].split()[0]) / 100


def test_a_change_after_the_commitment_is_marked(own_company: Company, visit: Visit) -> None:
    """On a phone and without scripts: forms and links alone carry it."""
    phone: dict[str, object] = {"viewport": {"width": 390, "height": 844}}
    marketer = visit(own_company, "marketer", java_script_enabled=False, **phone)
    engineer = visit(own_company, "engineer", java_script_enabled=False)
    address = make_brief(marketer)

    engineer.goto(address)
    expect(engineer.get_by_label("By which day")).to_have_value("2026-08-01")
    engineer.get_by_label("By which day").fill("2026-07-20")
    engineer.get_by_role("button", name="Commit IT").click()
    expect(engineer.locator(".lead")).to_contain_text("enzo promised it for 20 July 2026")

    marketer.goto(address)
    marketer.get_by_role("link", name="Change the brief").click()
    expect(marketer.locator(".notice")).to_contain_text("A change is kept and marked")
    marketer.get_by_label("Wanted by").fill("2026-07-01")
    marketer.get_by_label("Why it changes").fill("The sale begins earlier")
    marketer.get_by_role("button", name="Keep this version").click()
    expect(marketer.locator(".lead .badge")).to_have_text("changed after commitment")
    history = marketer.locator("#history")
    expect(history.locator(".minus").first).to_have_text("− 2026-08-01")
    expect(history.locator(".plus").first).to_have_text("+ 2026-07-01")

    assert changed_share(own_company) == pytest.approx(3 / 9, abs=0.005), (
        "two of the demo's eight, and this one"
    )
    head = visit(own_company, "executive")
    head.goto("/agree/telemetry")
    expect(head.locator("#changed .big")).to_have_text("33 %")
    expect(head.locator("#changed .facts")).to_contain_text("Marketing (changed by)")
    engineer.goto("/")
    waits = engineer.locator("#waits")
    expect(waits).to_contain_text("changed after IT committed")
    engineer.goto(address)
    expect(engineer.get_by_role("button", name="It is delivered")).to_have_count(0)
    engineer.get_by_role("button", name="Agree to version 3").click()
    expect(engineer.locator(".lead .badge")).to_have_text("committed")
    engineer.get_by_role("button", name="It is delivered").click()
    marketer.goto(address)
    marketer.get_by_role("button", name="Accept it").click()
    expect(marketer.locator(".lead .badge")).to_have_text("accepted")
    expect(marketer.locator("#history")).to_contain_text("changed after commitment")
