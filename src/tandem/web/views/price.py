"""The price of a rule: whom each clause keeps from being reached, and what that costs as far as it was measured."""

from dataclasses import dataclass
from functools import partial

from tandem.policy import Count
from tandem.usecases.price_of_rules import ASSUMPTION, Prices, Use, prices
from tandem.usecases.price_words import cost_words, lead
from tandem.web.asking import Ask
from tandem.web.charts import Caption, Chart, bars
from tandem.web.page import PageContext, doc
from tandem.web.values import Table

MOST_BARS = 12


@dataclass(frozen=True, kw_only=True)
class PricePage(PageContext):
    """Whom each clause keeps from being reached, and the measured value that costs; absent while it is worked out."""

    lead: str = doc("The dearest clause in a sentence, or why nobody can say.")
    found: Prices | None = doc(
        "Every audience for every purpose: people kept out by clause, and what they are worth."
    )
    untold: tuple[Use, ...] = doc("Uses of which nothing may be told to your role, with the reason.")
    chart: Chart | None = doc("The clauses that cost most, of those whose cost is known.")
    table: Table | None = doc("Every clause of every use.")
    assumption: str = doc("What every cost takes for granted.")
    purpose: str = doc("Only this purpose; empty for all.")
    audience: str = doc("Only this audience; empty for all.")


def view(ask: Ask) -> PageContext:
    """The prices. Counting takes seconds, so it goes on beside the page, which looks again."""
    purpose, audience = ask.text("purpose"), ask.text("audience")
    last = [run.id for run in ask.ledger.runs(1)]
    hour = ask.now.replace(minute=0, second=0, microsecond=0)
    question = ("price", ask.ledger.applied_fingerprint(), ask.actor.role, hour, purpose, audience, *last)
    count = partial(prices, ask.root, ask.actor, ask.now, ask.wall, purpose or None, audience or None)
    found = ask.later.look(question, count)
    return PricePage(
        title="The price of a rule",
        lead="" if found is None else lead(found),
        found=found,
        untold=() if found is None else tuple(use for use in found.uses if use.refused),
        chart=None if found is None else _chart(found),
        table=None if found is None else _table(found),
        assumption=ASSUMPTION,
        purpose=purpose,
        audience=audience,
    )


def _chart(found: Prices) -> Chart | None:
    several = len({use.title for use in found.uses}) > 1
    known = [
        (f"{one.sentence}, {use.title}" if several else one.sentence, one.cost)
        for use in found.uses
        for one in use.clauses
        if one.cost is not None
    ]
    known.sort(key=lambda pair: -pair[1].value)
    if not known:
        return None
    unit = known[0][1].unit
    caption = Caption(
        name="price",
        title="What the dearest clauses cost",
        unit=f"{unit}, people kept out by this clause alone times the measured value of reaching one",
    )
    return bars(caption, [(name, round(worth.value)) for name, worth in known[:MOST_BARS]])


def _table(found: Prices) -> Table:
    rows = [
        (
            use.title,
            f"{use.purpose} by {use.channel}",
            one.sentence,
            str(one.place or ""),
            str(one.people),
            str(one.alone) if isinstance(one.alone, Count) else "may not be told",
            cost_words(one),
        )
        for use in found.uses
        for one in use.clauses
    ]
    return Table(
        name="clauses",
        title="Every clause, and whom it keeps out",
        columns=("audience", "for", "clause", "where", "people", "by this alone", "costs"),
        rows=tuple(rows),
        numeric=(False, False, False, False, True, True, False),
        n=f"groups under {found.smallest_group} are not told",
    )
