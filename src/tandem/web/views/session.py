"""Signing in and out."""

import hmac
import secrets
from dataclasses import dataclass, replace
from urllib.parse import quote, unquote

from tandem.kernel import Problems
from tandem.usecases.sign_in import note_failed, sign_in, sign_in_oidc, sign_out
from tandem.web import oidc, problems
from tandem.web.asking import Ask
from tandem.web.page import Go, PageContext, doc, inside


@dataclass(frozen=True, kw_only=True)
class SignInPage(PageContext):
    """Who are you?"""

    name: str = doc("The name typed before, if the sign-in failed.", default="")
    next: str = doc("The page to go to afterwards.", default="/")
    elsewhere: str | None = doc(
        "What the button of the company's sign-in service says, if there is one.", default=None
    )


def form(ask: Ask) -> PageContext | Go:
    """The form, or Home for who is signed in already."""
    if ask.user is not None:
        return Go(inside(ask.text("next")))
    return _page(ask)


def enter(ask: Ask) -> PageContext | Go:
    """Sign in; a name or password that is wrong shows the form again, and says no more than that."""
    page = _page(ask)
    password = ask.form.get("password")
    try:
        done = sign_in(ask.ledger, page.name, str(password or ""), ask.address, ask.wall())
    except Problems as stopped:
        note_failed(ask.root, ask.ledger, page.name, stopped, ask.address, ask.wall())
        return replace(page, problems=stopped.problems)
    ask.note("sign_in", "password", "ok", actor=done.actor, address=ask.address)
    return Go(page.next, session=done.token)


def leave(ask: Ask) -> Go:
    """Sign out."""
    assert ask.user is not None
    sign_out(ask.ledger, ask.user.token)
    ask.note("sign_in", "sign-out", "out")
    return Go("/sign-in", notice="You are signed out.", session="")


def _page(ask: Ask) -> SignInPage:
    service = ask.service()
    return SignInPage(
        title="Sign in",
        name=ask.text("name"),
        next=inside(ask.text("next")),
        elsewhere=service.title if service else None,
    )


def go_elsewhere(ask: Ask) -> Go:
    """To the company's sign-in service. What has to be known again on the way back, the browser keeps."""
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    with oidc.at(ask.service(), ask.origin) as service:
        address = service.address(state, nonce, verifier)
    return Go(address, visit=" ".join((state, nonce, verifier, quote(inside(ask.text("next"))))))


def come_back(ask: Ask) -> Go:
    """Back from the service: what it says of the person is checked, then they are signed in."""
    kept = ask.visit.split(" ")
    sent = ask.text("state")
    if len(kept) != 4 or not hmac.compare_digest(kept[0].encode(), sent.encode()):
        raise Problems(problems.ELSEWHERE("this sign-in was not begun here, or too long ago"))
    with oidc.at(ask.service(), ask.origin) as service:
        claims = service.claims(ask.text("code"), ask.text("error"), kept[1], kept[2], ask.wall())
        try:
            done = sign_in_oidc(ask.ledger, claims, ask.wall(), add_as=service.settings.add_as)
        except Problems as stopped:
            note_failed(ask.root, ask.ledger, claims.email or "", stopped, ask.address, ask.wall())
            raise
    ask.note("sign_in", "sign-in service", "ok", actor=done.actor, address=ask.address)
    return Go(inside(unquote(kept[3])), session=done.token, visit="")
