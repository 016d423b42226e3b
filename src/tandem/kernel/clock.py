"""Reading instants and spans from text. Nothing here knows what time it is."""

import re
from datetime import UTC, datetime, timedelta

_SPAN = re.compile(r"^\s*(\d+)\s*(second|minute|hour|day|week)s?\s*$", re.IGNORECASE)
_UNITS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400, "week": 604_800}


def parse_instant(text: str) -> datetime:
    """ISO 8601 text as a naive UTC datetime; text without a zone is taken as UTC. Raises ValueError."""
    moment = datetime.fromisoformat(text.strip())
    if moment.tzinfo is None:
        return moment
    return moment.astimezone(UTC).replace(tzinfo=None)


def parse_span(text: str) -> timedelta:
    """'90 days', '12 hours', '2 weeks' as a timedelta. Raises ValueError on anything else."""
    found = _SPAN.match(text)
    if found is None:
        raise ValueError(f"not a span of time: {text!r}")
    return timedelta(seconds=int(found.group(1)) * _UNITS[found.group(2).lower()])


def iso(moment: datetime) -> str:
    """A naive UTC datetime as ISO 8601 with a Z, to the second unless it has microseconds."""
    return moment.isoformat() + "Z"
