"""The questions of a pulse, for whoever was invited: reached by the link of a letter, without signing in."""

from dataclasses import dataclass
from datetime import datetime

from tandem.kernel import Problems
from tandem.usecases.answer_pulse import Sheet, Stage, fill_sheet, is_pulse_link, see_sheet
from tandem.usecases.pulse_problems import BAD_PULSE_LINK
from tandem.usecases.pulse_sheet import SheetQuestion
from tandem.web.asking import Ask
from tandem.web.page import Go, PageContext, doc

NO_LINK = "none"


@dataclass(frozen=True, kw_only=True)
class PulseAnswerPage(PageContext):
    """One part of the questions, or where somebody stands with them."""

    stage: str = doc(
        "intro, questions, saved, thanks, out, answered, closed; none where the link does not hold."
    )
    told: tuple[str, ...] = doc("What is said under the heading.", default=())
    promise: str = doc("What is promised about names.", default="")
    until: datetime | None = doc("Until when answers are taken.", default=None)
    part: int = doc("Which part of the questions this is, from 1.", default=0)
    of: int = doc("How many parts there are.", default=0)
    block: str = doc("The name of the part.", default="")
    questions: tuple[SheetQuestion, ...] = doc("The questions, with what was answered so far.", default=())

    @property
    def status(self) -> int:
        if self.stage == NO_LINK:
            return 403
        return 422 if any(one.problem for one in self.questions) else 200


def show(ask: Ask) -> PageContext:
    """The page behind a link, or a kind word if the link does not hold."""
    token = ask.path["token"]
    if not is_pulse_link(ask.root, token):
        return _no_link()
    try:
        return _page(see_sheet(ask.root, ask.ledger, token, ask.now))
    except Problems as stopped:
        return _closed(stopped)


def fill(ask: Ask) -> PageContext | Go:
    """Take what was sent; the next part comes by its own address, so that going back asks nothing of the browser."""
    token = ask.path["token"]
    if not is_pulse_link(ask.root, token):
        return _no_link()
    given = {
        name: [one for one in ask.form.getlist(name) if isinstance(one, str)]
        for name in ask.form.keys()  # noqa: SIM118
    }
    try:
        sheet = fill_sheet(
            ask.root, ask.ledger, token, ask.text("do"), ask.text("block"), given, ask.now, ask.wall()
        )
    except Problems as stopped:
        return _closed(stopped)
    if sheet.stage is Stage.QUESTIONS and not sheet.faulty:
        return Go(f"/pulse/{token}")
    return _page(sheet)


def _page(sheet: Sheet) -> PageContext:
    return PulseAnswerPage(**{**vars(sheet), "stage": str(sheet.stage)})


def _closed(stopped: Problems) -> PageContext:
    """Only that the link does not hold, whatever is wrong with it; anything else is told as what it is."""
    if stopped.problems[0].code != BAD_PULSE_LINK.code:
        raise stopped
    return _no_link()


def _no_link() -> PageContext:
    told = "Please use the link of the newest letter, whole, or ask the one who invited you for a new one."
    return PulseAnswerPage(title="This link does not hold", stage=NO_LINK, told=(told,))
