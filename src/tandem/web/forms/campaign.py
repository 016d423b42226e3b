"""The campaign form: every field is text; an empty one leaves its key out of the definition."""

from collections.abc import Mapping
from dataclasses import dataclass

from tandem.charter.definitions import Campaign
from tandem.charter.edit import typed
from tandem.charter.plain import Plain, plain

TEXTS = ("title", "description", "audience", "purpose", "channel", "holdout", "starts", "ends", "window")
NAMES = (*TEXTS, "goal", "value", "per_contact", "fixed", "subject", "text", "html", "path", "fields")
# Words that stay text however they look: a title `2026` is no number.
AS_TEXT = frozenset({"title", "description", "subject", "text", "html", "path"})
STARTING = {"channel": "email", "holdout": "20%", "window": "14 days"}


@dataclass(frozen=True)
class CampaignForm:
    """What stands in the form, as text."""

    name: str
    values: Mapping[str, str]

    def __getitem__(self, name: str) -> str:
        return self.values.get(name, "")

    def to_dict(self) -> dict[str, object]:
        """For JSON."""
        return {"name": self.name, **self.values}


def empty() -> CampaignForm:
    """A new campaign's form, with what is usual."""
    return CampaignForm("", {name: STARTING.get(name, "") for name in NAMES})


def of(campaign: Campaign) -> CampaignForm:
    """The form of a campaign."""
    said = plain(campaign)
    values = {name: _text(said.get(name)) for name in TEXTS}
    goal, cost, message, export = (_inside(said, part) for part in ("goal", "cost", "message", "export"))
    values |= {"goal": _text(goal.get("event")), "value": _text(goal.get("value"))}
    values |= {name: _text(cost.get(name)) for name in ("per_contact", "fixed")}
    values |= {name: _text(message.get(name)) for name in ("subject", "text", "html")}
    fields = export.get("fields")
    listed = [str(one) for one in fields] if isinstance(fields, list | tuple) else []
    values |= {"path": _text(export.get("path")), "fields": ", ".join(listed)}
    return CampaignForm(campaign.campaign, values)


def read(sent: Mapping[str, object]) -> CampaignForm:
    """The form as it was sent."""
    values = {name: str(sent.get(name) or "").replace("\r\n", "\n").rstrip() for name in NAMES}
    return CampaignForm(str(sent.get("name") or "").strip(), values)


def mapping(form: CampaignForm) -> dict[str, Plain]:
    """What the campaign's file would say. Of message and export only the one that the channel takes."""
    found: dict[str, Plain] = {"campaign": form.name}
    found |= {name: _value(name, form[name]) for name in TEXTS if form[name]}
    found["goal"] = _part(form, {"event": "goal", "value": "value"})
    cost = _part(form, {"per_contact": "per_contact", "fixed": "fixed"})
    if cost:
        found["cost"] = cost
    if form["channel"] == "file":
        fields = [one.strip() for one in form["fields"].split(",") if one.strip()]
        found["export"] = {**_part(form, {"path": "path"}), "fields": fields}
    else:
        found["message"] = {
            key: text + "\n" if key in ("text", "html") else text
            for key in ("subject", "text", "html")
            if (text := form[key])
        }
    return found


def _part(form: CampaignForm, keys: Mapping[str, str]) -> dict[str, Plain]:
    return {key: _value(name, form[name]) for key, name in keys.items() if form[name]}


def _value(name: str, text: str) -> Plain:
    return text if name in AS_TEXT else typed(text)


def _inside(said: Mapping[str, Plain], part: str) -> Mapping[str, Plain]:
    held = said.get(part)
    return held if isinstance(held, Mapping) else {}


def _text(value: Plain) -> str:
    return "" if value is None else str(value).rstrip("\n")
