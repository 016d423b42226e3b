"""OpenDSR 2.0 for other systems: what is taken, handing a request in, how it stands, taking it back."""

from urllib.parse import urlsplit

from tandem.ledger import PersonRequest
from tandem.usecases import opendsr
from tandem.web.asking import Ask
from tandem.web.page import Reply


def discovery(ask: Ask) -> Reply:
    """What this processor takes, and the key that signs its answers."""
    return _signed(ask, opendsr.discovery(ask.root, ask.work.charter), 200)


def hand_in(ask: Ask) -> Reply:
    """Take a request; it waits for the privacy office."""
    request = opendsr.hand_in(
        ask.root, ask.ledger, ask.work.charter, ask.json(), ask.actor, ask.now, ask.wall()
    )
    return _signed(ask, _told(ask, request), 201)


def state(ask: Ask) -> Reply:
    """How one request stands."""
    return _signed(ask, _told(ask, opendsr.mine(ask.ledger, ask.path["id"], ask.actor)), 200)


def cancel(ask: Ask) -> Reply:
    """Take one back while it is pending."""
    request = opendsr.taken_back(ask.root, ask.ledger, ask.path["id"], ask.actor, ask.now, ask.wall())
    return _signed(ask, _told(ask, request), 202)


def status(ask: Ask) -> Reply:
    """Whether requests are taken, and how many stand how."""
    return _signed(ask, opendsr.counts(ask.ledger, ask.actor, ask.now), 200)


def _told(ask: Ask, request: PersonRequest) -> dict[str, object]:
    return opendsr.state_of(request, ask.actor.name)


def _signed(ask: Ask, body: dict[str, object], status: int) -> Reply:
    # Not the host that the caller named: the header says who answers, so it is what the charter says.
    settings = ask.work.charter.project.workspace
    domain = urlsplit(settings.address).hostname or "" if settings is not None else ""
    done = opendsr.signed(ask.root, domain, body)
    return Reply(done.body, status, done.headers)
