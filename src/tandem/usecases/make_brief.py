"""Making a brief, changing it, taking it back; and what it lacks, by its words and by the charter's names."""

import re
from dataclasses import dataclass
from datetime import datetime

from tandem.align.agenda_problems import NO_CHANGE, NO_TITLE
from tandem.align.briefs import (
    TITLES,
    Ask,
    Difference,
    Remark,
    Weight,
    ask_of,
    content_of,
    differences,
    remarks,
    tidy,
)
from tandem.charter import Charter
from tandem.charter.catalog import catalog_view
from tandem.kernel import Problems
from tandem.kernel.problems import nearest
from tandem.ledger import Brief, BriefVersion
from tandem.usecases.sides import BRIEFS, Desk

NAME = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?")
NEW_DATA = (
    "if it is new, somebody has to bring it in first, and that is part of the work; if it is misspelt, IT looks for "
    "the wrong thing"
)
NO_SUCH_PURPOSE = "policy decides by purpose, and refuses what it does not know"
LONGEST_REASON = 1000


@dataclass(frozen=True)
class Changed:
    """What an edit did: the new version, its differences, and whether IT had committed itself before."""

    version: BriefVersion
    parts: tuple[Difference, ...]

    @property
    def after_commitment(self) -> bool:
        """Whether the change came after IT's commitment."""
        return self.version.after_commitment


def make_brief(desk: Desk, ask: Ask) -> Brief:
    """A new brief, complete or not. Raises ALN-401 for a role that may not, ALN-403 without a title."""
    desk.needs(BRIEFS, "make")
    said = _titled(ask)
    made = desk.ledger.add_brief(desk.actor, desk.function, content_of(said), desk.now)
    desk.note("make", brief=made.id, parts=[*content_of(said)])
    return made


def edit_brief(desk: Desk, number: int, version: int, ask: Ask, reason: str = "") -> Changed:
    """The next version of a brief; the older ones stay. `version` is the one that was read.

    After a commitment the change is marked, and IT has to agree again. What was delivered is sent back before it is
    changed. Raises ALN-401, ALN-403, ALN-405 for an edit that changes nothing, LDG-110, LDG-111, LDG-112.
    """
    desk.needs(BRIEFS, "edit", brief=number)
    said = _titled(ask)
    held = desk.ledger.brief(number)
    parts = differences(ask_of(held.latest.content), said)
    if not parts:
        raise Problems(NO_CHANGE("this is what the brief says already", found=f"brief {number}"))
    why = " ".join(reason.split())[:LONGEST_REASON]
    done = desk.ledger.edit_brief(number, version, content_of(said), desk.actor, desk.function, why, desk.now)
    desk.note("edit", brief=number, version=done.version, parts=[one.part for one in parts])
    return Changed(done, parts)


def withdraw_brief(desk: Desk, number: int) -> Brief:
    """Take a brief back. Raises ALN-401, LDG-110, and LDG-112 if it is over or IT is committed to it."""
    desk.needs(BRIEFS, "withdraw brief", brief=number)
    done = desk.ledger.withdraw_brief(number, desk.actor.name, desk.now)
    desk.note("withdraw brief", brief=number)
    return done


def lacks(charter: Charter, ask: Ask, now: datetime) -> tuple[Remark, ...]:
    """What the brief lacks, by its words and by the names of this charter, in the order of its parts."""
    found = [*remarks(ask, now.date()), *_purpose(charter, ask), *_data(charter, ask)]
    order = list(TITLES)
    return tuple(sorted(found, key=lambda one: order.index(one.part)))


def names_of(charter: Charter) -> tuple[str, ...]:
    """Everything that a brief can name as data: sources, events, records, their fields, and traits."""
    view = catalog_view(charter)
    named = {**view.records, **view.events}
    fields = [f"{name}.{field}" for name, fields in named.items() for field in fields]
    return tuple(dict.fromkeys([*(one.source for one in charter.sources), *named, *fields, *view.traits]))


def _titled(ask: Ask) -> Ask:
    said = tidy(ask)
    if not said.title:
        raise Problems(NO_TITLE("the brief has no title"))
    return said


def _purpose(charter: Charter, ask: Ask) -> list[Remark]:
    known = [one.purpose for one in charter.purposes.purposes]
    if not ask.purpose or ask.purpose in known:
        return []
    close = nearest(ask.purpose, known)
    sentence = f"`{ask.purpose}` is no purpose of the charter{_near(close)}"
    return [Remark("purpose", Weight.MISSING, sentence, NO_SUCH_PURPOSE)]


def _data(charter: Charter, ask: Ask) -> list[Remark]:
    """Words are new data; what is written as a name has to be one, or is told."""
    known = names_of(charter)
    strange = [one for one in ask.data if one not in known and NAME.fullmatch(one)]
    return [
        Remark(
            "data",
            Weight.WEAK,
            f"`{one}` is nothing that the charter has{_near(nearest(one, known))}",
            NEW_DATA,
        )
        for one in strange
    ]


def _near(close: str | None) -> str:
    return f"; nearest is `{close}`" if close else ""
