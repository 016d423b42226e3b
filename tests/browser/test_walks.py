"""What people do here from beginning to end, in a real browser: with a mouse, with a keyboard, without scripts."""

import gzip
import re
from pathlib import Path

import pytest
from browser.addresses import AUDIENCE
from browser.company import NAMES, Company
from browser.conftest import PATIENCE_MS, Visit
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.long]

CLOSED = "store-01, "
WORK = re.compile(r"/work/[^/]+$")
WORK_MS = 5 * PATIENCE_MS
INTERVAL = re.compile(r"95 % interval")


@pytest.fixture(autouse=True)
def patience() -> None:
    """A machine with other work is slow, not wrong."""
    expect.set_options(timeout=PATIENCE_MS)


def sign_in(page: Page, role: str, phrase: str) -> None:
    """By the form, as everybody begins."""
    page.goto("/")
    page.get_by_label("Name").fill(NAMES[role])
    page.get_by_label("Password").fill(phrase)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("navigation", name="Main")).to_be_visible()


def go(page: Page, place: str) -> None:
    """By the navigation."""
    page.get_by_role("navigation", name="Main").get_by_role("link", name=place).click()
    expect(page.locator("h1")).to_have_count(1)


def wait_for_work(page: Page, *, scripts: bool = True) -> None:
    """Until the work whose page this is has ended well. With scripts the page reads itself anew."""
    expect(page).to_have_url(WORK)
    going = page.get_by_text("You can leave this page")
    if scripts:
        expect(going).to_be_hidden(timeout=WORK_MS)
    while not scripts and going.is_visible():
        page.wait_for_timeout(1000)
        page.reload()
    expect(page.locator(".lead")).to_contain_text("Done")


def apply_edits(page: Page, *, scripts: bool = True) -> None:
    """The plan, read and applied."""
    go(page, "Plan")
    button = page.get_by_role("button", name="Apply this")
    while not scripts and not button.is_visible():
        page.wait_for_timeout(300)
        page.reload()
    button.click(timeout=WORK_MS)
    wait_for_work(page, scripts=scripts)


def test_a_marketer_from_an_idea_to_what_it_earned(own_company: Company, visit: Visit) -> None:
    page = visit(own_company, None)
    sign_in(page, "marketer", own_company.phrase)
    go(page, "Audiences")
    page.get_by_role("link", name="Lapsed big spenders").first.click()
    expect(page.locator(".lead")).to_contain_text("300")
    build_an_audience(page, scripts=True)
    set_up_a_campaign(page)
    apply_edits(page)
    page.goto("/work")
    page.get_by_role("button", name="Run the loop now").click()
    wait_for_work(page)
    let_pass(page, days=8)
    go(page, "Campaigns")
    page.get_by_role("link", name="Hello big spenders").first.click()
    expect(page.locator(".lead")).to_contain_text(INTERVAL)
    expect(page.locator(".figures")).to_contain_text("held out")


def test_forms_work_without_scripts(own_company: Company, visit: Visit) -> None:
    page = visit(own_company, None, java_script_enabled=False)
    sign_in(page, "marketer", own_company.phrase)
    build_an_audience(page, scripts=False)
    set_up_a_campaign(page)
    apply_edits(page, scripts=False)
    go(page, "Customers")
    page.get_by_role("searchbox").fill("nobody@nowhere.example")
    page.get_by_role("button", name="Find").click()
    expect(page.get_by_role("status")).to_be_visible()
    page.goto("/audiences/overlap")
    page.get_by_label("First").select_option(AUDIENCE)
    page.get_by_label("Second").select_option("big_spenders")
    page.get_by_role("button", name="Compare").click()
    expect(page.locator("figure").first).to_contain_text("Big spenders")


def build_an_audience(page: Page, *, scripts: bool) -> None:
    """Whoever spent a pound or more: a new audience, in the builder, saved."""
    go(page, "Audiences")
    page.get_by_role("link", name="New audience").click()
    page.locator("#name").fill("big_spenders")
    page.locator("#title").fill("Big spenders")
    if not page.locator('[name="w.0.kind"]').is_visible():
        page.get_by_role("button", name="Add a condition").click()
    page.locator('[name="w.0.kind"]').select_option("trait")
    if not scripts:
        page.get_by_role("button", name="Look").last.click()
    page.locator('select[name="w.0.name"]:has(option[value="lifetime_value"])').select_option(
        "lifetime_value"
    )
    page.locator('[name="w.0.op"]').select_option("at_least")
    page.locator('[name="w.0.value"]').fill("1")
    page.get_by_role("button", name="Look").last.click()
    meant = page.get_by_role("complementary", name="What it means")
    expect(meant).to_contain_text("is at least 1")
    expect(meant).to_contain_text("people now")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("h1")).to_have_text("Big spenders")
    expect(page.get_by_role("status")).to_contain_text("big_spenders.yml")


def set_up_a_campaign(page: Page) -> None:
    """A letter to them; half of them are held out."""
    go(page, "Campaigns")
    page.get_by_role("link", name="New campaign").click()
    page.locator("#name").fill("hello")
    page.locator("#title").fill("Hello big spenders")
    page.locator("#audience").select_option("big_spenders")
    page.locator("#purpose").select_option("marketing_email")
    page.locator("#holdout").fill("50%")
    page.locator("#window").fill("7 days")
    page.locator("#ends").fill("2026-06-16")
    page.locator("#goal").select_option("purchase")
    page.locator("#value").select_option("amount")
    page.locator("#channel").select_option("email")
    page.locator("#subject").fill("Hello {{ first_name or 'there' }}")
    page.locator("#text").fill("The summer is here.")
    page.get_by_role("button", name="Look what it would do").click()
    expect(page.get_by_role("complementary", name="What it would do")).to_contain_text("may be contacted now")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").first).to_contain_text("hello.yml")


