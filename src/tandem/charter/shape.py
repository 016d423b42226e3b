"""Keys of one definition that need or exclude each other. Each check sees a bound definition, alone."""

from collections.abc import Iterable, Mapping

from tandem.charter.binding import Check
from tandem.charter.definitions.base import Definition
from tandem.charter.definitions.campaigns import Campaign
from tandem.charter.definitions.identity import KindRule, Normalise
from tandem.charter.definitions.purposes import Channel
from tandem.charter.definitions.sources import ConsentSpec, FieldSpec, FieldType, Source
from tandem.charter.problems import BAD_BOUND, CAMPAIGN_DATES, CONTRADICTION, HOLDOUT
from tandem.kernel import Problem

BOUNDED = (FieldType.INTEGER, FieldType.NUMBER, FieldType.MONEY)
TIMED = (FieldType.TIMESTAMP, FieldType.DATE)


def source_shape(source: Definition) -> Iterable[Problem]:
    """Events or a record, not both; a record has a key, events have a time."""
    assert isinstance(source, Source)
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


SHAPES: Mapping[type, Check] = {
    Source: source_shape,
    FieldSpec: field_shape,
    ConsentSpec: consent_shape,
    KindRule: kind_shape,
    Campaign: campaign_shape,
}
