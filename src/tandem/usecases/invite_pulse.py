"""Inviting to a pulse: who, on which side; letters with signed links, none of them twice."""

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from tandem.align.names import SIDES
from tandem.charter import Charter
from tandem.charter.definitions.instruments import Instrument
from tandem.deliver.mail import compose, recipient_of, sender_of
from tandem.deliver.problems import NO_SERVER
from tandem.deliver.smtp import MailLine, Verdict
from tandem.deliver.writing import Letter
from tandem.kernel import Missing, Place, Problem, Problems, digest60, numbers
from tandem.kernel.values import Actor
from tandem.ledger import Invitation, InvitationState, Ledger, Pulse
from tandem.usecases.alone import alone
from tandem.usecases.auditing import by, note
from tandem.usecases.progress import Told, silent
from tandem.usecases.pulse_links import invitation_id, pulse_address, pulse_token
from tandem.usecases.pulse_problems import BAD_INVITATION, NO_PULSE_ADDRESS, NOT_OPEN
from tandem.usecases.pulse_rights import needs_fielder
from tandem.usecases.run_campaigns import smtp_login
from tandem.usecases.run_pulse import charter_in_force, instrument_of

MOST = 20_000
MOMENT = timedelta(seconds=1)
"""A run that closes at midnight takes answers until the day before."""
CRASHED = "the process ended between the hand-over and the note of it"
COLUMNS = ("address", "side")


@dataclass(frozen=True)
class Invited:
    """How many of a list were new, and how many had been invited before."""

    new: int
    before: int


@dataclass(frozen=True)
class Posted:
    """What became of letters. `uncertain`: nobody knows whether they went; they are not sent again by themselves.

    `reminders`: these went to those who are not done, so their number is told to nobody: with the invited it would
    tell how many of a side are done where that is too few to tell.
    """

    sent: int = 0
    failed: int = 0
    uncertain: int = 0
    later: int = 0
    problems: tuple[Problem, ...] = ()
    reminders: bool = False

    @property
    def counts(self) -> dict[str, int | str]:
        """What became of how many; of reminders, of `some` or 0."""
        found = {"sent": self.sent, "failed": self.failed, "uncertain": self.uncertain, "later": self.later}
        return {word: "some" if n and self.reminders else n for word, n in found.items()}

    @property
    def sentence(self) -> str:
        """'8 letters sent, 1 refused by the mail server'; of reminders without a number."""
        if self.reminders:
            parts = ["reminders sent" if self.sent else "no reminder sent"]
        else:
            parts = [f"{numbers.plural(self.sent, 'letter')} sent"]
        words = {
            "failed": "refused by the mail server",
            "later": "to be tried later",
            "uncertain": "uncertain",
        }
        told = self.counts
        return ", ".join([*parts, *(f"{told[word]} {said}" for word, said in words.items() if told[word])])

    def to_dict(self) -> dict[str, object]:
        """For JSON."""
        return {**self.counts, "problems": [one.to_dict() for one in self.problems]}


def people_of(text: str, file: str) -> list[tuple[str, str]]:
    """(address, side) of every line of a CSV file with those two columns. Raises ALN-204."""
    rows = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    try:
        return _people(rows, file)
    except csv.Error as unreadable:
        sentence = "the list is no CSV file"
        raise Problems(
            BAD_INVITATION(sentence, place=Place(file, rows.line_num or 1), found=str(unreadable)[:100])
        ) from unreadable


def _people(rows: "csv.DictReader[str]", file: str) -> list[tuple[str, str]]:
    found = [(name or "").strip().lower() for name in rows.fieldnames or ()]
    if not set(COLUMNS) <= set(found):
        raise Problems(
            BAD_INVITATION(
                "the list needs the columns address and side",
                place=Place(file, 1),
                found=", ".join(found)[:100] or "nothing",
            )
        )
    rows.fieldnames = found
    return [((row["address"] or "").strip(), (row["side"] or "").strip().lower()) for row in rows]


