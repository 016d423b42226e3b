"""Problem codes of fielding a pulse."""

from tandem.kernel import Kind, code

BAD_PULSE = code(
    "ALN-200",
    "a pulse cannot be opened like that",
    who="whoever asked",
    fix="Give a name in small letters, a form that the instrument has, and a day to close on that lies ahead.",
)
NO_INSTRUMENT = code(
    "ALN-201",
    "there is no such instrument in the charter in force",
    who="whoever asked",
    fix="Take one of pulse/; `tandem pulse init` writes the one that comes with Tandem; then `tandem apply`.",
)
NOT_OPEN = code(
    "ALN-202",
    "the pulse takes no answers any more",
    who="whoever asked",
    fix="Open a new pulse; what was answered stays.",
)
NO_PULSE_ADDRESS = code(
    "ALN-203",
    "nobody said under which address people reach the questions",
    who="it",
    fix='Write `address = "https://…"` under `[workspace]` in tandem.toml, then run `tandem apply`.',
)
BAD_INVITATION = code(
    "ALN-204",
    "an invitation cannot be made",
    who="whoever asked",
    fix="Give an e-mail address and a side, marketing or it, for each person; nobody on this list was invited.",
)
BAD_PULSE_LINK = code(
    "ALN-205",
    "a link to a pulse that does not hold",
    who="whoever asked",
    fix="Use the link of the newest message, whole, or ask who sent it.",
)
UNFIT_ANSWERS = code(
    "ALN-206",
    "answers do not fit the instrument of their pulse",
    who="whoever asked",
    kind=Kind.OPERATOR,
    fix="Correct the answers that are named here; none of them was kept.",
)
NOT_YOUR_PULSE = code(
    "ALN-207",
    "this role may not run pulses",
    who="whoever runs pulses",
    fix="Ask somebody in one of the roles that are named here.",
)
