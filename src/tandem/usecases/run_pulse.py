"""A pulse from its opening to its end: open it from an instrument of the charter, see how it stands, close it."""

import hashlib
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path, PurePosixPath

from tandem.align.names import SIDES
from tandem.charter import Charter, load_files, load_instrument
from tandem.charter.definitions.instruments import Instrument
from tandem.kernel import Missing, Problem, Problems
from tandem.kernel.values import Actor
from tandem.ledger import AnswerState, InvitationState, Ledger, Pulse
from tandem.usecases.auditing import by, note
from tandem.usecases.imported_pulse import bare_instrument, is_imported
from tandem.usecases.problems import NOT_APPLIED
from tandem.usecases.pulse_problems import BAD_PULSE, NO_INSTRUMENT
from tandem.usecases.pulse_rights import needs_fielder

SYSTEM = Actor("tandem", "system")
NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
TAKEN = ("open",)
"""Names that stand for something else in addresses."""
WHOLE = ""
"""The form of a pulse that asks the whole instrument."""


@dataclass(frozen=True)
class Standing:
    """How one side stands. A count is None where it is fewer than the smallest group, or would give one away.

    `invited`, `reached` (a letter was sent), `undelivered` and `uncertain` are about letters and always told.
    `ended`: screened out by rule, over quota, removed and kept together; `drafts` are begun and not sent off.
    """

    side: str
    invited: int
    reached: int
    undelivered: int
    uncertain: int
    drafts: int | None
    ended: int | None
    kept: int | None
    removed: int | None
    quota_full: int | None
    screened_out: Mapping[str, int | None]

    @property
    def started(self) -> int | None:
        """Begun, whether ended or not."""
        return None if self.drafts is None or self.ended is None else self.drafts + self.ended


@dataclass(frozen=True)
class PulseStatus:
    """A run and how it stands. `days`: side → day → how many ended on it, None as in `Standing`; none until it is
    closed, for of two looks with one answer between them, the difference would be a count of one.
    """

    pulse: Pulse
    title: str
    smallest_group: int
    open: bool
    sides: tuple[Standing, ...]
    days: Mapping[str, Mapping[date, int | None]]

    def to_dict(self) -> dict[str, object]:
        """For JSON, without the instrument's text."""
        told = {name: value for name, value in vars(self.pulse).items() if name != "definition"}
        sides = [
            {**vars(one), "screened_out": dict(one.screened_out), "started": one.started}
            for one in self.sides
        ]
        days = {side: {f"{day}": n for day, n in found.items()} for side, found in self.days.items()}
        return {"pulse": told, "title": self.title, "smallest_group": self.smallest_group, "open": self.open,
                "closed": self.closed, "sides": sides, "days": days}  # fmt: skip

    @property
    def closed(self) -> bool:
        """Whether somebody closed it. A run whose time is over takes no more answers, and is not closed by that."""
        return self.pulse.closed_at is not None


def charter_in_force(ledger: Ledger) -> Charter:
    """The charter that was last applied. Raises RUN-001 if none was."""
    applied = ledger.applied()
    if applied is None:
        raise Missing(NOT_APPLIED("this charter has not been applied yet"))
    return load_files(applied.files)


def open_pulse(
    root: Path,
    ledger: Ledger,
    actor: Actor,
    name: str,
    instrument: str,
    form: str,
    closes: datetime,
    now: datetime,
    wall: datetime,
) -> Pulse:
    """Open a run with an instrument of the charter in force; it is kept as it is now. `form` "" asks all of it.

    Nobody is invited yet. Raises ALN-200, ALN-201, ALN-207, LDG-120.
    """
    needs_fielder(root, ledger, actor, f"open {name[:40]}", wall)
    charter = charter_in_force(ledger)
    declared = next((one for one in charter.pulse if one.name == instrument), None)
    if declared is None:
        known = [one.name for one in charter.pulse]
        sentence = "the charter in force has no such instrument"
        raise Problems(NO_INSTRUMENT(sentence, found=instrument, alternatives=known))
    _check(name, declared, form, closes, now)
    assert declared.place is not None
    text = charter.files[declared.place.file]
    pulse = Pulse(
        name=name,
        instrument=declared.name,
        definition=text,
        fingerprint=fingerprint_of(text),
        form=form,
        anonymous=declared.anonymous,
        opened_by=actor.name,
        opened_at=now,
        closes_at=closes,
    )
    ledger.open_pulse(pulse)
    detail = {"instrument": declared.name, "form": form, "anonymous": declared.anonymous}
    note(root, ledger, wall, by(actor, "pulse", f"open {name}", "done", detail=detail))
    return pulse


def close_pulse(root: Path, ledger: Ledger, actor: Actor, name: str, now: datetime, wall: datetime) -> Pulse:
    """Close a run: drafts go, and the addresses of all who were invited. Raises ALN-207, LDG-121, LDG-122."""
    needs_fielder(root, ledger, actor, f"close {name[:40]}", wall)
    pulse = ledger.close_pulse(name, actor.name, now)
    note(root, ledger, wall, by(actor, "pulse", f"close {name}", "done"))
    return pulse


