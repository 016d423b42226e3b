"""What marketing asked IT for in the demo company, and what became of it: some of it well, some late, some changed."""

from dataclasses import dataclass
from typing import Any

BY = {
    **{"mara": "marketer", "ana": "analyst", "enzo": "engineer", "priya": "privacy"},
    **{"milan": "marketer", "edda": "engineer"},
}
"""Who does what in it: the names that sign in to the demo, and a colleague of each side who only ranks."""


@dataclass(frozen=True)
class PlannedEdit:
    """A change of a brief: the day, who, the parts as they are then, and why."""

    day: int
    who: str
    says: dict[str, Any]
    why: str


@dataclass(frozen=True)
class PlannedBrief:
    """A brief with its days, counted back from the end of the demo: 80 is 80 days before, -20 is 20 days after.

    `says`: its parts, with `wanted_day` in place of a date. `committed`: (day, day it is promised for). `again`: the
    same for IT's second yes after a change. `promised` outside: (day, day it is promised for, what).
    """

    day: int
    who: str
    says: dict[str, Any]
    edits: tuple[PlannedEdit, ...] = ()
    committed: tuple[int, int] | None = None
    again: tuple[int, int] | None = None
    delivered: int | None = None
    accepted: int | None = None
    promised: tuple[tuple[int, int, str], ...] = ()


BRIEFS: tuple[PlannedBrief, ...] = (
    PlannedBrief(
        88,
        "ana",
        {
            "title": "Store of the last purchase in the profile",
            "who": "Everybody who has bought in a store in the last two years",
            "what_for": "Letters name the store that people know, and not the head office",
            "data": ["till", "purchase"],
            "purpose": "marketing_email",
            "wanted_day": 65,
            "success": "Of 100 receipts taken at random, 98 name the right store",
        },
        committed=(85, 66),
        delivered=70,
        accepted=69,
    ),
    PlannedBrief(
        80,
        "mara",
        {
            "title": "Till receipts by the next morning",
            "who": "Everybody who shows a loyalty card in one of the 40 stores",
            "what_for": "Letters must not offer on Saturday what somebody bought on Friday",
            "data": ["purchase.amount", "till"],
            "purpose": "marketing_email",
            "wanted_day": 50,
            "success": "On 19 of 20 mornings the receipts of the day before are there by eight",
        },
        edits=(
            PlannedEdit(
                60, "mara", {"data": ["purchase.amount", "till", "returns of the day"]}, "Returns are missing"
            ),
        ),
        committed=(76, 50),
        again=(57, 44),
        delivered=43,
        accepted=41,
    ),
    PlannedBrief(
        72,
        "mara",
        {
            "title": "Who has opened a letter lately",
            "who": "Readers of the newsletter, with the last letter that they opened",
            "what_for": "Write less often to people who do not read it any more",
            "data": ["email"],
            "purpose": "marketing_email",
            "wanted_day": 45,
            "success": "The share of letters that are opened rises from 31 % to 35 % in a quarter",
        },
        committed=(68, 50),
        delivered=52,
        accepted=50,
    ),
    PlannedBrief(
        60,
        "ana",
        {
            "title": "First purchase as an audience",
            "who": "People whose first purchase was in the last 30 days, online or in a store",
            "what_for": "A letter that shows them the nearest store and how to look after what they bought",
            "data": ["purchase", "crm.country"],
            "purpose": "marketing_email",
            "wanted_day": 30,
            "success": "",
        },
        edits=(
            PlannedEdit(
                58, "ana", {"success": "15 % of them buy again within 60 days"}, "The measure was missing"
            ),
        ),
        committed=(55, 30),
        delivered=33,
        accepted=31,
    ),
    PlannedBrief(
        50,
        "ana",
        {
            "title": "Spend of each channel by day",
            "who": "Nobody by name: what search, social, display, affiliates and print cost each day",
            "what_for": "Hold the cost of a week against what it brought, without asking the agency",
            "data": ["ad_spend.spend", "ad_spend.channel"],
            "purpose": "analytics",
            "wanted_day": 20,
            "success": "Monday at nine the week before is there, 12 weeks in a row",
        },
        committed=(43, 22),
        delivered=24,
        accepted=23,
    ),
    PlannedBrief(
        40,
        "mara",
        {
            "title": "Tent buyers by store",
            "who": "People who bought a tent in the last two years, with the store that they go to",
            "what_for": "Invitations to a camping night of their store",
            "data": ["purchase", "till"],
            "purpose": "marketing_email",
            "wanted_day": 7,
            "success": "300 people sign up in the first month",
        },
        committed=(37, 10),
        promised=((35, 6, "The invitations go out in the first week of June, told to all store managers"),),
    ),
    PlannedBrief(
        30,
        "ana",
        {
            "title": "Opening hours of the stores in letters",
            "who": "Everybody who gets a letter and has been to a store",
            "what_for": "Letters name the nearest store and when it is open",
            "data": ["opening hours of each store"],
            "purpose": "marketing_email",
            "wanted_day": 5,
            "success": "No letter shows hours that are more than 7 days old",
        },
        committed=(28, 5),
        delivered=6,
    ),
    PlannedBrief(
        25,
        "mara",
        {
            "title": "Loyalty points in the profile",
            "who": "All members with a loyalty card",
            "what_for": "Tell members in a letter what their points are worth before they end",
            "data": ["points of each card and when they end"],
            "purpose": "marketing_email",
            "wanted_day": -20,
            "success": "A third of the points that would end is used, up from 12 %",
        },
        edits=(
            PlannedEdit(
                6,
                "ana",
                {
                    "who": "All members, and whoever asked for a card and has not got one yet",
                    "wanted_day": -10,
                },
                "The autumn catalogue goes to print earlier",
            ),
        ),
        committed=(20, -20),
        promised=((5, -9, "Points stand in the catalogue of autumn, told to the agency that prints it"),),
    ),
    PlannedBrief(
        12,
        "ana",
        {
            "title": "Contacts with support beside purchases",
            "who": "Everybody who got in touch with the support team in the last 90 days",
            "what_for": "Leave out of letters who waits for an answer to a complaint",
            "data": ["support_contact.topic", "support_contact.satisfaction"],
            "purpose": "analytics",
            "wanted_day": -30,
            "success": "Nobody with an open complaint gets a letter; counted each week",
        },
    ),
    PlannedBrief(
        3,
        "mara",
        {
            "title": "Ask whether people would recommend us",
            "who": "Buyers",
            "what_for": "Know how we stand, by store and on the web",
            "data": [],
            "purpose": "",
            "success": "An answer from more people than now",
        },
    ),
)

