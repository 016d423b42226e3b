"""Making a brief and changing it: a form in which each part says why it is asked."""

import re
from dataclasses import dataclass, replace
from datetime import date

from tandem.align.briefs import Ask as Said
from tandem.align.briefs import Remark, ask_of
from tandem.kernel import Problem, Problems, numbers
from tandem.usecases.keep_commitments import day_of
from tandem.usecases.make_brief import edit_brief, lacks, make_brief, names_of
from tandem.usecases.see_briefs import see_brief
from tandem.web.asking import Ask
from tandem.web.page import Go, PageContext, doc
from tandem.web.views.briefs import desk


@dataclass(frozen=True, kw_only=True)
class BriefFormPage(PageContext):
    """Make a brief, or change one: each part says why it is asked."""

    id: int | None = doc("The brief that is changed; none for a new one.")
    version: int = doc("The version that is changed; 0 for a new one.")
    said: Said = doc("The parts as they are typed.")
    wanted: str = doc("The day as it is typed.")
    data: str = doc("The data as it is typed, one a line.")
    reason: str = doc("Why it is changed.")
    committed: bool = doc("Whether IT has committed itself, so that a change is marked.")
    remarks: tuple[Remark, ...] = doc("What it lacks as it stands.")
    purposes: tuple[tuple[str, str], ...] = doc("All purposes of the charter, and none.")
    names: tuple[str, ...] = doc("Names of data in the charter.")


def new(ask: Ask) -> PageContext:
    """An empty form."""
    return _form(ask, None, 0, Said(""), committed=False)


def create(ask: Ask) -> PageContext | Go:
    """Make it, complete or not."""
    try:
        done = make_brief(desk(ask), _typed(ask))
    except Problems as stopped:
        return _again(ask, None, 0, stopped.problems, committed=False)
    return Go(f"/agree/briefs/{done.id}", notice=f"Brief {done.id} is made. IT sees it now.")


def edit(ask: Ask) -> PageContext:
    """The form with what the brief says now."""
    held = ask.ledger.brief(_number(ask))
    seen = see_brief(ask.ledger, ask.work.charter, held.id, ask.now).seen
    committed = seen.commitment is not None
    return _form(ask, held.id, held.latest.version, ask_of(held.latest.content), committed=committed)


def change(ask: Ask) -> PageContext | Go:
    """A new version."""
    number, version = _number(ask), numbers.whole(ask.text("version")) or 0
    try:
        done = edit_brief(desk(ask), number, version, _typed(ask), ask.text("reason"))
    except Problems as stopped:
        held = see_brief(ask.ledger, ask.work.charter, number, ask.now).seen
        committed = held.commitment is not None
        latest = held.brief.latest.version
        return _again(ask, number, latest, stopped.problems, committed=committed)
    notice = f"Version {done.version.version} is kept."
    if done.after_commitment:
        notice += " It is marked as changed after the commitment; IT has to agree to it again."
    return Go(f"/agree/briefs/{number}", notice=notice)


def _number(ask: Ask) -> int:
    return numbers.whole(ask.path["id"]) or 0


def _typed(ask: Ask) -> Said:
    wanted = ask.text("wanted")
    return Said(
        title=ask.text("title"),
        who=ask.text("who"),
        what_for=ask.text("what_for"),
        data=tuple(re.split(r"[,\r\n]+", ask.text("data"))),
        purpose=ask.text("purpose"),
        wanted=day_of(wanted) if wanted else None,
        success=ask.text("success"),
    )


def _form(ask: Ask, number: int | None, version: int, said: Said, *, committed: bool) -> BriefFormPage:
    charter = ask.work.charter
    purposes = [(one.purpose, one.title or one.purpose) for one in charter.purposes.purposes]
    return BriefFormPage(
        title=f"Change brief {number}" if number else "New brief",
        id=number,
        version=version,
        said=said,
        wanted=said.wanted.isoformat() if said.wanted else "",
        data="\n".join(said.data),
        reason="",
        committed=committed,
        remarks=lacks(charter, said, ask.now) if number else (),
        purposes=(("", "not said yet"), *purposes),
        names=names_of(charter),
    )


def _again(
    ask: Ask, number: int | None, version: int, problems: tuple[Problem, ...], *, committed: bool
) -> BriefFormPage:
    """The form as it was typed, with what is wrong."""
    said = Said(
        title=ask.text("title"),
        who=ask.text("who"),
        what_for=ask.text("what_for"),
        purpose=ask.text("purpose"),
        wanted=_readable(ask.text("wanted")),
        success=ask.text("success"),
    )
    blank = _form(ask, number, version, said, committed=committed)
    return replace(
        blank,
        problems=problems,
        wanted=ask.text("wanted"),
        data=ask.text("data"),
        reason=ask.text("reason"),
        remarks=(),
    )


def _readable(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