def let_pass(page: Page, days: int) -> None:
    """The demo's time."""
    page.get_by_role("link", name="Let days pass").click()
    page.get_by_label("Days to let pass").fill(str(days))
    page.get_by_role("button", name="Let them pass").click()
    wait_for_work(page)


def test_an_engineer_repairs_a_contract_and_lets_in_what_waited(
    demo_with_a_closed_store: Company, visit: Visit
) -> None:
    company = demo_with_a_closed_store
    page = visit(company, None)
    sign_in(page, "engineer", company.phrase)
    go(page, "Data")
    page.get_by_role("link", name="Quarantine").first.click()
    filters = page.locator("form[method=get]")
    filters.get_by_label("Source").select_option("till")
    filters.get_by_label("What broke").select_option("COL-108")
    filters.get_by_role("button", name="Show").click()
    entries = page.locator("li:has(input[type=checkbox][name=id])")
    before = entries.count()
    assert before > 0
    closed = entries.filter(has=page.locator("code", has_text=re.compile("^store-01$")))
    expect(closed).to_have_count(2)
    contract = company.folder / "sources" / "till.yml"
    contract.write_text(contract.read_text().replace("one_of: [", f"one_of: [{CLOSED}"))
    apply_edits(page)
    page.goto("/data/quarantine?source=till&code=COL-108")
    closed.first.get_by_role("checkbox").check()
    page.get_by_role("button", name="Replay the ticked").click()
    wait_for_work(page)
    page.goto("/data/quarantine?source=till&code=COL-108")
    expect(entries).to_have_count(before - 1)
    expect(closed).to_have_count(1)
    page.goto("/data/sources/till")
    page.get_by_role("link", name="What is made of it").click()
    expect(page.locator("main")).to_contain_text("What leads to till")
    expect(page.locator("main")).to_contain_text("Lapsed big spenders")


@pytest.fixture
def demo_with_a_closed_store(own_company: Company) -> Company:
    """The tills' contract names 39 of the 40 stores, and a file of today has two receipts of the 40th."""
    contract = own_company.folder / "sources" / "till.yml"
    text = contract.read_text()
    assert CLOSED in text
    contract.write_text(text.replace(CLOSED, ""))
    own_company.work(
        "engineer", "/plan/apply", fingerprint=own_company.json("/plan", "engineer")["fingerprint"]
    )
    write_receipts(own_company.folder / "data" / "till", 2)
    own_company.work("engineer", "/work/run")
    return own_company


def write_receipts(folder: Path, number: int) -> None:
    """A file of receipts from store-01, with the columns that the tills' files have."""
    with gzip.open(sorted(folder.glob("*.csv.gz"))[0], "rt") as file:
        columns, example = (file.readline().strip().split(",") for _ in range(2))
    rows = []
    for one in range(number):
        row = dict(zip(columns, example, strict=True)) | {
            "receipt_no": f"NEW-{one}",
            "store": "store-01",
            "type": "sale",
            "total": "12.50",
            "items": "1",
        }
        rows.append(",".join(row[column] for column in columns))
    with gzip.open(folder / "2026-06-new.csv.gz", "wt") as file:
        file.write("\n".join([",".join(columns), *rows]) + "\n")


def test_long_work_survives_a_reload_and_can_be_stopped(own_company: Company, visit: Visit) -> None:
    page = visit(own_company, "marketer")
    page.goto("/time")
    page.get_by_label("Days to let pass").fill("92")
    page.get_by_role("button", name="Let them pass").click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    address = page.url
    page.reload()
    assert page.url == address
    expect(page.get_by_role("progressbar")).to_be_visible()
    page.goto("/audiences")
    page.locator("header").get_by_role("link", name="Letting days pass").click()
    page.get_by_role("button", name="Stop it").click()
    expect(page.locator(".notice")).to_contain_text("Stopping at the next safe place")
    expect(page.locator(".lead")).to_contain_text("Stopped")
    page.goto("/work")
    expect(page.get_by_role("row").nth(1)).to_contain_text("cancelled")


def test_with_the_keyboard_alone(company: Company, visit: Visit) -> None:
    page = visit(company, None)
    page.goto("/sign-in")
    expect(page.get_by_label("Name")).to_be_focused()
    page.keyboard.type(NAMES["marketer"])
    page.keyboard.press("Tab")
    page.keyboard.type(company.phrase)
    page.keyboard.press("Enter")
    expect(page.get_by_role("navigation", name="Main")).to_be_visible()
    page.goto("/audiences")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")
    page.reload()
    tab_to(page, "details.menu summary")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Runs and other work")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Runs and other work")
    page.goto("/customers")
    tab_to(page, "input[type=search]")
    page.keyboard.type("nobody@nowhere.example")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_be_visible()


def tab_to(page: Page, selector: str) -> None:
    """Tab on until the element has the focus, and see that it shows."""
    for _ in range(60):
        if page.evaluate("(s) => document.activeElement?.matches(s) ?? false", selector):
            outline = "getComputedStyle(document.activeElement).outlineStyle"
            assert page.evaluate(outline) != "none", f"{selector} does not show that it has the focus"
            return
        page.keyboard.press("Tab")
    pytest.fail(f"the tab key does not lead to {selector}")
