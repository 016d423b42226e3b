"""Shops in three states: as shipped, applied, and after one run with its mail really sent."""

from collections.abc import Callable
from pathlib import Path

import pytest
from cli.shop import APPLIED, NOW, Shop, copied

from tandem.deliver.sink import MailSink


@pytest.fixture(autouse=True)
def _no_settings_of_mine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("TANDEM_CHARTER", "TANDEM_ROLE", "TANDEM_ACTOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """A shop with nothing done yet."""
    return copied(tmp_path / "shop")


@pytest.fixture(scope="session")
def _applied(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    shop = copied(tmp_path_factory.mktemp("applied") / "shop")
    # Mail goes to a file, so that a run needs no server; the mail server has tests of its own.
    shop.edit("campaigns/winback_spring.yml", "channel: email", "channel: file")
    text = shop.path("campaigns/winback_spring.yml").read_text().split("message:")[0]
    shop.write(
        "campaigns/winback_spring.yml",
        text + "export: {path: exports/winback.csv, fields: [email, first_name]}\n",
    )
    assert shop.tandem("apply", "--yes", "--now", APPLIED).code == 0
    return shop


@pytest.fixture(scope="session")
def ran(_applied: Shop, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """A shop after one run at NOW, for reading only."""
    shop = _applied.copy(tmp_path_factory.mktemp("ran") / "shop")
    ended = shop.tandem("run", "--now", NOW)
    assert ended.code == 0, ended.err
    return shop


@pytest.fixture
def applied(_applied: Shop, tmp_path: Path) -> Shop:
    """A shop with its charter in force and no run yet."""
    return _applied.copy(tmp_path / "shop")


@pytest.fixture
def used(ran: Shop, tmp_path: Path) -> Shop:
    """A shop after one run at NOW, to do with as one likes."""
    return ran.copy(tmp_path / "shop")


@pytest.fixture
def mailing(shop: Shop, tmp_path: Path) -> Callable[[], MailSink]:
    """A mail server for the shop's campaign; the charter names its port."""

    def start() -> MailSink:
        return MailSink(tmp_path / "mail")

    return start
