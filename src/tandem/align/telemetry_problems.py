"""Problem codes of telemetry and of the scorecard."""

from tandem.kernel.problems import code

BAD_WINDOW = code(
    "ALN-501",
    "a window of time is empty, or ends in the future",
    who="whoever asked",
    fix="let `since` lie before `until`, and `until` not after now",
)
