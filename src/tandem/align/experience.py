"""Experience measures from events: one engine query each over guarded rows, and the figure that follows from it."""

from dataclasses import dataclass
from datetime import datetime

from sqlglot import exp

from tandem.charter.definitions import Experience, Feel
from tandem.engine import Catalogue
from tandem.engine import functions as f
from tandem.kernel.values import FieldRef
from tandem.policy import PERSON, Permit, guarded

PROMOTER, DETRACTOR, MOST = 9, 6, 10
"""Of answers from 0 to 10: 9 and 10 recommend, 0 to 6 advise against (Reichheld 2003)."""


@dataclass(frozen=True)
class Felt:
    """What was answered in the time of a measure. Shares are of answers; NPS is in points from -100 to 100.

    `answers` and `people` are those that policy lets through. `figure` is None where a part of the answers comes
    from fewer than `smallest_group` people, or nobody answered: then `why` says so.
    """

    answers: int
    people: int
    figure: float | None
    why: str = ""


def footprint(measure: Experience) -> frozenset[FieldRef]:
    """Every column that the measure reads, for policy. Empty for a measure that no event tells."""
    if measure.event is None:
        return frozenset()
    fields = [*([measure.answer] if measure.answer else []), *measure.complaint]
    return frozenset(FieldRef(f"event_{measure.event}", name) for name in ("event_at", *fields))


def experience_query(catalogue: Catalogue, measure: Experience, permit: Permit, now: datetime) -> exp.Select:
    """One row: answers, people, and for the good and the bad part of the answers how many and of how many people.

    Events in [now - over, now). For NPS answers outside of 0 to 10 are left out. A complaint rate is of all events.
    """
    rows = guarded(f"event_{measure.event}", permit, catalogue)
    at, person = exp.column("event_at", "e"), exp.column(PERSON, "e")
    within = [at >= f.instant(now - measure.over), at.copy() < f.instant(now), *_counted(measure)]
    good, bad = _parts(measure)
    return (
        exp.select(
            exp.Count(this=exp.Star()).as_("answers"),
            _people(person, exp.true()).as_("people"),
            f.count_if(good).as_("good"),
            _people(person.copy(), good.copy()).as_("good_people"),
            f.count_if(bad).as_("bad"),
            _people(person.copy(), bad.copy()).as_("bad_people"),
        )
        .from_(exp.select("*").from_(rows).subquery("e"))
        .where(*within)
    )


def felt(measure: Experience, row: tuple[object, ...], smallest_group: int) -> Felt:
    """The figure from the row of `experience_query`; told only if both parts are of enough people."""
    answers, people, good, good_people, bad, bad_people = (int(str(one or 0)) for one in row)
    if not answers:
        return Felt(0, 0, None, "nobody answered in this time")
    if people < smallest_group:
        return Felt(0, 0, None, f"fewer than {smallest_group} people answered in this time")
    if min(good_people, bad_people) < smallest_group:
        few = (
            f"fewer than {smallest_group} people gave one kind of answer, and the figure would tell how many"
        )
        return Felt(answers, people, None, few)
    if measure.kind is Feel.NPS:
        return Felt(answers, people, 100 * (good - bad) / answers)
    return Felt(answers, people, good / answers)


def _counted(measure: Experience) -> list[exp.Expr]:
    """Which events are answers."""
    if measure.answer is None:
        return []
    answer = exp.column(str(measure.answer), "e")
    if measure.kind is Feel.NPS:
        return [answer >= f.value(0), answer.copy() <= f.value(MOST)]
    return [answer.is_(exp.null()).not_()]


def _parts(measure: Experience) -> tuple[exp.Expr, exp.Expr]:
    """The part that the figure counts, and the other one; NPS leaves a part between them."""
    match measure.kind:
        case Feel.COMPLAINT_RATE:
            tests = [f.same(exp.column(name, "e"), f.value(said)) for name, said in measure.complaint.items()]
            complaint = exp.and_(*tests)
            return complaint, exp.not_(complaint.copy())
        case Feel.NPS:
            answer = exp.column(str(measure.answer), "e")
            return answer >= f.value(PROMOTER), answer.copy() <= f.value(DETRACTOR)
        case _:
            answer = exp.column(str(measure.answer), "e")
            if measure.good_to is not None:
                return answer <= f.value(measure.good_to), answer.copy() > f.value(measure.good_to)
            return answer >= f.value(measure.good_from), answer.copy() < f.value(measure.good_from)


def _people(person: exp.Expr, condition: exp.Expr) -> exp.Expr:
    """How many different people, where the condition holds."""
    case = exp.Case().when(condition, person)
    return exp.Count(this=exp.Distinct(expressions=[case]))
