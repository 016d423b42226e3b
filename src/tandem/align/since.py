"""What changed since the wave before, in sentences: distances between the sides first, then each side."""

from tandem.align.across import Change, Waves
from tandem.align.names import NAMES
from tandem.align.result import SHARES, Since
from tandem.align.telling import amount, percent


def since(wave: str, found: Waves) -> Since:
    """The clear changes of a wave against `wave`, and how many were compared."""
    told = [*found.gaps, *found.changes]
    clear = [one for one in told if one.clear and one.low is not None and one.low * (one.high or 0.0) > 0]
    return Since(wave, len(told), len(found.apart), tuple(_sentence(one) for one in clear))


def _sentence(one: Change) -> str:
    share = one.measure in SHARES
    signed = _points if share else _signed
    unit = " points" if share else ""
    moved = f"{signed(one.change)}{unit} ({signed(one.low or 0.0)} to {signed(one.high or 0.0)})"
    if one.side:
        write = percent if share else amount
        of = f"“{one.item}”, {NAMES.get(one.side, one.side)}"
        return f"{of}: {write(one.before)} before, {write(one.now)} now: {moved}."
    then, now = f"{signed(one.before)}{unit}", f"{signed(one.now)}{unit}"
    return f"“{one.item}”, marketing less IT: {then} before, {now} now: {moved}."


def _points(value: float) -> str:
    whole = round(100 * value)
    return f"{whole:+d}".replace("-", "−") if whole else "0"


def _signed(value: float) -> str:
    return f"{value:+.1f}".replace("-", "−")
