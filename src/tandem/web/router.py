"""The one way to every page: sign-in, role, form token, workspace, view; and problems become pages too.

A view never sees a request that it may not answer, and no route can leave a check out.
"""

import hmac
import logging
import uuid
from dataclasses import dataclass, replace
from urllib.parse import urlencode, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import Request
from starlette.responses import Response

from tandem.kernel import Problem, Problems, Refused
from tandem.ledger.problems import (
    NO_PERSON_REQUEST,
    PERSON_REQUEST_STATE,
    PERSON_REQUEST_TWICE,
    TOO_MANY_KEYS,
    WRONG_KEY,
    WRONG_SCOPE,
)
from tandem.usecases.api_keys import prove_key
from tandem.usecases.sign_in import who
from tandem.web import problems
from tandem.web.access import may, who_may
from tandem.web.asking import Ask
from tandem.web.framing import Project
from tandem.web.page import Go, PageContext
from tandem.web.responding import VISIT, Responder, cookie_name, refused, session_token, wants_json
from tandem.web.routes import Answer, Route, View
from tandem.web.trouble import trouble

LOG = logging.getLogger("tandem.web")
# Faults are logged by the route's own address: what stands in its holes can be a link that opens a person's page.
LARGEST_FORM = 2_000_000
CALL_STATUS = {WRONG_KEY.code: 401, WRONG_SCOPE.code: 403, TOO_MANY_KEYS.code: 429} | {
    NO_PERSON_REQUEST.code: 404,
    PERSON_REQUEST_TWICE.code: 409,
    PERSON_REQUEST_STATE.code: 409,
}


@dataclass(frozen=True)
class Router:
    """Answers requests for the routes of one project."""

    project: Project
    responder: Responder

    async def answer(self, request: Request, route: Route) -> Response:
        """The response to one request for one route. Views work in a thread: they read the lake and the ledger."""
        if route.scope:
            return await run_in_threadpool(self._called, request, route, await _body(request))
        try:
            form: FormData | Problem = await _form(request)
        except (HTTPException, MultiPartException, ValueError) as unreadable:
            form = problems.BAD_FORM("the form cannot be read", found=str(unreadable)[:200] or None)
        return await run_in_threadpool(self._answer, request, route, form)

    async def nowhere(self, request: Request) -> Response:
        """The response where no route is."""
        return await run_in_threadpool(self._nowhere, request)

    def _called(self, request: Request, route: Route, body: bytes | None) -> Response:
        """The response to another system: its key, its scope, then the view. Nothing is shown of a session."""
        ask = self._ask(request, FormData(), signed_in=False)
        try:
            key = _bearer(request)
            proven = prove_key(ask.root, ask.ledger, key, route.scope, ask.address, ask.wall())
            if body is None:
                raise Problems(problems.TOO_LARGE("the body is larger than 2 MB"))
            ask = replace(ask, key=proven, body=body)
            view = route.view(request.method)
            if view is None:
                raise Problems(problems.NO_PAGE(f"nothing answers {request.method} here"))
            return self.responder.respond(request, route, ask, self._seen(route, ask, view))
        except Problems as stopped:
            first = stopped.problems[0].code
            return refused(stopped, CALL_STATUS.get(first) or trouble(stopped).status)
        except Exception as error:
            reference = uuid.uuid4().hex[:8]
            LOG.error("reference %s: %s %s", reference, request.method, route.path, exc_info=error)
            return refused(Problems(_broken(reference).problems), 500)

    def _seen(self, route: Route, ask: Ask, view: View) -> Answer:
        if not route.needs_work:
            return view(ask)
        known = route.before(ask) if route.before is not None else None
        if known is not None:
            return known
        with self.project.pool.lent(ask.actor) as work:
            return view(replace(ask, lent=work))

    def _nowhere(self, request: Request) -> Response:
        found = trouble(
            Problems(problems.NO_PAGE("there is no page at this address", found=request.url.path))
        )
        return self.responder.respond(request, None, self._ask(request, FormData()), found)

    def _answer(self, request: Request, route: Route, form: FormData | Problem) -> Response:
        try:
            return self._framed(request, route, form)
        except Exception as error:
            # The frame reads the ledger, so it cannot say that the ledger does not answer.
            reference = uuid.uuid4().hex[:8]
            LOG.error("reference %s: %s %s", reference, request.method, route.path, exc_info=error)
            return self.responder.bare(request, _broken(reference))

    def _framed(self, request: Request, route: Route, form: FormData | Problem) -> Response:
        ask = self._ask(request, form if isinstance(form, FormData) else FormData())
        try:
            if isinstance(form, Problem):
                raise Problems(form)
            found: Answer = self._checked(request, route, ask)
            return self.responder.respond(request, route, ask, found)
        except Problems as stopped:
            found = trouble(stopped)
        except Exception as error:
            reference = uuid.uuid4().hex[:8]
            LOG.error("reference %s: %s %s", reference, request.method, route.path, exc_info=error)
            found = _broken(reference)
        return self.responder.respond(request, route, ask, found)

    def _ask(self, request: Request, form: FormData, *, signed_in: bool = True) -> Ask:
        token = session_token(request) if signed_in else ""
        wall = self.project.wall
        return Ask(
            root=self.project.root,
            ledger=self.project.ledger,
            now=self.project.now(),
            wall=wall,
            user=who(self.project.ledger, token, wall()) if token else None,
            address=request.client.host if request.client else "",
            origin=f"{request.url.scheme}://{request.headers.get('host', '')}",
            visit=request.cookies.get(cookie_name(request, VISIT), ""),
            path=request.path_params,
            query=request.query_params,
            form=form,
            memo=self.project.memo,
            later=self.project.later,
            headers=request.headers,
        )

    def _checked(self, request: Request, route: Route, ask: Ask) -> Answer:
        """Sign-in, then role, then token, then the view; in this order, and each can end it."""
        if route.action is not None:
            if ask.user is None:
                return _sign_in_first(request)
            if not may(ask.user.role, route.action):
                sentence = f"your role, {ask.user.role}, does not let you {route.action}"
                raise Refused(problems.NOT_ALLOWED(sentence, expected=f"{who_may(route.action)} may"))
        view = route.view(request.method)
        if view is None:
            raise Problems(problems.NO_PAGE(f"nothing answers {request.method} here", found=request.url.path))
        if request.method == "POST":
            _refuse_forged(request, ask)
        return self._seen(route, ask, view)


