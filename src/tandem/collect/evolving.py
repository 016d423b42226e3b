"""Fields that files bring and the contract does not know: found, named, and in mode evolve made columns."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from tandem.charter.definitions import Format, Mode, Source
from tandem.collect.contract import Contract, Extra
from tandem.collect.finding import Found
from tandem.engine.catalogue.landing import LANDED
from tandem.engine.opened import Opened, json_paths
from tandem.kernel import digest60

SAMPLE = 2_000


@dataclass(frozen=True)
class NewFields:
    """Unknown paths by file, and the columns that they become (only in mode evolve)."""

    unknown: Mapping[str, tuple[str, ...]]
    extras: tuple[Extra, ...] = ()


def new_fields(source: Source, found: Sequence[Found], headers: Mapping[str, Opened]) -> NewFields:
    """What the files have beyond the contract.

    CSV and Parquet say it in their headers. Of NDJSON every line is looked at in modes evolve and freeze, and
    the first 2,000 lines in the others, where unknown fields change nothing. Below the top only objects are
    opened in which the contract names a field.
    """
    known = known_paths(source)
    unknown = {one.name: _unknown(source, one, headers[one.name], known) for one in found}
    every = sorted({path for paths in unknown.values() for path in paths})
    extras = tuple(_extras(source, every)) if source.mode is Mode.EVOLVE else ()
    return NewFields(unknown, extras)


def known_paths(source: Source) -> frozenset[str]:
    """All paths that the contract names anywhere."""
    contract = Contract(source, "UTC", datetime(1970, 1, 1))
    wordings = [spec.wording for spec in source.consents if spec.wording]
    return frozenset((*contract.needed(), *contract.optional(), *wordings))


def _unknown(source: Source, one: Found, opened: Opened, known: frozenset[str]) -> tuple[str, ...]:
    if opened.trouble is not None:
        return ()
    if source.files.format is not Format.NDJSON:
        return tuple(path for path in opened.header if path not in known)
    opened_objects = {path.rsplit(".", depth)[0] for path in known for depth in range(1, path.count(".") + 1)}
    limit = None if source.mode in (Mode.EVOLVE, Mode.FREEZE) else SAMPLE
    found = json_paths(one.path, source.files.encoding, sorted(opened_objects), limit)
    return tuple(path for path in found if path not in known and path not in opened_objects)


def _extras(source: Source, paths: Sequence[str]) -> list[Extra]:
    """A column for each path: its letters in small, dots as _; a name that is taken gets a digest behind it."""
    fields = [field for spec in source.events for field in spec.fields]
    fields += source.record.fields if source.record else ()
    taken = {field.name for field in fields} | {column.name for column in LANDED}
    taken |= {"event_id", "record_id", "content"}
    found: list[Extra] = []
    for path in paths:
        name = re.sub(r"[^a-z0-9]+", "_", path.lower()).strip("_") or "field"
        name = name if name[0].isalpha() else f"field_{name}"
        if name in taken:
            name = f"{name}_{digest60(path) % 100_000}"
        taken.add(name)
        found.append(Extra(path, name))
    return found
