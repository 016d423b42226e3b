"""References of contracts, identity rules, purposes and policies."""

from collections.abc import Iterator

from tandem.charter.definitions.purposes import Purpose
from tandem.charter.definitions.sources import STATED, STATEMENTS, FieldSpec, Source
from tandem.charter.problems import (
    RESERVED,
    TYPE_CONFLICT,
    UNKNOWN_KIND,
    UNKNOWN_PURPOSE,
    UNMAPPED,
    UNREACHABLE,
)
from tandem.charter.references.scope import Scope
from tandem.kernel import Place, Problem

LAKE_COLUMNS = (
    "event_id", "event_at", "received_at", "source", "subject_key", "batch_id",
    "record_id", "content", "person_id", "payload", "kind",
)  # fmt: skip


def identity_references(scope: Scope) -> list[Problem]:
    """Blocked values are of declared kinds."""
    blocked = scope.charter.identity.blocked
    named = [(word, kind) for word in ("values", "patterns") for kind in getattr(blocked, word)]
    return [_unknown_kind(kind, blocked.at(word), scope) for word, kind in named if kind not in scope.kinds]


def purpose_references(scope: Scope) -> list[Problem]:
    """`counting` and `measuring`, and the purposes of every grant, are declared."""
    if not scope.whole("purposes"):
        return []
    purposes = scope.charter.purposes
    named = [(getattr(purposes, word), purposes.at(word)) for word in ("counting", "measuring")]
    for policy in scope.charter.policies:
        for grant in (grant for role in policy.roles for grant in role.may):
            named += [(name, grant.at("purposes", place)) for place, name in enumerate(grant.purposes)]
    return [unknown_purpose(name, place, scope) for name, place in named if name not in scope.purposes]


def unknown_purpose(name: str, place: Place, scope: Scope) -> Problem:
    """A letter about a purpose that is not declared."""
    return UNKNOWN_PURPOSE(f"unknown purpose `{name}`", place=place, found=name, alternatives=scope.purposes)


def _unknown_kind(kind: str, place: Place, scope: Scope) -> Problem:
    return UNKNOWN_KIND(
        f"unknown identifier kind `{kind}`", place=place, found=kind, alternatives=scope.kinds
    )


def source_references(scope: Scope) -> list[Problem]:
    """Identifier kinds and purposes of every source are declared; its events and fields can exist."""
    return [problem for source in scope.charter.sources for problem in _source(source, scope)]


def _source(source: Source, scope: Scope) -> Iterator[Problem]:
    if scope.whole("identity"):
        for identifier in source.identifiers:
            if identifier.kind not in scope.kinds:
                yield _unknown_kind(identifier.kind, identifier.at("kind"), scope)
    if scope.whole("purposes"):
        for consent in source.consents:
            if consent.purpose is not None and consent.purpose not in scope.purposes:
                yield unknown_purpose(consent.purpose, consent.at("purpose"), scope)
            elif (word := consent.convention) and not any(getattr(p, word) for p in _purposes(scope)):
                sentence = f"no purpose says by `{word}` what this means, so nothing would be read"
                expected = f"{word}: … at a purpose of purposes.yml"
                yield UNMAPPED(sentence, place=consent.at(word), found=word, expected=expected)
    names = [
        (source.source, source.at("source")),
        *((event.kind, event.at("kind")) for event in source.events),
    ]
    for name, place in names:
        if name in (STATEMENTS, STATED):
            yield RESERVED(f"`{name}` is what people say to Tandem itself", place=place, found=name)
    for event in source.events[:-1]:
        if event.when is None:
            sentence = f"every row is `{event.kind}`, so the events after it never come"
            yield UNREACHABLE(
                sentence, place=event.at("kind"), found="no `when`", expected="when: {FIELD: VALUE}"
            )
    for _, spec in _fields(source):
        if spec.name in LAKE_COLUMNS:
            sentence = f"`{spec.name}` is a column of every table of the lake"
            yield RESERVED(sentence, place=spec.at("name"), found=spec.name)


def _purposes(scope: Scope) -> tuple[Purpose, ...]:
    return scope.charter.purposes.purposes


def _fields(source: Source) -> Iterator[tuple[str, FieldSpec]]:
    for event in source.events:
        yield from ((event.kind, spec) for spec in event.fields)
    if source.record:
        yield from ((source.source, spec) for spec in source.record.fields)


def type_conflicts(scope: Scope) -> list[Problem]:
    """A field of an event has one type, whichever source it comes from: it is one column."""
    first: dict[tuple[str, str], tuple[str, FieldSpec]] = {}
    problems = []
    for source in scope.charter.sources:
        for event in source.events:
            for spec in event.fields:
                other, known = first.setdefault((event.kind, spec.name), (source.source, spec))
                if known.type is not spec.type:
                    sentence = f"field `{spec.name}` of `{event.kind}` is {known.type} in `{other}`"
                    problems.append(
                        TYPE_CONFLICT(
                            f"{sentence} and {spec.type} in `{source.source}`",
                            place=spec.at("type"),
                            found=str(spec.type),
                            expected=f"{known.type}, as at {known.at('type')}",
                        )
                    )
    return problems
