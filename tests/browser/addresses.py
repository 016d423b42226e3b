"""An address with something to show for every page that can be got, taken from what the pages themselves list."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import deltalake
from browser.company import Company

from tandem.deliver.tokens import Token, sign
from tandem.kernel.values import Actor, WorkspaceRole
from tandem.ledger import open_ledger
from tandem.usecases.answer_pulse import fill_sheet
from tandem.usecases.demo_pulse import PAST
from tandem.usecases.invite_pulse import invite
from tandem.usecases.preferences import token_key
from tandem.usecases.pulse_links import invitation_id, pulse_token
from tandem.usecases.run_pulse import open_pulse
from tandem.web.access import may
from tandem.web.routes import ROUTES, Route

AUDIENCE, CAMPAIGN, SOURCE, PULSE = "lapsed_big_spenders", "winback", "till", "looked_at"
MARA = Actor("mara", "marketer")
BRIEF = "8"
"""In the demo: changed after IT committed itself, and promised outside."""
# A single sign-on service answers the first two; the third is for browsers and not for people; a receipt needs an
# erasure, and tests/web looks at it; a file of results is for a program.
NO_PAGES = {"elsewhere", "back", "gpc", "rights receipt", "result file"}
PAGES = tuple(route for route in ROUTES if route.get and not route.scope and route.name not in NO_PAGES)
"""Every route that is a page."""
MORE = {
    "overlap of three": f"/audiences/overlap?a={AUDIENCE}&b=newsletter_readers&c=loyal_regulars",
    "lineage of one": f"/data/lineage?of=audience:{AUDIENCE}",
    "quarantine of one": "/data/quarantine?source=web",
    "audience with an edit": "/audiences/newsletter_readers",
    "audience with groups": "/audiences/readers_at_risk/edit",
    "campaign to one": f"/campaigns/new?audience={AUDIENCE}",
    "campaign by file": "/campaigns/tent_season",
    "result cut": f"/agree/results/{PAST}/questions/OBSTACLES?by=S_TITLE",
    "result of an open one": f"/agree/results/{PULSE}",
    "link of nobody": "/preferences/forged",
    "link of nobody to a pulse": "/pulse/forged",
    "brief that lacks much": "/agree/briefs/10",
    "brief that is accepted": "/agree/briefs/2",
    "telemetry of a past time": "/agree/telemetry?since=2025-01-01&until=2025-04-01",
    "nowhere": "/nowhere",
}
"""Other sights of these pages, by a name for them."""
NAMES = tuple(route.name for route in PAGES) + tuple(MORE)


@dataclass
class Addresses:
    """What stands in the holes of addresses: a customer, one of their events, a customer's own link, a job."""

    person: str
    event: str
    token: str
    pulse: str
    job: str = "1"

    @classmethod
    def of(cls, company: Company) -> "Addresses":
        """Those of a filled company."""
        people = company.json(f"/audiences/{AUDIENCE}/people")
        person = next(cell for row in people["table"]["rows"] for cell in row if str(cell).isdigit())
        entries = company.json(f"/customers/{person}/timeline")["timeline"]["entries"]
        event = next(one["id"] for one in entries if one["source"] != "Tandem")
        return cls(str(person), str(event), _link(company.folder), _invited(company.folder))

    def __getitem__(self, name: str) -> str:
        """The address of a page by its name."""
        if name in MORE:
            return MORE[name]
        route = next(route for route in PAGES if route.name == name)
        names = {
            "audiences": AUDIENCE,
            "campaigns": CAMPAIGN,
            "customers": self.person,
            "work": self.job,
            "agree": PULSE,
        }
        return route.path.format(
            name=PAST if route.name.startswith("result") else names.get(route.area),
            question="NEED",
            source=SOURCE,
            event=self.event,
            token=self.pulse if route.name == "pulse answer" else self.token,
            id=BRIEF if "/briefs/" in route.path else names.get(_first(route)),
        )


def who(name: str) -> str | None:
    """A role that may see the page; None where nobody has to be signed in."""
    if name in MORE:
        return "marketer"
    action = next(route for route in PAGES if route.name == name).action
    if action is None:
        return None
    return next(role for role in ("marketer", "engineer", "admin") if may(WorkspaceRole(role), action))


def _link(folder: Path) -> str:
    """What stands in the link of a message to somebody known."""
    known = deltalake.DeltaTable(str(folder / "lake" / "person_map")).to_pyarrow_table()
    key = known.column("identifier_key")[0].as_py()
    return sign(Token(key, datetime(2027, 1, 1)), token_key(folder))


def _invited(folder: Path) -> str:
    """What stands in the link of somebody who was asked to an open pulse and has begun; opened if it is not there."""
    ledger, now = open_ledger(folder / "ledger.db"), datetime(2026, 6, 15)
    try:
        if PULSE not in [one.name for one in ledger.pulses()]:
            ends = datetime(2027, 1, 1)
            open_pulse(folder, ledger, MARA, PULSE, "alignment", "short", ends, now, now)
            invite(folder, ledger, MARA, PULSE, [("ann@people.example", "it")], now, now)
        token = pulse_token(folder, invitation_id(folder, PULSE, "ann@people.example"))
        fill_sheet(folder, ledger, token, "begin", "", {}, now, now)
    finally:
        ledger.close()
    return token


def _first(route: Route) -> str:
    return route.path.split("/")[1]
