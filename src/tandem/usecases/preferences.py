"""The preference page of one customer: the link to it, what it shows, and what is saved from it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tandem.charter.definitions import Normalise, Purpose
from tandem.collect.statements import DENIED, FOLDER, GRANTED
from tandem.deliver.tokens import LASTS, Token, page, read, sign
from tandem.kernel import Missing, Problems, Refused, iso, parse_instant
from tandem.kernel.values import Basis, FieldRef
from tandem.policy import OBJECTIONS, consent_as_of, spoken
from tandem.policy.history import Named, names_of, person_of
from tandem.usecases.auditing import by
from tandem.usecases.explaining import Reader
from tandem.usecases.find_people import find_people
from tandem.usecases.problems import BAD_LINK, NO_ADDRESS, UNKNOWN_THING
from tandem.usecases.secrets import derived
from tandem.usecases.state_consent import Statement, state_consent
from tandem.usecases.workspace import Workspace

USE = "preferences"
ASKED = (Basis.CONSENT, Basis.LEGITIMATE_INTEREST)
"""Bases on which a person has a say."""


@dataclass(frozen=True)
class Choice:
    """One purpose as the person sees it. `answer`: yes, no, or "" where nothing counts."""

    purpose: str
    title: str
    text: str
    wording: str
    objection: bool
    answer: str
    saved: bool


@dataclass(frozen=True)
class Preferences:
    """What the page shows, and nothing else of the person."""

    choices: tuple[Choice, ...]
    until: datetime


@dataclass(frozen=True)
class Link:
    """An address and until when it holds."""

    address: str
    until: datetime


def token_key(root: Path) -> bytes:
    """What tokens of this workspace are signed with."""
    return derived(root, USE)


def link_of(work: Workspace, text: str, now: datetime) -> Link:
    """The link to a person's page, by a person id or any identifier. Raises RUN-063, RUN-002."""
    settings = work.charter.project.workspace
    if settings is None:
        place = work.charter.project.place
        raise Missing(
            NO_ADDRESS("tandem.toml does not say under which address customers see it", place=place)
        )
    reads = frozenset({FieldRef("identifiers", "value"), FieldRef("person_map", "person_id")})
    people = find_people(work, Reader(work).permit(reads), text)
    named = names_of(work.engine, people[0]) if len(people) == 1 else []
    if not named:
        sentence = f"`{text}` leads to {'several people' if len(people) > 1 else 'nobody with an identifier'}"
        raise Problems(UNKNOWN_THING(sentence, found=text))
    mail = {one.kind for one in work.charter.identity.kinds if one.normalise is Normalise.EMAIL}
    chosen = next((one for one in named if one.kind in mail), named[0])
    token = Token(chosen.identifier_key, now + LASTS)
    work.trail.add(by(work.actor, "consent", "make link", "done", person_id=people[0]))
    return Link(page(settings.address, sign(token, token_key(work.root))), token.until)


def is_signed(root: Path, text: str, now: datetime) -> bool:
    """Whether the link is one of ours and has not ended; to be asked before anything is opened for it."""
    return read(text, token_key(root), now) is not None


def see_preferences(work: Workspace, text: str, now: datetime) -> Preferences:
    """What the page behind a token shows. Raises RUN-062 if the link does not hold."""
    token, person = _opened(work, text, now)
    return Preferences(tuple(_choices(work, token, person, now)), token.until)


def save_preferences(work: Workspace, text: str, answers: Mapping[str, str], now: datetime) -> int:
    """Keep what differs from what counts now; how many purposes. Raises RUN-062.

    An answer is a statement of the identifier that the link names. It is the person's word about the person, so
    what other identifiers of theirs had said on the purpose is answered anew too; else an old no would stand.
    """
    token, person = _opened(work, text, now)
    changed = [
        one
        for one in _choices(work, token, person, now)
        if answers.get(one.purpose, one.answer) != one.answer
    ]
    purposes = [(one, GRANTED if answers[one.purpose] == "yes" else DENIED) for one in changed]
    return _state(work, token, person, purposes, "page", now)


