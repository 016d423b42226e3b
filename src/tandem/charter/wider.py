"""What of a changed charter lets more be done than before: the changes that widen, each at its clause.

A table says for each key which change of it is wider. What the table does not know counts as wider: a key that
somebody adds tomorrow is asked about until somebody says here what narrows it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from enum import StrEnum
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from posixpath import normpath
from typing import Any, TypeVar

from tandem.charter.binding import slots
from tandem.charter.definitions import Charter, Definition, Source
from tandem.charter.definitions.base import NOWHERE
from tandem.kernel import Place
from tandem.kernel.values import Basis, Label

D = TypeVar("D", bound=Definition)


class Rule(StrEnum):
    """Which change of a key is wider."""

    WORDS = "no change is"
    MORE = "more of them"
    FEWER = "fewer of them, or other ones"
    LARGER = "a larger one, or none"
    SMALLER = "a smaller one, or none"
    LABEL = "a less strict one"
    BASIS = "any that asks for less than consent"
    OFF = "off"
    ON = "on"
    PARTS = "what is wider in its parts"
    ANY = "any change"


WORDS = ("title", "description")
TABLE: dict[tuple[str, str], Rule] = {
    ("Grant", "purposes"): Rule.MORE,
    ("Grant", "labels"): Rule.MORE,
    ("Grant", "destinations"): Rule.MORE,
    ("Grant", "until"): Rule.LARGER,
    ("Role", "rows"): Rule.FEWER,
    ("Policy", "masks"): Rule.FEWER,
    ("Policy", "labels"): Rule.PARTS,
    ("Policy", "keep"): Rule.PARTS,
    ("Policy", "old_files_days"): Rule.LARGER,
    ("Keeping", "period"): Rule.LARGER,
    ("Purpose", "basis"): Rule.BASIS,
    ("Purpose", "channels"): Rule.MORE,
    ("Purpose", "expires_after"): Rule.LARGER,
    ("Purpose", "categories"): Rule.ANY,
    ("Purpose", "gpc"): Rule.OFF,
    ("Purposes", "purposes"): Rule.PARTS,
    ("IdentityRules", "blocked"): Rule.PARTS,
    ("Blocked", "defaults"): Rule.OFF,
    ("Blocked", "values"): Rule.FEWER,
    ("Blocked", "patterns"): Rule.FEWER,
    ("Source", "events"): Rule.PARTS,
    ("Source", "record"): Rule.PARTS,
    ("Source", "consents"): Rule.ANY,
    ("Source", "suppress"): Rule.FEWER,
    ("Source", "keep"): Rule.LARGER,
    ("EventSpec", "fields"): Rule.PARTS,
    ("RecordSpec", "fields"): Rule.PARTS,
    ("FieldSpec", "label"): Rule.LABEL,
    ("Project", "limits"): Rule.WORDS,
    ("Project", "name"): Rule.WORDS,
    ("Project", "timezone"): Rule.WORDS,
    ("Project", "currency"): Rule.WORDS,
    ("Project", "engine"): Rule.WORDS,
    ("Project", "email"): Rule.PARTS,
    ("Project", "sign_in"): Rule.PARTS,
    ("EmailSettings", "port"): Rule.WORDS,
    ("EmailSettings", "sender"): Rule.WORDS,
    ("SignInService", "title"): Rule.WORDS,
}
"""Class and attribute of a definition → what of it is wider."""

HARMLESS = {
    "Source": ("owner", "side", "files", "mode", "time", "key", "identifiers"),
    "EventSpec": ("when",),
    "FieldSpec": ("type", "source_path", "required", "unit", "at_least", "at_most", "one_of", "format"),
}
"""Keys of a contract that say how data is read, not who may use it."""

ADDED = {"Purpose", "EventSpec", "FieldSpec", "RecordSpec", "EmailSettings", "OwnLabel", "Keeping"}
"""Definitions that let nothing more be done by being there: others have to grant or to send first."""
REMOVED = {"Purpose", "EventSpec", "FieldSpec", "RecordSpec", "EmailSettings", "SignInService", "Role"}
"""Definitions whose removal lets nothing more be done."""


@dataclass(frozen=True)
class Wider:
    """One change that lets more be done. `part` as tandem.toml names it; `about` is whom it concerns: a purpose's
    name, or "" for everybody. `owner` is who is asked where that is not the owner of the part."""

    part: str
    kind: str
    sentence: str
    place: Place
    about: str = ""
    owner: str = ""


def wider(old: Charter, new: Charter) -> tuple[Wider, ...]:
    """Everything in sources, identity, purposes, policies' own rules and tandem.toml that became wider.

    Grants and smallest groups are compared by what they come to, in `grants`.
    """
    found = [
        *_found("identity", _pair(old.identity, new.identity, "identity", "who is who")),
        *_found("purposes", _pair(old.purposes, new.purposes, "purposes", "the purposes")),
        *_policies(old, new),
        *_sources(old, new),
        *_found("project", _pair(old.project, new.project, "project", "the project", but=("owners",))),
        *_owners(old, new),
    ]
    return tuple(dict.fromkeys(found))


@dataclass(frozen=True)
class _Difference:
    kind: str
    sentence: str
    place: Place
    about: str = ""


def _found(part: str, differences: Iterator[_Difference]) -> Iterator[Wider]:
    return (Wider(part, one.kind, one.sentence, one.place, one.about) for one in differences)


def covers(old: Definition, new: Definition, but: Sequence[str]) -> bool:
    """Whether `new` is as narrow as `old` in everything but some attributes."""
    return not any(_pair(old, new, "", "", but=but))


def _owners(old: Charter, new: Charter) -> Iterator[Wider]:
    """A part that changes hands is given away by the function that has it, and by no other."""
    was, is_ = old.project.owners, new.project.owners
    for slot in slots(type(is_)):
        before, after = getattr(was, slot.attribute), getattr(is_, slot.attribute)
        if before != after:
            sentence = f"`{slot.word}` belong to {after}, and belonged to {before}"
            yield Wider("project", "owner", sentence, new.project.at("owners", slot.word), owner=str(before))


def _policies(old: Charter, new: Charter) -> Iterator[Wider]:
    """Whatever policies say besides grants and smallest groups: a policy that goes takes its rules with it."""
    after = {one.policy: one for one in new.policies}
    before = {one.policy: one for one in old.policies}
    for name, was in before.items():
        title = f"the policy `{name}`"
        is_ = after.get(name)
        if is_ is not None:
            yield from _found("policies", _pair(was, is_, name, title, but=("smallest_group", "roles")))
            yield from _found("policies", _roles(was, is_))
        else:
            yield from _found("policies", _rules_gone(was, title))
    yield from _found("policies", _rows_gone(old, new))


def _rules_gone(was: Definition, title: str) -> Iterator[_Difference]:
    usual = {one.name: one.default for one in fields(type(was))}
    said = [
        slot.word
        for slot in slots(type(was))
        if slot.attribute not in ("policy", "smallest_group", "roles", *WORDS)
        and getattr(was, slot.attribute) != usual[slot.attribute]
    ]
    for word in said:
        yield _Difference("rule", f"{title} is gone, and `{word}` with it", Place(was.place.file))


def _roles(was: Any, is_: Any) -> Iterator[_Difference]:
    after = {one.role: one for one in is_.roles}
    for one in was.roles:
        if one.role in after:
            title = f"the role `{one.role}`"
            yield from _pair(one, after[one.role], one.role, title, but=("may",))


def _rows_gone(old: Charter, new: Charter) -> Iterator[_Difference]:
    """A policy that speaks no more of a role takes its row rules with it; what others grant the role stays."""
    there = {(policy.policy, role.role) for policy in new.policies for role in policy.roles}
    known = {role for _, role in there}
    for policy in old.policies:
        for role in policy.roles:
            if role.rows and role.role in known and (policy.policy, role.role) not in there:
                sentence = f"`{policy.policy}` limits the role `{role.role}` to some people no more"
                yield _Difference("row_rule", sentence, Place(policy.place.file))


def _sources(old: Charter, new: Charter) -> Iterator[Wider]:
    before = {one.source: one for one in old.sources}
    after = {one.source: one for one in new.sources}
    for name, is_ in after.items():
        was = before.get(name)
        title = f"the source `{name}`"
        if was is not None:
            yield from _found("sources", _pair(was, is_, name, title))
        else:
            yield from _found("sources", _yeses(is_, title))
        alike = [one for one in old.sources if one.source == name or _same_files(one, is_)]
        yield from _found("sources", _read_anew(was, is_, alike))
    for name, was in before.items():
        if name not in after and (was.suppress or was.consents):
            sentence = f"the source `{name}` is gone, and what it said of consent and suppression with it"
            yield Wider("sources", "consent", sentence, Place(was.place.file))


def _yeses(source: Source, title: str) -> Iterator[_Difference]:
    for number, one in enumerate(source.consents):
        if one.state != "denied" and one.gpc is None:
            to = f"`{one.purpose}`" if one.purpose else "purposes"
            sentence = f"{title} is a new place where people count as having said yes to {to}"
            yield _Difference("consent", sentence, source.at("consents", number), one.purpose or "")


def _read_anew(was: Source | None, is_: Source, alike: Sequence[Source]) -> Iterator[_Difference]:
    """A field that comes to read what a stricter one of the same files read: a label is not shed by another name,
    by a second source, or by a `when` that makes rows another event."""
    labels: dict[str, Any] = {}
    for one in (one for source in alike for _, one in _fields(source)):
        if one.read_from not in labels or strictness(one.label) > strictness(labels[one.read_from]):
            labels[one.read_from] = one.label
    same = was is not None and was.files.path == is_.files.path
    known = {(rows, one.name, one.read_from) for rows, one in _fields(was)} if was and same else set()
    for rows, one in _fields(is_):
        before = labels.get(one.read_from)
        anew = (rows, one.name, one.read_from) not in known
        if anew and before is not None and strictness(one.label) < strictness(before):
            sentence = (
                f"the field `{one.name}` is {one.label} and reads `{one.read_from}`, which was {before}"
            )
            yield _Difference("label", sentence, one.at("label"))


def _same_files(one: Source, other: Source) -> bool:
    """Whether two sources may read one file. Where nobody can tell by the patterns alone, they may."""
    paths = [PurePosixPath(normpath(source.files.path)) for source in (one, other)]
    outside = [path.is_absolute() or ".." in path.parts for path in paths]
    if outside[0] != outside[1]:
        return True
    return all(
        "**" in (a, b) or fnmatchcase(a, b) or fnmatchcase(b, a) or ("*" in a and "*" in b)
        for a, b in zip(*(path.parts for path in paths), strict=False)
    )


def _fields(source: Source) -> list[tuple[object, Any]]:
    """The fields, each with what says which rows it is of."""
    record = source.record.fields if source.record else ()
    return [
        *((None, one) for one in record),
        *(((event.kind, event.when), one) for event in source.events for one in event.fields),
    ]


def strictness(label: object) -> int:
    """How strict a label is: a company's own label, whose place in the order nobody has said, is the strictest."""
    order = [str(one) for one in Label]
    return order.index(str(label)) if str(label) in order else len(order)


