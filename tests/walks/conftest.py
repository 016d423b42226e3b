"""One crowd through a launch, shared for reading; a copy for whoever changes something."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from cli.shop import NOW, Shop
from walks.crowd import crowd

from tandem.deliver.sink import MailSink


@pytest.fixture(scope="session")
def sink(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MailSink]:
    """The mail server of the walks."""
    with MailSink(tmp_path_factory.mktemp("mail")) as listening:
        yield listening


@pytest.fixture(scope="session")
def launched(tmp_path_factory: pytest.TempPathFactory, sink: MailSink) -> Shop:
    """The crowd after the launch of its campaign at NOW, for reading only."""
    shop = crowd(tmp_path_factory.mktemp("launched") / "shop", sink)
    ended = shop.tandem("run", "--now", NOW)
    assert ended.code == 0, ended.err
    return shop


@pytest.fixture
def shop(launched: Shop, tmp_path: Path) -> Shop:
    """The crowd after the launch, to do with as one likes."""
    return launched.copy(tmp_path / "shop")
