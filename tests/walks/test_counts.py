"""What one page tells of counts is heeded by the others: no two numbers tell a group under the smallest apart."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from cli.shop import APPLIED, NOW, Shop, copied

from tandem.kernel.values import Actor
from tandem.policy.counts import Count
from tandem.usecases.draft_campaign import expect
from tandem.usecases.plan_charter import plan_charter
from tandem.usecases.see_audiences import see_audiences
from tandem.usecases.stages import DissolveAudience, EvaluateAudience, OpenCampaign
from tandem.usecases.workspace import open_workspace

AT = datetime.fromisoformat(NOW).replace(tzinfo=None)
COUNTS, SEES = Actor("mo", "marketer"), Actor("pia", "privacy")
PEOPLE = range(1, 41)
WHO = "{{trait: lifetime_value, more_than: {}}}"


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """Forty more customers, who spent 10, 20, 30 … each; groups under five are not told."""
    shop = copied(tmp_path_factory.mktemp("crowd") / "shop")
    shop.edit("policies/standard.yml", "smallest_group: 2", "smallest_group: 5")
    shop.path("campaigns/winback_spring.yml").unlink()
    shop.write("audiences/spenders.yml", f"audience: spenders\nwho: {WHO.format(5)}\n")
    shop.write("audiences/under.yml", f"audience: under\nwho: {WHO.format(25)}\n")
    crm, till = "data/crm/customers.csv", "data/till/2025-10.csv"
    rows = [
        f"N{n},NL{n},n{n}@x.example,,Name{n},GB,1980-01-01,false,yes,2025-06-01T09:00:00Z\n" for n in PEOPLE
    ]
    bought = [f"RN{n},1,NL{n},,01/02/2026 10:00,{n * 10}.00,tents,Leith\n" for n in PEOPLE]
    shop.write(crm, shop.path(crm).read_text() + "".join(rows))
    shop.write(till, shop.path(till).read_text() + "".join(bought))
    assert shop.tandem("apply", "--yes", "--now", APPLIED).code == 0
    assert shop.tandem("run", "--now", NOW).code == 0
    return shop


def listed(shop: Shop, actor: Actor) -> object:
    """The number of the list of audiences."""
    with open_workspace(shop.folder, actor, lambda: AT) as work:
        found = see_audiences(work)
    (one,) = [it for it in found if it.listed.audience == "spenders"]
    return one.size


def planned(shop: Shop, actor: Actor) -> EvaluateAudience:
    """What the plan tells of the audience."""
    stages = plan_charter(shop.folder, actor, AT).stages
    (found,) = [one for one in stages if isinstance(one, EvaluateAudience) and one.audience == "spenders"]
    return found


def test_a_plan_and_the_list_tell_one_number_of_nearly_the_same_people(crowd: Shop, tmp_path: Path) -> None:
    """Without one customer the plan says what the list says of all; whoever may see people is told the truth."""
    shop = crowd.copy(tmp_path / "shop")
    whole = listed(shop, COUNTS)
    assert isinstance(whole, Count)
    shop.write("audiences/spenders.yml", f"audience: spenders\nwho: {WHO.format(15)}\n")
    assert planned(shop, COUNTS).size == whole
    seen = planned(shop, SEES).size
    assert isinstance(seen, Count)
    assert 0 < whole.people - seen.people < 5
    shop.write("audiences/spenders.yml", f"audience: spenders\nwho: {WHO.format(105)}\n")
    many = planned(shop, COUNTS)
    assert isinstance(many.size, Count)
    assert whole.people - many.size.people >= 5


def test_an_audience_that_goes_and_a_campaign_that_comes_are_told_by_the_book(
    crowd: Shop, tmp_path: Path
) -> None:
    shop = crowd.copy(tmp_path / "shop")
    letter = "campaign: {0}\ntitle: X\naudience: {0}\npurpose: marketing_email\nchannel: file\nholdout: 10%\n"
    letter += (
        "window: 30 days\ngoal: {{event: purchase}}\nexport: {{path: exports/{0}.csv, fields: [email]}}\n"
    )
    shop.write("audiences/nearly.yml", f"audience: nearly\nwho: {WHO.format(15)}\n")
    for name in ("spenders", "nearly"):
        shop.write(f"campaigns/{name}.yml", letter.format(name))
    stages = plan_charter(shop.folder, COUNTS, AT).stages
    one, other = (it.reach for it in stages if isinstance(it, OpenCampaign))
    assert isinstance(one, Count)
    assert one == other
    for name in ("audiences/spenders", "audiences/nearly", "campaigns/spenders", "campaigns/nearly"):
        shop.path(f"{name}.yml").unlink()
    shop = crowd.copy(tmp_path / "other")
    shop.path("audiences/spenders.yml").unlink()
    shop.write("audiences/nearly.yml", f"audience: nearly\nwho: {WHO.format(15)}\n")
    stages = plan_charter(shop.folder, COUNTS, AT).stages
    size = next(it.size for it in stages if isinstance(it, EvaluateAudience) and it.audience == "nearly")
    lost = next(it.lost for it in stages if isinstance(it, DissolveAudience))
    assert size == lost


def test_a_draft_of_a_campaign_is_told_by_the_book(crowd: Shop, tmp_path: Path) -> None:
    shop = crowd.copy(tmp_path / "shop")
    with open_workspace(shop.folder, COUNTS, lambda: AT) as work:
        letter = work.charter.campaign("vip_letter")
        one, other = (
            expect(work, replace(letter, audience=name), AT, 0.1).reach for name in ("spenders", "under")
        )
        without = expect(replace(work, book=None), replace(letter, audience="under"), AT, 0.1).reach
    assert isinstance(one, Count)
    assert one == other != without


def test_a_command_and_a_page_tell_one_number_and_so_does_the_workspace_after_a_restart(
    crowd: Shop, tmp_path: Path
) -> None:
    """The list tells all who spent; a command is asked for all but one, and knows of it by the ledger alone."""
    shop = crowd.copy(tmp_path / "shop")
    shop.write("audiences/nearly.yml", f"audience: nearly\nwho: {WHO.format(15)}\n")
    assert shop.tandem("--as", "privacy", "apply", "--yes", "--now", NOW).code == 0
    whole = listed(shop, COUNTS)
    assert isinstance(whole, Count)

    def size(name: str, role: str) -> int:
        found = shop.tandem("--as", role, "audience", "preview", name, "--now", NOW, "--json").json["size"]
        return int(found["people"])

    assert {size(name, "marketer") for name in ("nearly", "spenders")} == {whole.people}
    assert 0 < size("spenders", "privacy") - size("nearly", "privacy") < 5
    assert listed(shop, COUNTS) == whole
