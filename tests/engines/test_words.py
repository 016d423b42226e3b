"""The words of texts: an address is found as page addresses and messages write it."""

import duckdb
import pyarrow as pa
import pytest

from tandem.engine.words import Words


@pytest.mark.parametrize(
    "text",
    [
        "https://shop.example/?email=ada@inbox.example&utm_source=x",
        "https://shop.example/?email=ada%40inbox.example",
        "/thanks?email=ada%40inbox.example&order=5 100%",
        "https://shop.example/ada@inbox.example#x",
        "no customer 'ada@inbox.example' here",
        "`ada@inbox.example`",
        "mail ada@inbox.example.",
        '{"page": "https://shop.example/?ada%40inbox.example"}',
    ],
)
def test_an_address_in_a_page_address_or_a_message_is_a_word(text: str) -> None:
    with duckdb.connect() as database:
        Words(pa.table({"id": [1], "text": [text]})).into(database, "words")
        words = {word for (word,) in database.execute("SELECT word FROM words").fetchall()}
    assert "ada@inbox.example" in words