def invite(
    root: Path,
    ledger: Ledger,
    actor: Actor,
    name: str,
    people: Sequence[tuple[str, str]],
    now: datetime,
    wall: datetime,
) -> Invited:
    """Add people to an open run, all or none of them. Nothing is sent yet. Raises ALN-202, ALN-204, ALN-207."""
    needs_fielder(root, ledger, actor, f"invite to {name[:40]}", wall)
    pulse = _open(ledger, name, now)
    _checked(people)
    asked = {
        id_: Invitation(id_, pulse.name, address, side)
        for address, side in people
        for id_ in (invitation_id(root, pulse.name, address),)
    }
    new = ledger.invite(list(asked.values()))
    sides = {side: sum(one.side == side for one in asked.values()) for side in SIDES}
    note(root, ledger, wall, by(actor, "pulse", f"invite to {name}", "done", detail={"new": new, **sides}))
    return Invited(new, len(people) - new)


def send_invitations(
    root: Path,
    ledger: Ledger,
    actor: Actor,
    name: str,
    now: datetime,
    wall: Callable[[], datetime],
    told: Told = silent,
    *,
    most: int = MOST,
) -> Posted:
    """Send the first letter to all who have not got it, `most` of them at once.

    What a crash left open is never sent again by itself. Raises ALN-202, ALN-203, ALN-207, DLV-001, and LDG-010
    while another process sends.
    """
    what = f"send {name[:40]}"
    needs_fielder(root, ledger, actor, what, wall())
    return post(root, ledger, actor, name, what, _to_invite, now, wall, told, most)


Choice = Callable[[Ledger, Pulse, datetime], Sequence[Invitation]]
"""Who gets a letter of a run at a time."""


def _to_invite(ledger: Ledger, pulse: Pulse, now: datetime) -> Sequence[Invitation]:
    return ledger.invitations_to_send(pulse.name)


def post(
    root: Path,
    ledger: Ledger,
    actor: Actor,
    name: str,
    what: str,
    who: Choice,
    now: datetime,
    wall: Callable[[], datetime],
    told: Told,
    most: int,
    *,
    reminders: bool = False,
) -> Posted:
    """Send letters of an open run to `who`, chosen once nobody else sends; noted as `what`. Rights are the caller's.

    Raises ALN-202, ALN-203, DLV-001, and LDG-010 while another process sends.
    """
    pulse, charter = _open(ledger, name, now), charter_in_force(ledger)
    settings, workspace = charter.project.email, charter.project.workspace
    if workspace is None:
        raise Missing(NO_PULSE_ADDRESS("tandem.toml does not say where the questions are"))
    if settings is None:
        raise Missing(NO_SERVER("letters are to be sent, and tandem.toml names no mail server"))
    note(root, ledger, wall(), by(actor, "pulse", what, "begun"))
    with alone(ledger, wall, told, name="pulse") as going:
        ledger.stuck_invitations(name, CRASHED)
        due = who(ledger, pulse, now)
        with MailLine(settings, smtp_login()) as line:
            letters = _Post(root, ledger, pulse, charter, line, workspace.address, now)
            done = replace(letters.all(due[:most], going), reminders=reminders)
    note(
        root,
        ledger,
        wall(),
        by(actor, "pulse", what, "partly" if done.problems else "done", detail=done.counts),
    )
    return done


@dataclass(frozen=True)
class _Post:
    root: Path
    ledger: Ledger
    pulse: Pulse
    charter: Charter
    line: MailLine
    address: str
    now: datetime

    def all(self, due: Sequence[Invitation], told: Told) -> Posted:
        """Each claimed before its first byte leaves and settled before the next; a server that is gone ends it."""
        counts = dict.fromkeys(Verdict, 0)
        problems: tuple[Problem, ...] = ()
        for done, one in enumerate(due):
            told(f"sending letters of {self.pulse.name}", done, len(due))
            if not self.ledger.claim_invitation(one, self.now):
                continue
            try:
                verdict = self._one(one)
            except Problems as stopped:
                self.ledger.settle_invitation(one, one.state, one.detail, went=False)
                problems = stopped.problems
                break
            counts[verdict] += 1
        return Posted(
            counts[Verdict.ACCEPTED],
            counts[Verdict.REFUSED],
            counts[Verdict.UNKNOWN],
            counts[Verdict.LATER],
            problems,
        )

    def _one(self, one: Invitation) -> Verdict:
        link = pulse_address(self.address, pulse_token(self.root, one.id))
        settings = self.charter.project.email
        recipient = recipient_of(one.address)
        assert settings is not None
        assert recipient is not None
        letter = letter_of(
            self.charter.project.name, instrument_of(self.pulse), self.pulse, link, one.letters
        )
        number = digest60("pulse letter", one.id, str(one.letters))
        answer = self.line.hand_over(compose(number, sender_of(settings.sender), recipient, letter, self.now))
        match answer.verdict:
            case Verdict.ACCEPTED:
                self.ledger.settle_invitation(one, InvitationState.SENT, None, went=True)
            case Verdict.UNKNOWN:
                self.ledger.settle_invitation(one, InvitationState.UNCERTAIN, answer.detail, went=True)
            case Verdict.LATER:
                self.ledger.settle_invitation(one, one.state, answer.detail, went=False)
            case Verdict.REFUSED:
                self.ledger.settle_invitation(one, InvitationState.FAILED, answer.detail, went=False)
        return answer.verdict


