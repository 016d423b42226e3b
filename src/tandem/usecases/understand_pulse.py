"""Look closer at a pulse: what each side knows of the other, how alike their lists are, what changed since before."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np

from tandem.align.across import Apart, Change, Waves, across
from tandem.align.companies import Paired, pairs_of_companies
from tandem.align.responses import Responses
from tandem.align.understanding import Knowing, ListOrder, knowledge, list_orders
from tandem.kernel import Problems
from tandem.ledger import Ledger
from tandem.usecases.pulse_answers import responses
from tandem.usecases.pulse_rights import needs_closed
from tandem.usecases.result_problems import NO_RESULT_YET
from tandem.usecases.run_pulse import about
from tandem.usecases.see_pulse import earlier_pulse

__all__ = [
    "Apart",
    "Change",
    "Knowing",
    "ListOrder",
    "Paired",
    "Understanding",
    "Waves",
    "closed_pulses",
    "understand_pulse",
]

SEED = 20_120


@dataclass(frozen=True)
class Understanding:
    """What a closed pulse says beyond its gaps.

    `lists`: order of the items of each question. `knowledge`: what each side thinks of the other, by question and
    direction. `pairs`: the two people of one company against each other, where companies can be told. `before`: the
    earlier pulse, "" for none, and `waves` what changed since.
    """

    wave: str
    title: str
    before: str
    lists: tuple[ListOrder, ...]
    knowledge: tuple[Knowing, ...]
    pairs: tuple[Paired, ...]
    waves: Waves | None


def closed_pulses(ledger: Ledger, now: datetime) -> tuple[str, ...]:
    """Names of the pulses that were closed by `now`, the last opened first."""
    return tuple(one.name for one in ledger.pulses() if one.closed_at is not None and one.closed_at <= now)


def understand_pulse(ledger: Ledger, wave: str, now: datetime, before: str | None = None) -> Understanding:
    """A closed pulse looked at closer. The same answers give the same.

    `before`: an earlier closed pulse; None takes the last one that opened before this, "" none. Raises LDG-121 for a
    run that is not there, ALN-601 while one is open, ALN-600 without answers.
    """
    answers, smallest = _answers(ledger, wave)
    earlier = _earlier(ledger, wave, now) if before is None else before
    waves = None
    if earlier:
        others, least = _answers(ledger, earlier)
        waves = across(answers, others, smallest=max(smallest, least))
    rng = np.random.default_rng(SEED)
    return Understanding(
        wave=wave,
        title=about(ledger.pulse(wave))[0],
        before=earlier,
        lists=list_orders(answers, rng, smallest=smallest),
        knowledge=knowledge(answers, rng, smallest=smallest),
        pairs=pairs_of_companies(answers, smallest=smallest),
        waves=waves,
    )


def _earlier(ledger: Ledger, wave: str, now: datetime) -> str:
    found = earlier_pulse(ledger, ledger.pulse(wave), now)
    return found.name if found else ""


def _answers(ledger: Ledger, wave: str) -> tuple[Responses, int]:
    pulse = ledger.pulse(wave)
    needs_closed(pulse)
    found = responses(ledger, wave)
    if not len(found):
        sentence = f"nobody answered {wave}, so there is nothing to tell"
        raise Problems(NO_RESULT_YET(sentence, found="0 answers"))
    return found, about(pulse)[1]
