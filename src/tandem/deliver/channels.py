"""The two channels behind one call: what a crash left, and sending to those who may be reached."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlglot import exp

from tandem.charter.definitions import Campaign, Channel, Charter, Export
from tandem.deliver.asking import Needs, message_writer
from tandem.deliver.files import export_file, recover_export
from tandem.deliver.mail import sender_of
from tandem.deliver.posting import Post, Sent, send_all, uncertain
from tandem.deliver.problems import NO_SERVER
from tandem.deliver.smtp import Login, MailLine
from tandem.deliver.tokens import Links
from tandem.deliver.waiting import Filling, enqueue
from tandem.engine import Engine
from tandem.kernel import Problems
from tandem.kernel.values import Actor
from tandem.ledger import Ledger, OutboxState

Progress = Callable[[int, int], None]
CRASHED = "the run ended between the hand-over and the note of it"


@dataclass(frozen=True)
class Desk:
    """What every delivery needs: lake, outbox, charter, who acts, the login for the mail server.

    `key` is what masked values that go out are digested with; `links` makes those to the preference page.
    """

    engine: Engine
    ledger: Ledger
    charter: Charter
    actor: Actor
    login: Login | None = None
    key: bytes = b""
    links: Links | None = None


def silent(done: int, total: int) -> None:
    """No progress is told."""


def recover(desk: Desk, campaign: Campaign, now: datetime) -> None:
    """What a crash left in `sending`: for a file look whether it is there; for e-mail nobody knows."""
    if campaign.channel is Channel.FILE:
        export, root = _export_of(desk, campaign)
        recover_export(desk.ledger, campaign.campaign, export, root, now)
        return
    for row in desk.ledger.stuck(campaign.campaign):
        sentence = uncertain(CRASHED, row.message_id)
        desk.ledger.settle([row.contact_id], OutboxState.UNCERTAIN, sentence, now)


def send(
    desk: Desk, campaign: Campaign, reads: Needs, ready: exp.Query, now: datetime, progress: Progress
) -> Sent:
    """Put the people of `ready` (columns of `asking.reachable`) into the outbox and send what is pending."""
    match campaign.channel:
        case Channel.EMAIL:
            return _post(desk, campaign, ready, now, progress)
        case Channel.FILE:
            return _export(desk, campaign, reads, ready, now)


def _post(desk: Desk, campaign: Campaign, ready: exp.Query, now: datetime, progress: Progress) -> Sent:
    settings = desk.charter.project.email
    if settings is None:
        return Sent(problems=(NO_SERVER("e-mail is to be sent, and tandem.toml names no mail server"),))
    sender = sender_of(settings.sender)
    enqueue(desk.engine, desk.ledger, ready, campaign.campaign, "email", sender.domain, now)
    with MailLine(settings, desk.login) as line:
        post = Post(
            ledger=desk.ledger,
            campaign=campaign.campaign,
            writer=message_writer(campaign, desk.charter),
            sender=sender,
            line=line,
            filling=Filling(desk.engine, ready),
            now=now,
            purpose=campaign.purpose,
            links=desk.links,
        )
        return send_all(post, progress)


def _export(desk: Desk, campaign: Campaign, reads: Needs, ready: exp.Query, now: datetime) -> Sent:
    export, root = _export_of(desk, campaign)
    enqueue(desk.engine, desk.ledger, ready, campaign.campaign, "file", "", now)
    columns = [f"kind_{name}" if name in reads.kinds else f"trait_{name}" for name in export.fields]
    filling = Filling(desk.engine, ready)
    try:
        return Sent(file=export_file(desk.ledger, campaign.campaign, export, columns, filling, root, now))
    except Problems as unwritable:
        return Sent(problems=unwritable.problems)


def _export_of(desk: Desk, campaign: Campaign) -> tuple[Export, Path]:
    if campaign.export is None or desk.charter.root is None:
        raise ValueError(f"campaign {campaign.campaign} has no export, or its charter no folder")
    return campaign.export, desk.charter.root
