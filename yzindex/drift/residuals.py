"""What a packet says of each model beyond what was expected of it: residuals in points, chart by chart."""

from dataclasses import dataclass

import numpy as np

from yzindex.drift.baseline import Table
from yzindex.drift.difficulty import Expectation
from yzindex.drift.history import BoolArray, FloatArray, IntArray
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
    expected = table.at(row[packet.model], packet.question)
    cell = packet.model * dimensions + question_dimension[packet.question]
    size = models * dimensions
    shared = shared_variance_of(expected, table.easiness_variance[packet.question])
    off = packet.score - expected.mean
    answers = (off, expected.slope, expected.variance - shared, shared, off**2)
    summed = np.array([np.bincount(cell, weights=each, minlength=size) for each in answers])
    count = np.bincount(cell, minlength=size)
    answered = np.maximum(count, 1)
    means = (summed[:2] / answered).reshape(2, models, dimensions)
    means[0] *= POINTS
    means[1] = _EVEN_SHARE + (1 - _EVEN_SHARE) * means[1] / table.pool_slope[row]
    squares = np.concatenate([POINTS**2 * summed[2:] / answered**2, 1 / answered[None]])
    # A dimension without an answer spoils the charts that weigh it, and no others.
    missing = ((count == 0).reshape(models, dimensions).astype(np.float64) @ (weights > 0).T) > 0
    points, sensitivity = np.where(missing, np.nan, means @ weights.T)
    own, common, realised, alike = np.where(missing, np.nan, squares.reshape(4, models, dimensions) @ (weights**2).T)
    return Residuals(
        points=points,
        own_variance=own,
        shared_variance=_mean_of_known(common, ~missing),
        squares=realised,
        together=1 - alike,
        sensitivity=sensitivity,
    )


def shared_variance_of(expected: Expectation, easiness_variance: FloatArray) -> FloatArray:
    """Part of each answer's variance that all who got the question share: how easy it is, is not known exactly."""
    most = (1 - _LEAST_OWN_SHARE) * expected.variance
    return np.asarray(np.minimum(expected.slope**2 * easiness_variance, most), dtype=np.float64)


def _mean_of_known(values: FloatArray, known: BoolArray) -> FloatArray:
    """Mean over models per chart of what is known; 0 where nothing is."""
    return np.asarray(np.where(known, values, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1), dtype=np.float64)
