"""How much models vary from day to day beyond their answers' noise: each by itself, and all together.

A model that has a bad day has not become worse: evidence of one day counts for no more than one day can tell.
"""

from collections import deque
from dataclasses import dataclass

import numpy as np

from yzindex.drift.history import FloatArray
from yzindex.drift.residuals import Residuals
from yzindex.drift.rules import Rules

#: Square points by which a model is taken to vary from day to day before anything is known, as of so many model-days.
_USUAL_OWN, _USUAL_DAYS = 2.0, 50
#: Products count up to so many of these, so that a change that was real is no day's effect.
_MOST_VARIANCES = 9.0
#: Days that variation from day to day is told from.
_LEAST_DAYS = 10


@dataclass(frozen=True, kw_only=True, eq=False)
class _OwnDay:
    day: int
    #: Without what all models share.
    points: FloatArray
    residuals: Residuals


class DayEffects:
    """Variance of day effects per chart in square points, estimated from days that have passed the lag."""

    def __init__(self, *, charts: int, rules: Rules) -> None:
        self.own: FloatArray = np.full(charts, _USUAL_OWN)
        self.common: FloatArray = np.zeros(charts)
        self._rules = rules
        self._own_days: deque[_OwnDay] = deque()
        self._common_days: deque[tuple[int, FloatArray, FloatArray]] = deque()

    def begin(self, day: int) -> None:
        """Estimate both from the days between the lag and the end of the window."""
        newest = day - self._rules.lag_days
        oldest = newest - self._rules.day_effect_days
        while self._own_days and self._own_days[0].day <= oldest:
            self._own_days.popleft()
        while self._common_days and self._common_days[0][0] <= oldest:
            self._common_days.popleft()
        self.own = self._own(newest)
        self.common = self._common(newest)

    def add_own(self, day: int, points: FloatArray, residuals: Residuals) -> None:
        """Remember what a day's answers of one model have in common; `points` are without what all share.

        The mean product of different answers' residuals is the day effect's variance, however noisy answers are.
        """
        self._own_days.append(_OwnDay(day=day, points=points, residuals=residuals))

    def add_common(self, day: int, means: FloatArray, variance: FloatArray) -> None:
        """Remember a day's level of the whole fleet and its variance, one per chart."""
        self._common_days.append((day, means, variance))

    def _own(self, newest: int) -> FloatArray:
        known = [each for each in self._own_days if each.day <= newest]
        usual = np.full(len(self.common), _USUAL_OWN)
        if len(known) < _LEAST_DAYS:
            return usual
        points = np.stack([each.points for each in known])
        squares = np.stack([each.residuals.squares for each in known])
        together = np.stack([each.residuals.together for each in known])
        most = _MOST_VARIANCES * np.stack([each.residuals.own_variance for each in known])
        present = ~np.isnan(points)
        days = present.sum(axis=0)
        with np.errstate(invalid="ignore", divide="ignore"):
            # What a model is off by every day is an error of what is known of it, and no day's effect.
            steady = np.where(present, points, 0.0).sum(axis=0) / days
            products = ((points - steady) ** 2 * days / (days - 1) - squares) / together
        used = present & (days >= _LEAST_DAYS) & (together > 0)
        total = np.where(used, np.clip(products, -most, most), 0.0).sum(axis=(0, 1)) + _USUAL_DAYS * usual
        return np.asarray(np.maximum(total / (used.sum(axis=(0, 1)) + _USUAL_DAYS), 0.0), dtype=np.float64)

    def _common(self, newest: int) -> FloatArray:
        """Variance of the fleet's level beyond what is expected of it, less one standard error."""
        known = [(means, variance) for day, means, variance in self._common_days if day <= newest]
        if len(known) < _LEAST_DAYS:
            return np.zeros(len(self.common))
        means, variance = (np.stack(column) for column in zip(*known, strict=True))
        present = ~np.isnan(means)
        count = np.maximum(present.sum(axis=0), 1)
        square = np.minimum(means**2, _MOST_VARIANCES * variance)
        excess = np.where(present, square - variance, 0.0).sum(axis=0) / count
        expected = np.where(present, variance, 0.0).sum(axis=0) / count
        return np.asarray(np.maximum(excess - expected * np.sqrt(2 / count), 0.0), dtype=np.float64)
