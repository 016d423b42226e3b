"""p-values of several questions asked at once."""

from collections.abc import Sequence

import numpy as np


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """Holm (1979) step-down adjusted p-values, in the order given: no false alarm at all, at any dependence.

    p sorted upwards, p_(i) times (m - i + 1), made non-decreasing, at most 1. Empty in, empty out.
    """
    p = np.asarray(p_values, dtype=float)
    order = np.argsort(p, kind="stable")
    stepped = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(stepped, 1.0)
    return tuple(adjusted.tolist())
