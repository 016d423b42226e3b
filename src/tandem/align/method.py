"""The methodology note of a pulse, written from its data: whom it stands on, and what its numbers can carry."""

from collections.abc import Sequence
from dataclasses import dataclass

from tandem.align.items import FIRST
from tandem.align.names import NAMES
from tandem.align.responses import Responses
from tandem.align.result import Question, Relation, Side
from tandem.align.stats.weights import kish_design_effect

Note = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Fielded:
    """What is known of how the answers came in; each is a sentence or "". `version` of Tandem, `seed` of chance."""

    fielded: str = ""
    screened: str = ""
    left_out: str = ""
    weighted: str = ""
    anonymous: str = ""
    version: str = ""
    seed: int = 0


def method(
    responses: Responses,
    sides: Sequence[Side],
    questions: Sequence[Question],
    smallest: int,
    fielded: Fielded,
    index: str = "",
) -> Note:
    """Headings and sentences in order. A side that is hidden is not counted here either.

    `index`: how much the parts of the index count, "" where there is none.
    """
    notes = [
        ("Who was asked", _who(sides, fielded)),
        ("Screening and what was left out", _kept(fielded)),
        ("Weighting", _weighting(responses, sides, fielded)),
        ("Intervals", INTERVALS),
        ("Tests", _tests(questions)),
        ("Scales and lists", SCALES),
        ("Weights of the index", index),
        ("Small groups", _small(smallest, fielded)),
        ("Rounding", ROUNDING),
        ("Not comparable", _limits(questions)),
        (
            "Made by",
            f"Tandem {fielded.version}, seed {fielded.seed} for all draws: the same answers give the same pages.",
        ),
    ]
    return tuple((heading, said) for heading, said in notes if said)


INTERVALS = (
    "95 %. Shares: on the logit scale from the linearised standard error, Wilson's where a share is 0 or 1. "
    "Differences of shares: Newcombe's hybrid score on the effective bases. Means: linearised standard errors. "
    "Everybody who answered is taken as drawn by chance from many like them; of a company where most people "
    "answered, the true uncertainty is smaller."
)
SCALES = (
    "Of five points the top two are told; the midpoint is not among them, and “don't know” is in no base. Of several "
    "answers each is a share of those who saw the question. Of a ranking the share is told that puts an item among "
    f"the first {FIRST}. Places in a list share ties; their intervals come from drawing the people again."
)
ROUNDING = (
    "Everything is reckoned unrounded and printed rounded: the difference of two printed percentages can be a point "
    "off the printed difference, and a column can sum to 99 or 101."
)


def _who(sides: Sequence[Side], fielded: Fielded) -> str:
    told = [
        f"{one.base.unweighted:,} people of {one.name}" if one.base else f"{one.name}: {one.hidden}"
        for one in sides
    ]
    return f"{' and '.join(told)}. {fielded.fielded}".strip()


def _kept(fielded: Fielded) -> str:
    return " ".join(filter(None, (fielded.screened, fielded.left_out)))


def _weighting(responses: Responses, sides: Sequence[Side], fielded: Fielded) -> str:
    weight = responses.weight
    if not len(weight) or (weight == weight[0]).all():
        return f"{fielded.weighted} Unweighted: everybody counts once, and the two sides are never pooled.".strip()
    effects = []
    for side in sides:
        if side.base is not None and side.base.weighted > 0:
            effect = kish_design_effect(responses.of(side.group).weight)
            name = NAMES.get(side.group, side.group)
            effects.append(f"{name} {effect:.2f} (worth {side.base.effective:.0f} people)")
    costs = f" Kish's design effect: {', '.join(effects)}." if effects else ""
    return f"{fielded.weighted or 'Each answer carries its weight.'} The two sides are never pooled.{costs}"


def _tests(questions: Sequence[Question]) -> str:
    tested = [one for question in questions for one in question.findings if one.p is not None]
    clear = sum(bool(one.clear) for one in tested)
    return (
        "Shares: two-sample z with pooled variance on effective bases; Fisher's exact test where nobody is weighted "
        "and a cell is expected to hold fewer than five people. Means: by their standard errors. p is adjusted "
        "by Holm over the items of a question, what one side guesses of the other apart; Benjamini and Hochberg's "
        f"stands beside it. {len(tested)} differences were tested, {clear} are clear (Holm under 0.05, and an interval "
        "that leaves 0 out). “No clear "
        "difference” does not say that the two are the same. Letters in the book: Holm within a question and a banner."
    )


def _small(smallest: int, fielded: Fielded) -> str:
    said = (
        f"No number stands on fewer than {smallest} people, and none is shown that would give such a group back by "
        "subtraction. Answers in own words are in no output. Bases under 30 are flagged in the book."
    )
    return f"{said} {fielded.anonymous}".strip()


def _limits(questions: Sequence[Question]) -> str:
    findings = [one for question in questions for one in question.findings]
    said = []
    if any(one.relation is Relation.ONE for one in findings):
        alone = {one.question for one in findings if one.relation is Relation.ONE}
        said.append(f"Asked of one side only, so there is no gap: {', '.join(sorted(alone))}.")
    if any(one.relation is Relation.SWAP for one in findings):
        said.append("Where each side was asked about the other, the wording differs by the name of the side.")
    if any(one.published for one in findings):
        said.append(
            "Published figures come from panels of large companies; a difference to them is one of samples as well as "
            "of opinion. Where they give no number of people, nothing is tested. Each is tested by itself at 5 %, "
            "under three design effects and both ends of its rounding, and not adjusted for how many there are: of "
            "twenty, one “higher” or “lower” can be chance."
        )
    return " ".join(said)