# ── any two definitions ──────────────────────────────────────────────────────────────────────────


def _pair(old: D, new: D, name: str, title: str, *, but: Sequence[str] = ()) -> Iterator[_Difference]:
    """The differences of two definitions of one class that are wider."""
    kind = type(new).__name__
    words = {slot.attribute: slot.word for slot in slots(type(new))}
    about = name if kind == "Purpose" else ""
    for one in fields(new):
        attribute = one.name
        if attribute in ("place", "places", *but) or getattr(old, attribute) == getattr(new, attribute):
            continue
        word = words.get(attribute, attribute)
        place = new.at(word) if new.place != NOWHERE else old.place
        yield from _changed(
            _rule(kind, attribute), getattr(old, attribute), getattr(new, attribute), f"`{word}` of {title}",
            _Difference(KINDS.get((kind, attribute), "rule"), "", place, about),
        )  # fmt: skip


KINDS = {
    ("Purpose", "basis"): "basis",
    ("Purpose", "channels"): "destination",
    ("Purpose", "expires_after"): "expiry",
    ("Role", "rows"): "row_rule",
    ("Policy", "masks"): "mask",
    ("Source", "consents"): "consent",
    ("Source", "suppress"): "suppression",
    ("Source", "keep"): "retention",
    ("Policy", "keep"): "retention",
    ("Policy", "old_files_days"): "retention",
    ("Keeping", "period"): "retention",
    ("FieldSpec", "label"): "label",
}
"""What a change of a key is called; any other is a `rule`."""


