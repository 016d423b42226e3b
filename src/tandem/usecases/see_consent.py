"""What one person agreed to as of any time, and everything that was said, with its proof."""

from dataclasses import dataclass
from datetime import datetime

from tandem.charter.definitions import Purpose
from tandem.kernel import iso
from tandem.kernel.values import Basis, FieldRef
from tandem.policy import OBJECTIONS, Held, Said, consent_as_of, statements_of
from tandem.usecases.auditing import by
from tandem.usecases.explaining import Reader
from tandem.usecases.find_people import find_people
from tandem.usecases.workspace import Workspace

READ = frozenset(
    {
        *(
            FieldRef("consents", name)
            for name in ("purpose", "state", "at", "source", "wording", "proof_event_id")
        ),
        FieldRef("person_map", "person_id"),
        FieldRef("identifiers", "value"),
    }
)


@dataclass(frozen=True)
class HeldThen:
    """One purpose: the state, whether it may be served by it, and why in a sentence."""

    purpose: str
    basis: Basis
    state: str | None
    since: datetime | None
    allowed: bool
    sentence: str
    proof: str | None


@dataclass(frozen=True)
class SaidOnce:
    """One statement, in a sentence, with the event that proves it."""

    purpose: str
    state: str
    at: datetime
    source: str
    wording: str | None
    proof: str
    sentence: str


@dataclass(frozen=True)
class Consents:
    """All that is known of one person's consent."""

    person: int
    at: datetime
    purposes: tuple[HeldThen, ...]
    history: tuple[SaidOnce, ...]

    def to_dict(self) -> dict[str, object]:
        """For JSON."""
        return {
            "person": str(self.person),
            "at": iso(self.at),
            "purposes": [
                {**vars(one), "since": iso(one.since) if one.since else None} for one in self.purposes
            ],
            "history": [{**vars(one), "at": iso(one.at)} for one in self.history],
        }


def see_consent(work: Workspace, text: str, at: datetime) -> tuple[Consents, ...]:
    """The people that a person id or an identifier leads to; mostly one. Raises RUN-002 if nobody.

    Under the permit of the acting role for an explanation; noted in the audit log with the person.
    """
    permit = Reader(work).permit(READ)
    return tuple(_seen(work, person, at) for person in find_people(work, permit, text))


def _seen(work: Workspace, person: int, at: datetime) -> Consents:
    purposes = work.charter.purposes.purposes
    held = {one.purpose: one for one in consent_as_of(work.engine, person, at, purposes)}
    history = tuple(_said(one) for one in statements_of(work.engine, person))
    work.trail.add(by(work.actor, "person", "see consent", "done", person_id=person))
    return Consents(person, at, tuple(_held(one, held.get(one.purpose)) for one in purposes), history)


def _held(purpose: Purpose, held: Held | None) -> HeldThen:
    consent, state = purpose.basis is Basis.CONSENT, held.state if held else None
    allowed = state == "granted" if consent else state not in OBJECTIONS
    word = state or ("nothing was said, which means no" if consent else "no objection")
    basis = "" if consent else f"rests on {purpose.basis.replace('_', ' ')}; "
    since = f" since {iso(held.since)}, by event {held.proof_event_id}" if held else ""
    return HeldThen(
        purpose=purpose.purpose,
        basis=purpose.basis,
        state=state,
        since=held.since if held else None,
        allowed=allowed,
        sentence=f"{'yes' if allowed else 'no'} ({basis}{word}{since})",
        proof=str(held.proof_event_id) if held else None,
    )


def _said(one: Said) -> SaidOnce:
    wording = f", to the wording “{one.wording}”" if one.wording else ""
    sentence = f"{iso(one.at)}: {one.state} for {one.purpose}, from {one.source}{wording} (event {one.proof_event_id})"
    return SaidOnce(
        one.purpose, one.state, one.at, one.source, one.wording, str(one.proof_event_id), sentence
    )
