"""The key of an identifier is the same everywhere and for ever: these values are in people's lakes."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tandem.kernel import digest60


@pytest.mark.parametrize(
    ("parts", "key"),
    [
        # First 15 hex digits of `printf 'email\x1fada@shop.example' | sha256sum`, and so on.
        (("email", "ada@shop.example"), 0xAEBCB6DDE494506),
        (("",), 0xE3B0C44298FC1C1),
        (("café",), 0x850F7DC43910FF8),
    ],
)
def test_keys_never_change(parts: tuple[str, ...], key: int) -> None:
    assert digest60(*parts) == key


@given(st.lists(st.text(), min_size=1, max_size=4))
def test_a_key_fits_a_signed_bigint_and_is_the_digest(parts: list[str]) -> None:
    key = digest60(*parts)
    assert 0 <= key < 2**60
    assert f"{key:015x}" == hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:15]


def test_where_one_part_ends_matters() -> None:
    assert digest60("ab", "c") != digest60("a", "bc")
