"""Problem codes of bringing surveys in and handing them out."""

from tandem.kernel import Kind, code

NO_SIDES = code(
    "ALN-312",
    "a survey does not tell who speaks for which side",
    who="analyst",
    fix='Say which variable tells the side, and how: --group FUNCTION --map "1=marketing,2=it".',
)
NO_RAW_ANSWERS = code(
    "ALN-313",
    "single answers are for few roles",
    who="admin",
    kind=Kind.OPERATOR,
    fix="Ask an analyst for the figures, or an admin for the role.",
)
STILL_OPEN = code(
    "ALN-314",
    "answers are handed out of closed pulses only",
    who="whoever asked",
    kind=Kind.RETRY,
    fix="Close the pulse first, or wait: two exports of an open one would show who answered in between.",
)
FEW_ANSWERS = code(
    "ALN-315",
    "too few answers to hand out row by row",
    who="whoever asked",
    kind=Kind.OPERATOR,
    fix="Nothing can be done for this pulse: so few people could be found again.",
)
UNKNOWN_SURVEY_FORMAT = code(
    "ALN-316",
    "there is no such format of survey files",
    who="whoever asked",
    fix="Take one of the formats that are listed.",
)
