"""Figures of what was agreed: experience measures, skills and priorities, as they stand when the window ends. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tandem.align.happened import Evidence, Measure, NotKnown, Part, Unit, Window, share
from tandem.align.names import SIDES
from tandem.align.priorities import Standing
from tandem.align.stats.lists import kendall_tau_b

SHORTEST = 3
"""Fewer priorities have no order worth comparing."""


@dataclass(frozen=True)
class SkillFact:
    """A skill of one function: people who have it and people wanted."""

    title: str
    side: str
    people: int
    wanted: int
    training: str = ""


def experience_known(facts: Sequence[tuple[str, bool]], window: Window) -> Measure:
    """Experience measures that are computed from data, of those agreed. `facts`: (title, whether)."""
    value = share(sum(known for _, known in facts), len(facts))
    return Measure(
        id="experience_known",
        title="Experience measured",
        says="Share of the experience measures of agenda.yml, each with an owner in both functions, that data tells.",
        unit=Unit.SHARE,
        window=window,
        evidence=Evidence.AGENDA,
        of="experience measures",
        n=len(facts),
        value=value,
        parts=tuple(Part(title, float(known), 1) for title, known in facts),
        parts_of="Measure",
        not_known=None
        if value is not None
        else NotKnown(
            "No measure of the customer experience was agreed.",
            "Agree some under `experience` in agenda.yml.",
            "both",
        ),
    )


def skills_filled(facts: Sequence[SkillFact], window: Window) -> Measure:
    """People there of people wanted, each skill counted up to what is wanted; by function."""
    wanted = sum(one.wanted for one in facts)
    value = share(sum(min(one.people, one.wanted) for one in facts), wanted)
    by_side = []
    for side in SIDES:
        mine = [one for one in facts if one.side == side]
        whole = sum(one.wanted for one in mine)
        part = share(sum(min(one.people, one.wanted) for one in mine), whole)
        by_side += [] if part is None else [Part("needs", part, whole, side)]
    gaps = sorted((one for one in facts if one.people < one.wanted), key=lambda one: one.people - one.wanted)
    return Measure(
        id="skills_filled",
        title="Skills there",
        says="People who have a skill, of those wanted, over all skills; more than wanted of one helps no other.",
        unit=Unit.SHARE,
        window=window,
        evidence=Evidence.AGENDA,
        of="people wanted",
        n=wanted,
        value=value,
        sides=tuple(by_side),
        parts=tuple(
            Part(
                f"{one.title}: {one.training or 'nothing planned'}",
                one.people / one.wanted,
                one.wanted,
                one.side,
            )
            for one in gaps
        ),
        parts_of="Gap, and what is planned",
        not_known=None
        if value is not None
        else NotKnown(
            "Nobody wrote down which skills are wanted.", "List them under `skills` in agenda.yml.", "both"
        ),
    )


def priorities_close(facts: Sequence[Standing], titles: Sequence[str], window: Window) -> Measure:
    """How alike both sides order the joint priorities: (tau-b + 1) / 2 of their mean places.

    1: one order, one half: unrelated, 0: the reverse. Only priorities that both ranked.
    """
    both = [
        (title, one.own["marketing"], one.own["it"])
        for title, one in zip(titles, facts, strict=True)
        if one.gap is not None
    ]
    places = np.array([[first, second] for _, first, second in both], dtype=float).reshape(-1, 2)
    tau = float(kendall_tau_b(places[:, 0], places[:, 1])) if len(both) >= SHORTEST else float("nan")
    known = not np.isnan(tau)
    widest = sorted(both, key=lambda one: -abs((one[1] or 0.0) - (one[2] or 0.0)))
    return Measure(
        id="priorities_close",
        title="Priorities in the same order",
        says="Kendall's tau-b of the places that both sides give the joint priorities, set to 0 % for the reverse "
        "order, 50 % for none and 100 % for the same.",
        unit=Unit.SHARE,
        window=window,
        evidence=Evidence.AGENDA,
        of="priorities ranked by both sides",
        n=len(both) if known else 0,
        value=(tau + 1) / 2 if known else None,
        notes=tuple(
            f"{title}: place {first:.1f} for marketing, {second:.1f} for IT."
            for title, first, second in widest[:3]
        )
        if known
        else (),
        not_known=None
        if known
        else NotKnown(
            f"Fewer than {SHORTEST} priorities were ranked by both sides.",
            "Rank the priorities, each side for itself.",
            "both",
        ),
    )
