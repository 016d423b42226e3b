"""From evidence to people: who is who now, as a version of the person map."""

from datetime import datetime

from tandem.identity import Resolution, resolve
from tandem.usecases.progress import Told, silent
from tandem.usecases.workspace import Workspace

STAGE = "identity"


def resolve_people(work: Workspace, now: datetime, told: Told = silent) -> Resolution:
    """Work through the evidence that came since the last time. The watermark moves only after the map is written."""
    since = work.ledger.watermark(STAGE) or 0
    done = resolve(work.engine, work.charter.identity, since_batch=since, now=now, progress=told)
    work.ledger.set_watermark(STAGE, done.upto_batch)
    return done