PROMISES: tuple[tuple[int, int, str], ...] = ((20, 4, "A size finder on the web, told to the trade press"),)
"""Promises about no brief: (day made, day due, what)."""

RANKED_ON = 14
RANKINGS: dict[str, dict[str, tuple[str, ...]]] = {
    "mara": {
        "own": ("own_setup", "one_view", "proven", "fresh_data", "fewer_tools", "consent_first"),
        "other": ("consent_first", "fewer_tools", "fresh_data", "one_view", "own_setup", "proven"),
    },
    "ana": {
        "own": ("proven", "own_setup", "one_view", "fresh_data", "consent_first", "fewer_tools"),
        "other": ("fewer_tools", "consent_first", "one_view", "fresh_data", "proven", "own_setup"),
    },
    "milan": {
        "own": ("own_setup", "proven", "one_view", "fewer_tools", "fresh_data", "consent_first"),
        "other": ("consent_first", "fresh_data", "fewer_tools", "one_view", "own_setup", "proven"),
    },
    "enzo": {
        "own": ("one_view", "fresh_data", "consent_first", "own_setup", "fewer_tools", "proven"),
        "other": ("own_setup", "proven", "fresh_data", "one_view", "fewer_tools", "consent_first"),
    },
    "edda": {"own": ("fresh_data", "consent_first", "one_view", "fewer_tools", "own_setup", "proven")},
    "priya": {"own": ("consent_first", "one_view", "fewer_tools", "fresh_data", "proven", "own_setup")},
}
"""Who ranks the priorities of the demo's agenda how, for the own side and as the other would; on which day."""
