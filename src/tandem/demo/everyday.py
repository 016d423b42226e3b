"""What arrives whether or not there is a campaign: support contacts, social mentions, the cost of advertising."""

from datetime import datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tandem.demo.arrivals import deliver, has, rows_of, seconds_of, step_name, text
from tandem.demo.contacts import make_ads
from tandem.demo.feeds import DAY, Feed, instants
from tandem.demo.names import NETWORKS, TOPICS
from tandem.demo.shopping import History
from tandem.demo.truth import Truth
from tandem.demo.writing import Ints, joined, numbered, picked, stamped, words

_STREAM = 43
_CALLS = 0.16 / 730
_MENTIONS = 3 / 730
_MOODS = (0.5, 0.3, 0.2)


def everyday(truth: Truth, out: Path, *, start: datetime, end: datetime) -> None:
    """Write what arrives in [start, end), naive UTC, to out/data; the same arguments give the same bytes.

    Advertising is reported for every day that ends in the span.
    """
    begin, until = seconds_of(start), seconds_of(end)
    rng = np.random.default_rng([truth.seed, _STREAM, begin])
    first, last = begin // DAY, until // DAY
    feeds = {
        f"support/{step_name(start)}.ndjson": _support(rng, truth, begin, until),
        f"social/{step_name(start)}.ndjson": _social(rng, truth, begin, until),
    }
    if last > first:
        feeds[f"ads/{step_name(start)}.csv"] = make_ads(rng, History(first * DAY, last * DAY))
    deliver(out, {path: feed for path, feed in feeds.items() if len(feed)})


def _moments(rng: np.random.Generator, count: int, begin: int, until: int) -> Ints:
    moments: Ints = np.sort(rng.integers(begin, until, count))
    return moments


def _support(rng: np.random.Generator, truth: Truth, begin: int, until: int) -> Feed:
    """Some people with an address get in touch, a few with their customer number; nobody asks to hear no more."""
    known = np.flatnonzero(has(truth, "email"))
    count = int(rng.poisson(len(known) * _CALLS * (until - begin) / DAY))
    person, at = rng.choice(known, count), _moments(rng, count, begin, until)
    columns = {
        "contact_id": numbered(f"A{begin}S", np.arange(count), 5),
        "opened_at": joined(stamped(instants(at + 3_600), "%Y-%m-%dT%H:%M:%S"), "+01:00"),
        "channel": picked(words(("phone", "email", "chat")), rng.integers(0, 3, count)),
        "topic": picked(words(TOPICS), rng.integers(0, len(TOPICS), count)),
        "satisfaction": pa.array(rng.integers(1, 6, count)).cast(pa.string()),
        "crm_id": text(truth, "crm_id", np.where(rng.random(count) < 0.2, person, -1)),
        "email": text(truth, "email", person),
        "phone": pa.nulls(count, pa.string()),
    }
    return rows_of("support", columns, ("support_contact",), np.zeros(count, np.int64), person, at)


def _social(rng: np.random.Generator, truth: Truth, begin: int, until: int) -> Feed:
    """Mentions by people with a handle, and nothing else that names them."""
    handles = truth.identifiers.filter(pc.equal(truth.identifiers["kind"], "social_handle"))
    count = int(rng.poisson(len(handles) * _MENTIONS * (until - begin) / DAY)) if len(handles) else 0
    who, at = rng.integers(0, max(1, len(handles)), count), _moments(rng, count, begin, until)
    columns = {
        "mention_id": numbered(f"A{begin}M", np.arange(count), 5),
        "posted_at": joined(pa.array(at).cast(pa.string()), "000"),
        "network": picked(words(NETWORKS), rng.integers(0, len(NETWORKS), count)),
        "mood": picked(words(("good", "neutral", "bad")), rng.choice(3, count, p=_MOODS)),
        "followers": pa.array((rng.pareto(1.2, count) * 80).astype(np.int64)).cast(pa.string()),
        "handle": picked(handles["value"].combine_chunks(), who),
        "email": pa.nulls(count, pa.string()),
    }
    person = handles["person"].to_numpy()[who]
    return rows_of("social", columns, ("social_mention",), np.zeros(count, np.int64), person, at)
