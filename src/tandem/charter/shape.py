"""Keys of one definition that need or exclude each other. Each check sees a bound definition, alone."""

from collections.abc import Iterable, Mapping

from tandem.charter.agenda_shape import AGENDA_SHAPES
from tandem.charter.binding import Check
from tandem.charter.definitions.base import Definition
from tandem.charter.definitions.campaigns import Campaign, Cost
from tandem.charter.definitions.identity import KindRule, Normalise
from tandem.charter.definitions.policies import How, Mask, OwnLabel
from tandem.charter.definitions.purposes import Channel
from tandem.charter.definitions.sources import CONVENTIONS, ConsentSpec, FieldSpec, FieldType, Format, Source
from tandem.charter.instrument_shape import INSTRUMENT_SHAPES
from tandem.charter.problems import BAD_BOUND, CAMPAIGN_DATES, CONTRADICTION, HOLDOUT, OUT_OF_BOUNDS
from tandem.kernel import Problem
from tandem.kernel.values import Label

BOUNDED = (FieldType.INTEGER, FieldType.NUMBER, FieldType.MONEY)
TIMED = (FieldType.TIMESTAMP, FieldType.DATE)


def source_shape(source: Definition) -> Iterable[Problem]:
    """Events or a record, not both; a record has a key, events have a time; categories are an object."""
    assert isinstance(source, Source)
    for consent in source.consents:
        if consent.categories is not None and source.files.format is not Format.NDJSON:
            sentence = "`categories` are an object, and this source has columns"
            expected = "format: ndjson; or purpose, field, granted and denied for each column"
            yield CONTRADICTION(sentence, place=consent.at("categories"), expected=expected)
    place = source.at("source")
    if bool(source.events) == bool(source.record):
        has = "both events and a record" if source.record else "neither events nor a record"
        sentence = f"source `{source.source}` has {has}"
        yield CONTRADICTION(sentence, place=source.at("record"), expected="events: or record:, one of them")
    if source.record and not source.key:
        sentence = f"record source `{source.source}` needs a `key`"
        yield CONTRADICTION(sentence, place=place, expected="key: [FIELD]")
    if source.events and not source.time:
        sentence = f"source `{source.source}` has events, so it needs a `time`"
        yield CONTRADICTION(sentence, place=place, expected="time: {field: FIELD}")


def field_shape(field: Definition) -> Iterable[Problem]:
    """Bounds are for numbers and in order; a time format is for times."""
    assert isinstance(field, FieldSpec)
    for word in ("at_least", "at_most"):
        if getattr(field, word) is not None and field.type not in BOUNDED:
            sentence = f"`{word}` is for numbers, and `{field.name}` is {field.type}"
            yield BAD_BOUND(sentence, place=field.at(word), found=str(field.type))
    if field.at_least is not None and field.at_most is not None and field.at_least > field.at_most:
        sentence = f"no `{field.name}` can be at least {field.at_least} and at most {field.at_most}"
        yield BAD_BOUND(sentence, place=field.at("at_most"), found=str(field.at_most))
    if field.format is not None and field.type not in TIMED:
        sentence = f"`format` is for timestamp and date, and `{field.name}` is {field.type}"
        yield BAD_BOUND(sentence, place=field.at("format"), found=str(field.type))


def consent_shape(consent: Definition) -> Iterable[Problem]:
    """A field with answers, or a state; nothing says both."""
    assert isinstance(consent, ConsentSpec)
    said = [word for word in ("purpose", *CONVENTIONS) if getattr(consent, word) is not None]
    if len(said) != 1:
        sentence = (
            f"one consent rule cannot be both `{said[0]}` and `{said[1]}`" if said else "of what, is not said"
        )
        expected = "one of purpose, categories, tcf, gpc"
        yield CONTRADICTION(
            sentence, place=consent.at(said[-1]) if said else consent.place, expected=expected
        )
        return
    if consent.convention is not None:
        yield from _convention_shape(consent, consent.convention)
        return
    if (consent.field is None) == (consent.state is None):
        sentence = f"consent to `{consent.purpose}` needs either `field` or `state`"
        expected = "field: with granted: and denied:, or when: with state:"
        yield CONTRADICTION(sentence, place=consent.place, expected=expected)
    elif consent.field is not None and not (consent.granted or consent.denied):
        sentence = f"consent to `{consent.purpose}` says no answers for field `{consent.field}`"
        yield CONTRADICTION(sentence, place=consent.at("field"), expected="granted: [yes], denied: [no]")
    elif consent.state is not None and (consent.granted or consent.denied):
        sentence = "answers need a field; with `state` every row means the same"
        yield CONTRADICTION(sentence, place=consent.at("granted" if consent.granted else "denied"))
    both = sorted(set(consent.granted) & set(consent.denied))
    if both:
        sentence = f"answer `{both[0]}` means both yes and no"
        yield CONTRADICTION(sentence, place=consent.at("denied"), found=both[0])


