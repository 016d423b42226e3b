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
    fix="Check the spelling. People are found by person id or any identifier such as an e-mail address, "
    "events and contacts by the id that `tandem explain person` lists.",
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
    fix="Give --now a time that is not before the last run; without --now the run waits until that time has come.",
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
NO_DEMO = code(
    "RUN-020",
    "only a demo company lives in simulated time",
    who="whoever asked",
    fix="Build one with `tandem demo`; in a real company time passes by itself.",
)
NOT_SO_LONG = code(
    "RUN-021",
    "so many days cannot pass at once",
    who="whoever asked",
    fix="Let fewer days pass, several times.",
)
PORT_TAKEN = code(
    "RUN-010",
    "the port is taken",
    who="whoever asked",
    kind=Kind.OPERATOR,
    fix="Give another --port, or end the program that listens there (`tandem serve --stop` if it is this one).",
)
NOT_SERVED = code(
    "RUN-011",
    "the workspace does not answer",
    who="operator",
    kind=Kind.OPERATOR,
    fix="The file named here says why; correct that and start it again.",
)
UNKNOWN_KIND = code(
    "RUN-030",
    "there is no work of that kind",
    who="whoever asked",
    fix="Ask for one of the kinds.",
)
WRONG_ARGUMENTS = code(
    "RUN-031",
    "the work cannot be done as it was asked for",
    who="whoever asked",
    fix="Correct what is named here and ask again; nothing was started.",
)
STALE_PLAN = code(
    "RUN-032",
    "the charter was edited after its plan was shown",
    who="whoever asked",
    fix="Look at the plan as it is now, then apply that one; nothing was changed.",
)
NOT_STARTED = code(
    "RUN-033",
    "the work could not be started",
    who="IT",
    kind=Kind.OPERATOR,
    fix="Make room or give the right that is missing, then ask again; nothing was changed.",
)
JOB_FAULT = code(
    "RUN-034",
    "Tandem itself failed at its work",
    who="Tandem",
    kind=Kind.BUG,
    fix="Start it again: what was committed stays, nothing is half done. If it fails again, report it with the log "
    "that the place names.",
)
OWN_FILE = code(
    "RUN-040",
    "files of Tandem itself are no source",
    who="whoever asked",
    fix="Name the files that another system delivers, such as data/till/*.csv.",
)
NOT_APPROVED = code(
    "RUN-035",
    "a function that is asked has not approved the plan",
    who="the function that is asked",
    fix="Ask somebody who speaks for it to approve the plan, in the browser under Plan or with `tandem approve`; "
    "then apply it again. Nothing was changed.",
)
LOOSE_SECRET = code(
    "RUN-050",
    "others can read a secret",
    who="operator",
    kind=Kind.OPERATOR,
    fix="Run `chmod 600 .tandem/secret`; if others may have read it, put a new one in its place.",
)
SHORT_SECRET = code(
    "RUN-051",
    "a secret is too short",
    who="operator",
    kind=Kind.OPERATOR,
    fix="Give at least 32 random characters in TANDEM_SECRET, or take the variable away and let Tandem make one.",
)
NOT_ASKED = code(
    "RUN-090",
    "the plan asks nothing of that function",
    who="whoever asked",
    fix="Look at the plan: it names the functions that have to approve it, or nobody has to.",
)
NOT_YOUR_FUNCTION = code(
    "RUN-091",
    "nobody approves or answers for a function that they do not speak for",
    who="somebody who speaks for that function",
    fix="Ask one of those named here.",
)
OWN_EDIT = code(
    "RUN-092",
    "nobody approves their own edit where the other function is asked",
    who="somebody else who speaks for that function",
    fix="Ask one of those named here.",
)
NO_REASON = code(
    "RUN-093",
    "a reason is missing",
    who="whoever asked",
    fix="Say in a sentence why; nothing was changed.",
)
BAD_LASTING = code(
    "RUN-094",
    "a time that has to end does not, or not in the time that is allowed",
    who="whoever asked",
    fix="Give a time such as 7d, 12h or 30d; nothing was changed.",
)
NOT_GRANTABLE = code(
    "RUN-095",
    "a request for access cannot be granted as it stands",
    who="the owner of the policies",
    fix="Refuse it with a reason, or edit the policies by hand and answer then.",
)
NAMES_SOMEBODY = code(
    "RUN-097",
    "a reason names somebody",
    who="whoever asked",
    fix="Say it without an address: the reason goes into the audit log, from which nothing can be erased.",
)
BAD_REQUEST = code(
    "RUN-096",
    "a request for access does not say what is wanted",
    who="whoever asked",
    fix="Name a purpose, a destination and at least one label or field.",
)
NO_AUDIT_FILE = code(
    "RUN-070",
    "a file is no exported audit log",
    who="whoever asked",
    fix="Name a file that `tandem audit export` wrote, as it wrote it.",
)
NO_RIGHT = code(
    "RUN-080",
    "this role may not act on people's rights",
    who="the privacy office",
    fix="Ask the privacy office, or act in its role if it is yours.",
)
NOBODY_KNOWN = code(
    "RUN-081",
    "nobody is known by what was given",
    who="whoever asked",
    fix="Check the spelling; people are found by person id or by any identifier, written as sources write it.",
)
NOT_SIGNED = code(
    "RUN-082",
    "a receipt is not as it was signed",
    who="whoever keeps the receipt",
    fix="Take the receipt from `tandem person receipt` of the workspace that wrote it; this one was altered.",
)
BAD_STATEMENT = code(
    "RUN-060",
    "a statement of consent that cannot be taken",
    who="whoever asked",
    fix="Correct what is named here and send all of them again; none was kept.",
)
NOT_KEPT = code(
    "RUN-061",
    "a statement of consent could not be kept",
    who="operator",
    kind=Kind.OPERATOR,
    fix="Make room, or give the user that runs Tandem the right to write in .tandem; then send it again.",
)
BAD_LINK = code(
    "RUN-062",
    "a link to a preference page that does not hold",
    who="whoever asked",
    fix="Open the newest message and use its link, or ask the company for a new one.",
)
NO_ADDRESS = code(
    "RUN-063",
    "nobody said where the preference page is",
    who="IT",
    fix='Write `address = "https://…"` under `[workspace]` in tandem.toml.',
)
NOT_HEARD = code(
    "RUN-064",
    "what people said could not be taken, so nothing is sent",
    who="operator",
    kind=Kind.OPERATOR,
    fix="Correct what is told about the source and run again. Nobody lost their place: what is due goes out then.",
)
NOT_ERASED = code(
    "RUN-083",
    "there is no erasure of that",
    who="whoever asked",
    fix="`tandem person requests` has all requests and how they stand.",
)
SEVERAL_KNOWN = code(
    "RUN-084",
    "that leads to more than one person",
    who="whoever asked",
    fix="Give the id of one of the people that are named here.",
)
OTHER_KIND = code(
    "RUN-086",
    "a request of a person asks for something else",
    who="whoever asked",
    fix="An erasure is carried out by `tandem person work`; what is held is handed over by `tandem person export`.",
)
BAD_DSR = code(
    "RUN-085",
    "a request of a person cannot be taken as it was sent",
    who="whoever sent it",
    fix="Send it as OpenDSR 2.0 says, with identities of the types and formats in GET /opendsr/discovery.",
)
