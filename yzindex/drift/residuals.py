"""What a packet says of each model beyond what was expected of it: residuals in points, chart by chart."""

from dataclasses import dataclass

import numpy as np

from yzindex.drift.baseline import Table
from yzindex.drift.history import FloatArray, IntArray
from yzindex.drift.packets import Packet

#: Scores are 0 to 1 in the analysis, points are 0 to 100.
POINTS = 100.0
#: At least this share of an answer's variance is the model's own, however unsure its question is.
_LEAST_OWN_SHARE = 0.3
#: So much of a fall is taken to hit all questions alike, the rest those most whose answers ability decides.
_EVEN_SHARE = 0.3


@dataclass(frozen=True, kw_only=True, eq=False)
class Residuals:
    """Arrays of models × charts; NaN where a dimension that the chart needs has no scored answer."""

    #: Mean score minus mean expectation, in points.
    points: FloatArray
    #: Square points: the model's own, independent of the others'.
    own_variance: FloatArray
    #: Square points, one per chart: the error in the questions' easiness, the same for all who got them.
    shared_variance: FloatArray
    #: Square points: how much of `points` squared the answers' own squares make up, if nothing moves them together.
    squares: FloatArray
    #: Share of a movement of all a model's answers that is not in `squares`, 0 to 1.
    together: FloatArray
    #: Points by which these answers are expected to fall when a model falls by one on the whole pool.
    sensitivity: FloatArray

    @property
    def variance(self) -> FloatArray:
        return self.own_variance + self.shared_variance

    def on_pool(self, points: FloatArray, variance: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Read residuals of these questions as a change on the pool: easy ones show neither a fall nor its absence."""
        return points / self.sensitivity, variance / self.sensitivity**2


def chart_weights(dimension_weights: FloatArray) -> FloatArray:
    """Give the weight of each dimension in each chart, charts × dimensions: the main score first, then each alone."""
    if len(dimension_weights) == 1:
        return dimension_weights[None, :].copy()
    return np.vstack([dimension_weights, np.eye(len(dimension_weights))])


def residuals_of(
    packet: Packet, table: Table, row: IntArray, question_dimension: IntArray, weights: FloatArray
) -> Residuals:
    """Compare a packet with a baseline. `row` gives each model's row in the table, `weights` is charts × dimensions."""
    dimensions, models = weights.shape[1], len(row)
    place = row[packet.model], packet.question
    cell = packet.model * dimensions + question_dimension[packet.question]
    size = models * dimensions
    count = np.bincount(cell, minlength=size).astype(np.float64)
    mean, slope = table.mean[place], table.slope[place]
    shared = shared_variance_of(packet, table, row)
    off = packet.score - mean
    answers = (off, slope, table.variance[place] - shared, shared, off**2)
    summed = np.stack([np.bincount(cell, weights=each, minlength=size) for each in answers])
    with np.errstate(invalid="ignore", divide="ignore"):
        means = (summed[:2] / count).reshape(2, models, dimensions)
        variances = (POINTS**2 * summed[2:] / count**2).reshape(3, models, dimensions)
        alone = (1 / count).reshape(1, models, dimensions)
    steepness = _EVEN_SHARE + (1 - _EVEN_SHARE) * means[1:] / table.pool_slope[row]
    points, sensitivity = _weighed(np.concatenate([POINTS * means[:1], steepness]), weights)
    own, common, realised, alike = _weighed(np.concatenate([variances, alone]), weights**2)
    return Residuals(
        points=points,
        own_variance=own,
        shared_variance=_mean_of_known(common),
        squares=realised,
        together=1 - alike,
        sensitivity=sensitivity,
    )


def shared_variance_of(packet: Packet, table: Table, row: IntArray) -> FloatArray:
    """Part of each answer's variance that all who got the question share: how easy it is, is not known exactly."""
    place = row[packet.model], packet.question
    return np.asarray(
        np.minimum(
            table.slope[place] ** 2 * table.easiness_variance[packet.question],
            (1 - _LEAST_OWN_SHARE) * table.variance[place],
        ),
        dtype=np.float64,
    )


def _weighed(values: FloatArray, weights: FloatArray) -> FloatArray:
    """… × models × charts of … × models × dimensions; a missing dimension spoils only the charts that weigh it."""
    missing = ~np.isfinite(values)
    if not missing.any():
        return np.asarray(values @ weights.T, dtype=np.float64)
    spoilt = missing.astype(np.float64) @ (weights > 0).T
    return np.where(spoilt > 0, np.nan, np.where(missing, 0.0, values) @ weights.T)


def _mean_of_known(values: FloatArray) -> FloatArray:
    """Mean over models per chart of what is known; 0 where nothing is."""
    known = ~np.isnan(values)
    return np.asarray(np.where(known, values, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1), dtype=np.float64)
