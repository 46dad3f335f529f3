"""What all models have in common on one day: a trimmed mean, for each model of the others."""

from dataclasses import dataclass

import numpy as np

from yzindex.drift.history import FloatArray
from yzindex.drift.residuals import Residuals
from yzindex.drift.rules import Rules
from yzindex.drift.unchanging import Unchanging

#: Variance of a mean trimmed by a fifth at each end over that of the plain mean, for normal values.
TRIMMING_LOSS = 1.15


@dataclass(frozen=True, kw_only=True, eq=False)
class Usual:
    """The fleet's residuals on a usual day, in points, one per chart: fits are never quite centred.

    Answers are skewed: the trimmed mean of residuals lies above their mean by half a standard deviation or more.
    """

    mean: FloatArray
    trimmed: FloatArray


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
    residuals: Residuals, usual: Usual, day_variance: FloatArray, rules: Rules
) -> tuple[FloatArray, FloatArray]:
    """Take out of each model's residuals what it shares with the others; return points and variance, models × charts.

    `day_variance` is that of days on which all move, one per chart. Of a day's common movement only the part is taken
    out that these and the uncertainty of its questions explain (shrinkage); the rest is the fleet chart's business.
    """
    points = residuals.points - usual.mean
    variance = residuals.variance + day_variance
    for chart, shared in enumerate(residuals.shared_variance + day_variance):
        known = np.flatnonzero(~np.isnan(points[:, chart]))
        if len(known) < rules.least_fleet:
            continue
        others = leave_one_out(residuals.points[known, chart], rules.trimmed_share) - usual.trimmed[chart]
        noise = TRIMMING_LOSS * float(residuals.own_variance[known, chart].mean()) / (len(known) - 1)
        share = shared / (shared + noise)
        points[known, chart] -= share * others
        variance[known, chart] -= share * shared
    return points, variance


@dataclass(frozen=True, kw_only=True, eq=False)
class FleetDay(Unchanging):
    """All models' residuals of one day, in points per chart; NaN where there are too few models."""

    mean: FloatArray
    trimmed: FloatArray
    #: Of `trimmed`, square points.
    variance: FloatArray


def fleet_day(residuals: Residuals, rules: Rules) -> FleetDay:
    """Sum a day up over all models."""
    charts = residuals.points.shape[1]
    mean, trimmed, variance = (np.full(charts, np.nan) for _ in range(3))
    for chart in range(charts):
        known = ~np.isnan(residuals.points[:, chart])
        if int(known.sum()) < rules.least_fleet:
            continue
        points, own = residuals.points[known, chart], float(residuals.own_variance[known, chart].mean())
        mean[chart], trimmed[chart] = points.mean(), trimmed_mean(points, rules.trimmed_share)
        variance[chart] = TRIMMING_LOSS * own / int(known.sum()) + float(residuals.shared_variance[chart])
    return FleetDay(mean=mean, trimmed=trimmed, variance=variance)
