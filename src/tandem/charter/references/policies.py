"""References of policies: labels, row rules, masks. Purposes of grants are checked in `sources`."""

from collections.abc import Iterator

from tandem.charter.definitions.policies import SYSTEM_ROLE, Mask, Role, RowRule
from tandem.charter.definitions.sources import FieldType
from tandem.charter.problems import MASKED_FIELD, ROW_RULE, UNKNOWN_LABEL, UNKNOWN_NAME
from tandem.charter.references.fits import misfit, written
from tandem.charter.references.scope import Scope
from tandem.kernel import Place, Problem
from tandem.kernel.values import Label


def policy_references(scope: Scope) -> list[Problem]:
    """Labels are declared; row rules can be judged; masks are of fields that there are, for roles that there are."""
    return [*_labels(scope), *_row_rules(scope), *_masks(scope)]


def _labels(scope: Scope) -> Iterator[Problem]:
    if not scope.whole("policies"):
        return
    known = [*(str(label) for label in Label), *scope.charter.own_labels()]
    for name, place in _named(scope):
        if name not in known:
            yield UNKNOWN_LABEL(f"unknown label `{name}`", place=place, found=name, alternatives=known)


def _named(scope: Scope) -> Iterator[tuple[str, Place]]:
    """Every label that is used, and where."""
    for source in scope.charter.sources:
        fields = [spec for event in source.events for spec in event.fields]
        fields += source.record.fields if source.record else ()
        yield from ((spec.label, spec.at("label")) for spec in fields)
    for policy in scope.charter.policies:
        for grant in (grant for role in policy.roles for grant in role.may):
            yield from ((name, grant.at("labels", number)) for number, name in enumerate(grant.labels))
        yield from ((mask.label, mask.at("label")) for mask in policy.masks if mask.label)
        yield from ((one.label, one.at("label")) for one in policy.keep)


def _row_rules(scope: Scope) -> Iterator[Problem]:
    for policy in scope.charter.policies:
        for role in policy.roles:
            for rule in role.rows:
                yield from _row_rule(rule, role, scope)


def _row_rule(rule: RowRule, role: Role, scope: Scope) -> Iterator[Problem]:
    if rule.trait and role.role == SYSTEM_ROLE:
        sentence = "a row rule of `system` cannot ask for a trait: it is `system` that works out traits"
        place = rule.at("trait")
        yield ROW_RULE(sentence, place=place, found=rule.trait, expected="field: SOURCE.field")
        return
    found = _trait_type(rule, scope) if rule.trait else _field_type(rule, scope)
    if isinstance(found, Problem):
        yield found
    elif found is not None and (expected := misfit(rule, found)) is not None:
        sentence = f"the comparison does not fit `{rule.subject}`, which is {found}"
        yield ROW_RULE(sentence, place=rule.at("value"), found=written(rule), expected=expected)


def _trait_type(rule: RowRule, scope: Scope) -> FieldType | Problem | None:
    if not scope.whole("sources", "traits"):
        return None
    facts = scope.view.traits.get(str(rule.trait))
    if facts is None:
        sentence = f"unknown trait `{rule.trait}`"
        options = tuple(scope.view.traits)
        return ROW_RULE(sentence, place=rule.at("trait"), found=rule.trait, alternatives=options)
    return facts.type


def _field_type(rule: RowRule, scope: Scope) -> FieldType | Problem | None:
    if not scope.whole("sources"):
        return None
    source, _, field = str(rule.field).partition(".")
    about = {one.source for one in scope.charter.records() if one.identifiers}
    fields = scope.view.records.get(source, {}) if source in about else {}
    if field in fields:
        return fields[field].type
    options = [f"{name}.{one}" for name in sorted(about) for one in scope.view.records.get(name, {})]
    sentence = f"no records of people have the field `{rule.field}`"
    return ROW_RULE(sentence, place=rule.at("field"), found=rule.field, alternatives=options)


def _masks(scope: Scope) -> Iterator[Problem]:
    roles = {role.role for policy in scope.charter.policies for role in policy.roles}
    for mask in (mask for policy in scope.charter.policies for mask in policy.masks):
        for number, name in enumerate(mask.roles):
            if scope.whole("policies") and name not in roles:
                sentence, place = f"unknown role `{name}`", mask.at("roles", number)
                yield UNKNOWN_NAME(sentence, place=place, found=name, alternatives=sorted(roles), who="it")
        if scope.whole("sources", "traits"):
            yield from _fields(mask, scope)


def _fields(mask: Mask, scope: Scope) -> Iterator[Problem]:
    options = [
        *scope.view.traits,
        *(f"{kind}.{field}" for kind, fields in scope.view.events.items() for field in fields),
        *(f"{source}.{field}" for source, fields in scope.view.records.items() for field in fields),
    ]
    for number, name in enumerate(mask.fields):
        if name not in options:
            sentence = f"nothing is called `{name}`"
            yield MASKED_FIELD(sentence, place=mask.at("fields", number), found=name, alternatives=options)
