"""What a pulse found: its answers read as a whole, and kept as long as they are the same."""

import hashlib
from collections import Counter, OrderedDict
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import TypeAlias

from tandem import __version__
from tandem.align.against import Link
from tandem.align.codebook import Codebook, Kind
from tandem.align.index_of import weights_of
from tandem.align.instrument import codebook_of, links
from tandem.align.method import Fielded
from tandem.align.names import NAMES
from tandem.align.questions import EITHER, filled
from tandem.align.reading import About, Before, read_pulse
from tandem.align.result import PulseResult
from tandem.charter import load_project
from tandem.charter.definitions.instruments import Instrument
from tandem.kernel import Problems, numbers
from tandem.ledger import AnswerState, Ledger, Pulse
from tandem.usecases.imported_pulse import SMALLEST_GROUP, is_imported
from tandem.usecases.pulse_answers import responses, weighted
from tandem.usecases.pulse_rights import needs_closed
from tandem.usecases.result_problems import NO_RESULT_YET
from tandem.usecases.run_pulse import PulseStatus, about, instrument_of, pulse_status

Mark: TypeAlias = tuple[object, ...]
HELD = 8
SEED = 2012
"""Of all draws: the same answers give the same intervals."""


class ResultsHeld:
    """Results kept under what they were read from; the oldest go first."""

    def __init__(self) -> None:
        self._results: OrderedDict[Mark, PulseResult] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Mark) -> PulseResult | None:
        """The result read from exactly this, if it is kept."""
        with self._lock:
            return self._results.get(key)

    def keep(self, key: Mark, result: PulseResult) -> None:
        """Keep a result."""
        with self._lock:
            self._results[key] = result
            while len(self._results) > HELD:
                self._results.popitem(last=False)


_HELD = ResultsHeld()


def see_pulse(root: Path, ledger: Ledger, wave: str, now: datetime) -> PulseResult:
    """The result of a run that has closed. The same answers give the same result.

    Until it is closed nothing is told, whatever `now` is: see `needs_closed`. Raises LDG-121 for a run that is not
    there, ALN-601 until it is closed, ALN-600 without answers.
    """
    key = result_mark(root, ledger, wave)
    known = _HELD.get(key)
    if known is None:
        status = pulse_status(ledger, wave, now)
        answers, how = weighted(ledger, wave)
        said = _about(status, load_project(root).name, answers.codebook)
        said = replace(said, fielded=replace(said.fielded, weighted=how))
        known = read_pulse(answers, said, _before(ledger, wave))
        _HELD.keep(key, known)
    return known


def result_mark(root: Path, ledger: Ledger, wave: str) -> Mark:
    """What the result of a closed run depends on: equal marks, equal results. Reads no answer, only counts them.

    No answer of a closed run is changed, so how many of each state there are tells them apart. Raises what
    `see_pulse` raises.
    """
    pulse = ledger.pulse(wave)
    needs_closed(pulse)
    earlier = earlier_pulse(ledger, pulse)
    before = () if earlier is None else _run_mark(ledger, earlier)
    return (str(root.resolve()), load_project(root).name, *_run_mark(ledger, pulse), before)


def _run_mark(ledger: Ledger, pulse: Pulse) -> Mark:
    """How one run stands. Raises ALN-600 without answers."""
    counted: Counter[tuple[str, str, str]] = Counter()
    for side, state, reason, _, people in ledger.answer_counts(pulse.name):
        counted[side, str(state), reason] += people
    if not any(state == AnswerState.COMPLETE for _, state, _ in counted):
        raise Problems(
            NO_RESULT_YET(f"nobody answered {pulse.name}, so there is nothing to tell", found="0 answers")
        )
    definition = hashlib.sha256(pulse.definition.encode()).hexdigest()
    run = (pulse.name, pulse.instrument, pulse.form, definition, pulse.opened_at, pulse.closed_at)
    return (*run, tuple(sorted(counted.items())))


