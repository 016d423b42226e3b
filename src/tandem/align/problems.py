"""Problem codes of the room."""

from tandem.kernel.problems import Kind, code

UNKNOWN_WAVE = code(
    "ALN-001",
    "unknown wave of published figures",
    who="marketing",
    fix="Use one of the published waves.",
)
BROKEN_FIGURE = code(
    "ALN-002",
    "a published figure cannot be read",
    who="tandem",
    kind=Kind.BUG,
    fix="Correct the line: this file comes with Tandem, so report it if you did not change it.",
)
UNKNOWN_QUESTION = code(
    "ALN-003",
    "a wave of published figures has no such question",
    who="marketing",
    fix="Use one of the questions of the wave, or leave it out to see all.",
)
UNKNOWN_BANNER = code(
    "ALN-004",
    "a question cannot be a banner variable",
    who="marketing",
    fix="Use questions with one answer each, such as the group, the region or a five-point statement.",
)
