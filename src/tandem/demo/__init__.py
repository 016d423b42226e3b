"""Which world do we know everything about, so that every number of the loop can be held against the truth?

Writes no table: it writes source files, charters and the truth beside them, for the other rooms to find.
Must never be read by another domain room: the truth is for tests, docs and the demo's own report.
Must never read the clock, and must give the same bytes for the same seed.
"""

from tandem.demo.charters import complete_journey_charter, demo_charter
from tandem.demo.complete_journey import export_files
from tandem.demo.everyday import everyday
from tandem.demo.hearing import has_heard, hear, heard
from tandem.demo.lift import ExpectedLift, expected_lift, persons_of, recipients
from tandem.demo.living import Lived, live, planted_lift
from tandem.demo.respond import respond
from tandem.demo.simulate import simulate
from tandem.demo.truth import Plant, Truth, load_truth

__all__ = [
    "ExpectedLift",
    "Lived",
    "Plant",
    "Truth",
    "complete_journey_charter",
    "demo_charter",
    "everyday",
    "expected_lift",
    "export_files",
    "has_heard",
    "hear",
    "heard",
    "live",
    "load_truth",
    "persons_of",
    "planted_lift",
    "recipients",
    "respond",
    "simulate",
]
