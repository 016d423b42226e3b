"""Text in bulk: cells from numbers and instants, lines from cells, files from lines. No loop over rows."""

import gzip
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Instants = npt.NDArray[np.datetime64]
Floats = npt.NDArray[np.float64]

Cells: TypeAlias = pa.Array  # text, one cell per row; a null cell is a value that was not given
Columns = dict[str, Cells]


def words(options: Sequence[str]) -> Cells:
    """The options as text, one cell each."""
    # Lists of the simulator are made as it is imported, and `pa.array` of a list imports pandas: a second of waiting.
    made = pa.lib.StringBuilder()
    made.append_values(list(options))
    return made.finish()


def picked(options: Cells, places: Ints) -> Cells:
    """The option at each place; a place under 0 gives a null cell."""
    return options.take(pa.array(places, mask=places < 0))


def joined(*parts: Cells | str) -> Cells:
    """The parts of each row written one after the other. No part may be null."""
    return pc.binary_join_element_wise(*parts, "")


def numbered(prefix: str, numbers: Ints, digits: int) -> Cells:
    """prefix and the number, padded with zeros to so many digits."""
    return joined(prefix, pc.utf8_lpad(pa.array(numbers).cast(pa.string()), digits, "0"))


def money(pence: Ints) -> Cells:
    """Whole pence as pounds with two decimals: 8990 is 89.90. Not for negative amounts."""
    pounds = pa.array(pence // 100).cast(pa.string())
    return joined(pounds, ".", pc.utf8_lpad(pa.array(pence % 100).cast(pa.string()), 2, "0"))


def stamped(at: Instants, pattern: str, unit: str = "s") -> Cells:
    """Instants as text by a strftime pattern; with unit 'ms' the seconds carry three decimals."""
    return pc.strftime(pa.array(at.astype(f"datetime64[{unit}]")), format=pattern)


def replaced(cells: Cells, where: Bools, by: Cells | str | None) -> Cells:
    """The cells, with those marked taken from `by` (one text, null, or cells of the same length)."""
    other = by if isinstance(by, pa.Array) else pa.scalar(by, pa.string())
    return pc.if_else(pa.array(where), other, cells)


def uuids(rng: np.random.Generator, count: int) -> Cells:
    """Random lower-case UUID texts."""
    text = np.frombuffer(rng.bytes(16 * count).hex().encode(), dtype="S32")
    whole = pa.array(text.astype("U32"), pa.string())
    cuts = ((0, 8), (8, 12), (12, 16), (16, 20), (20, 32))
    return pc.binary_join_element_wise(*(pc.utf8_slice_codeunits(whole, a, b) for a, b in cuts), "-")


def taken(columns: Mapping[str, Cells], rows: Ints) -> Columns:
    """The given rows of each column."""
    index = pa.array(rows)
    return {name: cells.take(index) for name, cells in columns.items()}


def stacked(*parts: Mapping[str, Cells]) -> Columns:
    """Rows of several sets of columns with the same names, one set after the other."""
    return {name: pa.concat_arrays([part[name] for part in parts]) for name in parts[0]}


def csv_lines(columns: Mapping[str, Cells]) -> Cells:
    """One comma-separated line per row, null cells empty. No cell may hold a comma, a quote or a line end."""
    cells = [cells.cast(pa.string()).fill_null("") for cells in columns.values()]
    return pc.binary_join_element_wise(*cells, ",")


def write_lines(path: Path, lines: Cells, header: str | None = None, torn: str = "") -> None:
    """Write one line per row, then a line that was never finished; gzip if the name ends in .gz."""
    body = pc.binary_join(pa.ListArray.from_arrays([0, len(lines)], lines), "\n")[0].as_py()
    text = "\n".join(part for part in (header, body) if part) + "\n" + torn
    path.parent.mkdir(parents=True, exist_ok=True)
    data = text.encode()
    # a file name or a time in the gzip header would make two runs differ
    path.write_bytes(gzip.compress(data, compresslevel=1, mtime=0) if path.suffix == ".gz" else data)
