"""The five imperatives of a company whose marketing and IT work as one, and which lines speak to each: data."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a line reads: a figure, what both sides say, or how far apart they are in it."""

    FIGURE = "figure"
    BELIEF = "belief"
    APART = "apart"


@dataclass(frozen=True)
class Look:
    """One line: the figure or the variable it reads, what to do if it is not good, and who. A figure has its title."""

    kind: Kind
    of: str
    action: str
    who: str
    title: str = ""


@dataclass(frozen=True)
class Imperative:
    """One imperative in a sentence, and its lines."""

    name: str
    title: str
    says: str
    looks: tuple[Look, ...]


FIGURE, BELIEF, APART = Kind.FIGURE, Kind.BELIEF, Kind.APART
IMPERATIVES = (
    Imperative(
        "experience",
        "One owner of the customer experience",
        "Both functions know who answers for the whole experience, and read the same figures of it.",
        (
            Look(
                FIGURE, "experience_known", "Decide how each measure of the experience is collected.", "both"
            ),
            Look(
                FIGURE,
                "measured",
                "Hold people out of the next campaign, and read its report together.",
                "marketing",
            ),
            Look(
                APART,
                "FRUSTRATION_EXPERIENCE",
                "Name one person in each function who answers for the experience, and write both into agenda.yml.",
                "both",
                "Whether marketing owns the customer experience",
            ),
        ),
    ),
    Imperative(
        "partner",
        "IT as a partner of marketing",
        "IT delivers what it said by when it said, and is seen as a partner and not as a supplier.",
        (
            Look(
                FIGURE,
                "kept",
                "Commit to fewer briefs at a time; say a late date as soon as it is known.",
                "it",
            ),
            Look(FIGURE, "lead_time", "Take the longest brief that waits, and cut it into parts.", "it"),
            Look(FIGURE, "access_time", "Name a second person who may answer requests for access.", "it"),
            Look(
                BELIEF,
                "FRUSTRATION_PARTNER",
                "Let both heads plan the next quarter in one meeting, from one agenda.",
                "both",
                "IT is a partner of marketing in its strategy",
            ),
        ),
    ),
    Imperative(
        "levers",
        "Agreed levers",
        "Both want the same things in the same order, and say well enough what they need.",
        (
            Look(
                FIGURE, "priorities_close", "Go through the priority with the widest gap, together.", "both"
            ),
            Look(FIGURE, "complete", "Read a brief to somebody of IT before it is handed in.", "marketing"),
            Look(
                FIGURE,
                "changed",
                "Agree on what a brief says before IT commits itself; keep changes for the next.",
                "marketing",
            ),
        ),
    ),
    Imperative(
        "skills",
        "The right mix of skills",
        "Each function has the people that it needs, and each knows enough of the other's craft.",
        (
            Look(
                FIGURE,
                "skills_filled",
                "Hire or train for the widest gap; teach across the two functions first.",
                "both",
            ),
            Look(
                FIGURE,
                "self_service",
                "Find the change that asked for an approval most often, and agree a rule for it.",
                "it",
            ),
            Look(
                BELIEF,
                "SKILLS_TECH",
                "Let two people of each function work in the other for a month.",
                "both",
                "The other function is good at technology for marketing",
            ),
            Look(
                BELIEF,
                "SKILLS_MARKETING",
                "Take engineers to customers: a day in a store, an hour on the phone.",
                "both",
                "The other function has a sense for customers and brand",
            ),
        ),
    ),
    Imperative(
        "trust",
        "Trust",
        "Promises are agreed before they are made, standards are kept, and each side believes that of the other.",
        (
            Look(FIGURE, "promised", "Ask IT for a date before one is told outside.", "marketing"),
            Look(
                FIGURE,
                "outside",
                "Bring each tool that is in use into the register, or stop using it.",
                "both",
            ),
            Look(
                FIGURE,
                "refusals",
                "Look at the clause that refuses most, and agree whether it is meant so.",
                "it",
            ),
            Look(
                FIGURE,
                "violations",
                "Talk to whoever feeds the worst source, and test its files before they come.",
                "it",
            ),
            Look(
                BELIEF,
                "TRUST_PROMISES",
                "Show both sides this page: what was promised and what was kept.",
                "both",
                "The other function keeps what it promises",
            ),
            Look(
                BELIEF,
                "TRUST_OPEN",
                "Begin each joint meeting with what went wrong since the last one.",
                "both",
                "The other function says openly when something goes wrong",
            ),
        ),
    ),
)
