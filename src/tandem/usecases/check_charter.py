"""The charter of a folder with everything that is wrong in it, also what its own policies do not let it do."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from tandem.align import load as published
from tandem.align.index_of import weight_problems
from tandem.align.instrument import link_problems
from tandem.audience import bind, trait_footprint
from tandem.charter import Charter, load
from tandem.deliver.asking import needs
from tandem.engine.catalogue import BASE, Catalogue
from tandem.kernel import Place, Problem, Problems
from tandem.kernel.values import Destination, FieldRef
from tandem.policy import Gap, Permit, Refusal, decide
from tandem.usecases.permits import destination_of
from tandem.usecases.workspace import SYSTEM, tables_of

BEFORE_ALL = datetime(1, 1, 1)
"""Whether a grant has ended is judged when somebody uses it; a charter is not wrong because time passes."""


def check_charter(root: Path) -> Charter:
    """The charter, whole and permitted. Raises Problems with everything that is wrong.

    A trait, audience or campaign that the loop's own role may not work out would stop a run, so it is refused
    here, at its line, before it can be put in force.
    """
    return permitted(load(root))


def permitted(charter: Charter) -> Charter:
    """The charter itself. Raises Problems with what its own policies do not let the loop do with it."""
    catalogue = BASE.with_tables(tables_of(charter))
    refused = {(one.code, one.sentence): one for one in _refused(charter, catalogue)}
    if refused:
        raise Problems(refused.values())
    return charter


def _refused(charter: Charter, catalogue: Catalogue) -> Iterator[Problem]:
    counting = charter.purposes.counting
    for trait in charter.traits:
        reads = trait_footprint(replace(charter, traits=(trait,)))
        yield from _reasons(charter, catalogue, counting, Destination.PREVIEW, reads, trait.place)
    reads_of = {one.audience: bind(one, charter, catalogue).footprint() for one in charter.audiences}
    for audience in charter.audiences:
        reads = reads_of[audience.audience]
        yield from _reasons(charter, catalogue, counting, Destination.PREVIEW, reads, audience.place)
    for campaign in charter.campaigns:
        reads, to = reads_of[campaign.audience], destination_of(campaign)
        yield from _reasons(charter, catalogue, campaign.purpose, to, reads, campaign.place)
        said = needs(campaign, charter)
        given = said.footprint | said.shown
        yield from _reasons(charter, catalogue, campaign.purpose, to, given, campaign.place, said.shown)
    for instrument in charter.pulse:
        yield from link_problems(instrument, published())
        yield from weight_problems(instrument)


def _reasons(
    charter: Charter,
    catalogue: Catalogue,
    purpose: str,
    to: Destination,
    reads: frozenset[FieldRef],
    place: Place | None,
    shown: frozenset[FieldRef] = frozenset(),
) -> tuple[Problem, ...]:
    match decide(SYSTEM, purpose, to, reads, charter, catalogue, now=BEFORE_ALL, shown=shown, key=b"any"):
        case Permit():
            return ()
        case Refusal(reasons=found) | Gap(missing=found):
            return tuple(replace(one, place=place or one.place) for one in found)
