"""Arrival: from files to typed events and records, or to quarantine; nothing that arrives is lost.

Answers: what came, what landed, what waits and why. Writes event_*, record_*, events_unplanned, identifiers,
evidence, consents, suppressions, quarantine, quarantine_outcomes and loads. Must never decide who a person
is, never rewrite a landed event, and never take a row twice.
"""

from tandem.collect.landing import KeptOut
from tandem.collect.replaying import replay
from tandem.collect.results import Entry, Replayed, Taken, TakenFile, Waiting
from tandem.collect.tables import catalogue_tables
from tandem.collect.taking import take_source
from tandem.collect.waiting import Broken, count_waiting, list_quarantine

__all__ = [
    "Broken",
    "Entry",
    "KeptOut",
    "Replayed",
    "Taken",
    "TakenFile",
    "Waiting",
    "catalogue_tables",
    "count_waiting",
    "list_quarantine",
    "replay",
    "take_source",
]
