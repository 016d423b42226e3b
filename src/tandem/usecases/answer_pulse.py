"""Answering a pulse by its link: begin, page by page, leave and come back, send off once.

Nothing here is noted in the audit log, for an entry has a time and would say when somebody answered.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Any

from tandem.align.instrument import (
    Outcome,
    answer_of_group,
    asked,
    quotas_of,
    settled,
    shuffled,
    variable_names,
    verdict,
)
from tandem.charter.definitions.instruments import Instrument, Question
from tandem.kernel import Refused, numbers
from tandem.ledger import Answer, AnswerState, Invitation, InvitationState, Ledger, Pulse
from tandem.ledger.pulses import Ending
from tandem.usecases.invite_pulse import MOMENT, promise
from tandem.usecases.pulse_links import order_seed, resume_hash, token_invitation, unnamed_keys
from tandem.usecases.pulse_problems import BAD_PULSE_LINK
from tandem.usecases.pulse_sheet import Given, SheetQuestion, laid_out, read_sheet
from tandem.usecases.run_pulse import instrument_of

LONGEST_SECONDS = 7 * 24 * 3600
ENDS = {Outcome.SCREENED_OUT: AnswerState.SCREENED_OUT, Outcome.QUOTA_FULL: AnswerState.QUOTA_FULL}


class Stage(StrEnum):
    """Where somebody stands."""

    INTRO = "intro"
    QUESTIONS = "questions"
    SAVED = "saved"
    THANKS = "thanks"
    OUT = "out"
    ANSWERED = "answered"
    CLOSED = "closed"


@dataclass(frozen=True)
class Sheet:
    """What the page behind a link shows. `part` counts from 1 to `of`; `block` names the part."""

    stage: Stage
    title: str
    told: tuple[str, ...] = ()
    promise: str = ""
    until: datetime | None = None
    part: int = 0
    of: int = 0
    block: str = ""
    questions: tuple[SheetQuestion, ...] = ()

    @property
    def faulty(self) -> bool:
        """Whether something that was sent needs another look."""
        return any(one.problem for one in self.questions)


@dataclass(frozen=True)
class _Visit:
    """A link that holds: the run, its instrument, who was invited, and the draft if there is one."""

    root: Path
    ledger: Ledger
    pulse: Pulse
    instrument: Instrument
    invitation: Invitation
    resume: str
    draft: Answer | None

    @property
    def said(self) -> dict[str, object]:
        """What was answered so far; the invitation knows the side."""
        held: Mapping[str, object] = self.draft.answers["said"] if self.draft else {}
        return {**held, **answer_of_group(self.instrument, self.invitation.side)}

    def questions(self, said: Mapping[str, object]) -> list[Question]:
        """What is asked with these answers, the side left out."""
        found = asked(self.instrument, self.invitation.side, said, self.pulse.form or None)
        return [one for one in found if one.question != self.instrument.group_question]

    def blocks(self, said: Mapping[str, object]) -> list[str]:
        """The parts that have questions with these answers, in order."""
        used = {one.block for one in self.questions(said)}
        return [one for one in self.instrument.blocks if one in used]


def is_pulse_link(root: Path, token: str) -> bool:
    """Whether the link was made here; to be asked before anything is looked up for it."""
    return token_invitation(root, token) is not None


def standing_answers(
    instrument: Instrument, side: str, said: Mapping[str, object], form: str
) -> dict[str, object]:
    """The answers that are kept: of questions that apply, what follows from them, and always the side."""
    known = answer_of_group(instrument, side)
    return known | settled(instrument, side, {**said, **known}, form or None)


def see_sheet(root: Path, ledger: Ledger, token: str, now: datetime) -> Sheet:
    """What the page behind a token shows. Raises ALN-205 if the link does not hold."""
    visit = _visit(root, ledger, token)
    over = _over(visit, now)
    if over is not None:
        return over
    if visit.draft is None:
        return _intro(visit)
    return _sheet(visit, visit.said, _place(visit, visit.said, str(visit.draft.answers["at"])))


def fill_sheet(
    root: Path, ledger: Ledger, token: str, do: str, block: str, given: Given, now: datetime, wall: datetime
) -> Sheet:
    """Begin, or take what was sent for a block and go on, back, or leave it for later. Raises ALN-205.

    `given` has under `shown` the questions that stood on the page: what an answer has made apply since is asked before
    the next block. `now`: the company's clock; `wall`: the real one, by which the time taken is measured.
    """
    visit = _visit(root, ledger, token)
    over = _over(visit, now)
    if over is not None:
        return over
    if do == "begin" or visit.draft is None:
        blocks = visit.blocks(visit.said)
        return _kept(visit, visit.said, blocks[0] if blocks else "", wall)
    before = visit.said
    here = _place(visit, before, block)
    shown = given.get("shown", ())
    of_page = [one for one in visit.questions(before) if one.block == here and one.question in shown]
    read = read_sheet(of_page, given, whole=do == "next")
    names = {name for one in of_page for name in variable_names(one)}
    said = {name: value for name, value in before.items() if name not in names} | dict(read.answers)
    if do == "save":
        kept = _kept(visit, said, here, wall)
        return _saved(visit) if kept.stage is Stage.QUESTIONS else kept
    if do == "back":
        blocks = visit.blocks(said)
        earlier = blocks[: blocks.index(here)] if here in blocks else blocks
        return _kept(visit, said, earlier[-1] if earlier else here, wall)
    if read.wrong:
        kept = _kept(visit, said, here, wall)
        late = kept.stage is not Stage.QUESTIONS
        return kept if late else _sheet(visit, said, here, read.wrong, given)
    return _go_on(visit, said, here, shown, now, wall)


def _go_on(
    visit: _Visit, said: dict[str, object], here: str, shown: Sequence[str], now: datetime, wall: datetime
) -> Sheet:
    """The end by a rule, what has come to apply on this page, the next block, or the end."""
    found = verdict(visit.instrument, said, visit.pulse.form or None, _quotas(visit))
    if found.outcome is not Outcome.GOES_ON:
        ended = _end(visit, ENDS[found.outcome], {}, found.question, now, wall)
        return _came_late(visit) if ended is Ending.LATE else Sheet(Stage.OUT, "Thank you", (found.sentence,))
    new = [one for one in visit.questions(said) if one.block == here and one.question not in shown]
    later = [one for one in visit.blocks(said) if _number(visit, one) > _number(visit, here)]
    if new or later:
        return _kept(visit, said, here if new else later[0], wall)
    lacking = next((one for one in visit.questions(said) if one.required and _lacks(one, said)), None)
    if lacking is not None:
        return _kept(visit, said, lacking.block, wall)
    kept = standing_answers(visit.instrument, visit.invitation.side, said, visit.pulse.form)
    kept |= unnamed_keys(visit.root, visit.instrument, visit.pulse.name, kept)
    ended = _end(visit, AnswerState.COMPLETE, kept, None, now, wall)
    if ended is Ending.FULL:
        # Somebody else was quicker and took the last place, so the verdict is another one now.
        return _go_on(visit, said, here, shown, now, wall)
    told = (
        "Your answers have arrived. The tie between them and this link is cut; the link has done its work."
        if visit.pulse.anonymous
        else "Your answers have arrived, and this link has done its work."
    )
    return (
        _came_late(visit)
        if ended is Ending.LATE
        else Sheet(Stage.THANKS, "Thank you", (told, "You can close this page."))
    )


def _end(
    visit: _Visit,
    state: AnswerState,
    answers: Mapping[str, Any],
    reason: str | None,
    now: datetime,
    wall: datetime,
) -> Ending:
    """Keep the answer and use up the link, unless that was done before or a quota was filled meanwhile."""
    started = visit.draft.started_at if visit.draft else None
    taken = min(max(int((wall - started).total_seconds()), 0), LONGEST_SECONDS) if started else None
    answer = Answer(
        id="",
        pulse=visit.pulse.name,
        side=visit.invitation.side,
        state=state,
        answers=answers,
        reason=reason,
        day=now.date(),
        seconds=taken if state is AnswerState.COMPLETE else None,
        invitation=None if visit.pulse.anonymous else visit.invitation.id,
    )
    wanted = {
        number: visit.instrument.quotas[number].at_most for number in quotas_of(visit.instrument, answers)
    }
    return visit.ledger.end_answer(answer, visit.invitation.id, visit.resume, wanted)


def _visit(root: Path, ledger: Ledger, token: str) -> _Visit:
    number = token_invitation(root, token)
    invitation = ledger.invitation(number) if number else None
    if invitation is None:
        raise Refused(BAD_PULSE_LINK("this link does not hold"))
    pulse = ledger.pulse(invitation.pulse)
    resume = resume_hash(root, invitation.id)
    return _Visit(root, ledger, pulse, instrument_of(pulse), invitation, resume, ledger.draft(resume))


def _over(visit: _Visit, now: datetime) -> Sheet | None:
    """A page for a link that was used, or a run that has ended."""
    if visit.invitation.state is InvitationState.DONE:
        return _answered()
    if not visit.pulse.open(now):
        return _ended()
    return None


def _answered() -> Sheet:
    told = "This link was used to answer, and each link works once. Thank you."
    return Sheet(Stage.ANSWERED, "Already answered", (told,))


def _came_late(visit: _Visit) -> Sheet:
    """Somebody else was quicker with this link, or the run was closed meanwhile."""
    closed = visit.ledger.pulse(visit.pulse.name).closed_at is not None
    return _ended() if closed else _answered()


def _ended() -> Sheet:
    told = "This survey has ended and takes no answers any more. Thank you for wanting to take part."
    return Sheet(Stage.CLOSED, "This survey is closed", (told,))


def _lacks(question: Question, said: Mapping[str, object]) -> bool:
    return any(said.get(name) in (None, "", [], {}) for name in variable_names(question))


def _intro(visit: _Visit) -> Sheet:
    form = visit.instrument.form(visit.pulse.form)
    minutes = form.minutes if form else visit.instrument.minutes
    told = (
        *((visit.instrument.intro,) if visit.instrument.intro else ()),
        f"It takes about {minutes} minutes. You can stop at any time and go on later with the same link.",
    )
    promised = promise(visit.pulse, visit.instrument.smallest_group)
    return Sheet(Stage.INTRO, visit.instrument.title, told, promised, visit.pulse.closes_at)


def _saved(visit: _Visit) -> Sheet:
    told = (
        "Your answers so far are kept. Go on whenever you like with the link of your invitation. Nobody is shown them "
        "before you send them off. What you never send off is deleted when the survey is closed, with the first daily "
        f"run after {numbers.day(visit.pulse.closes_at - MOMENT)} at the latest."
    )
    return Sheet(Stage.SAVED, "Saved for later", (told,), until=visit.pulse.closes_at)


def _kept(visit: _Visit, said: Mapping[str, object], block: str, wall: datetime) -> Sheet:
    """Save the draft and show a block."""
    content = {"said": dict(said), "at": block}
    if not visit.ledger.save_draft(visit.invitation, visit.resume, content, wall):
        return _came_late(visit)
    return _sheet(visit, said, block)


def _sheet(
    visit: _Visit,
    said: Mapping[str, object],
    block: str,
    wrong: Mapping[str, str] | None = None,
    sent: Given | None = None,
) -> Sheet:
    blocks = visit.blocks(said)
    seed = str(order_seed(visit.root, visit.invitation.id))
    here = [shuffled(one, seed) for one in visit.questions(said) if one.block == block]
    return Sheet(
        stage=Stage.QUESTIONS,
        title=visit.instrument.blocks.get(block, visit.instrument.title),
        promise=promise(visit.pulse, visit.instrument.smallest_group),
        until=visit.pulse.closes_at,
        part=blocks.index(block) + 1 if block in blocks else len(blocks),
        of=len(blocks),
        block=block,
        questions=tuple(laid_out(one, said, (wrong or {}).get(one.question, ""), sent) for one in here),
    )


def _place(visit: _Visit, said: Mapping[str, object], block: str) -> str:
    """The block itself, or the first after it that has questions; the last where none is left."""
    blocks = visit.blocks(said)
    at = _number(visit, block)
    return next((one for one in blocks if _number(visit, one) >= at), blocks[-1] if blocks else "")


def _number(visit: _Visit, block: str) -> int:
    order = list(visit.instrument.blocks)
    return order.index(block) if block in order else 0


def _quotas(visit: _Visit) -> list[int]:
    """Kept answers so far in each quota."""
    quotas = len(visit.instrument.quotas)
    if not quotas:
        return []
    return visit.ledger.quota_counts(visit.pulse.name, quotas, partial(quotas_of, visit.instrument))
