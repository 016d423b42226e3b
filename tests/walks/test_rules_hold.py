"""Rules of the company's own, end to end: labels kept for their time, masks in a search, the role of the run."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from cli.shop import APPLIED, NOW, Shop, copied

from tandem.charter import load_files
from tandem.kernel.values import Actor, Destination, FieldRef
from tandem.policy import Permit
from tandem.usecases.permits import decided
from tandem.usecases.search_customers import search_customers
from tandem.usecases.workspace import open_workspace

AT = datetime.fromisoformat(NOW).replace(tzinfo=None)
OFFICE = Actor("pia", "privacy")
RULES = """labels:
  - {label: health, title: Health, as: sensitive}
keep:
  - {label: sensitive, for: 9000 days}
  - {label: health, for: 90 days}
masks:
  - {label: personal, how: partial, roles: [privacy]}
roles:
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """The shop with a label of its own for the date of birth, after one run; the privacy office sees masked values."""
    shop = copied(tmp_path_factory.mktemp("rules") / "shop")
    shop.path("campaigns/winback_spring.yml").unlink()
    shop.edit("policies/standard.yml", "roles:\n", RULES)
    crm = shop.path("sources/crm.yml").read_text()
    assert crm.count("label: sensitive") == 1
    shop.write("sources/crm.yml", crm.replace("label: sensitive", "label: health"))
    assert shop.tandem("apply", "--yes", "--now", APPLIED).code == 0
    ended = shop.tandem("run", "--now", NOW)
    assert ended.code == 0, ended.err
    return shop


def test_a_label_of_our_own_is_kept_for_its_own_time(shop: Shop) -> None:
    assert {row["birth_date"] for row in shop.rows("record_crm")} == {None}


def test_a_mask_hides_values_in_a_search_and_not_the_search(shop: Shop) -> None:
    with open_workspace(shop.folder, OFFICE, lambda: AT) as work:
        whole = search_customers(work, "ada@people.example")
        beginning = search_customers(work, "ada@peo")
    assert whole.only is not None
    assert [one.name for one in whole.hits] == ["A… (up to 4)"]
    assert [one.value for one in whole.hits] == [None]
    assert beginning.hits == ()
    assert not beginning.looked_for_beginnings


def test_the_key_of_digests_is_there_for_the_charter_that_is_asked_by(shop: Shop) -> None:
    """That in force and an edited one may differ in their masks."""
    name = frozenset({FieldRef("profile", "first_name")})
    with open_workspace(shop.folder, OFFICE, lambda: AT) as work:
        rules = work.charter.files["policies/standard.yml"].replace("how: partial", "how: hash")
        edited = load_files({**work.charter.files, "policies/standard.yml": rules})
        edited = replace(edited, root=work.root)
        found = decided(work, "analytics", Destination.EXPLAIN, name, OFFICE, edited, shown=name)
    assert isinstance(found, Permit), found
    assert found.key


def test_nobody_looks_around_as_the_run(tmp_path: Path) -> None:
    ended = copied(tmp_path / "shop").tandem("--as", "system", "audience", "list")
    assert (ended.code, ended.out) == (2, "")
    assert "the run itself" in ended.err
