"""Problem codes of the results of a pulse."""

from tandem.kernel import code

NO_RESULT_YET = code(
    "ALN-600",
    "a pulse has no answers to tell of",
    who="whoever opened the pulse",
    fix="Invite people, or remind them; `tandem pulse status` tells how it stands.",
)
STILL_OPEN = code(
    "ALN-601",
    "a pulse is not closed, so its results are not told",
    who="whoever opened the pulse",
    fix="Close it; `tandem run` does so after its last day. What one more answer changes would tell what that "
    "person said.",
)
NO_FORMAT = code(
    "ALN-602",
    "results are not written in that format",
    who="whoever asked",
    fix="Take one of the formats that are named here.",
)
NO_CUT = code(
    "ALN-603",
    "results are not cut by that question",
    who="whoever asked",
    fix="Take one of the profile questions that are named here; others have too many answers, or too few people.",
)
NOT_WRITTEN = code(
    "ALN-604",
    "a report cannot be written to that file",
    who="whoever asked",
    fix="Give another file with --out, in a folder that is there and that you may write to.",
)
