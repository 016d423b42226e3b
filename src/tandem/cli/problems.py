"""The problems that only the command line tells: the one that is ours, and an answer that finds no room."""

from tandem.kernel import Kind, code

FAULT = code(
    "CLI-001",
    "Tandem itself failed",
    who="Tandem",
    kind=Kind.BUG,
    fix="Run the same command again: what was committed stays, nothing is half done. If it fails again, report "
    "it with the log that the place names.",
)
UNWRITTEN = code(
    "CLI-002",
    "the answer cannot be written",
    who="whoever asked",
    kind=Kind.OPERATOR,
    fix="Make room where the output goes, then ask again: what the command did is done, only its answer is cut.",
)
