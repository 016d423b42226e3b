"""From answers to findings: both sides of every item, how far apart they are, and what can be said of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from tandem.align.against import Links, benchmark
from tandem.align.codebook import Codebook, Kind, Variable
from tandem.align.cutting import BANNER
from tandem.align.items import Item, items_of, values
from tandem.align.names import IT, MARKETING, SIDES
from tandem.align.responses import Responses
from tandem.align.result import ALPHA, SHARES, Finding, Lists, Question, Relation, Side, weight_of
from tandem.align.sides import Gap, Told, held, told
from tandem.align.stats import benjamini_hochberg, holm
from tandem.align.stats.lists import kendall_tau_b, spearman
from tandem.align.stats.perception import accuracy
from tandem.align.stats.ranks import rank_gaps, ranks_by_share
from tandem.align.tables import Book
from tandem.align.telling import apart, sentence
from tandem.align.toplines import topline

PROFILE = "S_"
MOST = 5
MOST_OF_ONE = 2
SHORTEST_LIST = 4


@dataclass(frozen=True, eq=False)
class Survey:
    """The answers, those of each side, and what is needed to tell of them."""

    responses: Responses
    sides: Mapping[str, Responses]
    book: Book
    rng: np.random.Generator
    wordings: Mapping[str, str]
    links: Links

    @property
    def smallest(self) -> int:
        """The smallest group that may be shown."""
        return self.book.rules.smallest

    def number(self, item: Item, group: str) -> Told:
        """One side's number of an item, hidden where the book hides that side."""
        side, name = self.sides[group], item.variable.name
        found = told(values(side, item), side.weight, item.measure, group, self.smallest)
        if not found.shown or not self._hides(name, group):
            return found
        why = f"with it, fewer than {self.smallest} of the other side could be told"
        return Told(Side(group, found.side.name, None, hidden=why))

    def _hides(self, variable: str, group: str) -> bool:
        places = [
            at
            for at, column in enumerate(self.book.columns)
            if column.variable == BANNER and column.label.casefold() == group
        ]
        return any(self.book[variable].bases[at].hidden for at in places)


@dataclass(frozen=True)
class Pair:
    """What is held against what: an item asked of one side, and the item of the other side (or None)."""

    relation: Relation
    items: tuple[Item, ...]
    groups: tuple[str, ...]

    @property
    def guess(self) -> bool:
        """Whether it holds a guess against the truth: those are adjusted apart."""
        return self.relation is Relation.GUESS


def questions(
    responses: Responses,
    rng: np.random.Generator,
    *,
    book: Book,
    wordings: Mapping[str, str] | None = None,
    links: Links | None = None,
) -> tuple[Question, ...]:
    """Every question but the profile that anybody answered, in the order of the codebook.

    What the `book` hides of a side stays hidden, so that the two never give a small group back together. p-values
    are adjusted within a question, guesses apart from what the sides say themselves. `wordings`: question id → its
    wording, where it has several variables. `rng` draws respondents again for the intervals of places. Raises
    ValueError if the codebook tells no sides.
    """
    codebook = responses.codebook
    if not set(SIDES) <= set(codebook.groups):
        raise ValueError(f"the sides are {' and '.join(SIDES)}, not {', '.join(codebook.groups) or 'none'}")
    told = [
        one for one in codebook.variables if not profile(codebook, one) and responses.base(one.name).any()
    ]
    names = dict.fromkeys(one.question for one in told)
    survey = Survey(
        responses, {group: responses.of(group) for group in SIDES}, book, rng, wordings or {}, links or {}
    )
    return tuple(_question(name, survey) for name in names)


def most_important(found: Sequence[Question], most: int = MOST) -> tuple[Finding, ...]:
    """The findings that say most: clear ones of shares by how far apart they are at least, two of a question."""
    shown = [one for question in found for one in question.findings if one.clear and one.measure in SHARES]
    best: list[Finding] = []
    for one in sorted(shown, key=weight_of, reverse=True):
        if sum(other.question == one.question for other in best) < MOST_OF_ONE:
            best.append(one)
    return tuple(best[:most])


