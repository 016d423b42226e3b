"""Any value of ours as plain JSON values: what --json prints and what the pages' JSON twins hold."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from tandem.kernel.clock import iso


def plain(value: object) -> object:
    """Instants as ISO with Z, money as text so that no digit is lost, sets sorted; `to_dict` is asked where it is."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if hasattr(value, "to_dict"):
        return plain(value.to_dict())
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: plain(getattr(value, one.name)) for one in fields(value)}
    match value:
        case datetime():
            return iso(value)
        case date():
            return value.isoformat()
        case timedelta():
            return value.total_seconds()
        case Decimal():
            return format(value, "f")
        case Path():
            return str(value)
        case Mapping():
            return {str(key): plain(one) for key, one in value.items()}
        case set() | frozenset():
            return [plain(one) for one in sorted(value, key=str)]
        case tuple() | list():
            return [plain(one) for one in value]
    return str(value)