def unsubscribe(work: Workspace, text: str, now: datetime) -> None:
    """One click in a mail program: no to the purpose of the message. Raises RUN-062."""
    token, person = _opened(work, text, now)
    declared = work.charter.purposes.purpose(token.purpose)
    if declared is None:
        raise Refused(BAD_LINK("this link names no purpose"))
    _state(work, token, person, [(_choice(declared, "", saved=False), DENIED)], "link", now)


def _opened(work: Workspace, text: str, now: datetime) -> tuple[Token, int]:
    token = read(text, token_key(work.root), now)
    person = person_of(work.engine, token.identifier_key) if token else None
    if token is None or person is None:
        raise Refused(BAD_LINK("this link does not hold, or not any more"))
    return token, person


def _choices(work: Workspace, token: Token, person: int, now: datetime) -> list[Choice]:
    purposes = [one for one in work.charter.purposes.purposes if one.basis in ASKED]
    held = {one.purpose: one for one in consent_as_of(work.engine, person, now, purposes)}
    waiting = pending(work.root, token.identifier_key)
    found = []
    for purpose in purposes:
        known, later = held.get(purpose.purpose), waiting.get(purpose.purpose)
        state = known.state if known else None
        saved = later is not None and (known is None or later[0] >= known.since)
        if later is not None and saved:
            state = later[1]
        found.append(_choice(purpose, _answer(purpose, state), saved=saved))
    return found


def _answer(purpose: Purpose, state: str | None) -> str:
    if purpose.basis is Basis.CONSENT:
        return {GRANTED: "yes", None: "", "expired": "", "outdated": ""}.get(state, "no")
    return "no" if state in OBJECTIONS else "yes"


def _choice(purpose: Purpose, answer: str, *, saved: bool) -> Choice:
    wording = purpose.wording
    return Choice(
        purpose=purpose.purpose,
        title=purpose.title or purpose.purpose.replace("_", " "),
        text=(wording.text if wording else "") or purpose.description,
        wording=wording.version if wording else "",
        objection=purpose.basis is not Basis.CONSENT,
        answer=answer,
        saved=saved,
    )


def _state(
    work: Workspace,
    token: Token,
    person: int,
    choices: list[tuple[Choice, str]],
    channel: str,
    now: datetime,
) -> int:
    names = {one.identifier_key: one for one in names_of(work.engine, person)}
    spoke = spoken(work.engine, person)
    statements = [
        _statement(names[key], choice, state, channel, now)
        for choice, state in choices
        for key in names
        if key == token.identifier_key or (choice.purpose, key) in spoke
    ]
    if statements:
        state_consent(work, statements, channel, now, person)
    return len(choices)


def _statement(named: Named, choice: Choice, state: str, channel: str, now: datetime) -> Statement:
    shown = {"page": "preference page", "link": "unsubscribe link of a message"}[channel]
    proof = json.dumps({"shown": shown, "wording": choice.wording or choice.text, "at": iso(now)})
    wording = choice.wording or None
    return Statement(named.kind, named.value, choice.purpose, state, now, wording=wording, proof=proof)


def pending(root: Path, identifier_key: int) -> dict[str, tuple[datetime, str]]:
    """Purpose → (when, state) of what this identifier said and no run has taken, or only just."""
    mark, found = f'"who": "{identifier_key}"'.encode(), {}
    for file in sorted((root / FOLDER).glob("*.ndjson")):
        with file.open("rb") as lines:
            for line in lines:
                if mark not in line:
                    continue
                try:
                    said = json.loads(line)
                    found[str(said["purpose"])] = (parse_instant(said["at"]), str(said["state"]))
                except (ValueError, KeyError, TypeError):
                    continue
    return found
