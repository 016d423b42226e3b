"""The pages that say why there is no other: refused, gap, not found, not taken, broken."""

from dataclasses import dataclass

from tandem.kernel import Kind, Missing, Problems, Refused
from tandem.web.page import PageContext, doc

NOT_FOUND = {"WEB-001", "WEB-006", "RUN-002"}
TITLES = {
    "refused": "You may not see or do this here",
    "gap": "Something has to be set up first",
    "absent": "There is nothing of that name",
    "stopped": "This could not be done",
    "broken": "Something broke on our side",
}
STATUS = {"refused": 403, "gap": 409, "absent": 404, "stopped": 422, "broken": 500}


@dataclass(frozen=True, kw_only=True)
class TroublePage(PageContext):
    """Why what was asked for is not here, and who can change that."""

    state: str = doc("refused, gap, absent, stopped or broken.")

    @property
    def status(self) -> int:
        return STATUS[self.state]


def trouble(stopped: Problems) -> TroublePage:
    """The page for what stopped a request."""
    state = _state(stopped)
    return TroublePage(title=TITLES[state], problems=stopped.problems, state=state)


def _state(stopped: Problems) -> str:
    first = stopped.problems[0]
    match stopped:
        case Refused():
            return "refused"
        case Missing():
            return "gap"
    if first.kind is Kind.BUG:
        return "broken"
    return "absent" if first.code in NOT_FOUND else "stopped"
