"""The problems that the ledger can tell."""

from tandem.kernel import Kind, code

UNREACHABLE = code(
    "LDG-001",
    "the ledger's database cannot be reached or written",
    who="it",
    kind=Kind.OPERATOR,
    fix="check that the database runs and that `ledger` in tandem.toml names it; a PostgreSQL password comes "
    "from PGPASSWORD or ~/.pgpass",
)
NEWER = code(
    "LDG-002",
    "the ledger was written by a newer Tandem",
    who="it",
    kind=Kind.OPERATOR,
    fix="install the newer Tandem again, or restore the copy of the ledger that was made before the upgrade",
)
BAD_ADDRESS = code(
    "LDG-003",
    "the ledger's address is not one that Tandem understands",
    who="it",
    fix="write a file name such as `ledger.db`, or `postgresql://host/database`",
)
NOT_A_LEDGER = code(
    "LDG-004",
    "the file or database is something else than a ledger",
    who="it",
    kind=Kind.OPERATOR,
    fix="name another file or an empty database as `ledger` in tandem.toml; nothing was changed in this one",
)
BUSY = code(
    "LDG-010",
    "another run is working",
    who="it",
    kind=Kind.RETRY,
    fix="wait until it has ended, then run again",
)
LEASE_LOST = code(
    "LDG-011",
    "this run took longer than it said and another one has taken over",
    who="it",
    kind=Kind.RETRY,
    fix="run again; what was finished is kept and is not done twice",
)
BATCH_OPEN = code(
    "LDG-020",
    "a batch of this source is still open",
    who="it",
    kind=Kind.RETRY,
    fix="run again; the open batch is finished first",
)
BATCH_NOT_OPEN = code(
    "LDG-021",
    "the batch to finish is not open",
    who="it",
    kind=Kind.BUG,
    fix="report this; nothing was changed",
)
WRONG_STEP = code(
    "LDG-030",
    "a contact cannot go from the state it is in to the one asked for",
    who="it",
    kind=Kind.BUG,
    fix="report this; nothing was changed",
)
BAD_NAME = code(
    "LDG-040",
    "the sign-in name cannot be used",
    who="whoever asked",
    fix="use an e-mail address, or letters, digits and . _ - without blanks",
)
NAME_TAKEN = code(
    "LDG-041",
    "the sign-in name is taken",
    who="whoever asked",
    fix="choose another name, or change the account: `tandem user role`, `tandem user password`",
)
UNKNOWN_USER = code(
    "LDG-042",
    "there is no account of that name",
    who="whoever asked",
    fix="`tandem user list` has all names; `tandem user add` makes an account",
)
WEAK_PASSWORD = code(
    "LDG-043",
    "the password is too easy to guess",
    who="whoever asked",
    fix="take at least 12 characters, best a few words; only the sign-in name itself is not taken",
)
UNKNOWN_ROLE = code(
    "LDG-044",
    "there is no such role",
    who="whoever asked",
    fix="take one of the roles",
)
LINKED_ELSEWHERE = code(
    "LDG-045",
    "the account is linked to another account of the company's sign-in service",
    who="an admin of this workspace",
    fix="remove the account and add it again; its next sign-in links it anew",
)
WRONG_SIGN_IN = code(
    "LDG-046",
    "the name or the password is not right",
    who="whoever signs in",
    fix="type both again; an admin can give a new password with `tandem user password`",
)
TOO_MANY_ATTEMPTS = code(
    "LDG-047",
    "too many attempts to sign in have failed",
    who="whoever signs in",
    kind=Kind.RETRY,
    fix="wait 15 minutes, then try again",
)
NO_ACCOUNT = code(
    "LDG-048",
    "there is no account here for somebody who has signed in elsewhere",
    who="an admin of this workspace",
    fix="ask an admin to add the account: `tandem user add NAME --role ROLE`, with the e-mail address as name",
)
LAST_ADMIN = code(
    "LDG-049",
    "the last admin cannot be removed or get another role",
    who="an admin of this workspace",
    fix="make somebody else an admin first: `tandem user role NAME admin`",
)
JOB_BUSY = code(
    "LDG-060",
    "other work is being done that must be alone",
    who="whoever asked",
    kind=Kind.RETRY,
    fix="wait until it has ended, or cancel it",
)
UNKNOWN_JOB = code(
    "LDG-061",
    "there is no job of that number",
    who="whoever asked",
    fix="`tandem job list` has the last ones",
)
JOB_ENDED = code(
    "LDG-062",
    "the job has ended already",
    who="whoever asked",
    kind=Kind.NOTICE,
    fix="nothing needs to be done",
)
JOB_LOST = code(
    "LDG-063",
    "the process that did a job is gone",
    who="it",
    kind=Kind.RETRY,
    fix="start it again: what was committed stays, and it goes on from there; the job's log may say what happened",
)
NOT_SEALED = code(
    "LDG-070",
    "the audit log was sealed with another secret, or changed behind Tandem's back",
    who="it",
    kind=Kind.OPERATOR,
    fix="give the secret it was sealed with (TANDEM_SECRET, or .tandem/secret of this workspace); if that is lost, "
    "or `tandem audit verify` shows a change, `tandem audit reseal --reason TEXT` goes on and notes that it did",
)
HEAD_LOST = code(
    "LDG-071",
    "the head of the audit log is gone",
    who="it",
    kind=Kind.OPERATOR,
    fix="restore the ledger from its backup, or run `tandem audit reseal --reason TEXT`, which goes on from the last "
    "entry and notes that it did",
)
AUDIT_BROKEN = code(
    "LDG-072",
    "the audit log is not what was written",
    who="it",
    kind=Kind.OPERATOR,
    fix="keep this ledger as it is, find out who can write to it, and compare it with its backups and exports",
)
WRONG_KEY = code(
    "LDG-090",
    "the API key is missing, wrong, expired or revoked",
    who="an admin of this workspace",
    fix="send `Authorization: Bearer tdm_…` with a valid key; `tandem key add NAME --scope SCOPE` makes one",
)
WRONG_SCOPE = code(
    "LDG-091",
    "the API key is not for this",
    who="an admin of this workspace",
    fix="use a key with the scope; `tandem key add NAME --scope SCOPE` makes one",
)
TOO_MANY_KEYS = code(
    "LDG-092",
    "too many requests with wrong API keys came from one address",
    who="whoever asked",
    kind=Kind.RETRY,
    fix="correct the key, and wait 15 minutes; requests with a valid key are answered meanwhile",
)
UNKNOWN_KEY = code(
    "LDG-093",
    "there is no API key of that prefix that could be changed",
    who="whoever asked",
    fix="`tandem key list` has all keys with their prefixes",
)
BAD_KEY = code(
    "LDG-094",
    "an API key cannot be made like that",
    who="whoever asked",
    fix="give a name of up to 100 letters, at least one of the scopes, and an expiry that lies ahead",
)
UNKNOWN_APPROVAL = code(
    "LDG-080",
    "there is no approval of that number",
    who="whoever asked",
    fix="look at `tandem approvals` or at Trust, Approvals for the numbers",
)
APPROVAL_OVER = code(
    "LDG-081",
    "the approval is used, withdrawn or expired already",
    who="whoever asked",
    fix="nothing has to be done; if the plan is still wanted, approve it anew",
)
NO_APPROVAL = code(
    "LDG-082",
    "there is no open approval of the plan",
    who="the function that owns the part",
    kind=Kind.OPERATOR,
    fix="ask somebody who speaks for that function to approve the plan: Plan in the browser, or `tandem approve`",
)
UNKNOWN_REQUEST = code(
    "LDG-083",
    "there is no request of that number",
    who="whoever asked",
    fix="look at `tandem request list` or at Trust, Requests for the numbers",
)
REQUEST_ANSWERED = code(
    "LDG-084",
    "the request was answered or withdrawn already",
    who="whoever asked",
    fix="look at what was answered; ask anew if that is not enough",
)
OTHER_CHARTER = code(
    "LDG-085",
    "another charter came in force meanwhile",
    who="whoever asked",
    fix="look at the plan as it is now, then apply that one; nothing was changed",
)
NO_PERSON_REQUEST = code(
    "LDG-100",
    "there is no such request of a person",
    who="whoever asked",
    fix="`tandem person requests` has all of them",
)
PERSON_REQUEST_TWICE = code(
    "LDG-101",
    "a request of that id is there already",
    who="whoever asked",
    fix="ask for the state of the first one; a new request needs an id of its own",
)
PERSON_REQUEST_STATE = code(
    "LDG-102",
    "a request of a person cannot go from the state it is in to the one asked for",
    who="whoever asked",
    fix="only a request that is pending can be cancelled, and only an open one carried out",
)
NOT_WRITTEN_OVER = code(
    "LDG-103",
    "what was deleted still stands in bytes of the ledger's file, because somebody is reading an older state of it",
    who="the privacy office",
    kind=Kind.RETRY,
    fix="run `tandem person work`: it completes the erasure; if it happens again, stop what reads the ledger first",
)
PULSE_NAME_TAKEN = code(
    "LDG-120",
    "there is a pulse of that name",
    who="whoever asked",
    fix="take another name, such as `autumn_2`; a run that was opened is never opened again",
)
NO_PULSE = code(
    "LDG-121",
    "there is no pulse of that name",
    who="whoever asked",
    fix="`tandem pulse status` has the names of all",
)
PULSE_CLOSED = code(
    "LDG-122",
    "the pulse is closed",
    who="whoever asked",
    fix="open a new one if more should be asked; what was answered stays",
)
UNKNOWN_BRIEF = code(
    "LDG-110",
    "there is no brief of that number",
    who="whoever asked",
    fix="`tandem brief list`, or Agree, Briefs, has all of them with their numbers",
)
BRIEF_CHANGED = code(
    "LDG-111",
    "a brief was changed since it was read",
    who="whoever asked",
    kind=Kind.RETRY,
    fix="read the brief as it is now, then do it again; nothing was changed",
)
BRIEF_OVER = code(
    "LDG-112",
    "a brief is withdrawn, accepted or committed to already",
    who="whoever asked",
    fix="look at the brief's history; make a new brief for what is still wanted, or let IT withdraw its commitment",
)
UNKNOWN_COMMITMENT = code(
    "LDG-114",
    "there is no commitment of that number",
    who="whoever asked",
    fix="`tandem brief list`, or Agree, Briefs, has all of them with their numbers",
)
NO_SUCH_STEP = code(
    "LDG-115",
    "a commitment cannot go from the state it is in to the one asked for",
    who="whoever asked",
    fix="look at the commitment as it stands now; an open one can be kept or withdrawn, a kept one accepted",
)
