"""What marketing and IT of the demo company really think, and what each gets wrong about the other."""

from dataclasses import dataclass

MARKETING, IT = "marketing", "it"
SIDES = (MARKETING, IT)
PEOPLE = {MARKETING: 80, IT: 60}
"""Who answers at the demo company."""


@dataclass(frozen=True)
class PlantedGap:
    """A question on which the two sides differ. Shares 0..1 of all people of a side, now and in time to come.

    `code` None: the share that chooses 4 or 5 of five points; else the share that gives or ticks this answer.
    """

    variable: str
    code: int | None
    marketing: float
    it: float

    def of(self, side: str) -> float:
        """The share of one side."""
        return self.marketing if side == MARKETING else self.it


@dataclass(frozen=True)
class FalseBelief:
    """What a side wrongly thinks that the other one answers: the share of the side that says so itself, 0..1.

    `variable` is the guess. A guess without a false belief has the shares of what it is about, so it is right.
    """

    variable: str
    side: str
    code: int | None
    guess: float


GAPS = (
    PlantedGap("NEED", 1, 0.52, 0.84),
    PlantedGap("PREPARED", None, 0.28, 0.66),
    PlantedGap("DRIVERS", 1, 0.80, 0.25),
    PlantedGap("DRIVERS", 3, 0.18, 0.74),
    PlantedGap("FRUSTRATION_PROMISES", None, 0.24, 0.68),
    PlantedGap("MKTIT_PRIORITY", None, 0.22, 0.60),
    PlantedGap("OBSTACLES", 3, 0.62, 0.16),
    PlantedGap("OBSTACLES", 10, 0.16, 0.62),
    PlantedGap("TRUST_PROMISES", None, 0.64, 0.24),
)
"""Where marketing and IT of the demo company really differ. On everything else they answer alike."""

LEVELS = (
    PlantedGap("FRUSTRATION_SLOW", None, 0.66, 0.66),
    PlantedGap("FRUSTRATION_STANDARDS", None, 0.64, 0.64),
    PlantedGap("MKT_PRIORITIES", 3, 0.58, 0.58),
    PlantedGap("IT_PRIORITIES", 6, 0.62, 0.62),
)
"""Shares that are set although there is no gap: what one side says of itself, and the other gets wrong."""

BELIEFS = (
    FalseBelief("MKTIT_PRIORITY_META", MARKETING, None, 0.20),
    FalseBelief("FRUSTRATION_META_SLOW", IT, None, 0.20),
    FalseBelief("FRUSTRATION_META_STANDARDS", MARKETING, None, 0.18),
    FalseBelief("MKT_PRIORITIES_META", IT, 3, 0.10),
    FalseBelief("IT_PRIORITIES_META", MARKETING, 6, 0.12),
)
"""Where a side is wrong about the other. Every other guess is right on average."""

BANDS = {
    "TECH_SHARE_EXACT": (
        "TECH_SHARE",
        {2: (0.0, 10.0), 3: (10.0, 20.0), 4: (20.0, 30.0), 5: (30.0, 50.0), 6: (50.0, 90.0)},
    )
}
"""A number that is asked after a band: the variable of the band, and where each band begins and ends."""

IDEAS = {
    "IDEAS": {
        MARKETING: (
            "One list of what comes first, that both sign.",
            "A person in IT who knows our calendar.",
            "Let us build audiences ourselves, within the rules.",
            "Tell us early when a date cannot be kept.",
        ),
        IT: (
            "Ask us before a date is promised to the board.",
            "Briefs that say what success would be.",
            "No new tool without a word to us.",
            "Sit in on the campaign review once a month.",
        ),
    }
}
"""Answers to open questions, by side."""
