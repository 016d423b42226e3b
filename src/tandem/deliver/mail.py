"""One e-mail as bytes: headers that cannot be injected into, and an id that says which contact it is."""

import binascii
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.errors import HeaderParseError, MessageError
from email.header import Header
from email.headerregistry import Address
from email.mime.multipart import MIMEMultipart
from email.mime.nonmultipart import MIMENonMultipart
from email.policy import SMTP, compat32
from email.utils import format_datetime, parseaddr

from tandem.deliver.problems import BAD_SENDER
from tandem.deliver.writing import Letter
from tandem.kernel import Problems

MOST_SUBJECT = 900
# The newer policies parse every header they are given: ten times the work, for headers that are made here.
# What is long is folded here already; a link that is folded once more is not clicked by every mail program.
WIRE = compat32.clone(linesep="\r\n", max_line_length=None)
_ADDRESS_LIKE = re.compile(r"[^\s<>]+@[^\s<>]+")
_PLAIN_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")


@dataclass(frozen=True)
class Envelope:
    """What is handed to the mail server: who from, who to, and the message. One contact, one recipient."""

    contact_id: int
    sender: str
    recipient: str
    body: bytes


@dataclass(frozen=True)
class Sender:
    """Who all messages of a project are from: the address, and the From header as it goes on the wire."""

    address: str
    header: str
    domain: str


def sender_of(text: str) -> Sender:
    """The sender of tandem.toml, `Name <address>`. Raises Problems if it is none."""
    name, spec = parseaddr(text)
    try:
        address = Address(display_name=name, addr_spec=spec)
        domain = _ascii_domain(address.domain)
        header = SMTP.header_factory("From", str(Address(name, address.username, domain)))
    except (HeaderParseError, MessageError, ValueError, IndexError) as error:
        raise Problems(BAD_SENDER(f"`{text}` is not a sender: {error}", found=text)) from error
    folded = header.fold(policy=SMTP).removeprefix("From: ").rstrip("\r\n")
    return Sender(f"{address.username}@{domain}", folded, domain)


def message_id(contact_id: int, sender: Sender) -> str:
    """`<contact@domain of the sender>`: the same for the same contact, to be found in a mail server's log."""
    return f"<{contact_id}@{sender.domain}>"


def recipient_of(value: str) -> str | None:
    """The address as it goes on the wire, its domain in ASCII.

    None if mail cannot be sent to it: not one plain ASCII word, an @ and a domain name. Quoted names and
    names outside ASCII (RFC 6531) are valid and left out all the same: few servers take them.
    """
    name, _, domain = value.rpartition("@")
    try:
        domain = _ascii_domain(domain)
    except UnicodeError:
        return None
    if not _PLAIN_ADDRESS.fullmatch(name) or not _PLAIN_ADDRESS.fullmatch(domain) or len(value) > 254:
        return None
    return f"{name}@{domain}"


def compose(
    contact_id: int,
    sender: Sender,
    recipient: str,
    letter: Letter,
    now: datetime,
    *,
    unsubscribe: str | None = None,
) -> Envelope:
    """The e-mail for one contact, as bytes with CRLF. The same input gives the same bytes.

    Subject and recipient are single lines whatever the data holds, so data cannot add a header. `unsubscribe` is an
    address at which one click says no (RFC 8058).
    """
    text = _part("plain", letter.text)
    post: MIMEMultipart | MIMENonMultipart = text
    if letter.html is not None:
        boundary = f"=_tandem_{contact_id}"
        post = MIMEMultipart("alternative", boundary=boundary, _subparts=(text, _part("html", letter.html)))
    post["From"] = sender.header
    post["To"] = recipient
    post["Subject"] = Header(one_line(letter.subject)[:MOST_SUBJECT], _charset(letter.subject)).encode()
    post["Date"] = format_datetime(now.replace(tzinfo=UTC))
    post["Message-ID"] = message_id(contact_id, sender)
    post["Auto-Submitted"] = "auto-generated"
    if unsubscribe is not None:
        post["List-Unsubscribe"] = f"<{unsubscribe}>"
        post["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return Envelope(contact_id, sender.address, recipient, post.as_bytes(policy=WIRE))


def without_addresses(text: str) -> str:
    """A server's answer fit for a receipt: one line, at most 200 characters, addresses left out."""
    return _ADDRESS_LIKE.sub("(address)", " ".join(text.split()))[:200]


def one_line(text: str) -> str:
    """The text with every run of blanks, line breaks and control characters as one blank."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _part(kind: str, text: str) -> MIMENonMultipart:
    """Quoted-printable: short lines and seven bits, which every server takes."""
    part = MIMENonMultipart("text", kind, charset="utf-8")
    part["Content-Transfer-Encoding"] = "quoted-printable"
    lines = "\n".join(text.splitlines()).encode()
    part.set_payload(binascii.b2a_qp(lines, istext=True).decode("ascii"))
    return part


def _charset(text: str) -> str:
    return "us-ascii" if text.isascii() else "utf-8"


def _ascii_domain(domain: str) -> str:
    return domain if domain.isascii() else domain.encode("idna").decode("ascii")
