"""Problems that only a page can have."""

from tandem.kernel.problems import Kind, code

NO_PAGE = code(
    "WEB-001", "there is no such page", who="whoever asked", fix="Go to Home and follow the links from there."
)
NOT_ALLOWED = code(
    "WEB-002",
    "your role does not let you do that",
    who="an admin",
    fix="Ask an admin for another role (`tandem user role`), or ask somebody who may.",
)
FORGED = code(
    "WEB-003",
    "the form was not sent from a page of this sign-in",
    who="whoever asked",
    kind=Kind.RETRY,
    fix="Open the page again and send the form from there; nothing was changed.",
)
BROKEN = code(
    "WEB-004",
    "something broke on our side",
    who="whoever runs Tandem",
    kind=Kind.BUG,
    fix="Try again; if it stays, give the reference to whoever runs Tandem: the log has the rest.",
)
SIGN_IN_FIRST = code("WEB-005", "nobody is signed in", who="whoever asked", fix="Sign in, then ask again.")
NO_EXHIBIT = code(
    "WEB-006",
    "the page has no table or picture of that name",
    who="whoever asked",
    fix="Use the links under the table or picture.",
)
TOO_LARGE = code(
    "WEB-007",
    "the form is too large",
    who="whoever asked",
    fix="Send less than 2 MB; larger files come in through a source of the charter.",
)
ELSEWHERE = code(
    "WEB-008",
    "the company's sign-in service did not sign you in",
    who="IT",
    kind=Kind.RETRY,
    fix="Try again; if it stays, ask IT to compare [sign_in] in tandem.toml with what the service knows.",
)
NO_SERVICE = code(
    "WEB-009",
    "no sign-in service is set up",
    who="IT",
    fix="Declare [sign_in] with issuer and client_id in tandem.toml, or sign in by name and password.",
)
BAD_JSON = code(
    "WEB-012",
    "a body is no JSON",
    who="whoever asked",
    fix="Send one JSON document in UTF-8, as the reference describes it.",
)
BAD_FORM = code(
    "WEB-011",
    "a form cannot be read",
    who="whoever asked",
    fix="Send it from its page; nothing was changed.",
)
NOT_SURE = code(
    "WEB-030",
    "an erasure was not confirmed",
    who="whoever asked",
    fix="Type the reason and the word, then send the form again; nothing was changed.",
)
