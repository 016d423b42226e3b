"""Checks between files: do names lead somewhere, do types fit, can a campaign be run.

Answers: everything in a charter that contradicts another part of it.
Writes no table. Must never stop at the first problem, and must not
report as unknown what stands in a file that could not be read.
"""

from collections.abc import Callable

from tandem.charter.catalog import CatalogView, catalog_view
from tandem.charter.definitions.charter import Charter
from tandem.charter.references.agenda import agenda_references
from tandem.charter.references.audiences import audience_cycles, audience_references
from tandem.charter.references.campaigns import campaign_references, export_clashes
from tandem.charter.references.names import duplicate_names
from tandem.charter.references.policies import policy_references
from tandem.charter.references.scope import Scope
from tandem.charter.references.sources import (
    identity_references,
    purpose_references,
    source_references,
    type_conflicts,
)
from tandem.charter.references.traits import trait_references
from tandem.kernel import Problem

CHECKS: tuple[Callable[[Scope], list[Problem]], ...] = (
    duplicate_names,
    identity_references,
    purpose_references,
    policy_references,
    source_references,
    type_conflicts,
    trait_references,
    audience_references,
    audience_cycles,
    campaign_references,
    export_clashes,
    agenda_references,
)


def check_references(charter: Charter, broken: frozenset[str] = frozenset()) -> list[Problem]:
    """All problems between files. `broken` parts could not be read whole: names in them are not judged."""
    view: CatalogView = catalog_view(charter)
    scope = Scope(charter, view, broken)
    return [problem for check in CHECKS for problem in check(scope)]


__all__ = ["CHECKS", "Scope", "check_references"]
