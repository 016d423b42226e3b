"""From a message to the customer's own page, and back to the audience: who says no there is reached no more."""

from contextlib import closing
from email import message_from_bytes, policy
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from cli.shop import APPLIED, LATER, NOW, Shop, copied
from starlette.testclient import TestClient

from tandem.deliver.sink import MailSink
from tandem.kernel import parse_instant
from tandem.ledger import Wanted, open_ledger
from tandem.web import create_app

ADA = "ada@people.example"
LINK = "\n    What you get from us is up to you: {{ preferences_url }}\n\n    Harbour & Pine"


@pytest.fixture
def shop(tmp_path: Path, sink: MailSink) -> Shop:
    """The shop with an address for customers; nobody is held out, and another campaign starts a day later."""
    shop = copied(tmp_path / "shop")
    shop.edit("tandem.toml", "port = 2525", f"port = {sink.port}")
    text = shop.path("tandem.toml").read_text()
    shop.write("tandem.toml", text + '\n[workspace]\naddress = "https://my.harbourpine.example"\n')
    name = "campaigns/winback_spring.yml"
    shop.edit(name, "\n    Harbour & Pine", LINK)
    shop.edit(name, "holdout: 20%", "holdout: 1%")
    again = shop.path(name).read_text().replace("campaign: winback_spring", "campaign: winback_again")
    shop.write("campaigns/winback_again.yml", again.replace("starts: 2026-03-01", "starts: 2026-03-11"))
    assert shop.tandem("apply", "--yes", "--now", APPLIED).code == 0
    return shop


def to_ada(sink: MailSink, seen: int) -> list[bytes]:
    return [
        (sink.folder / f"{sent['number']:06d}.eml").read_bytes()
        for sent in sink.taken()[seen:]
        if sent["recipients"] == [ADA]
    ]


@pytest.mark.parametrize(
    ("form", "reached"),
    [
        pytest.param({"for_marketing_email": "no"}, False, id="no on the page"),
        pytest.param({"List-Unsubscribe": "One-Click"}, False, id="one click"),
        pytest.param({"for_marketing_email": "yes", "for_analytics": "yes"}, True, id="all as it was"),
    ],
)
def test_who_says_no_is_reached_no_more(
    shop: Shop, sink: MailSink, form: dict[str, str], reached: bool
) -> None:
    seen = len(sink.taken())
    assert shop.tandem("run", "--now", NOW).code == 0
    (mail,) = to_ada(sink, seen)
    post = message_from_bytes(mail, policy=policy.SMTP)
    path = urlsplit(post["List-Unsubscribe"].strip("<>")).path
    assert path in post.get_content()
    with closing(open_ledger(shop.path("ledger.db"))) as ledger:
        client = TestClient(create_app(shop.folder, ledger, lambda: parse_instant(NOW)))
        assert client.post(path, data=form).status_code == 200
        noted = ledger.audit_entries(Wanted(kind="consent"))
    ada = shop.person(ADA)
    assert [one.person_id for one in noted] == ([] if reached else [ada])
    assert ADA not in str(noted)
    assert shop.tandem("run", "--now", LATER).code == 0
    assert assigned(shop, "winback_spring") == {ada}
    assert assigned(shop, "winback_again") == ({ada} if reached else set())
    assert len(to_ada(sink, seen)) == (2 if reached else 1)


def assigned(shop: Shop, campaign: str) -> set[int]:
    """Who was among the people of a campaign's audience that it may reach."""
    return {row["person_id"] for row in shop.rows("assignments") if row["campaign"] == campaign}