async def _form(request: Request) -> FormData | Problem:
    """What was sent, or that it is too much."""
    if request.method != "POST":
        return FormData()
    body = await _body(request)
    if body is None:
        return problems.TOO_LARGE("the form is larger than 2 MB")
    # Starlette reads a form from the body it has kept, if it has one.
    request._body = body
    return await request.form(max_files=4, max_fields=2000, max_part_size=LARGEST_FORM)


async def _body(request: Request) -> bytes | None:
    """What was sent, None if it is more than 2 MB. The length is counted while reading, as the header may lie."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_FORM:
            return None
    return bytes(body)


def _bearer(request: Request) -> str:
    """The key that was sent, "" if none was."""
    kind, _, key = request.headers.get("authorization", "").partition(" ")
    return key.strip() if kind.lower() == "bearer" else ""


def _broken(reference: str) -> PageContext:
    return trouble(Problems(problems.BROKEN(f"this is our fault (reference {reference})")))


def _sign_in_first(request: Request) -> Answer:
    if wants_json(request):
        raise Refused(problems.SIGN_IN_FIRST("nobody is signed in"))
    back = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return Go(
        "/sign-in?" + urlencode({"next": back}) if request.method == "GET" and back != "/" else "/sign-in"
    )


def _refuse_forged(request: Request, ask: Ask) -> None:
    """The token of the session in the form, and no other site's name in Origin."""
    origin = request.headers.get("origin")
    if origin and urlsplit(origin).netloc != request.headers.get("host"):
        raise Refused(problems.FORGED("the form came from another site", found=origin))
    if ask.user is None:
        return
    sent = ask.text("csrf")
    if not hmac.compare_digest(sent.encode(), ask.user.csrf.encode()):
        raise Refused(problems.FORGED("the form has not the token of this sign-in"))
