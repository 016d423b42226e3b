"""The words of texts without fields: quarantined rows, unplanned events, notes. DuckDB reads them on both engines."""

from dataclasses import dataclass
from typing import Any

from tandem.engine.files import FileRead, literal, quoted

PATTERNS = (
    # What stands between blanks and marks; between marks alone, as a phone number has blanks; numbers; addresses.
    r"""[^\s",;|{}\[\]()<>\\]+""",
    r"""[^",;|\t\\{}\[\]]+""",
    r"""\+?[0-9][0-9 ().\-/]{5,}[0-9]""",
    # Of an address only what stands in page addresses and messages too: not the marks that end it there.
    r"""[^\s",;:|{}\[\]()<>\\=/?&#'`]+@[^\s",;:|{}\[\]()<>\\=/?!&#'`]+[^\s",;:|{}\[\]()<>\\=/?!&#'`.]""",
)
ADDRESS_LIKE = "@|%40"
"""In a text without it no address stands, also not as page addresses write it."""
LONGEST = 512


@dataclass(frozen=True)
class Words(FileRead):
    """Rows (Arrow: id, text) as (id, word): each word of a text once, in the ways in which an identifier may stand
    in it. JSON is read first, so that an escaped letter is that letter, and a text with `%` as a page address too."""

    rows: Any

    def into(self, database: Any, name: str) -> None:
        database.register("incoming_texts", self.rows)
        try:
            found = ", ".join(f"regexp_extract_all(text, {literal(one)})" for one in PATTERNS)
            texts = "SELECT id, coalesce(TRY(json(text))::VARCHAR, text) AS text FROM incoming_texts"
            decoded = "SELECT id, TRY(url_decode(text)) AS text FROM texts WHERE contains(text, '%')"
            texts = f"WITH texts AS ({texts}) SELECT id, text FROM texts UNION ALL {decoded}"
            words = f"SELECT id, unnest(flatten([{found}])) AS word FROM ({texts})"
            trimmed = f"SELECT DISTINCT id, trim(word) AS word FROM ({words})"
            database.execute(
                f"CREATE TABLE {quoted(name)} AS SELECT id, word FROM ({trimmed}) "
                f"WHERE length(word) BETWEEN 3 AND {LONGEST}"
            )
        finally:
            database.unregister("incoming_texts")