def promise(pulse: Pulse, smallest_group: int) -> str:
    """What is promised about names, in a few sentences; the page and the letter say the same."""
    if pulse.anonymous:
        return (
            "Your answers are anonymous. The link only makes sure that everybody answers once: as you send them off, "
            "the tie between the link and your answers is cut. Kept with them are your side, the day and how many "
            "seconds it took, and no name. What you begin and do not send off is deleted when the survey is closed, "
            f"with the first daily run after {numbers.day(pulse.closes_at - MOMENT)} at the latest. "
            f"No figure is shown of fewer than {smallest_group} people; single answers are handed to analysts and "
            "admins alone, without what fewer than that said of themselves."
        )
    return (
        "Your answers are kept together with your invitation, so this survey is not anonymous. "
        f"No figure is shown of fewer than {smallest_group} people."
    )


def letter_of(company: str, instrument: Instrument, pulse: Pulse, link: str, letters: int) -> Letter:
    """The letter to one person; `letters` were sent before it."""
    form = instrument.form(pulse.form)
    minutes = form.minutes if form else instrument.minutes
    first = (
        "A reminder: we have no answers from you yet." if letters else "We would like to know how you see it."
    )
    subject = f"{'Reminder: ' if letters else ''}{instrument.title} at {company}"
    text = "\n\n".join(
        (
            f"{first} {company} asks people of marketing and of IT the same questions, to see where the two agree "
            f"and where they do not. It takes about {numbers.plural(minutes, 'minute')}.",
            link,
            promise(pulse, instrument.smallest_group),
            f"You can stop and go on later with the same link, until {numbers.day(pulse.closes_at - MOMENT)}. "
            "It is yours alone: please do not pass it on.",
        )
    )
    return Letter(subject, text + "\n")


def _open(ledger: Ledger, name: str, now: datetime) -> Pulse:
    pulse = ledger.pulse(name)
    if not pulse.open(now):
        raise Problems(
            NOT_OPEN(f"{name} is closed", found=f"{pulse.closed_at or pulse.closes_at:%Y-%m-%d %H:%M}")
        )
    return pulse


def _checked(people: Iterable[tuple[str, str]]) -> None:
    """Raises ALN-204 for what is no address, no side, twice on two sides, too many or nobody."""
    problems: list[Problem] = []
    sides: dict[str, str] = {}
    number = 0
    for number, (address, side) in enumerate(people, 1):
        at = Place(f"person {number}")
        if recipient_of(address) is None:
            problems.append(BAD_INVITATION("this is no e-mail address that letters can go to", place=at))
        elif side not in SIDES:
            problems.append(
                BAD_INVITATION("there is no such side", place=at, found=side[:40], alternatives=SIDES)
            )
        elif sides.setdefault(address.casefold(), side) != side:
            problems.append(BAD_INVITATION("one address stands on both sides", place=at))
    if not 0 < number <= MOST:
        problems.append(BAD_INVITATION(f"a list has 1 to {MOST} people", found=str(number)))
    if problems:
        raise Problems(problems[:50])


def people_in_words(words: Mapping[str, str] | Iterable[str]) -> list[tuple[str, str]]:
    """(address, side) from words such as `ada@harbourpine.example=it`, one each. Raises ALN-204."""
    found = [word.rpartition("=") for word in words]
    return [(address.strip(), side.strip().lower()) for address, _, side in found]
