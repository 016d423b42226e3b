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
UNUSABLE_TARGET = code(
    "ALN-005",
    "a target that no weighting can use",
    who="marketing",
    fix="Name a side, a question with one answer each, and its answers with the shares or counts that are known.",
)
NO_SUCH_FIGURE = code(
    "ALN-101",
    "an instrument is held against a published figure that there is not",
    who="marketing",
    fix="Correct wave, question or item as `tandem pulse compare` prints them, or delete the line.",
)
UNKNOWN_FORM = code(
    "ALN-102",
    "an instrument has no such form",
    who="marketing",
    fix="Use one of the forms of the instrument, or leave it out for the whole questionnaire.",
)
ANSWER_NEEDED = code(
    "ALN-103",
    "a question that needs an answer has none",
    who="whoever answers",
    fix="Choose an answer; `don't know` is one where it is offered.",
)
NO_SUCH_ANSWER = code(
    "ALN-104",
    "an answer that the question does not have",
    who="whoever answers",
    fix="Choose one of the answers that the question offers.",
)
TOO_MANY_ANSWERS = code(
    "ALN-105",
    "more answers than the question takes",
    who="whoever answers",
    fix="Take back some of the answers.",
)
ANSWERS_CLASH = code(
    "ALN-106",
    "two answers that exclude each other",
    who="whoever answers",
    fix="Keep the one that is meant.",
)
PLACES_CLASH = code(
    "ALN-107",
    "places that are no ranking",
    who="whoever answers",
    fix="Give each place once, from 1 on, without a gap.",
)
NO_NUMBER = code(
    "ALN-108",
    "an answer that is no number, or one out of its bounds",
    who="whoever answers",
    fix="Write a number within the bounds.",
)
UNREADABLE_ANSWER = code(
    "ALN-109",
    "an answer that cannot be read",
    who="whoever answers",
    fix="Answer on the page of the question, or send the answer in the form that the guide shows.",
)
INSTRUMENT_TAKEN = code(
    "ALN-110",
    "an instrument of that name is there already",
    who="marketing",
    fix="Choose another name: `tandem pulse init NAME`. Nothing was written.",
)
BAD_WEIGHT = code(
    "ALN-111",
    "weights that no alignment index can be reckoned with",
    who="marketing",
    fix="Name parts of the index, and let one of them at least count more than 0; then run `tandem check`.",
)
