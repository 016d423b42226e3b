"""The problem that only the command line tells: the one that is ours."""

from tandem.kernel import Kind, code

FAULT = code(
    "CLI-001",
    "Tandem itself failed",
    who="Tandem",
    kind=Kind.BUG,
    fix="Run the same command again: what was committed stays, nothing is half done. If it fails again, report "
    "it with the log that the place names.",
)
