"""The demo company served by the server's own process, and how somebody signs in to it."""

import re
import shutil
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from httpx2 import Client, Response

from tandem.usecases.run_demo import ACCOUNTS
from tandem.usecases.serving import start_serving, stop_serving

HOST = "127.0.0.1"
PEOPLE = 2_000
PATIENCE_SECONDS = 180
NAMES = {str(role): name for name, role in ACCOUNTS}
"""Role → the name of the demo's account in it."""
ROLES = tuple(NAMES)


@dataclass
class Company:
    """A served company. `phrase` is the pass phrase of all its accounts."""

    folder: Path
    address: str
    phrase: str
    signed_in: dict[str, Client] = field(default_factory=dict)

    def client(self, role: str) -> Client:
        """Somebody in that role, signed in, without a browser."""
        if role not in self.signed_in:
            client = Client(base_url=self.address, timeout=PATIENCE_SECONDS)
            form = {"name": NAMES[role], "password": self.phrase}
            answer = client.post("/sign-in", data=form)
            assert answer.status_code == 303, answer.text
            self.signed_in[role] = client
        return self.signed_in[role]

    def cookies(self, role: str) -> list[dict[str, Any]]:
        """The same for a browser."""
        jar = self.client(role).cookies.jar
        return [{"name": one.name, "value": one.value, "url": self.address} for one in jar]

    def json(self, path: str, role: str = "marketer") -> Any:
        """The JSON twin of a page."""
        answer = self.client(role).get(path, headers={"accept": "application/json"})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def send(self, role: str, path: str, **form: str) -> Response:
        """A form, with the token of that person's sign-in."""
        found = re.search(r'name="csrf" value="([^"]*)"', self.client(role).get("/help").text)
        assert found
        return self.client(role).post(path, data={"csrf": found.group(1), **form})

    def work(self, role: str, path: str, **form: str) -> str:
        """Long work begun by a form and waited for; the address of its page."""
        page = self.send(role, path, **form).headers["location"].split("?")[0]
        until = time.monotonic() + PATIENCE_SECONDS
        while (state := self.json(page, role)["job"]["state"]) in ("queued", "running"):
            assert time.monotonic() < until, f"{page} did not end"
            time.sleep(0.2)
        assert state == "done", self.json(page, role)["job"]
        return page


@contextmanager
def served(folder: Path, phrase: str) -> Iterator[Company]:
    """The folder served on a free port until the block ends."""
    with socket.create_server((HOST, 0)) as probe:
        port = probe.getsockname()[1]
    company = Company(folder, start_serving(folder, HOST, port).address.rstrip("/"), phrase)
    try:
        yield company
    finally:
        for client in company.signed_in.values():
            client.close()
        stop_serving(folder)


def copied(folder: Path, to: Path) -> Path:
    """The company once more, as it stands on disk while nobody serves it."""
    shutil.copytree(folder, to)
    return to
