"""Problem codes of survey files."""

from tandem.kernel.problems import Kind, code

UNREADABLE = code(
    "ALN-301",
    "a survey file cannot be read",
    who="analyst",
    fix="Export the file again from the tool it came from and bring in that one, whole.",
)
BAD_CELL = code(
    "ALN-302",
    "a value that the codebook does not allow",
    who="analyst",
    fix="Correct the cell, or add what it says to the codebook.",
)
NO_COLUMN = code(
    "ALN-303",
    "the file has no column for a variable",
    who="analyst",
    fix="Name the column under `column` or `columns` of the variable in the codebook.",
)
BAD_CODEBOOK = code(
    "ALN-304",
    "a codebook file contradicts itself",
    who="analyst",
    fix="Correct the line; docs/howto/bring-in-a-survey.md shows a whole codebook.",
)
NO_CODEBOOK = code(
    "ALN-305",
    "a CSV file says nothing of what its columns mean",
    who="analyst",
    fix="Write a codebook beside it, NAME.codebook.yml, or name one with --codebook.",
)
UNSAFE_XML = code(
    "ALN-306",
    "an XML file that declares entities is not read",
    who="analyst",
    fix="Ask for a file without entities: a survey needs none, and they are how such files attack.",
)
BAD_DEFINITION = code(
    "ALN-307",
    "a Triple-S definition that cannot be used",
    who="analyst",
    fix="Correct the definition, or export it again from the tool it came from.",
)
KEPT_OUT = code(
    "ALN-308",
    "the file holds something that a survey here does not",
    who="analyst",
    kind=Kind.NOTICE,
    fix="Nothing has to be done; keep the file if what it says matters.",
)
NOT_CARRIED = code(
    "ALN-309",
    "the file format cannot hold something of the survey",
    who="analyst",
    kind=Kind.NOTICE,
    fix="Hand on the codebook file that was written beside it: it holds everything.",
)
UNKNOWN_FORMAT = code(
    "ALN-310",
    "no known kind of survey file",
    who="analyst",
    fix="Bring in a .csv with a codebook, a .sav, or a .sss with its data file beside it.",
)
BAD_GROUP = code(
    "ALN-311",
    "the groups cannot be told apart as asked",
    who="analyst",
    fix='Name a single-choice variable with --group, and say which of its answers is which: --map "1=marketing,2=it".',
)
