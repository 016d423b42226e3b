"""The two sides by their names: as answers, tables and files have them, within a sentence, and where one begins."""

MARKETING, IT = "marketing", "it"
SIDES = (MARKETING, IT)
NAMES = {MARKETING: "marketing", IT: "IT"}
TITLED = {MARKETING: "Marketing", IT: "IT"}
