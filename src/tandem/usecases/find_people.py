"""Whom a text leads to, of those whom the acting person may see."""

from sqlglot import exp

from tandem.identity import find_person
from tandem.kernel import Problems
from tandem.policy import PERSON, Permit, within_rows
from tandem.usecases.problems import UNKNOWN_THING
from tandem.usecases.seeing import number
from tandem.usecases.workspace import Workspace


def find_people(work: Workspace, permit: Permit, text: str) -> list[int]:
    """The people that a person id or an identifier's value leads to; mostly one.

    Raises RUN-002 if nobody, also where the row rules of the permit leave nobody: that somebody is there is not told.
    """
    people = find_person(work.engine, work.charter.identity, text)
    if not people and (person := number(text)) is not None:
        people = [person]
    if people and permit.rows:
        known = exp.select(PERSON).distinct().from_(work.engine.ref("person_map"))
        mine = within_rows(known.where(exp.column(PERSON).isin(*people)), permit)
        people = sorted(int(one) for (one,) in work.engine.rows(mine))
    if not people:
        raise Problems(UNKNOWN_THING(f"nobody is known by `{text}`", found=text))
    return people