def _rule(kind: str, attribute: str) -> Rule:
    if attribute in WORDS or attribute in HARMLESS.get(kind, ()):
        return Rule.WORDS
    return TABLE.get((kind, attribute), Rule.ANY)


def _changed(rule: Rule, old: Any, new: Any, what: str, told: _Difference) -> Iterator[_Difference]:
    match rule:
        case Rule.WORDS:
            return
        case Rule.PARTS:
            yield from _parts(old, new, what, told)
            return
        case Rule.MORE:
            more = [one for one in new if one not in old]
            sentence = f"{what} has {_listed(more)} besides" if more else ""
        case Rule.FEWER:
            gone = sorted(_items(old) - _items(new))
            sentence = f"{what} lost or changed {_told(gone)}" if gone else ""
        case Rule.LABEL:
            # Two of a company's own labels have no order: each is looked at.
            sentence = f"{what} is {new}, and was {old}" if strictness(new) <= strictness(old) else ""
        case Rule.BASIS:
            sentence = f"{what} is {new}, and was {old}" if new is not Basis.CONSENT else ""
        case Rule.LARGER | Rule.SMALLER:
            sentence = f"{what} is {_said(new)}, and was {_said(old)}" if _beyond(rule, old, new) else ""
        case Rule.OFF | Rule.ON:
            sentence = f"{what} is turned {rule}" if bool(new) is (rule is Rule.ON) else ""
        case Rule.ANY:
            sentence = f"{what} changed"
    if sentence:
        yield _Difference(told.kind, sentence, told.place, told.about)


