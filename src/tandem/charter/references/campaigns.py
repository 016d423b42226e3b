"""References of campaigns: audience, purpose and channel, goal, export; the message is in `messages`."""

from collections.abc import Iterator

from tandem.charter.catalog import NUMBERS
from tandem.charter.definitions.campaigns import Campaign
from tandem.charter.definitions.identity import Normalise
from tandem.charter.definitions.purposes import Channel
from tandem.charter.problems import (
    CAMPAIGN_AUDIENCE,
    CAMPAIGN_CHANNEL,
    CAMPAIGN_GOAL,
    CAMPAIGN_PURPOSE,
    EXPORT_CLASH,
    EXPORT_FIELD,
    NO_EMAIL_KIND,
)
from tandem.charter.references.messages import message_problems
from tandem.charter.references.scope import Scope
from tandem.kernel import Problem


def campaign_references(scope: Scope) -> list[Problem]:
    """Everything a campaign names is declared, and its purpose allows its channel."""
    return [problem for one in scope.charter.campaigns for problem in _campaign(one, scope)]


def _campaign(campaign: Campaign, scope: Scope) -> Iterator[Problem]:
    names = tuple(one.audience for one in scope.charter.audiences)
    if campaign.audience not in names and scope.whole("audiences"):
        sentence = f"unknown audience `{campaign.audience}`"
        place, found = campaign.at("audience"), campaign.audience
        yield CAMPAIGN_AUDIENCE(sentence, place=place, found=found, alternatives=names)
    if scope.whole("purposes"):
        yield from _purpose(campaign, scope)
    if scope.whole("sources"):
        yield from _goal(campaign, scope)
    if scope.whole("identity") and campaign.channel is Channel.EMAIL:
        yield from _email_kind(campaign, scope)
    if campaign.export and scope.whole("traits", "identity"):
        yield from _export(campaign, scope)
    if campaign.message and scope.whole("traits"):
        yield from message_problems(campaign.message, scope)


def _purpose(campaign: Campaign, scope: Scope) -> Iterator[Problem]:
    purpose = scope.charter.purposes.purpose(campaign.purpose)
    if purpose is None:
        sentence, found = f"unknown purpose `{campaign.purpose}`", campaign.purpose
        place = campaign.at("purpose")
        yield CAMPAIGN_PURPOSE(sentence, place=place, found=found, alternatives=scope.purposes)
    elif campaign.channel not in purpose.channels:
        sentence = f"purpose `{purpose.purpose}` does not allow channel {campaign.channel}"
        allowed = ", ".join(purpose.channels) or "no channel at all"
        place = campaign.at("channel")
        yield CAMPAIGN_CHANNEL(sentence, place=place, found=str(campaign.channel), expected=allowed)


def _goal(campaign: Campaign, scope: Scope) -> Iterator[Problem]:
    goal, events = campaign.goal, scope.view.events
    if goal.event not in events:
        sentence = f"the goal is an unknown event `{goal.event}`"
        yield CAMPAIGN_GOAL(sentence, place=goal.at("event"), found=goal.event, alternatives=tuple(events))
        return
    fields = events[goal.event]
    if goal.value is None:
        return
    if goal.value not in fields:
        sentence = f"`{goal.event}` has no field `{goal.value}`"
        yield CAMPAIGN_GOAL(sentence, place=goal.at("value"), found=goal.value, alternatives=tuple(fields))
    elif fields[goal.value].type not in NUMBERS:
        sentence = f"`{goal.event}.{goal.value}` cannot be added up: it is {fields[goal.value].type}"
        found, expected = str(fields[goal.value].type), ", ".join(NUMBERS)
        yield CAMPAIGN_GOAL(sentence, place=goal.at("value"), found=found, expected=expected)


def _email_kind(campaign: Campaign, scope: Scope) -> Iterator[Problem]:
    if not any(rule.normalise is Normalise.EMAIL for rule in scope.charter.identity.kinds):
        sentence = f"`{campaign.campaign}` sends e-mail, and no identifier kind is an e-mail address"
        yield NO_EMAIL_KIND(sentence, place=campaign.at("channel"), expected="normalise: email")


def _export(campaign: Campaign, scope: Scope) -> Iterator[Problem]:
    assert campaign.export is not None
    options = (*scope.kinds, *scope.view.traits)
    for number, name in enumerate(campaign.export.fields):
        if name not in options:
            sentence = f"`{name}` is neither an identifier kind nor a trait"
            place = campaign.export.at("fields", number)
            yield EXPORT_FIELD(sentence, place=place, found=name, alternatives=options)


def export_clashes(scope: Scope) -> list[Problem]:
    """Two campaigns never write the same file."""
    first: dict[str, str] = {}
    problems = []
    for campaign in scope.charter.campaigns:
        if campaign.export is None:
            continue
        owner = first.setdefault(campaign.export.path, campaign.campaign)
        if owner != campaign.campaign:
            sentence = f"`{campaign.campaign}` writes the same file as `{owner}`"
            place, found = campaign.export.at("path"), campaign.export.path
            problems.append(EXPORT_CLASH(sentence, place=place, found=found))
    return problems
