"""The charter: the project folder in which marketing and IT agree, as files.

Answers: what is declared, where it stands, and everything that is wrong with it.
Writes no table. Must never connect to anything, run a query, or guess
what an author may have meant: it names the nearest word and refuses.
"""

from tandem.charter.catalog import CatalogView, FieldFacts, TraitFacts, catalog_view
from tandem.charter.definitions.charter import Charter
from tandem.charter.loader import (
    files,
    find_root,
    fingerprint,
    load,
    load_files,
    load_instrument,
    load_project,
)
from tandem.charter.starter import INSTRUMENT, init_files, instrument_text

__all__ = [
    "INSTRUMENT",
    "CatalogView",
    "Charter",
    "FieldFacts",
    "TraitFacts",
    "catalog_view",
    "files",
    "find_root",
    "fingerprint",
    "init_files",
    "instrument_text",
    "load",
    "load_files",
    "load_instrument",
    "load_project",
]
