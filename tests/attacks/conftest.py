"""The small shop, served in this process, for those who attack it."""

import pytest
from cli.shop import Shop
from web.conftest import marketer, own_shop, served, untouched
from web.served import Served

__all__ = ["marketer", "own_shop", "served", "untouched"]

ADA = "ada@people.example"
PERSONAL = {ADA, "bo@people.example", "cy@people.example", "+447700900101", "07700 900101", "1985-12-10"}
"""What no refusal may hold, and no page of a role that may not see it."""


@pytest.fixture(scope="session")
def ada(served: Served) -> str:
    """The id of a person whom the attacker knows of."""
    return str(Shop(served.folder).person(ADA))
