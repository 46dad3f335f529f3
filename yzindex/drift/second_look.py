"""Has everything really moved? What all models answer on the days after it was told says so, or takes it back.

A sequential test (Wald 1945) of a move by the design size against none. It rests on later answers alone: those of the
day on which a move is told were looked at because they were low.
"""

import numpy as np

from yzindex.drift.charts import ratio_step
from yzindex.drift.common import TRIMMING_LOSS, trimmed_mean
from yzindex.drift.history import FloatArray
from yzindex.drift.move import Move
from yzindex.drift.rules import Rules

#: One day may be out of the ordinary.
_LEAST_DAYS = 2


class SecondLook:
    """Adds up evidence of a move of the question pool, day by day, on the chart that told it."""

    def __init__(self, move: Move, rules: Rules) -> None:
        #: Log-likelihood ratio of the move against none.
        self.ratio = 0.0
        self._days = 0
        self._move = move
        self._rules = rules
        self._design = np.array([rules.dimension_design_points if move.chart else rules.design_points])
        #: Today's means of all models in points from the usual, and today's level of each; with their square errors.
        self._means: list[tuple[float, float]] = []
        self._levels: dict[int, tuple[float, float]] = {}

    @property
    def refutes(self) -> bool:
        """Whether the move is taken back."""
        return self._days >= _LEAST_DAYS and self.ratio < -self._rules.refuted

    def see(self, day: int, points: FloatArray, variance: FloatArray) -> None:
        """Take the mean of all models' answers to the draw, in points from the usual, one per chart; NaN is nothing."""
        mean = points[self._move.chart]
        if day > self._move.day and not np.isnan(mean):
            self._means.append((float(mean), float(variance[self._move.chart])))

    def see_models(self, day: int, points: FloatArray, variance: FloatArray) -> None:
        """Take models' answers for their new levels, in points from the usual, models × charts; NaN is nothing."""
        for model in np.flatnonzero(~np.isnan(points[:, self._move.chart])) if day > self._move.day else ():
            place = model, self._move.chart
            self._levels[int(model)] = float(points[place]), float(variance[place])

    def end_day(self, day_variance: FloatArray) -> None:
        """Count what came on a day as one measurement: all of it shares the day (square points, one per chart)."""
        if len(self._levels) >= self._rules.least_fleet:
            points, variance = np.array(list(self._levels.values())).T
            mean = trimmed_mean(points, self._rules.trimmed_share)
            self._means.append((mean, TRIMMING_LOSS * float(variance.mean()) / len(points)))
        if self._means:
            points, variance = np.array(self._means).T
            error = 1 / (1 / variance).sum()
            off, square = np.array([error * (points / variance).sum()]), error + day_variance[self._move.chart]
            step = ratio_step(off, np.array([square]), self._design, self._rules.clip_deviations)
            self.ratio += float(step[self._move.direction].item())
            self._days += 1
        self._means, self._levels = [], {}
