"""Two groups, or two questions, held against each other under the design of the sample."""

from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import NDArray

from tandem.align.stats.design import Bools, Design, Estimate, Floats, category_shares, mean

Index = NDArray[np.intp]


@dataclass(frozen=True)
class Contrast:
    """first - second, its linearised standard error, t with `df` degrees of freedom, two-sided p, interval."""

    first: Estimate
    second: Estimate
    difference: float
    se: float
    t: float
    df: int
    p: float
    low: float
    high: float


@dataclass(frozen=True)
class TableTest:
    """Rao and Scott's second-order test of independence.

    `chi2`: Pearson's on the weighted shares times n; `f` = chi2 / sum of the design effects, with `df1`, `df2`;
    `deff`: their mean.
    """

    chi2: float
    f: float
    df1: float
    df2: float
    p: float
    deff: float


def compare_groups(
    design: Design, y: Floats, first: Bools, second: Bools, confidence: float = 0.95
) -> Contrast:
    """Mean of `y` in one group less that in another; shares with 0 and 1. NaN is left out.

    Both means come from one design, so clusters that hold people of both groups are taken into account. df:
    clusters less strata less 1, as the t test of a regression on the group. Raises ValueError if a person is
    in both groups, a group is empty, there is no degree of freedom, or no spread to test against.
    """
    if (first & second).any():
        raise ValueError("a person is in both groups")
    known = ~np.isnan(y)
    one, two = mean(design, y, first), mean(design, y, second)
    clean = np.where(known, y, 0.0)
    score = np.zeros(len(y))
    for sign, group, found in ((1, first & known, one), (-1, second & known, two)):
        score += sign * group * (clean - found.value) / float(design.weight[group].sum())
    se = float(np.sqrt(max(float(design.covariance(score[:, None])[0, 0]), 0.0)))
    df = design.df((first | second) & known) - 1
    if df < 1 or not se > 0:
        raise ValueError("there is nothing to test against: no degree of freedom or no spread")
    gap = one.value - two.value
    reach = float(scipy.stats.t.ppf((1 + confidence) / 2, df)) * se
    p = 2 * float(scipy.stats.t.sf(abs(gap) / se, df))
    return Contrast(one, two, gap, se, gap / se, df, p, gap - reach, gap + reach)


def rao_scott(design: Design, rows: Index, columns: Index) -> TableTest:
    """Whether two questions hang together: codes 0.. of each person, -1 where not answered.

    Rao and Scott (1984), Annals of Statistics 12, with the F of Thomas and Rao (1987): design effects are those of
    the contrasts that independence leaves out, Satterthwaite's df (sum)^2 / sum of squares, and times the
    degrees of freedom of the design. Categories nobody chose are left out. Raises ValueError for less than two
    rows or columns, or without degrees of freedom.
    """
    both = (rows >= 0) & (columns >= 0) & (design.weight > 0)
    r, c = np.full(len(rows), -1), np.full(len(rows), -1)
    kinds_r, r[both] = np.unique(rows[both], return_inverse=True)
    kinds_c, c[both] = np.unique(columns[both], return_inverse=True)
    nr, nc, df = len(kinds_r), len(kinds_c), design.df(both)
    if nr < 2 or nc < 2 or df < 1:
        raise ValueError("two rows, two columns and a degree of freedom are needed")
    cell, covariance = category_shares(design, np.where(both, r * nc + c, -1), nr * nc)
    n = int(both.sum())
    table = cell.reshape(nr, nc)
    expected = np.outer(table.sum(axis=1), table.sum(axis=0))
    chi2 = n * float(((table - expected) ** 2 / expected).sum())
    inverse = np.divide(1.0, cell, out=np.zeros_like(cell), where=cell > 0)
    contrasts = _interactions(nr, nc)
    simple = contrasts.T @ (inverse[:, None] * contrasts) / n
    real = contrasts.T @ (inverse[:, None] * covariance * inverse) @ contrasts
    effects = np.linalg.solve(simple, real)
    trace = float(np.trace(effects))
    df1 = trace**2 / float(np.trace(effects @ effects))
    f = chi2 / trace
    p = float(scipy.stats.f.sf(f, df1, df1 * df))
    return TableTest(chi2, f, df1, df1 * df, p, trace / len(effects))


def _interactions(nr: int, nc: int) -> Floats:
    """Contrasts (nr * nc, (nr - 1)(nc - 1)) that sum to 0 along every row and column of the table."""
    steps = [np.eye(k)[:, 1:] - 1.0 / k for k in (nr, nc)]
    contrasts: Floats = np.kron(steps[0], steps[1]).astype(np.float64)
    return contrasts