def _convention_shape(consent: ConsentSpec, convention: str) -> Iterable[Problem]:
    for word in ("field", "state", "granted", "denied"):
        if getattr(consent, word):
            sentence = f"`{convention}` says by itself what is a yes and a no"
            yield CONTRADICTION(sentence, place=consent.at(word), found=word)


def kind_shape(rule: Definition) -> Iterable[Problem]:
    """A region is for phone numbers."""
    assert isinstance(rule, KindRule)
    if rule.region is not None and rule.normalise is not Normalise.PHONE:
        sentence = f"`region` is for phone numbers, and `{rule.kind}` is not normalised as phone"
        yield CONTRADICTION(sentence, place=rule.at("region"), expected="normalise: phone")


def campaign_shape(campaign: Definition) -> Iterable[Problem]:
    """E-mail has a message, a file has an export; the holdout is in (0, 0.9]; it ends after it starts."""
    assert isinstance(campaign, Campaign)
    wants, other = ("message", "export") if campaign.channel is Channel.EMAIL else ("export", "message")
    if getattr(campaign, wants) is None:
        sentence = f"channel {campaign.channel} needs `{wants}`"
        yield CONTRADICTION(sentence, place=campaign.at("channel"), expected=f"{wants}: …")
    if getattr(campaign, other) is not None:
        sentence = f"channel {campaign.channel} does not use `{other}`"
        yield CONTRADICTION(sentence, place=campaign.at(other), found=other)
    if not 0 < campaign.holdout * 10 <= 9:
        sentence = f"the holdout of `{campaign.campaign}` is out of its bounds"
        found = f"{campaign.holdout * 100:.4f}".rstrip("0").rstrip(".") + "%"
        yield HOLDOUT(sentence, place=campaign.at("holdout"), found=found, expected="over 0% and at most 90%")
    if campaign.starts and campaign.ends and campaign.ends <= campaign.starts:
        sentence = f"`{campaign.campaign}` ends before it starts"
        yield CAMPAIGN_DATES(sentence, place=campaign.at("ends"), found=campaign.ends.isoformat())


def cost_shape(cost: Definition) -> Iterable[Problem]:
    """Nothing costs less than nothing."""
    assert isinstance(cost, Cost)
    for word in ("fixed", "per_contact"):
        amount = getattr(cost, word)
        if amount < 0:
            sentence = f"`{word}` is out of bounds"
            yield OUT_OF_BOUNDS(sentence, place=cost.at(word), found=f"{amount}", expected="0 or more")


def mask_shape(mask: Definition) -> Iterable[Problem]:
    """A label or fields, not both; bands are for generalising, and have a width."""
    assert isinstance(mask, Mask)
    if (mask.label is None) == (not mask.fields):
        yield CONTRADICTION("a mask needs either `label` or `fields`", place=mask.place, expected="label: …")
    if mask.label in (Label.PUBLIC, Label.INTERNAL):
        sentence = f"a mask cannot hide every field that is {mask.label}: keys and times are among them"
        yield CONTRADICTION(sentence, place=mask.at("label"), expected="a stricter label, or fields: [...]")
    if mask.band is not None and mask.how is not How.GENERALISE:
        yield CONTRADICTION("`band` is for `how: generalise`", place=mask.at("band"), found=str(mask.how))
    if mask.band is not None and mask.band <= 0:
        yield OUT_OF_BOUNDS("`band` is out of bounds", place=mask.at("band"), found=f"{mask.band}")


def own_label_shape(own: Definition) -> Iterable[Problem]:
    """The four labels that everybody has are not declared again."""
    assert isinstance(own, OwnLabel)
    if own.label in list(Label):
        sentence = f"`{own.label}` is one of the labels that every charter has"
        yield CONTRADICTION(sentence, place=own.at("label"), found=own.label, fix="choose another name")


SHAPES: Mapping[type, Check] = {
    Source: source_shape,
    FieldSpec: field_shape,
    ConsentSpec: consent_shape,
    KindRule: kind_shape,
    Campaign: campaign_shape,
    Cost: cost_shape,
    Mask: mask_shape,
    OwnLabel: own_label_shape,
    **AGENDA_SHAPES,
    **INSTRUMENT_SHAPES,
}
