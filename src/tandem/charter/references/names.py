"""Names that are declared twice."""

from collections.abc import Iterable

from tandem.charter.definitions.base import Definition
from tandem.charter.problems import DUPLICATE_NAME
from tandem.charter.references.scope import Scope
from tandem.kernel import Problem


def duplicate_names(scope: Scope) -> list[Problem]:
    """Names are unique per kind over all files; of roles within a policy, of events within a source."""
    charter = scope.charter
    problems: list[Problem] = []
    problems += _twice("source", "source", charter.sources)
    problems += _twice("identifier kind", "kind", charter.identity.kinds)
    problems += _twice("purpose", "purpose", charter.purposes.purposes)
    problems += _twice("policy", "policy", charter.policies)
    problems += _twice("trait", "trait", charter.traits)
    problems += _twice("audience", "audience", charter.audiences)
    problems += _twice("campaign", "campaign", charter.campaigns)
    problems += _twice("instrument", "name", charter.pulse)
    problems += _twice("label", "label", [one for policy in charter.policies for one in policy.labels])
    for policy in charter.policies:
        problems += _twice("role", "role", policy.roles, f" in policy `{policy.policy}`")
    for source in charter.sources:
        problems += _twice("event", "kind", source.events, f" in source `{source.source}`")
    return problems + _event_and_record(scope)


def _twice(what: str, attribute: str, definitions: Iterable[Definition], where: str = "") -> list[Problem]:
    seen: dict[str, Definition] = {}
    problems = []
    for one in definitions:
        name = getattr(one, attribute)
        if name in seen:
            first = seen[name].at(attribute)
            sentence = f"{what} `{name}` is declared twice{where}"
            problems.append(DUPLICATE_NAME(sentence, place=one.at(attribute), found=f"also at {first}"))
        seen.setdefault(name, one)
    return problems


def _event_and_record(scope: Scope) -> list[Problem]:
    return [
        DUPLICATE_NAME(
            f"`{source.source}` is a record source and an event: `{source.source}.field` could be either",
            place=source.at("source"),
            found=f"event at {scope.charter.events()[source.source][0].at('kind')}",
        )
        for source in scope.charter.records()
        if source.source in scope.view.events
    ]
