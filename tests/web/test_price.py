"""The page of prices: worked out beside the request, told by what the role may count, with a JSON twin."""

import time
from typing import Any

import pytest
from web.served import Browser, Served


def priced(browser: Browser, query: str = "") -> Any:
    """The page when it has been worked out."""
    for _ in range(600):
        page = browser.json(f"/trust/price{query}")
        if "found" not in page or page["found"] is not None:
            return page
        time.sleep(0.1)
    raise AssertionError("the page did not come")


def test_it_counts_for_a_marketer_and_hides_small_groups(served: Served) -> None:
    browser = served.signed_in("marketer")
    page = priced(browser)
    uses = {(one["audience"], one["purpose"]): one for one in page["found"]["uses"]}
    assert ("vips", "marketing_email") in uses
    counts = [one["people"] for use in uses.values() for one in use["clauses"]]
    assert all("people" not in one or one["people"] >= 2 for one in counts)
    assert all(one["cost"] is None for use in uses.values() for one in use["clauses"])
    text = browser.get("/trust/price").text
    assert "The price of a rule" in text
    assert "taken to respond like" in text
    assert browser.get("/trust/price?export=clauses.csv").status_code == 200


@pytest.mark.parametrize("role", ["analyst", "executive"])
def test_a_role_that_may_not_use_the_purpose_is_told_why(served: Served, role: str) -> None:
    page = priced(served.signed_in(role))
    uses = page.get("found", {}).get("uses", [])
    assert all(one["size"] is None and one["refused"] for one in uses if one["purpose"] == "marketing_email")


def test_one_audience_alone(served: Served) -> None:
    page = priced(served.signed_in("marketer"), "?audience=vips&purpose=marketing_email")
    assert {(one["audience"], one["purpose"]) for one in page["found"]["uses"]} == {
        ("vips", "marketing_email")
    }
    assert served.signed_in("marketer").get("/trust/price?audience=nobody").status_code in (200, 404, 422)