def profile(codebook: Codebook, variable: Variable) -> bool:
    """Whether it says who was asked: the side, or a variable whose name begins with S_."""
    return variable.name == codebook.group or variable.name.startswith(PROFILE)


def _question(name: str, survey: Survey) -> Question:
    codebook = survey.responses.codebook
    variables = tuple(one for one in codebook.question(name) if survey.responses.base(one.name).any())
    pairs = [pair for variable in variables for pair in pairs_of(codebook, variable)]
    done = _adjusted(pairs, [_finding(pair, survey) for pair in pairs])
    done, lists = _placed(pairs, done, survey)
    whole = variables[0].label if len(variables) == 1 else name.replace("_", " ").capitalize()
    return Question(
        id=name,
        wording=survey.wordings.get(name, whole),
        asked_of=_asked(variables),
        findings=tuple(_linked(pair, one, survey) for pair, one in zip(pairs, done, strict=True)),
        toplines=tuple(
            topline(survey.book, survey.book[one.name], BANNER, survey.smallest)
            for one in variables
            if one.kind is not Kind.OPEN
        ),
        lists=lists,
        perception=tuple(filter(None, (knowing(done, group) for group in SIDES))),
    )


def _linked(pair: Pair, finding: Finding, survey: Survey) -> Finding:
    """With the published figures of the item, where there are some and all its sides may be shown."""
    links = survey.links.get(finding.id, ())
    if not links or pair.guess or finding.hidden:
        return finding
    item = pair.items[0]
    found = [benchmark(survey.sides, item, link, survey.smallest, finding.places) for link in links]
    return replace(finding, published=tuple(one for one in found if one is not None))


def knowing(found: Sequence[Finding], group: str) -> str:
    """How well a side guesses the other over the items of a question, in words; "" for under two that are shown."""
    guesses = [
        one for one in found if one.guess and one.share and one.sides[0].group == group and not one.hidden
    ]
    if len(guesses) < 2:
        return ""
    guess, truth = (np.array([one.sides[at].value or 0.0 for one in guesses]) for at in (0, 1))
    told = accuracy(np.full(len(guesses), np.nan), truth, guess)
    by, of = guesses[0].sides[0].name, guesses[0].sides[1].name
    lean = "too high" if told.bias > 0 else "too low"
    said = (
        f"{by[:1].upper()}{by[1:]} guesses {of} {apart(told.mae)} off on average over {len(guesses)} items, "
    )
    said += f"{apart(told.bias)} {lean} on balance"
    if np.isfinite(told.rank_correlation):
        said += f"; the order of the items: Spearman {told.rank_correlation:.2f}".replace("-", "−")
    return f"{said}. Chance alone makes some distance."


def pairs_of(codebook: Codebook, variable: Variable) -> Iterator[Pair]:
    """What is held against what for a variable; a pair of twins is told once, at the one of marketing."""
    asked = tuple(group for group in SIDES if not variable.asked_of or group in variable.asked_of)
    if variable.mirror == "meta" and variable.about:
        truth = codebook[variable.about]
        for group in asked:
            other = IT if group == MARKETING else MARKETING
            if truth.asked_of and other not in truth.asked_of:
                continue
            of = {item.code: item for item in items_of(truth)}
            for item in items_of(variable):
                if item.code in of and of[item.code].measure is item.measure:
                    yield Pair(Relation.GUESS, (item, of[item.code]), (group, other))
        return
    twin = codebook[variable.about] if variable.mirror == "swap" and variable.about else None
    if twin is not None and asked == (MARKETING,):
        of = {item.code: item for item in items_of(twin)}
        for item in items_of(variable):
            if item.code in of:
                yield Pair(Relation.SWAP, (item, of[item.code]), SIDES)
        return
    if twin is not None and asked == (IT,) and twin.asked_of == (MARKETING,):
        return
    relation = Relation.SWAP if variable.mirror == "swap" else Relation.OWN
    for item in items_of(variable):
        if len(asked) == 2:
            yield Pair(relation, (item, item), asked)
        else:
            yield Pair(Relation.ONE, (item,), asked)


