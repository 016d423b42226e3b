"""What marketing and IT believe, by the last pulse that is over: who agrees with which statement."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice

from tandem.align.beside import Answered
from tandem.align.codebook import Kind, Variable
from tandem.align.instrument import links
from tandem.align.items import items_of, values
from tandem.align.names import NAMES, SIDES
from tandem.align.responses import Responses
from tandem.align.result import Side
from tandem.align.sides import told
from tandem.ledger import Ledger, Pulse
from tandem.usecases.imported_pulse import is_imported
from tandem.usecases.pulse_answers import responses
from tandem.usecases.run_pulse import about, instrument_of


@dataclass(frozen=True)
class Believed:
    """A pulse in short: top two of five by variable and side, and which variable stands for which published figure."""

    pulse: str
    answered_until: datetime
    answered: Answered
    names: Mapping[tuple[str, str, str], str]
    fingerprints: Mapping[str, str]

    def comparable(self, earlier: "Believed") -> Answered:
        """What the earlier pulse said to statements that this one asks in the same words of the same people."""
        same = {
            name
            for name, mark in self.fingerprints.items()
            if mark and earlier.fingerprints.get(name) == mark
        }
        return {name: sides for name, sides in earlier.answered.items() if name in same}


def over(ledger: Ledger, now: datetime) -> list[Pulse]:
    """The pulses that were closed by `now`, the last opened first. What goes on is not read: it would steer it."""
    return [one for one in ledger.pulses() if one.closed_at is not None and one.closed_at <= now]


def last_pulses(ledger: Ledger, now: datetime, most: int = 2) -> list[Believed]:
    """The last pulses that are over and were answered by somebody, the last opened first."""
    answered = ((pulse, responses(ledger, pulse.name)) for pulse in over(ledger, now))
    return [*islice((believed(pulse, found) for pulse, found in answered if len(found)), most)]


def believed(pulse: Pulse, found: Responses) -> Believed:
    """The five-point statements of a pulse, by side."""
    _, smallest = about(pulse)
    answered = {
        one.name: _sides(found, one, smallest)
        for one in found.codebook.variables
        if one.kind is Kind.FIVE and one.mirror in ("own", "swap", "meta")
    }
    held = [] if is_imported(pulse) else links(instrument_of(pulse))
    names = {(one.wave, one.question, one.item): one.variable for one in held}
    marks = {one.name: one.fingerprint for one in found.codebook.variables}
    return Believed(pulse.name, pulse.closed_at or pulse.closes_at, answered, names, marks)


def _sides(found: Responses, variable: Variable, smallest: int) -> dict[str, Side]:
    """Each side that was asked. Where one of two is too small to be told, neither is: a whole would give it away."""
    (item,) = items_of(variable)
    asked = [side for side in SIDES if not variable.asked_of or side in variable.asked_of]
    sides = {}
    for name in asked:
        rows = found.of(name)
        sides[name] = told(values(rows, item), rows.weight, item.measure, name, smallest).side
    small = [name for name in asked if sides[name].value is None and _some(found.of(name), variable)]
    if small and len(sides) > 1:
        why = f"with it, fewer than {smallest} of {NAMES[small[0]]} could be told"
        return {
            name: one
            if one.value is None
            else replace(one, base=None, value=None, low=None, high=None, hidden=why)
            for name, one in sides.items()
        }
    return sides


def _some(rows: Responses, variable: Variable) -> bool:
    return bool(rows.base(variable.name).any())
