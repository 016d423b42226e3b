"""The shop served in this process: requests in, pages out, as somebody who is signed in."""

import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from cli.shop import APPLIED, NOW, copied
from httpx2 import Response
from starlette.testclient import TestClient

from tandem.kernel import parse_instant
from tandem.ledger import Cost, Ledger, open_ledger
from tandem.web import create_app

PASSWORD = "a long pass phrase"
CHEAP = Cost(rounds=1, memory=8, lanes=1)
ROLES = ("marketer", "analyst", "engineer", "privacy", "executive", "admin")
EXTRA_ROLES = """
  - role: engineer
    may:
      - {purposes: [analytics], labels: [public, internal, personal], destinations: [preview, measure, explain]}
  - role: analyst
    may:
      - {purposes: [analytics], labels: [public, internal], destinations: [preview, measure, explain]}
  - role: executive
    may:
      - {purposes: [analytics], labels: [public, internal], destinations: [preview, measure]}
"""


@dataclass
class Browser:
    """One person's browser. Forms are sent with the token of the page, as a browser would."""

    client: TestClient
    role: str

    def get(self, path: str, **options: Any) -> Response:
        """A page, redirects not followed."""
        return self.client.get(path, follow_redirects=False, **options)

    def json(self, path: str) -> Any:
        """The JSON twin of a page."""
        return self.get(path, headers={"accept": "application/json"}).json()

    def send(self, path: str, form: Mapping[str, object] | None = None, *, page: str = "/") -> Response:
        """A form, with the token that stands on `page`."""
        found = re.search(r'name="csrf" value="([^"]*)"', self.get(page).text)
        token = found.group(1) if found else ""
        return self.client.post(path, data={"csrf": token, **(form or {})}, follow_redirects=False)


@dataclass
class Served:
    """A shop that is served, and the clock on its wall."""

    folder: Path
    ledger: Ledger
    wall: datetime = field(default_factory=lambda: parse_instant(NOW))

    def browser(self) -> TestClient:
        """A browser that has never been here."""
        return TestClient(
            create_app(self.folder, self.ledger, lambda: self.wall), base_url="http://testserver"
        )

    def signed_in(self, role: str) -> Browser:
        """A browser of somebody in that role."""
        client = self.browser()
        name = f"some-{role}"
        if self.ledger.user_named(name) is None:
            self.ledger.add_user(name, role, self.wall, password=PASSWORD)
        done = client.post("/sign-in", data={"name": name, "password": PASSWORD}, follow_redirects=False)
        assert done.status_code == 303, done.text
        return Browser(client, role)

    @contextmanager
    def copied(self, folder: Path) -> Iterator["Served"]:
        """This shop as it stands, elsewhere."""
        shutil.copytree(self.folder, folder)
        ledger = open_ledger(folder / "ledger.db", CHEAP)
        try:
            yield Served(folder, ledger)
        finally:
            ledger.close()


@contextmanager
def serve_shop(folder: Path) -> Iterator[Served]:
    """The shop after one run, its mail written to a file, with a role in its policy for everybody but the admin."""
    shop = copied(folder)
    text = shop.path("campaigns/winback_spring.yml").read_text().split("message:")[0]
    text = text.replace("channel: email", "channel: file")
    shop.write(
        "campaigns/winback_spring.yml",
        text + "export: {path: exports/winback.csv, fields: [email, first_name]}\n",
    )
    policy = shop.path("policies/standard.yml").read_text().rstrip("\n")
    policy = policy.replace(
        "destinations: [preview, email, file, measure]",
        "destinations: [preview, email, file, measure, explain]",
        1,
    )
    shop.write("policies/standard.yml", policy + EXTRA_ROLES)
    for words in (("apply", "--yes", "--now", APPLIED), ("run", "--now", NOW)):
        ended = shop.tandem(*words)
        assert ended.code == 0, ended.err
    ledger = open_ledger(folder / "ledger.db", CHEAP)
    try:
        yield Served(folder, ledger)
    finally:
        ledger.close()
