"""Sign in with a password or through the company's sign-in service, say who is signed in, sign out.

All times are those of the wall, also in a company that lives in simulated time.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tandem.kernel import Problem, Problems
from tandem.kernel.values import Actor, WorkspaceRole
from tandem.ledger import Ledger, User, Wanted, role_named
from tandem.ledger.problems import NO_ACCOUNT, TOO_MANY_ATTEMPTS, WRONG_SIGN_IN
from tandem.ledger.sessions import WITHIN
from tandem.usecases.auditing import by, note


@dataclass(frozen=True)
class SignedIn:
    """Somebody signed in. `token` goes into the cookie and nowhere else, `csrf` into the forms of their pages."""

    token: str
    csrf: str
    user: User

    @property
    def name(self) -> str:
        """The sign-in name."""
        return self.user.name

    @property
    def display(self) -> str:
        """The name for people."""
        return self.user.display

    @property
    def role(self) -> WorkspaceRole:
        """The role as it is now: a change holds from the next page on."""
        return self.user.role

    @property
    def actor(self) -> Actor:
        """Who acts, as policy judges it."""
        return Actor(self.user.name, str(self.user.role))


@dataclass(frozen=True)
class Claims:
    """What the company's sign-in service has said of somebody, its signature checked already.

    `email` only if the service has verified it. `role` if the service says one: then it is the master of roles.
    """

    issuer: str
    subject: str
    email: str | None = None
    display: str = ""
    role: str | None = None


def sign_in(ledger: Ledger, name: str, password: str, address: str, now: datetime) -> SignedIn:
    """Sign in with a password from a network address. A new token each time, so that none can be planted.

    Raises LDG-046 for a wrong name or password, which takes equally long for both, and LDG-047 with the time to
    try again after too many failures of the name or the address.
    """
    user = _proven(ledger, name, password, address, now)
    return _opened(ledger, user, now)


def prove(ledger: Ledger, name: str, password: str, address: str, now: datetime) -> User:
    """Whose name and password these are, without opening a session. Raises LDG-046 and LDG-047 as `sign_in` does."""
    return _proven(ledger, name, password, address, now)


def sign_in_oidc(
    ledger: Ledger, claims: Claims, now: datetime, *, add_as: WorkspaceRole | None = None
) -> SignedIn:
    """Sign in as the company's sign-in service says.

    The account is the one that is linked to issuer and subject; else the active one whose name is the verified
    e-mail address, which is then linked; else, if `add_as` is given, a new one in the role that the service says
    or else that one. Raises LDG-048 if there is none of these, LDG-045 if the account is linked otherwise, LDG-044
    for a role there is not.
    """
    user = ledger.user_elsewhere(claims.issuer, claims.subject) or _linked(ledger, claims)
    if user is None and add_as is not None and claims.email and ledger.user_named(claims.email) is None:
        user = _added(ledger, claims, add_as, now)
    if user is None or not user.active:
        raise Problems(_no_account(claims))
    if claims.role is not None and role_named(claims.role) is not user.role:
        user = ledger.set_role(user.name, claims.role)
    return _opened(ledger, user, now)


def who(ledger: Ledger, token: str, now: datetime) -> SignedIn | None:
    """Who is signed in with this token; None if nobody is, or not any more."""
    session = ledger.session(token, now)
    return None if session is None else SignedIn(token, session.csrf, session.user)


def sign_out(ledger: Ledger, token: str) -> None:
    """End the session of this token."""
    ledger.close_session(token)


def note_failed(
    root: Path, ledger: Ledger, name: str, stopped: Problems, address: str, now: datetime
) -> None:
    """Put a sign-in that failed into the audit log, under the account's name if there is one of that name.

    What somebody typed who has no account is not kept: it may be a password. A door that is closed already is
    noted once, so that who keeps knocking cannot fill the log.
    """
    account = ledger.user_named(name)
    who_ = Actor(account.name, str(account.role)) if account else Actor("unknown", "nobody")
    code = stopped.problems[0].code
    outcome = "locked" if code == TOO_MANY_ATTEMPTS.code else "failed"
    if outcome == "locked":
        since = Wanted(kind="sign_in", actor=who_.name, since=now - WITHIN)
        last = ledger.audit_entries(since, limit=1)
        if last and last[0].outcome == "locked":
            return
    detail = {"address": address, "code": code}
    note(root, ledger, now, by(who_, "sign_in", "sign-in", outcome, detail=detail))


def _proven(ledger: Ledger, name: str, password: str, address: str, now: datetime) -> User:
    attempt = ledger.begin_attempt(name, address, now)
    user = ledger.verify(name, password)
    if user is None:
        raise Problems(WRONG_SIGN_IN("the name or the password is not right"))
    ledger.attempt_succeeded(attempt)
    return user


def _opened(ledger: Ledger, user: User, now: datetime) -> SignedIn:
    token, session = ledger.open_session(user.id, now)
    return SignedIn(token, session.csrf, session.user)


def _linked(ledger: Ledger, claims: Claims) -> User | None:
    """The active account with the verified e-mail address as its name, linked from now on."""
    found = ledger.user_named(claims.email) if claims.email else None
    if found is None or not found.active:
        return None
    return ledger.link_user(found.name, claims.issuer, claims.subject)


def _added(ledger: Ledger, claims: Claims, add_as: WorkspaceRole, now: datetime) -> User:
    assert claims.email is not None
    user = ledger.add_user(claims.email, claims.role or add_as, now, display=claims.display)
    return ledger.link_user(user.name, claims.issuer, claims.subject)


def _no_account(claims: Claims) -> Problem:
    name = claims.email or "no verified e-mail address"
    sentence = "you have signed in there, and there is no account for you here"
    if not claims.email:
        return NO_ACCOUNT(
            sentence, found=name, fix="ask IT to let the sign-in service tell your e-mail address"
        )
    return NO_ACCOUNT(sentence, found=name, fix=f"ask an admin: `tandem user add {name} --role ROLE`")
