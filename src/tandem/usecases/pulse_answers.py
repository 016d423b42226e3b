"""The answers of a pulse for analysis, and answers that come all at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from tandem.align.codebook import Codebook
from tandem.align.instrument import Flag, codebook_of, quality_flags
from tandem.align.names import SIDES
from tandem.align.responses import Responses
from tandem.align.weighting import targets_of, weigh
from tandem.kernel import Problems
from tandem.kernel.values import Actor
from tandem.ledger import Answer, AnswerState, Ledger, Pulse
from tandem.ledger.problems import PULSE_CLOSED
from tandem.usecases.auditing import by, note
from tandem.usecases.imported_pulse import imported_codebook, is_imported, weighed_answers
from tandem.usecases.pulse_problems import UNFIT_ANSWERS
from tandem.usecases.pulse_rights import needs_fielder
from tandem.usecases.run_pulse import about, instrument_of


@dataclass(frozen=True)
class GivenAnswer:
    """One complete answer that comes from elsewhere: side, variable → answer, its day, and the seconds it took."""

    side: str
    answers: Mapping[str, Any]
    day: date
    seconds: int | None = None


def responses(ledger: Ledger, pulse: str) -> Responses:
    """The completed answers of a run as columns, one row a person, in no order of theirs.

    Weighted to the targets of its instrument, or as brought in; else every weight is 1. Left out: drafts, screened
    out, over quota, and what was removed for its quality. Raises LDG-121.
    """
    return weighted(ledger, pulse)[0]


def weighted(ledger: Ledger, pulse: str) -> tuple[Responses, str]:
    """The same answers, and in words how they were weighted to targets, or why not; "" where there are none."""
    held = ledger.pulse(pulse)
    found = _columns(_codebook(held), [one.answers for one in ledger.answers(pulse)], pulse)
    targets = () if is_imported(held) else targets_of(instrument_of(held))
    if not targets or not len(found):
        return found, ""
    try:
        made = weigh(found, targets)
    except Problems as not_to_be_had:
        return found, f"Not weighted to the targets: {not_to_be_had.problems[0].sentence}."
    return made.responses, made.sentence


def pulse_codebook(ledger: Ledger, pulse: str) -> Codebook:
    """What was asked in a run, as it was when it opened. Raises LDG-121."""
    return _codebook(ledger.pulse(pulse))


def answer_flags(ledger: Ledger, pulse: str) -> Mapping[str, frozenset[Flag]]:
    """Id of each kept answer → what is odd about it; an answer without a flag is not in it. Raises LDG-121.

    A flag is a reason to look at an answer, and no verdict: see `tandem.align.quality`.
    """
    instrument, kept = instrument_of(ledger.pulse(pulse)), ledger.answers(pulse)
    found = quality_flags(instrument, [one.answers for one in kept], [one.seconds for one in kept])
    return {one.id: flags for one, flags in zip(kept, found, strict=True) if flags}


def remove_flagged(
    root: Path, ledger: Ledger, actor: Actor, pulse: str, flags: Sequence[Flag], wall: datetime
) -> int:
    """Leave the kept answers with one of these flags out of all results; they stay, and count as removed. How many.

    Only before the pulse is closed: results that were told before and after would give away what was left out.
    Raises ALN-207, LDG-121, LDG-122.
    """
    what = f"remove from {pulse[:40]}"
    needs_fielder(root, ledger, actor, what, wall)
    if (held := ledger.pulse(pulse)).closed_at is not None:
        sentence = f"{pulse} is closed, and what it found may have been told: no answer is left out any more"
        refused = PULSE_CLOSED(sentence, found=str(held.closed_at))
        note(root, ledger, wall, by(actor, "pulse", what, "refused", detail={"code": refused.code}))
        raise Problems(refused)
    reasons: dict[str, list[str]] = {}
    for id_, found in answer_flags(ledger, pulse).items():
        wrong = sorted(found & set(flags))
        if wrong:
            reasons.setdefault(", ".join(wrong), []).append(id_)
    removed = sum(ledger.remove_answers(ids, reason) for reason, ids in reasons.items())
    told = "some" if 0 < removed < about(held)[1] else removed
    detail = {"flags": sorted(map(str, flags)), "removed": told}
    note(root, ledger, wall, by(actor, "pulse", what, "done", detail=detail))
    return removed


def add_answers(ledger: Ledger, pulse: str, given: Sequence[GivenAnswer]) -> int:
    """Keep many complete answers at once, as if each had been sent off; how many. Raises LDG-121, ALN-206."""
    held = ledger.pulse(pulse)
    strange = sorted({one.side for one in given} - set(SIDES))
    if strange:
        raise Problems(UNFIT_ANSWERS("there is no such side", found=strange[0][:40], alternatives=SIDES))
    _columns(_codebook(held), [one.answers for one in given], pulse)
    return ledger.add_answers(
        [
            Answer("", pulse, one.side, AnswerState.COMPLETE, one.answers, day=one.day, seconds=one.seconds)
            for one in given
        ]
    )


def _codebook(held: Pulse) -> Codebook:
    return imported_codebook(held) if is_imported(held) else codebook_of(instrument_of(held))


def _columns(codebook: Codebook, answers: Sequence[Mapping[str, object]], pulse: str) -> Responses:
    try:
        return weighed_answers(codebook, answers)
    except ValueError as unfit:
        sentence = f"an answer does not fit the instrument of {pulse}"
        raise Problems(UNFIT_ANSWERS(sentence, found=str(unfit)[:200])) from unfit