def _beyond(rule: Rule, old: Any, new: Any) -> bool:
    if old is None or new is None:
        return new is None
    return bool(new > old) if rule is Rule.LARGER else bool(new < old)


def _parts(old: Any, new: Any, what: str, told: _Difference) -> Iterator[_Difference]:
    """Definitions inside one: pairs by name, and those that came or went."""
    before, after = _by_name(old), _by_name(new)
    for name, is_ in after.items():
        was = before.get(name)
        kind = type(is_).__name__
        if was is not None and type(was) is type(is_):
            yield from _pair(was, is_, name, f"`{name}`" if name else what)
        elif kind not in ADDED:
            yield _Difference(told.kind, f"{what} has `{name}` besides", is_.place, told.about)
    for name, was in before.items():
        if name not in after and type(was).__name__ not in REMOVED:
            yield _Difference(told.kind, f"{what} has `{name}` no more", told.place, told.about)


def _by_name(value: Any) -> dict[str, Definition]:
    if value is None:
        return {}
    if isinstance(value, Definition):
        return {"": value}
    return {str(getattr(one, slots(type(one))[0].attribute)): one for one in value}


def _items(value: Any) -> set[str]:
    if isinstance(value, tuple | list):
        return {repr(one) for one in value}
    return {f"{name} {one!r}" for name, several in dict(value).items() for one in several}


def _told(gone: Sequence[str]) -> str:
    """Values by name; whole definitions, which have none, by their number."""
    if len(gone) > 3 or any("(" in one for one in gone):
        return "one of its entries" if len(gone) == 1 else f"{len(gone)} of its entries"
    return _listed([one.replace("'", "") for one in gone])


def _listed(values: Sequence[object]) -> str:
    return ", ".join(f"`{one}`" for one in values)


def _said(value: object) -> str:
    if value is None:
        return "without end"
    if isinstance(value, timedelta):
        return f"{value.days} days" if value.days and not value.seconds else str(value)
    return value.isoformat() if isinstance(value, date | datetime) else str(value)
