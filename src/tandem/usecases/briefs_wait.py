"""What briefs, commitments and promises wait for, and for whom: the reminders on Home."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from tandem.align.briefs import TITLES
from tandem.charter import Charter
from tandem.charter.definitions import Function
from tandem.kernel import numbers
from tandem.ledger import Commitment, CommitmentState, Ledger
from tandem.usecases.see_briefs import BriefSeen, Stage, loose_promises, see_briefs

SOON = timedelta(days=3)
"""A commitment that falls due within this time is reminded of."""


@dataclass(frozen=True)
class BriefWait:
    """One reminder. `about`: number of the brief, "" for several or none."""

    who: Function
    about: str
    sentence: str
    hurts: bool = False


def brief_waits(ledger: Ledger, charter: Charter, now: datetime) -> list[BriefWait]:
    """Every reminder: one line for each kind of thing that waits, naming the brief where it is one."""
    found = [*see_briefs(ledger, charter, now, open_only=True)]
    promises = [*loose_promises(ledger), *(one for seen in found for one in seen.promises)]
    lines = [
        *_line(_in(found, Stage.LATE), Function.IT, "late", True, lambda one: _due(one, now)),
        *_line(
            _in(found, Stage.CHANGED),
            Function.IT,
            "changed after IT committed itself and not agreed to again",
            True,
        ),
        *_unanswered(found, now),
        *_line(
            [one for one in _in(found, Stage.COMMITTED) if _soon(one, now)],
            Function.IT,
            "due soon",
            False,
            lambda one: _due(one, now),
        ),
        *_line(
            [one for one in _in(found, Stage.ASKED) if not one.whole],
            Function.MARKETING,
            "not complete, so that nobody can commit to it",
            False,
            _missing,
        ),
        *_line(_in(found, Stage.DELIVERED), Function.MARKETING, "delivered, to be accepted or sent back"),
        *_promised(promises, now),
    ]
    return lines


def _in(found: Iterable[BriefSeen], stage: Stage) -> list[BriefSeen]:
    return [one for one in found if one.stage is stage]


def _line(
    found: list[BriefSeen],
    who: Function,
    what: str,
    hurts: bool = False,
    more: Callable[[BriefSeen], str] | None = None,
) -> list[BriefWait]:
    if not found:
        return []
    if len(found) > 1:
        names = ", ".join(str(one.brief.id) for one in found[:5])
        said = what.replace("commit to it", "commit to them")
        return [BriefWait(who, "", f"{len(found)} briefs are {said}: {names}.", hurts)]
    (one,) = found
    extra = f": {more(one)}" if more else ""
    return [BriefWait(who, str(one.brief.id), f"{_named(one)} is {what}{extra}.", hurts)]


def _unanswered(found: list[BriefSeen], now: datetime) -> list[BriefWait]:
    """Complete briefs without an answer; past the service level it hurts."""
    waiting = [one for one in _in(found, Stage.ASKED) if one.whole]
    over = [one for one in waiting if one.answer_due is not None and one.answer_due <= now]
    rest = [one for one in waiting if one not in over]
    return [
        *_line(
            over, Function.IT, "without an answer for longer than agreed", True, lambda one: _asked(one, now)
        ),
        *_line(rest, Function.IT, "waiting for an answer", False, lambda one: _asked(one, now)),
    ]


def _promised(promises: Iterable[Commitment], now: datetime) -> list[BriefWait]:
    """Promises made outside without IT that are neither kept nor taken back."""
    held = [one for one in promises if one.state is CommitmentState.OPEN]
    if not held:
        return []
    late = [one for one in held if one.stands(now) is CommitmentState.LATE]
    first = min(held, key=lambda one: one.due)
    about = str(first.brief) if len(held) == 1 and first.brief else ""
    many = numbers.plural(len(held), "promise")
    wait = "waits" if len(held) == 1 else "wait"
    sentence = f"{many} made outside without IT {wait} to be kept, the first by {numbers.day(first.due)}"
    more = f"; {numbers.count(len(late))} of them late" if late else ""
    return [BriefWait(Function.MARKETING, about, f"{sentence}{more}.", bool(late))]


def _named(one: BriefSeen) -> str:
    return f"Brief {one.brief.id}, {one.ask.title},"


def _due(one: BriefSeen, now: datetime) -> str:
    assert one.commitment is not None
    return f"promised for {numbers.day(one.commitment.due)}, {numbers.ago(one.commitment.due, now)}"


def _soon(one: BriefSeen, now: datetime) -> bool:
    return one.commitment is not None and one.commitment.due <= now + SOON


def _asked(one: BriefSeen, now: datetime) -> str:
    return f"asked {numbers.ago(one.brief.made_at, now)}"


def _missing(one: BriefSeen) -> str:
    return ", ".join(dict.fromkeys(TITLES[part.part].lower() for part in one.missing))
