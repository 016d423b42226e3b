"""The running workspace: routes, static files and the headers that every response carries."""

from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager, suppress
from datetime import datetime
from functools import partial
from pathlib import Path

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount
from starlette.routing import Route as Address
from starlette.staticfiles import StaticFiles

from tandem.kernel import Problems
from tandem.ledger import Ledger
from tandem.usecases.workspace import SYSTEM
from tandem.web import charts
from tandem.web.framing import Project
from tandem.web.headers import JsonAddress, SecurityHeaders
from tandem.web.pool import Pool
from tandem.web.rendering import environment
from tandem.web.responding import Responder
from tandem.web.router import Router
from tandem.web.routes import ROUTES, Route

POOL = 2
STATIC = Path(__file__).parent / "static"


def create_app(root: Path, ledger: Ledger, wall: Callable[[], datetime]) -> Starlette:
    """The workspace of one project. The caller keeps the ledger open while it is served, and closes it after."""
    project = Project(root, ledger, Pool(root, ledger, wall, POOL), wall)
    router = Router(project, Responder(project, environment()))
    addresses: list[BaseRoute] = [
        Address(route.path, partial(_answer, router, route), methods=_methods(route), name=route.name)
        for route in ROUTES
    ]
    addresses.append(Mount("/static", StaticFiles(directory=STATIC), name="static"))
    app = Starlette(
        routes=addresses,
        exception_handlers={404: partial(_nowhere, router), 405: partial(_nowhere, router)},
        lifespan=partial(_life, project),
    )
    app.add_middleware(JsonAddress)
    app.add_middleware(SecurityHeaders)
    app.state.project = project
    return app


@asynccontextmanager
async def _life(project: Project, app: Starlette) -> AsyncIterator[None]:
    """At the end what is being worked out is let go, and the workspaces are closed when they are given back."""
    try:
        yield
    finally:
        project.later.close()
        await run_in_threadpool(project.pool.close)


def warm_up(app: Starlette) -> None:
    """Do beforehand what the first page would wait for: open the workspaces, and let the charts draw once."""
    project: Project = app.state.project
    with suppress(Problems), ExitStack() as lent:
        for _ in range(POOL):
            lent.enter_context(project.pool.lent(SYSTEM))
    charts.warm_up()


async def _answer(router: Router, route: Route, request: Request) -> Response:
    return await router.answer(request, route)


async def _nowhere(router: Router, request: Request, error: Exception) -> Response:
    return await router.nowhere(request)


def _methods(route: Route) -> list[str]:
    return [method for method in ("GET", "POST", "DELETE") if route.view(method)]
