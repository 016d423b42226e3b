"""Which edits widen what may be done, at which clause, and which function has to approve each.

What narrows, and what a marketer does inside the policies in force, is not here: it needs nobody.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from tandem.audience import bind
from tandem.charter import Charter
from tandem.charter.definitions import Audience, Campaign
from tandem.charter.grants import wider_counts, wider_grants
from tandem.charter.wider import strictness, wider
from tandem.deliver.asking import needs
from tandem.engine.catalogue import BASE, Catalogue
from tandem.kernel import Place, Problems
from tandem.kernel.values import FieldRef
from tandem.policy import Shown
from tandem.usecases.workspace import tables_of

EVERYBODY, PURPOSE, AUDIENCE = "everybody", "purpose", "audience"
PROFILE = "profile"


@dataclass(frozen=True)
class About:
    """Whom a widening concerns: everybody, the people of a purpose, or those of an audience."""

    kind: str
    name: str = ""


@dataclass(frozen=True)
class Widening:
    """One edit that lets more be done than the charter in force, at its clause.

    `owner` is the function that has to approve it, by the owners in force. `people` are those whom it concerns, as
    the policies let the acting person count them; absent before they are counted, and where they may not be.
    """

    part: str
    kind: str
    sentence: str
    place: Place
    owner: str
    about: About
    people: Shown | None = None

    def to_dict(self) -> dict[str, object]:
        """For JSON."""
        return {
            "part": self.part,
            "kind": self.kind,
            "sentence": self.sentence,
            "place": str(self.place),
            "owner": self.owner,
            "people": self.people,
        }


def widenings(old: Charter | None, new: Charter) -> tuple[Widening, ...]:
    """Everything that is wider. With nothing in force the charter as a whole is, for the owner of its policies."""
    if old is None:
        sentence = "this is the first charter: all that it allows is new"
        place = new.policies[0].place if new.policies else Place("tandem.toml")
        owner = str(new.project.owners.policies)
        return (Widening("policies", "first", sentence, place, owner, About(EVERYBODY)),)
    owners_ = old.project.owners
    found = [*wider_grants(old, new), *wider_counts(old, new), *wider(old, new)]
    rules = [
        Widening(
            one.part, one.kind, one.sentence, one.place,
            one.owner or ("it" if one.part == "project" else str(getattr(owners_, one.part))),
            About(PURPOSE, one.about) if one.about else About(EVERYBODY),
        )
        for one in found
    ]  # fmt: skip
    return (*rules, *_uses(old, new, str(owners_.policies)))


def asked(found: Iterable[Widening]) -> Mapping[str, tuple[str, ...]]:
    """Function → the sentences of what it has to approve."""
    of: dict[str, list[str]] = {}
    for one in found:
        of.setdefault(one.owner, []).append(one.sentence)
    return {owner: tuple(sentences) for owner, sentences in of.items()}


# ── what audiences and campaigns use ─────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class _Reads:
    """A charter, its tables, and what its audiences and campaigns read."""

    charter: Charter
    tables: Catalogue

    def audience(self, one: Audience) -> frozenset[FieldRef]:
        return bind(one, self.charter, self.tables).footprint()

    def campaign(self, one: Campaign) -> frozenset[FieldRef]:
        mine = needs(one, self.charter).footprint
        return mine | self.audience(self.charter.audience(one.audience))

    def strictness(self, ref: FieldRef) -> int:
        if ref.table not in self.tables or ref.column not in self.tables[ref.table].names:
            return strictness("")
        return strictness(self.tables[ref.table].column(ref.column).label)

    def trait(self, name: str) -> object:
        return next((one for one in self.charter.traits if one.trait == name), None)


def _uses(old: Charter, new: Charter, owner: str) -> Iterator[Widening]:
    """Audiences and campaigns in force that come to use stricter fields or another channel than they did."""
    try:
        before, after = (_Reads(one, BASE.with_tables(tables_of(one))) for one in (old, new))
        yield from _audiences(before, after, owner)
        yield from _campaigns(before, after, owner)
    except Problems as unfit:
        # What cannot be compared is not taken for harmless.
        sentence = "what audiences and campaigns use cannot be compared with what they used"
        place = unfit.problems[0].place or Place("policies/")
        yield Widening("audiences", "unknown", sentence, place, owner, About(EVERYBODY))


def _audiences(before: _Reads, after: _Reads, owner: str) -> Iterator[Widening]:
    was = {one.audience: one for one in before.charter.audiences}
    for one in after.charter.audiences:
        if one.audience in was:
            then, now = before.audience(was[one.audience]), after.audience(one)
            for ref in _stricter(before, after, then, now):
                sentence = f"the audience `{one.audience}` reads `{ref}`, which is {_label(after, ref)}"
                sentence += " and so stricter than all that it read"
                about = About(AUDIENCE, one.audience)
                yield Widening("audiences", "label", sentence, one.place, owner, about)


def _campaigns(before: _Reads, after: _Reads, owner: str) -> Iterator[Widening]:
    was = {one.campaign: one for one in before.charter.campaigns}
    for one in after.charter.campaigns:
        old = was.get(one.campaign)
        if old is None:
            continue
        about = About(AUDIENCE, one.audience)
        if old.channel is not one.channel:
            sentence = f"the campaign `{one.campaign}` goes to `{one.channel}`, and went to `{old.channel}`"
            yield Widening("campaigns", "destination", sentence, one.at("channel"), owner, about)
        for ref in _stricter(before, after, before.campaign(old), after.campaign(one)):
            sentence = f"the campaign `{one.campaign}` uses `{ref}`, which is {_label(after, ref)}"
            sentence += " and so stricter than all that it used"
            yield Widening("campaigns", "label", sentence, one.place, owner, about)


def _stricter(
    before: _Reads, after: _Reads, then: frozenset[FieldRef], now: frozenset[FieldRef]
) -> list[FieldRef]:
    """Fields that are read anew, or are made of something else now, and are stricter than the strictest before."""
    most = max((before.strictness(ref) for ref in then), default=-1)
    return [
        ref
        for ref in sorted(now)
        if after.strictness(ref) > most and (ref not in then or _remade(before, after, ref))
    ]


def _remade(before: _Reads, after: _Reads, ref: FieldRef) -> bool:
    return ref.table == PROFILE and before.trait(ref.column) != after.trait(ref.column)


def _label(reads: _Reads, ref: FieldRef) -> str:
    return str(reads.tables[ref.table].column(ref.column).label)
