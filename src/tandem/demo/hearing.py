"""Who was reached by what: contacts of the loop, noted once, as the world feels them from then on."""

from datetime import datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tandem.demo.arrivals import step_name
from tandem.demo.effects import Contacts, strength_of
from tandem.demo.judging import true_people
from tandem.demo.truth import Truth
from tandem.demo.writing import Ints

HEARD = Path("truth") / "heard"
_SCHEMA = pa.schema([
    ("contact_id", pa.int64()), ("campaign", pa.string()), ("channel", pa.string()), ("person", pa.int64()),
    ("at", pa.timestamp("us")), ("strength", pa.float64()),
])  # fmt: skip


def heard(out: Path) -> pa.Table:
    """The contacts noted so far, in the order of noting: contact_id, campaign, channel, person (number of the
    true person), at (naive UTC), strength (share of the planted effect)."""
    files = sorted((out / HEARD).glob("*.parquet"))
    return pa.concat_tables([_SCHEMA.empty_table(), *(pq.read_table(file) for file in files)])


def has_heard(out: Path, start: datetime) -> bool:
    """Whether the contacts of the step from `start` on are noted already."""
    return (out / HEARD / f"{step_name(start)}.parquet").is_file()


def hear(truth: Truth, out: Path, sent: pa.Table, person_map: pa.Table, *, start: datetime) -> None:
    """Note the contacts that the step from `start` on is the first to feel, once and for all.

    `sent` has contact_id, campaign, channel, person_id and sent_at of every contact that left; those noted
    before are left out, and those of nobody whom the truth knows. Whoever repeats a step that was cut off finds
    the same contacts, whatever was sent meanwhile.
    """
    new = sent.filter(pc.invert(pc.is_in(sent["contact_id"], heard(out)["contact_id"].combine_chunks())))
    person = true_people(truth, person_map, new["person_id"].to_numpy())
    strength = [strength_of(truth, channel) for channel in new["channel"].to_pylist()]
    noted = pa.table({
        **{name: new[name] for name in ("contact_id", "campaign", "channel")},
        "person": person, "at": new["sent_at"], "strength": pa.array(strength, pa.float64()),
    }).cast(_SCHEMA)  # fmt: skip
    path = out / HEARD / f"{step_name(start)}.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    known = noted.filter(pc.greater_equal(noted["person"], 0)).sort_by("contact_id")
    pq.write_table(known, path.with_suffix(".part"))
    path.with_suffix(".part").replace(path)


def contacts_of(noted: pa.Table) -> Contacts:
    """Noted contacts as arrays."""
    return Contacts(noted["person"].to_numpy(), instants_of(noted["at"]), noted["strength"].to_numpy())


def instants_of(column: pa.ChunkedArray) -> Ints:
    """Seconds since 1970 of naive UTC timestamps."""
    seconds: Ints = column.to_numpy().astype("datetime64[s]").astype(np.int64)
    return seconds