def close_ended(root: Path, ledger: Ledger, now: datetime, wall: datetime) -> tuple[str, ...]:
    """Close every run whose time was over at `now`, as people were promised; their names. The run itself does it."""
    ended = [one.name for one in ledger.pulses() if one.closed_at is None and one.closes_at <= now]
    closed = [name for name in ended if ledger.close_if_open(name, SYSTEM.name, now) is not None]
    note(root, ledger, wall, *(by(SYSTEM, "pulse", f"close {name}", "done") for name in closed))
    return tuple(closed)


def instrument_of(pulse: Pulse) -> Instrument:
    """The instrument as it was when the run opened; of one that was brought in from a file, one without questions."""
    if is_imported(pulse):
        return bare_instrument(pulse)
    return _read(pulse.instrument, pulse.definition)


def about(pulse: Pulse) -> tuple[str, int]:
    """The title of what was asked, and the smallest group of which anything is told."""
    instrument = instrument_of(pulse)
    return instrument.title, instrument.smallest_group


def pulse_status(ledger: Ledger, name: str, now: datetime) -> PulseStatus:
    """How a run stands, by side, without a count that is too small to be told. Raises LDG-121."""
    pulse = ledger.pulse(name)
    title, least = about(pulse)
    letters, counts = ledger.invitation_counts(name), ledger.answer_counts(name)
    days: dict[str, Mapping[date, int | None]] = {}
    for side in SIDES:
        found: dict[date, int] = defaultdict(int)
        for of, state, _, day, n in counts:
            if of == side and day is not None and state is not AnswerState.DRAFT:
                found[day] += n
        shown, total = covered([found[day] for day in sorted(found)], least)
        told = pulse.closed_at is not None and total is not None
        days[side] = dict(zip(sorted(found), shown, strict=True)) if told else {}
    sides = tuple(_standing(side, letters, counts, least) for side in SIDES)
    return PulseStatus(pulse, title, least, pulse.open(now), sides, days)


def covered(cells: Sequence[int], least: int) -> tuple[list[int | None], int | None]:
    """Cells of one sum and the sum, with None for 1 to `least` - 1, and for what would give one of those away.

    A 0 is told, so a cell that is left out is 1 or more, and those left out follow from the sum as far as it goes: one
    alone does, and so do two of sum 2. Therefore the sum of what is left out has to leave room for one of them to be
    `least`; until it does, the smallest other one that is not 0 is left out as well, or the sum if there is no other.
    """
    shown: list[int | None] = [None if 0 < one < least else one for one in cells]
    total: int | None = sum(cells)
    while total is not None and None in shown:
        left_out = [one for one, told in zip(cells, shown, strict=True) if told is None]
        if len(left_out) > 1 and sum(left_out) >= least + len(left_out) - 1:
            break
        others = [place for place, one in enumerate(shown) if one]
        if others:
            shown[min(others, key=lambda place: cells[place])] = None
        else:
            total = None
    if total is not None and 0 < total < least:
        total = None
    return shown, total


def _standing(
    side: str,
    letters: Mapping[tuple[str, InvitationState], int],
    counts: Sequence[tuple[str, AnswerState, str, date | None, int]],
    least: int,
) -> Standing:
    mail = {state: letters.get((side, state), 0) for state in InvitationState}
    by_state: dict[AnswerState, int] = defaultdict(int)
    rules: dict[str, int] = defaultdict(int)
    for of, state, reason, _, n in counts:
        if of == side:
            by_state[state] += n
            if state is AnswerState.SCREENED_OUT:
                rules[reason] += n
    order = (AnswerState.COMPLETE, AnswerState.REMOVED, AnswerState.QUOTA_FULL)
    shown, total = covered([*(by_state[one] for one in order), *rules.values()], least)
    (drafts,), _ = covered([by_state[AnswerState.DRAFT]], least)
    return Standing(
        side=side,
        invited=sum(mail.values()),
        reached=mail[InvitationState.SENT] + mail[InvitationState.DONE],
        undelivered=mail[InvitationState.FAILED],
        uncertain=mail[InvitationState.UNCERTAIN],
        drafts=drafts,
        ended=total,
        kept=shown[0],
        removed=shown[1],
        quota_full=shown[2],
        screened_out=dict(zip(rules, shown[3:], strict=True)),
    )


def _check(name: str, instrument: Instrument, form: str, closes: datetime, now: datetime) -> None:
    problems: list[Problem] = []
    if not NAME.fullmatch(name) or name in TAKEN:
        problems.append(BAD_PULSE("a pulse needs a name in small letters, digits and _", found=name[:60]))
    if form != WHOLE and instrument.form(form) is None:
        known = [one.form for one in instrument.forms]
        problems.append(BAD_PULSE("the instrument has no such form", found=form[:60], alternatives=known))
    if closes <= now:
        problems.append(BAD_PULSE("the day to close on is over", found=f"{closes:%Y-%m-%d}"))
    if problems:
        raise Problems(problems)


@lru_cache(maxsize=16)
def _read(name: str, text: str) -> Instrument:
    return load_instrument(str(PurePosixPath("pulse") / f"{name}.yml"), text)


def fingerprint_of(text: str) -> str:
    """What two definitions share only if they are the same."""
    return hashlib.sha256(text.encode()).hexdigest()
