"""The known truth of a demo world: what a loop over its files has to find, kept beside the files."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

TABLES = ("identifiers", "people", "consents", "suppressed", "broken", "events", "sources")


@dataclass(frozen=True)
class Plant:
    """What was planted in the answer to a campaign, for people of the target audience.

    Conversion is the share that buys within `days` days; value is pounds per buyer. Somebody who received
    the message buys with `contacted_conversion`, anybody else with `base_conversion`. A purchase carries
    an identifier by which it can be joined with probability `recognised`.

    Other people have chances of their own, which stand beside them in `people`: the further somebody is from
    the target audience, the less a message does. A contact by file, which somebody else's tool has to send,
    has the share `file_effect` of the effect of an e-mail, on the chance and on the value.
    """

    audience: str = "lapsed_big_spenders"
    spent_at_least: float = 300.0
    silent_days: int = 90
    days: int = 14
    base_conversion: float = 0.08
    contacted_conversion: float = 0.20
    base_value: float = 80.0
    contacted_value: float = 88.0
    value_spread: float = 0.5
    recognised: float = 0.95
    file_effect: float = 0.5


@dataclass(frozen=True)
class Truth:
    """Everything that is true of one simulated world.

    identifiers: one row per (kind, value, person) observed on a valid row. `group` numbers the set of
    identifiers that exact evidence joins, null where `shared` (several people use the value); `mailbox` is
    false for a misspelt address. people: one row per true person, with what can be seen of their shopping
    in the group of their strongest identifier. consents: one row per (person, group, purpose) with any
    answer; `allowed` is true only for a yes and no other answer. suppressed: addresses that bounced or
    complained. broken: planted rows per source and break. events: valid rows per source and kind, without
    duplicates; `planned` is false for kinds without contract. sources: files and rows per source.
    """

    seed: int
    start: datetime
    until: datetime
    plant: Plant
    identifiers: pa.Table
    people: pa.Table
    consents: pa.Table
    suppressed: pa.Table
    broken: pa.Table
    events: pa.Table
    sources: pa.Table


def write_truth(truth: Truth, folder: Path) -> None:
    """Write one Parquet file per table and truth.json with the rest."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in TABLES:
        pq.write_table(getattr(truth, name), folder / f"{name}.parquet")
    rest = {
        "format": 1,
        "seed": truth.seed,
        "start": truth.start.isoformat(),
        "until": truth.until.isoformat(),
        "people": truth.people.num_rows,
        "plant": asdict(truth.plant),
        "broken": truth.broken.to_pylist(),
        "events": truth.events.to_pylist(),
        "sources": truth.sources.to_pylist(),
    }
    (folder / "truth.json").write_text(json.dumps(rest, indent=2) + "\n", encoding="utf-8")


def load_truth(path: Path) -> Truth:
    """The truth written by `simulate`: `path` is the folder it wrote to, or its `truth` folder."""
    folder = path if (path / "truth.json").exists() else path / "truth"
    rest = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    tables = {name: pq.read_table(folder / f"{name}.parquet") for name in TABLES}
    return Truth(
        seed=rest["seed"],
        start=datetime.fromisoformat(rest["start"]),
        until=datetime.fromisoformat(rest["until"]),
        plant=Plant(**rest["plant"]),
        **tables,
    )