def earlier_pulse(ledger: Ledger, pulse: Pulse, by: datetime | None = None) -> Pulse | None:
    """The last run with answers that opened before this one and is closed, or was `by` a time."""
    for one in ledger.pulses():
        if one.name == pulse.name or one.closed_at is None or one.opened_at >= pulse.opened_at:
            continue
        if by is not None and one.closed_at > by:
            continue
        if any(state is AnswerState.COMPLETE for _, state, _, _, _ in ledger.answer_counts(one.name)):
            return one
    return None


def _before(ledger: Ledger, wave: str) -> Before | None:
    earlier = earlier_pulse(ledger, ledger.pulse(wave))
    if earlier is None:
        return None
    return Before(earlier.name, responses(ledger, earlier.name), about(earlier)[1])


def _about(status: PulseStatus, company: str, codebook: Codebook) -> About:
    """What stands beside the answers. A survey from elsewhere has its codebook's words and no published links."""
    pulse = status.pulse
    if is_imported(pulse):
        return About(
            wave=pulse.name,
            title=status.title,
            company=company,
            smallest=SMALLEST_GROUP,
            wordings={one.question: one.label for one in reversed(codebook.variables)},
            links={},
            fielded=_fielded(
                status, "Who was asked, and what was promised to them, whoever made the file knows."
            ),
        )
    instrument = instrument_of(pulse)
    return About(
        wave=pulse.name,
        title=status.title,
        company=company,
        smallest=instrument.smallest_group,
        wordings={one.question: filled(one.text, EITHER) for one in instrument.questions},
        links=published_links(instrument),
        fielded=_fielded(
            status,
            "Answers cannot be led back to invitations."
            if pulse.anonymous
            else "This run said to people that answers can be led back to them.",
        ),
        weights=weights_of(instrument),
    )


def published_links(instrument: Instrument) -> dict[str, tuple[Link, ...]]:
    """Item id → the published figures it is held against: of one answer that answer's, else the variable's."""
    kinds = {one.name: one.kind for one in codebook_of(instrument).variables}
    found: dict[str, list[Link]] = {}
    for held in links(instrument):
        whole = kinds[held.variable] is Kind.FIVE
        name = held.variable if whole or not held.codes else f"{held.variable}-{held.codes[0]}"
        found.setdefault(name, []).append(Link(held.wave, held.question, held.item, held.codes))
    return {name: tuple(several) for name, several in found.items()}


def _fielded(status: PulseStatus, anonymous: str) -> Fielded:
    pulse = status.pulse
    ended = min(pulse.closed_at or pulse.closes_at, pulse.closes_at)
    form = f", in its form “{pulse.form}”" if pulse.form else ""
    invited = " and ".join(f"{one.invited:,} of {NAMES.get(one.side, one.side)}" for one in status.sides)
    said = (
        f"Open from {numbers.day(pulse.opened_at)} to {numbers.day(ended)}, with “{pulse.instrument}”{form}."
    )
    if is_imported(pulse):
        said = f"Brought in from a file on {numbers.day(pulse.opened_at)}."
    if any(one.invited for one in status.sides):
        said += f" Invited: {invited}."
    return Fielded(
        fielded=said,
        screened=_told("Screened out", [(one.side, dict(one.screened_out)) for one in status.sides], status),
        left_out=_left_out(status),
        anonymous=anonymous,
        version=__version__,
        seed=SEED,
    )


def _told(head: str, sides: list[tuple[str, dict[str, int | None]]], status: PulseStatus) -> str:
    parts = [
        f"{NAMES.get(side, side)} by {rule}: {_few(count, status)}"
        for side, rules in sides
        for rule, count in sorted(rules.items())
        if count != 0
    ]
    return f"{head}: {'; '.join(parts)}." if parts else ""


def _left_out(status: PulseStatus) -> str:
    return _told(
        "Not counted",
        [(one.side, {"quality": one.removed, "full quota": one.quota_full}) for one in status.sides],
        status,
    )


def _few(count: int | None, status: PulseStatus) -> str:
    return f"fewer than {status.smallest_group}, or not told" if count is None else f"{count:,}"
