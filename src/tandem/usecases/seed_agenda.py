"""The demo company's briefs, commitments, promises and rankings, made by the same use cases as anybody's."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from tandem.align.briefs import Ask, ask_of, content_of
from tandem.charter import Charter
from tandem.demo.agenda import BRIEFS, BY, PROMISES, RANKED_ON, RANKINGS, PlannedBrief, PlannedEdit
from tandem.kernel.values import Actor
from tandem.ledger import Ledger
from tandem.usecases import keep_commitments as keeping
from tandem.usecases.make_brief import edit_brief, make_brief
from tandem.usecases.rank_priorities import rank
from tandem.usecases.sides import Desk

IT = "enzo"


@dataclass(frozen=True)
class _Stage:
    """Where it plays: days are counted back from `end`."""

    root: Path
    ledger: Ledger
    charter: Charter
    end: datetime
    wall: datetime

    def desk(self, who: str, day: int) -> Desk:
        """Somebody at work on a day."""
        return Desk(self.root, self.ledger, Actor(who, BY[who]), self.end - timedelta(days=day), self.wall)

    def day(self, number: int) -> date:
        """The day itself."""
        return (self.end - timedelta(days=number)).date()

    def said(self, before: dict[str, Any], parts: dict[str, Any]) -> Ask:
        """The brief with these parts."""
        told = {name: value for name, value in parts.items() if name != "wanted_day"}
        if "wanted_day" in parts:
            told["wanted"] = self.day(int(parts["wanted_day"])).isoformat()
        return ask_of(before | told)


def seed_agenda(root: Path, ledger: Ledger, charter: Charter, end: datetime, wall: datetime) -> None:
    """Briefs with their history, promises and rankings, each at its day before `end`."""
    stage = _Stage(root, ledger, charter, end, wall)
    for planned in BRIEFS:
        _brief(stage, planned)
    for day, due, what in PROMISES:
        keeping.promise(stage.desk("mara", day), None, what, stage.day(due))
    for who, rankings in RANKINGS.items():
        places = {about: {name: n for n, name in enumerate(names, 1)} for about, names in rankings.items()}
        rank(stage.desk(who, RANKED_ON), charter, places)


def _brief(stage: _Stage, planned: PlannedBrief) -> None:
    """In the order of its days: made, completed, committed to, changed, agreed again, delivered, accepted."""
    made = make_brief(stage.desk(planned.who, planned.day), stage.said({}, planned.says))
    edits = [*planned.edits]
    if planned.committed is not None:
        day, due = planned.committed
        for edit in [one for one in edits if one.day > day]:
            _edit(stage, made.id, edits.pop(edits.index(edit)))
        version = stage.ledger.brief(made.id).latest.version
        keeping.commit(stage.desk(IT, day), stage.charter, made.id, version, stage.day(due))
    for edit in edits:
        _edit(stage, made.id, edit)
    for day, due, what in planned.promised:
        keeping.promise(stage.desk("mara", day), made.id, what, stage.day(due))
    held = next(iter(stage.ledger.commitments_of(made.id)), None)
    if held is None:
        return
    if planned.again is not None:
        day, due = planned.again
        version = stage.ledger.brief(made.id).latest.version
        keeping.agree_again(stage.desk(IT, day), stage.charter, held.id, version, stage.day(due))
    if planned.delivered is not None:
        keeping.keep(stage.desk(IT, planned.delivered), held.id)
    if planned.accepted is not None:
        keeping.accept(stage.desk(planned.who, planned.accepted), held.id)


def _edit(stage: _Stage, number: int, edit: PlannedEdit) -> None:
    latest = stage.ledger.brief(number).latest
    said = stage.said(content_of(ask_of(latest.content)), edit.says)
    edit_brief(stage.desk(edit.who, edit.day), number, latest.version, said, edit.why)
