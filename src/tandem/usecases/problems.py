"""Problems that concern the loop as a whole."""

from tandem.kernel.problems import Kind, code

NOT_APPLIED = code(
    "RUN-001",
    "no charter was applied yet",
    who="operator",
    kind=Kind.OPERATOR,
    fix="Run `tandem plan` to see what the charter does, then `tandem apply`.",
)
UNKNOWN_THING = code(
    "RUN-002",
    "nothing is known under that name or id",
    who="whoever asked",
    fix="Check the spelling; people are found by person id or by any identifier such as an e-mail address.",
)
FOLDER_TAKEN = code(
    "RUN-003",
    "the folder has files in it already",
    who="whoever asked",
    fix="Name a new or empty folder.",
)
TIME_BACKWARDS = code(
    "RUN-004",
    "the loop was already run at a later time",
    who="operator",
    kind=Kind.OPERATOR,
    fix="Leave out --now, or give a time that is not before the last run.",
)
NO_PERMIT = code(
    "RUN-005",
    "policy does not let this role do that",
    who="IT",
    fix="Ask the owner of the policies to grant it, or act in a role that may.",
)
NO_MAIL_SERVER = code(
    "RUN-006",
    "there is no mail server to send with",
    who="IT",
    fix="Declare [email] with host, port, security and sender in tandem.toml.",
)
NOT_WRITABLE = code(
    "RUN-007",
    "a folder cannot be written",
    who="whoever asked",
    kind=Kind.OPERATOR,
    fix="Name a folder that you may write to and that has space left.",
)
