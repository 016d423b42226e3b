"""The e-mail channel: claim, hand over, settle. Nobody gets a message twice, whatever crashes when.

1. A few contacts are claimed: the outbox says `sending`, on disk, before the first byte leaves.
2. They are handed to the mail server one by one; each answer is noted.
3. They are settled: sent, failed, waiting again, or uncertain.

A crash between 1 and 3 leaves at most `CHUNK` contacts in `sending`. Some of them were taken by the server,
some not, and SMTP has no way to ask which: a message is the server's from its 250 on, a sender that did not
see the 250 cannot tell, and no transaction spans the server and our disk. One must choose between "perhaps
twice" and "perhaps not at all". Tandem chooses the second and says so: such contacts become `uncertain`, with
the Message-ID under which the server's log knows them, and wait for an operator (`settle_uncertain`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import assert_never

from tandem.charter.definitions.campaigns import PREFERENCES_URL
from tandem.deliver.asking import ADDRESS, KEY
from tandem.deliver.mail import Envelope, Sender, compose, recipient_of
from tandem.deliver.smtp import MailLine, Verdict
from tandem.deliver.tokens import Links
from tandem.deliver.waiting import Filling
from tandem.deliver.writing import Unwritten, Writer
from tandem.kernel import Problem, Problems
from tandem.ledger import Ledger, OutboxRow, OutboxState

CHUNK = 25
PATIENCE = timedelta(days=3)
FEWEST_ATTEMPTS = 3
WITHDRAWN = "withdrawn"
LATER = "The mail server asked to try later: "


@dataclass
class Sent:
    """What one round of sending did. `reasons` says per person why nothing was sent: (reason, sentence)."""

    reasons: dict[int, tuple[str, str]] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    file: str | None = None


@dataclass(frozen=True)
class Post:
    """All that is needed to make and hand over the messages of one campaign."""

    ledger: Ledger
    campaign: str
    writer: Writer
    sender: Sender
    line: MailLine
    filling: Filling
    now: datetime
    purpose: str = ""
    links: Links | None = None


def send_all(post: Post, progress: Callable[[int, int], None]) -> Sent:
    """Send what is pending, in chunks.

    Stops when the mail server as a whole cannot be used; that is a problem in the result, and what was not
    sent is pending again.
    """
    done = Sent()
    later: dict[int, str] = {}
    total = post.ledger.outbox_counts(post.campaign)[OutboxState.PENDING]
    finished = 0
    try:
        while not done.problems:
            claimed = post.ledger.claim(post.campaign, "email", CHUNK, post.now)
            if not claimed:
                break
            _send_chunk(post, claimed, done, later)
            finished += len(claimed)
            progress(finished, total)
    finally:
        # Only now: put back earlier, the next claim of this round would take them again.
        _put_back(post, later)
    return done


def _send_chunk(post: Post, claimed: Sequence[OutboxRow], done: Sent, later: dict[int, str]) -> None:
    """Hand over one chunk and settle it, also when interrupted: only a kill leaves rows in `sending`."""
    results: dict[int, tuple[OutboxState, str | None]] = {}
    attempted: int | None = None
    try:
        for row in claimed:
            made = _make(post, row, done)
            if made is None:
                reason, _ = done.reasons.get(row.person_id, (WITHDRAWN, ""))
                results[row.contact_id] = (OutboxState.CANCELLED, reason)
                continue
            attempted = row.contact_id
            results[row.contact_id] = _hand_over(post, row, made, done)
            attempted = None
    except Problems as unusable:
        done.problems = unusable.problems
        attempted = None
    finally:
        for row in claimed:
            if row.contact_id not in results and row.contact_id != attempted:
                results[row.contact_id] = (OutboxState.PENDING, None)
        _settle(post, results, later)


def _make(post: Post, row: OutboxRow, done: Sent) -> Envelope | None:
    """The envelope; None if it is not to be sent, with the reason noted unless policy has given one."""
    data = post.filling.of(row.contact_id)
    if data is None:
        done.reasons[row.person_id] = (
            "withdrawn",
            "The permit to contact this person was gone before sending.",
        )
        return None
    recipient = recipient_of(str(data[ADDRESS]))
    if recipient is None:
        done.reasons[row.person_id] = ("bad_address", "Mail cannot be sent to the address as it is written.")
        return None
    link = post.links.of(int(data[KEY]), post.purpose, post.now) if post.links else None
    printed: dict[str, object] = {name: data.get(f"trait_{name}") for name in post.writer.variables}
    letter = post.writer.write(printed | ({PREFERENCES_URL: link} if link else {}))
    if isinstance(letter, Unwritten):
        done.reasons[row.person_id] = (letter.reason, letter.sentence)
        return None
    return compose(row.contact_id, post.sender, recipient, letter, post.now, unsubscribe=link)


def _hand_over(post: Post, row: OutboxRow, envelope: Envelope, done: Sent) -> tuple[OutboxState, str | None]:
    answer = post.line.hand_over(envelope)
    match answer.verdict:
        case Verdict.ACCEPTED:
            return OutboxState.SENT, None
        case Verdict.REFUSED:
            return OutboxState.FAILED, answer.detail
        case Verdict.UNKNOWN:
            return OutboxState.UNCERTAIN, uncertain(answer.detail, row.message_id)
        case Verdict.LATER if _given_up(row, post.now):
            return OutboxState.FAILED, f"gave up after {row.attempts} attempts: {answer.detail}"
        case Verdict.LATER:
            done.reasons[row.person_id] = ("deferred", LATER + answer.detail)
            return OutboxState.SENDING, answer.detail
        case other:
            assert_never(other)


def uncertain(why: str, message_id: str | None) -> str:
    """The sentence for a contact of which nobody knows whether it left, and where to look."""
    return f"{why}. Look for {message_id} in the mail server's log, then settle it by hand."


def _given_up(row: OutboxRow, now: datetime) -> bool:
    return row.attempts >= FEWEST_ATTEMPTS and now - row.created_at >= PATIENCE


def _settle(
    post: Post,
    results: Mapping[int, tuple[OutboxState, str | None]],
    later: dict[int, str],
) -> None:
    groups: dict[tuple[OutboxState, str | None], list[int]] = {}
    for contact_id, result in results.items():
        groups.setdefault(result, []).append(contact_id)
    for (state, detail), ids in groups.items():
        if state is OutboxState.SENDING:
            later.update(dict.fromkeys(ids, detail or ""))
            continue
        post.ledger.settle(ids, state, detail, post.now)


def _put_back(post: Post, later: Mapping[int, str]) -> None:
    groups: dict[str, list[int]] = {}
    for contact_id, detail in later.items():
        groups.setdefault(detail, []).append(contact_id)
    for detail, ids in groups.items():
        post.ledger.settle(ids, OutboxState.PENDING, detail, post.now)
