"""How fast every page of the workspace answers over HTTP, on the demo's data and against the promise of 300 ms.

The server is its own process, as `tandem serve` starts it. Each page is asked for once after the start (`first`),
then 50 times; milliseconds, as JSON. `ratio` is the worst p95 to 300 ms: below 1 the promise holds. Without a folder
the demo is built first. `python bench/pages.py [FOLDER] [--people N] [--requests N]`
"""

import argparse
import json
import re
import socket
import tempfile
import time
from collections import deque
from datetime import datetime
from pathlib import Path
from typing import Any

from httpx2 import Client
from starlette.routing import compile_path

from tandem.kernel.values import Actor, WorkspaceRole
from tandem.usecases.run_demo import ACCOUNTS, PEOPLE, SIGN_IN_FILE, run_demo
from tandem.usecases.serving import start_serving, stop_serving
from tandem.web.access import may
from tandem.web.routes import ROUTES, Route

HOST = "127.0.0.1"
PROMISE_MS = 300
WALL = datetime(2026, 7, 30)
NAMES = {str(role): name for name, role in ACCOUNTS}
# A sign-in service answers the first two; nothing that is asked here makes a signed link of one's own or a receipt.
NO_PAGES = ("elsewhere", "back", "preferences", "rights receipt", "pulse answer")
PAGES = tuple(route for route in ROUTES if route.get and not route.scope and route.name not in NO_PAGES)
MOST_LOOKED_AT = 150
MADE_WITHIN = 60.0
NOBODY = "nobody"
CHOSEN = {"overlap": "/audiences/overlap?a=lapsed_big_spenders&b=newsletter_readers&c=loyal_regulars"}
"""Pages that show nothing before something was chosen."""


def role_of(route: Route) -> str:
    """Who asks for the page: somebody who may, or nobody for the page before the door."""
    if route.action is None:
        return NOBODY
    return next(role for role in ("marketer", "engineer", "admin") if may(WorkspaceRole(role), route.action))


def signed_in(address: str, role: str, phrase: str) -> Client:
    """That role's client, signed in."""
    client = Client(base_url=address, timeout=120)
    if role == NOBODY:
        return client
    answer = client.post("/sign-in", data={"name": NAMES[role], "password": phrase})
    if answer.status_code != 303:
        raise SystemExit(f"{role} could not sign in: {answer.status_code}")
    return client


def addresses(client: Client) -> dict[str, str]:
    """One address of every page that somebody is led to by links from Home on."""
    found: dict[str, str] = {}
    waiting, seen = deque(["/"]), {"/"}
    while waiting and len(found) < len(PAGES) and len(seen) < MOST_LOOKED_AT:
        path = waiting.popleft()
        for link in re.findall(r'href="(/[^"#?]*)["#?]', client.get(path).text):
            route = next((route for route in PAGES if compile_path(route.path)[0].match(link)), None)
            if route is not None and link not in seen:
                seen.add(link)
                # Where something is of a kind not seen before, there are more of them.
                (waiting.append if route.name in found else waiting.appendleft)(link)
                found.setdefault(route.name, link)
    # No link leads to a page that says itself what it needs.
    return found | {route.name: route.path for route in PAGES if "{" not in route.path} | CHOSEN


def timed(client: Client, path: str, requests: int) -> dict[str, Any]:
    """Milliseconds of the first answer, and median and 95th percentile of those after it.

    A file that is made beside the request is waited for.
    """
    took = []
    made_by = time.monotonic() + MADE_WITHIN
    while client.get(path).status_code == 303 and time.monotonic() < made_by:
        time.sleep(0.5)
    for _ in range(requests + 1):
        begun = time.perf_counter()
        answer = client.get(path)
        took.append((time.perf_counter() - begun) * 1000)
        if answer.status_code != 200:
            raise SystemExit(f"{path} answers {answer.status_code}")
    first, rest = took[0], sorted(took[1:])
    return {
        "path": path,
        "first": round(first, 1),
        "p50": round(rest[len(rest) // 2], 1),
        "p95": round(rest[min(int(len(rest) * 0.95), len(rest) - 1)], 1),
    }


def measured(folder: Path, requests: int) -> dict[str, Any]:
    """Every page of the folder's workspace. The server is started anew, so that `first` is a first time."""
    with socket.create_server((HOST, 0)) as probe:
        port = probe.getsockname()[1]
    phrase = (folder / SIGN_IN_FILE).read_text().splitlines()[1].split()[-1]
    where: dict[str, str] = {}
    pages: dict[str, Any] = {}
    for turn in ("look", "measure"):
        address = start_serving(folder, HOST, port).address.rstrip("/")
        clients = {role: signed_in(address, role, phrase) for role in {*map(role_of, PAGES), "engineer"}}
        try:
            if turn == "look":
                start_work(clients[role_of(next(route for route in PAGES if route.name == "work"))])
                where = addresses(clients["engineer"]) | addresses(clients["marketer"])
            else:
                pages = {
                    route.name: timed(clients[role_of(route)], where[route.name], requests)
                    for route in PAGES
                    if route.name in where
                }
        finally:
            for client in clients.values():
                client.close()
            stop_serving(folder)
    worst = max(page["p95"] for page in pages.values())
    return {
        "pages": pages,
        "not_found": sorted({route.name for route in PAGES} - pages.keys()),
        "worst_first_ms": max(page["first"] for page in pages.values()),
        "worst_p95_ms": worst,
        "ratio": round(worst / PROMISE_MS, 2),
    }


def start_work(client: Client) -> None:
    """One run, so that there is a piece of work with a page. Waits for its end."""
    found = re.search(r'name="csrf" value="([^"]*)"', client.get("/work").text)
    page = client.post("/work/run", data={"csrf": found.group(1) if found else ""}).headers["location"]
    while client.get(page, headers={"accept": "application/json"}).json()["job"]["state"] in (
        "queued",
        "running",
    ):
        time.sleep(0.5)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "folder", type=Path, nargs="?", help="a demo that stands; one run of its loop is added"
    )
    parser.add_argument("--people", type=int, default=PEOPLE)
    parser.add_argument("--requests", type=int, default=50)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = asked.folder or Path(made, "company")
        if asked.folder is None:
            run_demo(folder, Actor("mara", "marketer"), lambda: WALL, people=asked.people)
        print(json.dumps(measured(folder, asked.requests), indent=2))


if __name__ == "__main__":
    main()
