"""What a view is asked: by whom, at which time, with which words of the address and the form."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from starlette.datastructures import FormData, QueryParams

from tandem.charter import load_project
from tandem.charter.definitions import SignInService
from tandem.kernel import Problems
from tandem.kernel.values import Actor
from tandem.ledger import ApiKey, Ledger
from tandem.usecases.api_keys import API_ROLE
from tandem.usecases.auditing import by, note
from tandem.usecases.sign_in import SignedIn
from tandem.usecases.workspace import Workspace
from tandem.web.later import Later
from tandem.web.memo import Memo
from tandem.web.problems import BAD_JSON

CUSTOMER = Actor("customer", "customer")


@dataclass(frozen=True)
class Ask:
    """One request, read. `lent` is there for routes that need a workspace.

    `address` is where the request came from, `origin` how the browser names this workspace, `visit` what it kept
    while it was at the company's sign-in service. `now` is the company's clock, which in a demo is simulated;
    `wall` reads the real one.
    `key` and `body` are there where another system calls with an API key.
    """

    root: Path
    ledger: Ledger
    now: datetime
    wall: Callable[[], datetime]
    user: SignedIn | None
    address: str
    origin: str
    visit: str = ""
    lent: Workspace | None = None
    path: Mapping[str, str] = field(default_factory=dict)
    query: QueryParams = field(default_factory=QueryParams)
    form: FormData = field(default_factory=FormData)
    memo: Memo = field(default_factory=Memo)
    later: Later[Any] = field(default_factory=Later)
    key: ApiKey | None = None
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def work(self) -> Workspace:
        """The workspace, for this person."""
        assert self.lent is not None
        return self.lent

    @property
    def actor(self) -> Actor:
        """Who acts, as policy judges it; the name of the key where another system calls.

        Whoever is not signed in is a customer, who has no grant of any policy.
        """
        if self.key is not None:
            return Actor(self.key.name, API_ROLE)
        return CUSTOMER if self.user is None else self.user.actor

    def json(self) -> Any:
        """What another system sent. Raises WEB-012 if it is no JSON."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError) as unreadable:
            raise Problems(BAD_JSON("what was sent is no JSON", found=str(unreadable)[:200])) from unreadable

    def note(
        self, kind: str, what: str, outcome: str = "done", *, actor: Actor | None = None, **detail: object
    ) -> None:
        """Put into the audit log at once what was done here, by who asks or somebody else."""
        said = by(actor or self.actor, kind, what, outcome, detail=detail)
        note(self.root, self.ledger, self.wall(), said)

    def saw(self, what: str, *people: str | int) -> None:
        """Remember for the audit log that this page shows these people, ids as numbers or text."""
        purpose = self.work.charter.purposes.counting
        for person in dict.fromkeys(people):
            seen = by(self.actor, "person", what, "seen", purpose=purpose, person_id=int(person))
            self.work.trail.add(seen)

    def service(self) -> SignInService | None:
        """The company's sign-in service, as tandem.toml names it now."""
        return load_project(self.root).sign_in

    def text(self, name: str) -> str:
        """A field of the form, or of the address, without space around it; "" if it is not there."""
        value = self.form.get(name) if name in self.form else self.query.get(name)
        return value.strip() if isinstance(value, str) else ""
