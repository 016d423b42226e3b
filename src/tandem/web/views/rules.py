"""Every rule in force, in plain sentences."""

from dataclasses import dataclass

from tandem.usecases.list_rules import KINDS, Rule, list_rules
from tandem.web.asking import Ask
from tandem.web.page import PageContext, doc
from tandem.web.values import Table


@dataclass(frozen=True, kw_only=True)
class RulesPage(PageContext):
    """What policy decides by: every clause of the charter in force. What none of them allows is refused."""

    rules: tuple[Rule, ...] = doc("Every rule, in the order of reading.")
    groups: tuple[tuple[str, tuple[Rule, ...]], ...] = doc("The rules by what they are about.")
    ended: int = doc("How many grants have ended and allow nothing any more.")
    table: Table = doc("Every rule with the place where it stands.")


def view(ask: Ask) -> PageContext:
    """The rules."""
    found = list_rules(ask.work, ask.now).rules
    return RulesPage(
        title="Rules",
        rules=found,
        groups=tuple(
            (about, of) for about in KINDS.values() if (of := tuple(r for r in found if r.about == about))
        ),
        ended=sum(not one.holds for one in found),
        table=Table(
            name="rules",
            title="Every rule and where it stands",
            columns=("about", "role", "rule", "where"),
            rows=tuple((r.about, r.clause.role, r.sentence, str(r.clause.place)) for r in found),
        ),
    )
