"""p-values of a block of questions, adjusted for asking them all."""

from collections.abc import Sequence

import numpy as np


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """Holm (1979) adjusted p-values in the order given: the chance of any false alarm, at any dependence."""
    p = np.asarray(p_values, dtype=float)
    order = np.argsort(p, kind="stable")
    stepped = np.maximum.accumulate(p[order] * (len(p) - np.arange(len(p))))
    return tuple(np.minimum(stepped, 1.0)[np.argsort(order, kind="stable")].tolist())


def benjamini_hochberg(p_values: Sequence[float]) -> tuple[float, ...]:
    """Benjamini and Hochberg (1995) adjusted p-values in the order given: the share of false alarms."""
    p = np.asarray(p_values, dtype=float)
    order = np.argsort(p, kind="stable")
    stepped = p[order] * len(p) / np.arange(1, len(p) + 1)
    lowest = np.minimum.accumulate(stepped[::-1])[::-1]
    return tuple(np.minimum(lowest, 1.0)[np.argsort(order, kind="stable")].tolist())
