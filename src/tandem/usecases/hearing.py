"""What people said that a run has not worked in: it may be a no, so nothing is sent against it."""

from collections.abc import Iterator, Mapping

from sqlglot import exp

from tandem.charter.definitions import Campaign, Source
from tandem.collect.saying import sayings
from tandem.collect.statements import DENIED, statement_source
from tandem.identity import key_identifiers
from tandem.kernel import Problem
from tandem.kernel.values import Type
from tandem.usecases.collect_events import Collected
from tandem.usecases.problems import NOT_HEARD
from tandem.usecases.spool import said_since
from tandem.usecases.workspace import Workspace

RAW, KEYED, NO = "hearing_raw", "hearing_raw_keyed", "hearing_no"
STAGES = (RAW, KEYED, NO)


def unheard(work: Workspace, campaign: Campaign, collected: Collected) -> tuple[Problem, ...]:
    """One problem for each source that failed in this run and may hold a no to this campaign."""
    sources = (*work.charter.sources, statement_source(work.charter))
    return tuple(
        NOT_HEARD(
            f"`{campaign.campaign}` sends nothing in this run: something of the source `{one.source}` could not be "
            f"taken, and in it may stand who said no to {campaign.purpose}",
            place=one.place if one.place.file else campaign.place,
            found=one.source,
        )
        for one in sources
        if one.source in collected.failed and _may_deny(work, one, campaign.purpose)
    )


def _may_deny(work: Workspace, source: Source, purpose: str) -> bool:
    said = sayings(source.consents, work.charter.purposes.purposes)
    return bool(source.suppress) or any(one.purpose == purpose for one in said)


def stage_noes(work: Workspace, purpose: str, heard: Mapping[str, int]) -> exp.Query | None:
    """People (person_id) who said no to the purpose since this run took the statements; None if nobody did.

    The last word of each identifier counts; the caller drops STAGES.
    """
    last: dict[tuple[str, str], bool] = {}
    for kind, raw, denied in _said(work, purpose, heard):
        last[kind, raw] = denied
    rows = [{"kind": kind, "raw": raw} for (kind, raw), denied in last.items() if denied]
    if not rows:
        return None
    staged = work.engine.stage_rows(RAW, (("kind", Type.TEXT), ("raw", Type.TEXT)), rows)
    keyed = key_identifiers(work.charter.identity)(work.engine, staged)
    on = exp.column("identifier_key", "m").eq(exp.column("identifier_key", "k"))
    map_ = exp.alias_(work.engine.ref("person_map", "policy"), "m", table=True)
    found = exp.select(exp.column("person_id", "m")).distinct()
    found = found.from_(exp.alias_(keyed, "k", table=True)).join(map_, on=on)
    return exp.select("person_id").from_(work.engine.stage(NO, found))


def _said(work: Workspace, purpose: str, heard: Mapping[str, int]) -> Iterator[tuple[str, str, bool]]:
    kinds = {rule.kind for rule in work.charter.identity.kinds}
    for line in said_since(work.root, heard):
        names = line.get("identifiers")
        if line.get("purpose") != purpose or not isinstance(names, dict):
            continue
        for kind, raw in names.items():
            if kind in kinds and isinstance(raw, str):
                yield kind, raw, line.get("state") == DENIED
