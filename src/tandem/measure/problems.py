"""Problem codes of the room. Those in `CODES` are those of `Refusal`."""

from tandem.kernel.problems import Code, code

TOO_FEW = code(
    "MSR-001",
    "too few people in an arm",
    who="marketing",
    fix="Let the campaign reach more people, or hold out a larger share, and report again.",
)
RATIO_BROKEN = code(
    "MSR-002",
    "the arms do not have their planned sizes",
    who="it",
    fix="Find what lost or added people after the assignment (a late filter, a changed holdout, merged "
    "people) before anybody reads a lift.",
)
WINDOW_OPEN = code(
    "MSR-003",
    "outcome windows are still open",
    who="marketing",
    fix="Wait until the last outcome window has ended, then run the report again.",
)
NO_CONVERSIONS = code(
    "MSR-004",
    "nobody reached the goal",
    who="marketing",
    fix="Check that the goal event of the campaign arrives at all, or choose a nearer goal.",
)
NO_SPREAD = code(
    "MSR-005",
    "an arm has no spread",
    who="marketing",
    fix="Choose a goal, or a value, that differs between people.",
)
NO_VALUE = code(
    "MSR-006",
    "the goal has no value",
    who="marketing",
    fix="Name the value field in the campaign, for example `goal: {event: purchase, value: amount}`.",
)
NO_RELATIVE = code(
    "MSR-007",
    "a relative lift has no bounds",
    who="marketing",
    fix="Read the difference; a relative lift comes with more conversions in control.",
)
NOT_RANDOMISED = code(
    "MSR-008",
    "the arms were not assigned at random",
    who="marketing",
    fix="Read the figures as a description. For a lift, run a campaign with a holdout.",
)
OTHER_UNIT = code(
    "MSR-009",
    "value and cost are not in the same money",
    who="marketing",
    fix="Choose a value in the currency of the project, or give the field of the goal that unit.",
)
NOT_AN_ARM = code(
    "MSR-010",
    "a test brought in from outside has no such arm",
    who="marketing",
    fix="Name one of the arms that stand in the data as control.",
)
NOT_A_NUMBER = code(
    "MSR-011",
    "an outcome is not a number or a yes and no",
    who="marketing",
    fix="Name a field of type integer, number, money or boolean as outcome.",
)
OUTCOME_MISSING = code(
    "MSR-012",
    "an outcome of a test brought in from outside is not known for some rows",
    who="it",
    fix="Fill in the outcome where it is known to be zero, or leave the rows out for all arms alike.",
)
TOO_FEW_REACHED = code(
    "MSR-013",
    "too few people reached the goal to tell",
    who="marketing",
    fix="Choose a nearer goal, or let the campaign reach more people, and report again.",
)


def of(name: str) -> Code:
    """The declared code of a refusal, with its fix and who can do it."""
    return CODES[name]


CODES = {
    one.code: one
    for one in (
        *(TOO_FEW, RATIO_BROKEN, WINDOW_OPEN, NO_CONVERSIONS, NO_SPREAD, NO_VALUE, NO_RELATIVE),
        *(NOT_RANDOMISED, OTHER_UNIT, TOO_FEW_REACHED),
    )
}
