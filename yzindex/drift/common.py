"""What all models have in common on one day: a trimmed mean, for each model of the others."""

import numpy as np

from yzindex.drift.history import FloatArray
from yzindex.drift.residuals import Residuals
from yzindex.drift.rules import Rules

#: Variance of a mean trimmed by a fifth at each end over that of the plain mean, for normal values.
_TRIMMING_LOSS = 1.15


def trimmed_mean(values: FloatArray, share: float) -> float:
    """Mean without `share` of the values at each end (at least one, where more than two remain)."""
    cut = cut_of(len(values), share)
    return float(np.sort(values)[cut : len(values) - cut].mean())


def leave_one_out(values: FloatArray, share: float) -> FloatArray:
    """Trimmed mean of all the others, for each value."""
    size = len(values)
    others = np.sort(np.tile(values, (size, 1))[~np.eye(size, dtype=np.bool_)].reshape(size, size - 1), axis=1)
    cut = cut_of(size - 1, share)
    return np.asarray(others[:, cut : size - 1 - cut].mean(axis=1), dtype=np.float64)


def cut_of(size: int, share: float) -> int:
    """How many values a trimmed mean leaves out at each end."""
    return min(max(1, int(share * size)), max(0, (size - 1) // 2))


def without_common(
    residuals: Residuals, centre: FloatArray, day_variance: FloatArray, rules: Rules
) -> tuple[FloatArray, FloatArray]:
    """Take out of each model's residuals what it shares with the others; return points and variance, models × charts.

    `centre` is the fleet's own level and `day_variance` that of days on which all move, one per chart. Of a day's
    common movement only the part is taken out that these and the uncertainty of its questions explain (shrinkage); the
    rest is the fleet chart's business.
    """
    points = residuals.points - centre
    variance = residuals.variance + day_variance
    for chart, shared in enumerate(residuals.shared_variance + day_variance):
        known = np.flatnonzero(~np.isnan(points[:, chart]))
        if len(known) < rules.least_fleet:
            continue
        others = leave_one_out(points[known, chart], rules.trimmed_share)
        noise = _TRIMMING_LOSS * float(residuals.own_variance[known, chart].mean()) / (len(known) - 1)
        share = shared / (shared + noise)
        points[known, chart] -= share * others
        variance[known, chart] -= share * shared
    return points, variance


def fleet_mean(residuals: Residuals, chart: int, rules: Rules) -> tuple[float, float] | None:
    """Trimmed mean of all models' residuals and its variance; None of too few models."""
    known = ~np.isnan(residuals.points[:, chart])
    if int(known.sum()) < rules.least_fleet:
        return None
    own = float(residuals.own_variance[known, chart].mean())
    variance = _TRIMMING_LOSS * own / int(known.sum()) + float(residuals.shared_variance[chart])
    return trimmed_mean(residuals.points[known, chart], rules.trimmed_share), variance