def _finding(pair: Pair, survey: Survey) -> tuple[Finding, Gap | None]:
    item = pair.items[0]
    numbers = [survey.number(one, group) for one, group in zip(pair.items, pair.groups, strict=True)]
    gap = held(numbers[0], numbers[1], item.measure) if len(numbers) == 2 else None
    found = Finding(
        id=item.id + (f"-by-{pair.groups[0]}" if pair.guess else ""),
        question=item.variable.question,
        variable=item.variable.name,
        item=item.label,
        relation=pair.relation,
        measure=item.measure,
        sides=tuple(one.side for one in numbers),
        sentence="",
    )
    if gap is None:
        return found, None
    return replace(found, gap=gap.gap, low=gap.low, high=gap.high, p=gap.p), gap


def _adjusted(pairs: Sequence[Pair], raw: Sequence[tuple[Finding, Gap | None]]) -> list[Finding]:
    """p adjusted over what was tested, guesses apart, and the sentences that follow from it."""
    done = [one for one, _ in raw]
    for guess in (False, True):
        block = [i for i, pair in enumerate(pairs) if pair.guess is guess and done[i].p is not None]
        p = [done[i].p or 0.0 for i in block]
        if not block:
            continue
        for i, by_holm, by_bh in zip(block, holm(p), benjamini_hochberg(p), strict=True):
            done[i] = replace(
                done[i], p_holm=by_holm, p_bh=by_bh, clear=by_holm < ALPHA and _one_side(done[i])
            )
    return [
        replace(one, sentence=sentence(pair.relation, pair.items, one.sides, gap, one.clear))
        for pair, one, (_, gap) in zip(pairs, done, raw, strict=True)
    ]


def _one_side(finding: Finding) -> bool:
    """Whether the interval leaves 0 out: p alone can say so where the interval does not."""
    return finding.low is not None and finding.high is not None and (finding.low > 0 or finding.high < 0)


def _placed(pairs: Sequence[Pair], done: list[Finding], survey: Survey) -> tuple[list[Finding], Lists | None]:
    """Places of the items in each side's list, where the question is one: four items or more that are all shown."""
    rows = [
        i
        for i, pair in enumerate(pairs)
        if pair.relation in (Relation.OWN, Relation.SWAP) and pair.items[0].measure in SHARES
    ]
    single = any(pairs[i].items[0].variable.kind is Kind.SINGLE for i in rows)
    if len(rows) < SHORTEST_LIST or single or any(done[i].hidden for i in rows):
        return done, None
    shares = np.array([[side.value or 0.0 for side in done[i].sides] for i in rows])
    tables = [
        (
            np.column_stack([values(survey.sides[group], pairs[i].items[place]) for i in rows]),
            survey.sides[group].weight,
        )
        for place, group in enumerate(SIDES)
    ]
    gaps = rank_gaps(tables[0], tables[1], survey.rng)
    places = [ranks_by_share(shares[:, side]) for side in (0, 1)]
    placed = list(done)
    for row, i in enumerate(rows):
        placed[i] = replace(
            done[i],
            places=(float(places[0][row]), float(places[1][row])),
            place_gap=(float(gaps.gap[row]), float(gaps.low[row]), float(gaps.high[row])),
        )
    return placed, _lists(shares)


def _lists(shares: np.ndarray) -> Lists:
    tau, rho = (float(one(shares[:, 0], shares[:, 1])) for one in (kendall_tau_b, spearman))
    if np.isnan(tau):
        return Lists(len(shares), None, None, "One side puts all items level: there is no order to compare.")
    alike = "much alike" if tau >= 0.6 else "partly alike" if tau >= 0.3 else "not alike"
    said = f"The two sides order the {len(shares)} items {alike}: tau-b {tau:.2f}, Spearman {rho:.2f} (1: one order)."
    said = said.replace("-0.", "−0.").replace("-1.", "−1.")
    return Lists(len(shares), tau, rho, said)


def _asked(variables: Sequence[Variable]) -> str:
    groups = {group for one in variables for group in (one.asked_of or SIDES)}
    if groups == {MARKETING}:
        return "marketing"
    return "IT" if groups == {IT} else "both sides"
