"""What weighting costs: the design effect of unequal weights, and how many people the sample is worth."""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def effective_n(weights: ArrayLike) -> float:
    """(sum w)^2 / sum w^2 of weights w >= 0 of shape (n,); 0.0 where no weight is above 0.

    Kish (1965), Survey Sampling, section 11.7. Between 1 and the number of weights above 0, which it reaches
    only when they are all equal. Raises ValueError for a negative or infinite weight.
    """
    w = _checked(weights)
    squares = float(w @ w)
    return float(w.sum()) ** 2 / squares if squares else 0.0


def kish_design_effect(weights: ArrayLike) -> float:
    """1 + cv^2(w) = n * sum w^2 / (sum w)^2 over all n weights given, those of 0 too; at least 1.

    Kish (1992), Journal of Official Statistics 8. Holds for a question that has nothing to do with the weights.
    Raises ValueError without a weight above 0.
    """
    w = _checked(weights)
    if not w.any():
        raise ValueError("there is no weight above 0")
    return max(1.0, w.size / effective_n(w))


def _checked(weights: ArrayLike) -> NDArray[np.float64]:
    w = np.asarray(weights, dtype=np.float64)
    if w.ndim != 1 or not np.isfinite(w).all() or (w < 0).any():
        raise ValueError("weights are finite numbers of 0 or more, one for each person")
    return w / w.max() if w.size and w.max() > 0 else w
