"""Pulses for those who run them: open one, invite, see who answered by side and day, remind, close."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from tandem.align.names import TITLED
from tandem.kernel import Problems, numbers, parse_instant
from tandem.usecases.invite_pulse import (
    Posted,
    invite,
    people_of,
    send_invitations,
)
from tandem.usecases.pulse_problems import BAD_PULSE
from tandem.usecases.remind_pulse import reminders_due, rule_of, send_reminders
from tandem.usecases.run_pulse import (
    PulseStatus,
    Standing,
    charter_in_force,
    close_pulse,
    instrument_of,
    open_pulse,
    pulse_status,
)
from tandem.web.access import Action, may, who_may
from tandem.web.asking import Ask
from tandem.web.page import Go, PageContext, doc
from tandem.web.values import Table

MOST_AT_ONCE = 200
"""Letters that a page sends at one press; the command line sends any number."""
FEW = "too few to tell"


@dataclass(frozen=True)
class Run:
    """One pulse in the list."""

    name: str
    title: str
    form: str
    open: bool
    closed: bool
    anonymous: bool
    closes_at: datetime
    invited: int
    kept: str


@dataclass(frozen=True)
class Survey:
    """An instrument that a pulse can be opened with: its name, its title and its forms, each with its minutes."""

    name: str
    title: str
    forms: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class PulsesPage(PageContext):
    """Every run of a survey, and the form that opens one."""

    runs: tuple[Run, ...] = doc("All pulses, the last opened first.")
    surveys: tuple[Survey, ...] = doc("The instruments of the charter in force.")
    may_field: bool = doc("Whether you may open pulses.")
    typed: dict[str, str] = doc("What was typed into the form.", default_factory=dict)


@dataclass(frozen=True)
class Side:
    """One side of a pulse, counts in words. `answered`: of those invited whose letter was not refused."""

    side: str
    invited: int
    kept: str
    answered: str
    share: float | None


@dataclass(frozen=True, kw_only=True)
class PulsePage(PageContext):
    """How one pulse stands: response by side and by day, and what can be done next."""

    name: str = doc("Name of the pulse.")
    survey: str = doc("Title of the instrument.")
    told: tuple[str, ...] = doc("How it stands, in sentences.")
    open: bool = doc("Whether it takes answers.")
    closed: bool = doc("Whether somebody closed it, so that its results are told.")
    anonymous: bool = doc("Whether answers are cut from invitations.")
    sides: tuple[Side, ...] = doc("Response of each side.")
    table: Table = doc("Outcomes by side.")
    days: Table = doc("Answers by day and side.")
    waiting: int = doc("Invitations whose first letter has not gone out.")
    due: bool = doc("Whether anybody would be reminded now.")
    rule: str = doc("Who is reminded, as the survey says.")
    may_field: bool = doc("Whether you may invite, remind and close.")
    people: str = doc("The list, as typed.", default="")


def every(ask: Ask) -> PageContext:
    """All runs."""
    statuses = [pulse_status(ask.ledger, one.name, ask.now) for one in ask.ledger.pulses()]
    try:
        declared = charter_in_force(ask.ledger).pulse
    except Problems:
        declared = ()
    surveys = tuple(
        Survey(
            one.name,
            one.title,
            (
                *((form.form, f"{form.title or form.form}, {form.minutes} minutes") for form in one.forms),
                ("", f"the whole, {one.minutes} minutes"),
            ),
        )
        for one in declared
    )
    return PulsesPage(
        title="Pulses",
        runs=tuple(_run(one) for one in statuses),
        surveys=surveys,
        may_field=_may(ask),
    )


def start(ask: Ask) -> PageContext | Go:
    """Open one."""
    instrument, _, form = ask.text("survey").partition("/")
    try:
        opened = open_pulse(
            ask.root,
            ask.ledger,
            ask.actor,
            ask.text("name"),
            instrument,
            form,
            _day_after(ask.text("closes")),
            ask.now,
            ask.wall(),
        )
    except Problems as stopped:
        typed = {name: ask.text(name) for name in ("name", "survey", "closes")}
        page = every(ask)
        assert isinstance(page, PulsesPage)
        return replace(page, problems=stopped.problems, typed=typed)
    return Go(f"/agree/pulses/{opened.name}", notice=f"{opened.name} is open. Now invite both sides.")


def one(ask: Ask) -> PageContext:
    """How one stands. Raises LDG-121."""
    name = ask.path["name"]
    status = pulse_status(ask.ledger, name, ask.now)
    waiting = len(ask.ledger.invitations_to_send(name)) if status.open else 0
    return PulsePage(
        title=f"Pulse {name}",
        name=name,
        survey=status.title,
        told=_told(status),
        open=status.open,
        closed=status.closed,
        anonymous=status.pulse.anonymous,
        sides=tuple(_side(side) for side in status.sides),
        table=_outcomes(status),
        days=_days(status),
        waiting=waiting,
        due=status.open and reminders_due(ask.ledger, status.pulse, ask.now),
        rule=rule_of(instrument_of(status.pulse)),
        may_field=_may(ask),
    )


def ask_people(ask: Ask) -> PageContext | Go:
    """Invite a list, and send the first letters of all who wait for theirs."""
    name, text = ask.path["name"], ask.text("people")
    try:
        new = 0
        if text:
            new = invite(ask.root, ask.ledger, ask.actor, name, _people(text), ask.now, ask.wall()).new
        posted = send_invitations(ask.root, ask.ledger, ask.actor, name, ask.now, ask.wall, most=MOST_AT_ONCE)
    except Problems as stopped:
        page = one(ask)
        assert isinstance(page, PulsePage)
        return replace(page, problems=stopped.problems, people=text)
    return _posted(ask, name, f"{numbers.plural(new, 'invitation')} new. ", posted)


def remind(ask: Ask) -> PageContext | Go:
    """Remind those who are not done."""
    name = ask.path["name"]
    try:
        posted = send_reminders(ask.root, ask.ledger, ask.actor, name, ask.now, ask.wall, most=MOST_AT_ONCE)
    except Problems as stopped:
        return replace(one(ask), problems=stopped.problems)
    return _posted(ask, name, "", posted)


def end(ask: Ask) -> Go:
    """Close it for good. Raises LDG-121, LDG-122."""
    name = ask.path["name"]
    close_pulse(ask.root, ask.ledger, ask.actor, name, ask.now, ask.wall())
    return Go(f"/agree/pulses/{name}", notice=f"{name} is closed. Drafts and addresses are deleted.")


def _posted(ask: Ask, name: str, first: str, posted: Posted) -> PageContext | Go:
    if posted.problems:
        return replace(one(ask), problems=posted.problems)
    said = f"{first}{posted.sentence}."
    return Go(f"/agree/pulses/{name}", notice=said[:1].upper() + said[1:])


def _may(ask: Ask) -> bool:
    return ask.user is not None and may(ask.user.role, Action.FIELD_PULSES)


def _people(text: str) -> list[tuple[str, str]]:
    """A list as it is pasted: lines of address and side, with or without a line of headings."""
    lines = [line for line in text.replace(";", ",").replace("\t", ",").splitlines() if line.strip()]
    headed = lines if "side" in lines[0].lower() else ["address,side", *lines]
    return people_of("\n".join(headed), "the list")


def _day_after(text: str) -> datetime:
    """The end of a day; a day that is none is told as a problem of the form."""
    try:
        return parse_instant(text) + timedelta(days=1)
    except (ValueError, OverflowError) as unreadable:
        raise Problems(BAD_PULSE("say on which day it closes", found=text[:40] or "nothing")) from unreadable


def _run(status: PulseStatus) -> Run:
    pulse = status.pulse
    kept = [side.kept for side in status.sides]
    told = (
        ", ".join(f"{TITLED[side.side]} {_few(side.kept)}" for side in status.sides)
        if any(kept)
        else "none to tell yet"
    )
    return Run(
        pulse.name,
        status.title,
        pulse.form or "whole",
        status.open,
        status.closed,
        pulse.anonymous,
        pulse.closed_at or pulse.closes_at,
        sum(side.invited for side in status.sides),
        told,
    )


def _side(one: Standing) -> Side:
    open_to = one.invited - one.undelivered
    share = one.ended / open_to if one.ended is not None and open_to > 0 else None
    answered = FEW if share is None else f"{numbers.percent(share, 0)} of {numbers.count(open_to)}"
    return Side(one.side, one.invited, _few(one.kept), answered, share)


def _told(status: PulseStatus) -> tuple[str, ...]:
    pulse = status.pulse
    asked = f"{status.title}, {'the ' + pulse.form + ' form' if pulse.form else 'the whole'}."
    when = f"It takes answers until {numbers.moment(pulse.closes_at)}."
    if pulse.closed_at is not None:
        when = f"It was closed {numbers.moment(pulse.closed_at)}."
    elif not status.open:
        when = (
            f"It takes no more answers since {numbers.moment(pulse.closes_at)}. Close it to read it; "
            f"{who_may(Action.FIELD_PULSES)} may, and the next run does."
        )
    names = (
        f"Answers are anonymous. A count under {status.smallest_group} is not told, nor what would give one away."
        if pulse.anonymous
        else "Answers are kept with their invitations; people were told so."
    )
    return asked, when, names


def _outcomes(status: PulseStatus) -> Table:
    rules = sorted({rule for side in status.sides for rule in side.screened_out})
    rows = [
        ("invited", *(numbers.count(side.invited) for side in status.sides)),
        ("letter refused by the mail server", *(numbers.count(side.undelivered) for side in status.sides)),
        ("letter uncertain", *(numbers.count(side.uncertain) for side in status.sides)),
        ("begun", *(_few(side.started) for side in status.sides)),
        *(
            (f"screened out by {rule}", *(_few(side.screened_out.get(rule, 0)) for side in status.sides))
            for rule in rules
        ),
        ("quota was full", *(_few(side.quota_full) for side in status.sides)),
        ("removed for quality", *(_few(side.removed) for side in status.sides)),
        ("kept", *(_few(side.kept) for side in status.sides)),
    ]
    columns = ("outcome", *(TITLED[side.side] for side in status.sides))
    return Table("outcomes", "Outcomes by side", columns, tuple(rows), (False, *(True,) * len(status.sides)))


def _days(status: PulseStatus) -> Table:
    days: list[date] = sorted({day for found in status.days.values() for day in found})
    rows = [
        (numbers.day(day), *(_few(status.days[side.side].get(day, 0)) for side in status.sides))
        for day in days
    ]
    columns = ("day", *(TITLED[side.side] for side in status.sides))
    return Table("days", "Answers by day", columns, tuple(rows), (False, *(True,) * len(status.sides)))


def _few(count: int | None) -> str:
    return FEW if count is None else numbers.count(count)
