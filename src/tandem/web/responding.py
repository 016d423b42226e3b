"""From an answer to bytes: a page, its JSON twin, a file of one of its exhibits, or where to go next."""

import json
from dataclasses import dataclass
from typing import assert_never
from urllib.parse import quote, unquote

from jinja2 import Environment
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from tandem.kernel import Problems, plain
from tandem.usecases.auditing import by, note
from tandem.usecases.seeing import number
from tandem.web import problems
from tandem.web.asking import Ask
from tandem.web.charts import Chart, Drawing
from tandem.web.framing import Project
from tandem.web.page import Go, PageContext, Reply, Send, exhibits
from tandem.web.rendering import address, rendered
from tandem.web.routes import Answer, Route
from tandem.web.trouble import trouble
from tandem.web.values import Table

COOKIE, NOTICE, VISIT = "tandem_session", "tandem_notice", "tandem_visit"
SESSION_SECONDS, VISIT_SECONDS, NOTICE_SECONDS = 12 * 3600, 600, 60


@dataclass(frozen=True)
class Responder:
    """Makes responses; decides nothing."""

    project: Project
    templates: Environment

    def respond(self, request: Request, route: Route | None, ask: Ask, found: Answer) -> Response:
        """The response that carries this answer."""
        match found:
            case Go():
                return _gone(request, found)
            case Send():
                return _file(found)
            case Reply():
                return _replied(found)
            case PageContext():
                return self._page(request, route, ask, found)
            case other:
                assert_never(other)

    def bare(self, request: Request, page: PageContext) -> Response:
        """The response with a frame that reads nothing: no company, nobody signed in."""
        if wants_json(request):
            return _twin(None, page)
        shell = self.project.bare_shell(request.url.path)
        return HTMLResponse(rendered(self.templates, page, shell), status_code=page.status)

    def _page(self, request: Request, route: Route | None, ask: Ask, page: PageContext) -> Response:
        wanted = request.query_params.get("export")
        if wanted and page.status == 200:
            try:
                found = exported(page, wanted)
                self._note_export(route, ask, wanted)
                return _file(found)
            except Problems as stopped:
                page = trouble(stopped)
        if wants_json(request):
            return _twin(route, page)
        return self._html(request, route, ask, page)

    def _note_export(self, route: Route | None, ask: Ask, wanted: str) -> None:
        """A file taken from a page, before it is handed over; of a page about one person, about whom."""
        if ask.user is None or route is None:
            return
        person = number(ask.path.get("id", "")) if route.area == "customers" else None
        said = by(ask.actor, "export", f"{route.name}: {wanted}", "done", person_id=person)
        note(ask.root, ask.ledger, ask.wall(), said)

    def _html(self, request: Request, route: Route | None, ask: Ask, page: PageContext) -> Response:
        path, query = request.url.path, request.query_params.multi_items()
        notice = request.cookies.get(cookie_name(request, NOTICE))
        shell = self.project.shell(
            ask,
            area=route.area if route else "",
            notice=unquote(notice) if notice else None,
            path=path,
            here=lambda **changed: address(path, query, **changed),
        )
        response = HTMLResponse(rendered(self.templates, page, shell), status_code=page.status)
        if notice:
            _keep(request, response, NOTICE, "", 0)
        return response


def session_token(request: Request) -> str:
    """The token of the sign-in that the browser sends; "" if it sends none."""
    return request.cookies.get(cookie_name(request, COOKIE), "")


def wants_json(request: Request) -> bool:
    """Whether the JSON twin was asked for: by Accept, or by `.json` behind the address."""
    accepted = request.headers.get("accept", "")
    return bool(request.scope.get("tandem.json")) or accepted.split(",")[0].strip() == "application/json"


def exported(page: PageContext, wanted: str) -> Send:
    """One table as CSV or one picture as SVG or PNG, named like `lift.svg`. Raises WEB-006 if it is not there."""
    name, _, ending = wanted.rpartition(".")
    for one in exhibits(page):
        if one.name != name:
            continue
        match one, ending:
            case Table(), "csv":
                return Send(wanted, one.csv(), "text/csv; charset=utf-8")
            case ((Chart() | Drawing()), "svg"):
                return Send(wanted, one.svg_file(), "image/svg+xml")
            case ((Chart() | Drawing()), "png"):
                return Send(wanted, one.png(), "image/png")
    names = sorted({f"{one.name}.{'csv' if isinstance(one, Table) else 'svg'}" for one in exhibits(page)})
    raise Problems(
        problems.NO_EXHIBIT("there is nothing of that name to export", found=wanted, alternatives=names)
    )


def _twin(route: Route | None, page: PageContext) -> Response:
    body = plain(page)
    assert isinstance(body, dict)
    text = json.dumps({"page": route.name if route else "", **body}, ensure_ascii=False)
    return Response(text, status_code=page.status, media_type="application/json")


def refused(stopped: Problems, status: int) -> Response:
    """Problems for another system, as JSON."""
    headers = {"www-authenticate": 'Bearer realm="tandem"'} if status == 401 else {}
    return _replied(Reply({"problems": [one.to_dict() for one in stopped.problems]}, status, headers))


def _replied(found: Reply) -> Response:
    body = json.dumps(plain(found.body), ensure_ascii=False)
    return Response(body, found.status, dict(found.headers), media_type="application/json")


def _gone(request: Request, found: Go) -> Response:
    response = RedirectResponse(found.to, status_code=303)
    if found.notice:
        _keep(request, response, NOTICE, quote(found.notice), NOTICE_SECONDS)
    for name, value, seconds in (
        (COOKIE, found.session, SESSION_SECONDS),
        (VISIT, found.visit, VISIT_SECONDS),
    ):
        if value is not None:
            _keep(request, response, name, value, seconds)
    return response


def _keep(request: Request, response: Response, name: str, value: str, seconds: int) -> None:
    """Not readable by scripts, not sent with forms of other sites, over TLS only where there is TLS; "" deletes."""
    secure = request.url.scheme == "https"
    name = cookie_name(request, name)
    if value:
        response.set_cookie(name, value, max_age=seconds, httponly=True, samesite="lax", secure=secure)
    else:
        response.delete_cookie(name, httponly=True, samesite="lax", secure=secure)


def _file(found: Send) -> Response:
    response = Response(found.body, media_type=found.media)
    response.headers["content-disposition"] = f"attachment; filename*=UTF-8''{quote(found.name)}"
    return response


def cookie_name(request: Request, name: str) -> str:
    """Over TLS the prefix that keeps a neighbouring host from planting the cookie."""
    return f"__Host-{name}" if request.url.scheme == "https" else name
