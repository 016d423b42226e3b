"""Standard errors by leaving out one cluster at a time, so that raking is done again in each replicate."""

from collections.abc import Callable

import numpy as np

from tandem.align.stats.design import Design, Estimate, Floats, LonelyStratumError


def jackknife(design: Design, statistic: Callable[[Floats], float]) -> Estimate:
    """`statistic` of the weights (n,), and its delete-one-cluster standard error (JK1, JKn with strata).

    In the replicate without a cluster the others of its stratum weigh n / (n - 1) times as much; `statistic` may
    rake them before it estimates. Variance: sum over strata of (1 - n / N) (n - 1) / n times the squares about the
    mean of all replicates: Rust and Rao (1996), Statistical Methods in Medical Research 5. What `margins` say is
    not used. Raises LonelyStratumError for a stratum with one cluster.
    """
    cluster, stratum, sampled = design.clusters()
    number = np.bincount(stratum)
    if (number < 2).any():
        raise LonelyStratumError(tuple(np.flatnonzero(number < 2).tolist()))
    found = np.empty(len(stratum))
    for left_out in range(len(stratum)):
        n = number[stratum[left_out]]
        factor = np.where(stratum == stratum[left_out], n / (n - 1), 1.0)
        factor[left_out] = 0.0
        found[left_out] = statistic(design.weight * factor[cluster])
    scale = (1 - sampled[stratum]) * (number[stratum] - 1) / number[stratum]
    variance = float(scale @ (found - found.mean()) ** 2)
    n = int((design.weight > 0).sum())
    return Estimate(float(statistic(design.weight)), float(np.sqrt(variance)), design.df(), n)
