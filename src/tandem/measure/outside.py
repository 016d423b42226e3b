"""A randomised test that was run elsewhere: its arms stand in a table, its outcomes beside them.

The rows are the units that were drawn, one row each. One engine query gives the sums of all arms.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlglot import exp

from tandem.engine import Catalogue, Engine
from tandem.engine import functions as f
from tandem.kernel import Problems
from tandem.kernel.values import FieldRef, Type
from tandem.measure.problems import NOT_A_NUMBER, NOT_AN_ARM, OUTCOME_MISSING
from tandem.measure.stats import ArmsReport, Moments, Refusal, lift_arms
from tandem.policy import Permit, guarded

NUMERIC = (Type.INTEGER, Type.NUMBER, Type.MONEY, Type.BOOLEAN)


@dataclass(frozen=True)
class OutsideReport:
    """Each outcome's lifts, all arms against one control. `without_arm`: rows that name no arm, left out."""

    table: str
    control: str
    outcomes: Mapping[str, ArmsReport | Refusal]
    without_arm: int

    def to_dict(self) -> dict[str, object]:
        """For JSON; a refused outcome is its refusal."""
        return {
            "table": self.table,
            "control": self.control,
            "outcomes": {
                name: {"refused": found.to_dict()} if isinstance(found, Refusal) else found.to_dict()
                for name, found in self.outcomes.items()
            },
            "without_arm": self.without_arm,
        }


def outside_footprint(table: str, arm_field: str, outcomes: Sequence[str]) -> frozenset[FieldRef]:
    """Every column that the report reads, for policy."""
    return frozenset(FieldRef(table, name) for name in (arm_field, *outcomes))


def arms_report(
    engine: Engine,
    table: str,
    arm_field: str,
    control: str,
    outcomes: Sequence[str],
    permit: Permit,
    shares: Mapping[str, float] | None = None,
) -> OutsideReport:
    """Lifts of every outcome in a record or event table whose rows are the units of a randomised test.

    An outcome above zero (or true) is a conversion, and its amount is the value per unit. An outcome that is
    not known for some rows is refused: not known is not zero. `shares` are the planned shares of the arms
    (default: equal), checked against the rows. That the arms were drawn at random is the word of whoever ran
    the test; the sample ratio is the only part of it that can be checked here. Raises Problems if `control`
    is no arm or an outcome is not a number.
    """
    rows = engine.dicts(arms_query(engine.catalogue, table, arm_field, outcomes, permit))
    named = {str(row["arm"]): row for row in rows if row["arm"] is not None}
    if control not in named:
        sentence = f"`{table}.{arm_field}` has no arm `{control}`"
        raise Problems(NOT_AN_ARM(sentence, found=control, alternatives=sorted(named)))
    planned = dict(shares) if shares is not None else dict.fromkeys(named, 1 / len(named))
    found = {
        outcome: _missing(outcome, named, index)
        or lift_arms({arm: _moments(row, index) for arm, row in named.items()}, control, planned)
        for index, outcome in enumerate(outcomes)
    }
    return OutsideReport(table, control, found, sum(int(row["n"]) for row in rows if row["arm"] is None))


def arms_query(
    catalogue: Catalogue, table: str, arm_field: str, outcomes: Sequence[str], permit: Permit
) -> exp.Select:
    """One row per arm: arm, n, and for the outcome at index i known_i, conversions_i, value_sum_i,
    value_sq_sum_i."""
    arm = f.cast(exp.column(arm_field, "r"), Type.TEXT)
    query = exp.select(arm.as_("arm"), exp.Count(this=exp.Star()).as_("n"))
    for index, outcome in enumerate(outcomes):
        value = _number(catalogue, table, outcome)
        query = query.select(
            exp.Count(this=value).as_(f"known_{index}"),
            f.count_if(value > 0).as_(f"conversions_{index}"),
            exp.Sum(this=value.copy()).as_(f"value_sum_{index}"),
            exp.Sum(this=exp.Mul(this=value.copy(), expression=value.copy())).as_(f"value_sq_sum_{index}"),
        )
    rows = exp.select("*").from_(guarded(table, permit, catalogue)).subquery("r")
    return query.from_(rows).group_by(arm.copy())


def _number(catalogue: Catalogue, table: str, name: str) -> exp.Expr:
    kind = catalogue[table].column(name).type
    if kind not in NUMERIC:
        sentence = f"the outcome `{table}.{name}` is of type {kind}"
        raise Problems(NOT_A_NUMBER(sentence, found=kind, expected=" or ".join(NUMERIC)))
    column = exp.column(name, "r")
    if kind is Type.BOOLEAN:
        no = column.copy().not_()
        number = exp.Case().when(column, exp.Literal.number(1)).when(no, exp.Literal.number(0))
        return f.cast(number, Type.MONEY)
    return f.cast(column, Type.NUMBER if kind is Type.NUMBER else Type.MONEY)


def _missing(outcome: str, named: Mapping[str, Mapping[str, object]], index: int) -> Refusal | None:
    rows = sum(int(str(row["n"])) for row in named.values())
    known = sum(int(str(row[f"known_{index}"])) for row in named.values())
    if known == rows:
        return None
    return Refusal(
        OUTCOME_MISSING.code,
        f"The outcome `{outcome}` is not known for some rows, and not known is not zero.",
        found=f"{rows - known:,} of {rows:,} rows without it",
        expected="a value in every row",
    )


def _moments(row: Mapping[str, object], index: int) -> Moments:
    total, squares = row[f"value_sum_{index}"], row[f"value_sq_sum_{index}"]
    assert isinstance(total, Decimal | float)
    assert isinstance(squares, Decimal | float)
    return Moments(int(str(row["n"])), int(str(row[f"conversions_{index}"])), total, squares)
