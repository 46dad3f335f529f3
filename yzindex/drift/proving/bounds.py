"""Bounds of rates and shares that were counted in replicates, within which events are not independent.

The variance between replicates over that of independent events is the design effect (Kish 1965), never taken below
one. Exact bounds (Garwood 1936 for counts, Clopper and Pearson 1934 for shares) are computed as if there were so many
times fewer events and trials; with no event they are the plain exact ones.
"""

from collections.abc import Sequence

import numpy as np
from scipy.stats import beta, gamma

from yzindex.drift.history import FloatArray


def rate_upper(events: Sequence[float], exposure: Sequence[float], probability: float = 0.95) -> float:
    """Upper bound of events per unit of exposure, one-sided; an entry per replicate."""
    count, total, effect = _clustered_rate(events, exposure)
    return float(gamma.ppf(probability, count / effect + 1) * effect / total)


def rate_lower(events: Sequence[float], exposure: Sequence[float], probability: float = 0.95) -> float:
    """Lower bound of events per unit of exposure, one-sided; an entry per replicate."""
    count, total, effect = _clustered_rate(events, exposure)
    return float(gamma.ppf(1 - probability, count / effect) * effect / total) if count else 0.0


def share_bounds(hits: Sequence[float], trials: Sequence[float], probability: float = 0.95) -> tuple[float, float]:
    """Two-sided bounds of a share; an entry per replicate.

    >>> [round(bound, 3) for bound in share_bounds([93], [100])]
    [0.861, 0.971]
    """
    hit, total = float(sum(hits)), float(sum(trials))
    effect = _share_effect(np.asarray(hits, dtype=np.float64), np.asarray(trials, dtype=np.float64))
    hit, missed, tail = hit / effect, (total - hit) / effect, (1 - probability) / 2
    lower = float(beta.ppf(tail, hit, missed + 1)) if hit else 0.0
    upper = float(beta.ppf(1 - tail, hit + 1, missed)) if missed else 1.0
    return lower, upper


def _clustered_rate(events: Sequence[float], exposure: Sequence[float]) -> tuple[float, float, float]:
    count, total = float(sum(events)), float(sum(exposure))
    off = np.asarray(events, dtype=np.float64) - count / total * np.asarray(exposure, dtype=np.float64)
    return count, total, _effect(off, count)


def _share_effect(hits: FloatArray, trials: FloatArray) -> float:
    share = hits.sum() / trials.sum()
    return _effect(hits - share * trials, float(trials.sum() * share * (1 - share)))


def _effect(off: FloatArray, independent: float) -> float:
    replicates = len(off)
    if replicates < 2 or independent <= 0:
        return 1.0
    return max(1.0, float((off**2).sum()) * replicates / (replicates - 1) / independent)
