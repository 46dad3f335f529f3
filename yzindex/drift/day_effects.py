"""How much models vary from day to day beyond their answers' noise: each by itself, and all together.

A model that has a bad day has not become worse: evidence of one day counts for no more than one day can tell.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy.special import erfcx

from yzindex.drift.age import Age
from yzindex.drift.history import FloatArray
from yzindex.drift.residuals import Residuals
from yzindex.drift.rules import Rules
from yzindex.drift.unchanging import Unchanging

#: Square points by which days are taken to differ before anything is known, for each model by itself and for all
#: together, and how unsure that is.
_OWN_PRIOR, _OWN_PRIOR_ERROR = 1.0, 4.0
_COMMON_PRIOR, _COMMON_PRIOR_ERROR = 0.0, 3.0
#: Squares count up to so many of these, so that a change that was real is no day's effect.
_MOST_VARIANCES = 9.0


@dataclass(frozen=True, kw_only=True, eq=False)
class _Told(Unchanging):
    """What is told of a quantity, per chart: estimates added up by their precision."""

    precision: FloatArray
    weighted: FloatArray

    @classmethod
    def nothing(cls, charts: int) -> Self:
        return cls(precision=np.zeros(charts), weighted=np.zeros(charts))

    @classmethod
    def by(cls, estimate: FloatArray, error_variance: FloatArray) -> Self:
        """Estimates of any shape; nothing where one is unknown."""
        known = np.isfinite(estimate) & np.isfinite(error_variance) & (error_variance > 0)
        precision = np.where(known, 1 / np.where(known, error_variance, 1.0), 0.0)
        return cls(precision=precision, weighted=precision * np.where(known, estimate, 0.0))

    def and_also(self, other: Self) -> Self:
        return type(self)(precision=self.precision + other.precision, weighted=self.weighted + other.weighted)

    def together(self) -> Self:
        """What several have told, the first axis, as one."""
        return type(self)(precision=self.precision.sum(axis=0), weighted=self.weighted.sum(axis=0))

    def with_prior(self, mean: float, error: float) -> FloatArray:
        """The mean of the posterior, a normal cut off at zero: no variance is negative, nor known to be nought."""
        precision = self.precision + error**-2
        centre, spread = (self.weighted + mean / error**2) / precision, precision**-0.5
        above = spread * np.sqrt(2 / np.pi) / erfcx(-centre / spread / np.sqrt(2))
        return np.asarray(centre + above, dtype=np.float64)


class DayEffects:
    """Variance of day effects per chart in square points, estimated from days that have passed the lag."""

    def __init__(self, *, charts: int, rules: Rules, age: Age) -> None:
        self.own: FloatArray = _Told.nothing(charts).with_prior(_OWN_PRIOR, _OWN_PRIOR_ERROR)
        self.common: FloatArray = _Told.nothing(charts).with_prior(_COMMON_PRIOR, _COMMON_PRIOR_ERROR)
        self._rules = rules
        self._age = age
        self._charts = charts
        self._estimated = -1
        #: What each day told of models' own days, and of all together.
        self._own_told: dict[int, _Told] = {}
        self._common_told: dict[int, _Told] = {}
        #: Points of a model by what it was asked apart from the draw on a day.
        self._asked: dict[tuple[int, int], _Told] = {}

    def begin(self, day: int) -> None:
        """Estimate both anew, once a week, from the days between the lag and the end of the window."""
        week = self._age.weeks(day)
        if week == self._estimated:
            return
        self._estimated = week
        newest = day - self._rules.lag_days
        oldest = newest - self._rules.day_effect_days
        self._own_told = {at: told for at, told in self._own_told.items() if at > oldest}
        self._common_told = {at: told for at, told in self._common_told.items() if at > oldest}
        self._asked = {key: asked for key, asked in self._asked.items() if key[0] > oldest}
        own = self._sum(told for at, told in self._own_told.items() if at <= newest).and_also(self._apart(newest))
        self.own = own.with_prior(_OWN_PRIOR, _OWN_PRIOR_ERROR)
        common = self._sum(told for at, told in self._common_told.items() if at <= newest)
        self.common = common.with_prior(_COMMON_PRIOR, _COMMON_PRIOR_ERROR)

    def add_own(self, day: int, points: FloatArray, residuals: Residuals) -> None:
        """Take in what a day's answers of one model have in common; `points` are without what all share.

        The mean product of different answers' residuals is the day effect's variance, however noisy answers are.
        """
        variance = residuals.own_variance
        with np.errstate(invalid="ignore", divide="ignore"):
            products = (np.minimum(points**2, _MOST_VARIANCES * variance) - residuals.squares) / residuals.together
            error = 2 * (variance / residuals.together) ** 2
        told = _Told.by(products, error).together()
        self._own_told[day] = told.and_also(self._own_told[day]) if day in self._own_told else told

    def add_common(self, day: int, means: FloatArray, variance: FloatArray) -> None:
        """Take in a day's level of the whole fleet and its variance, one per chart."""
        square = np.minimum(means**2, _MOST_VARIANCES * variance)
        self._common_told[day] = _Told.by(square - variance, 2 * variance**2)

    def add_asked(self, day: int, model: int, points: FloatArray, variance: FloatArray) -> None:
        """Take in a model's answers beside the draw, in points per chart; what came on one day is joined."""
        told, before = _Told.by(points, variance), self._asked.get((day, model))
        self._asked[day, model] = told if before is None else before.and_also(told)

    def forget(self, model: int, since: int) -> None:
        """Leave out what a model was asked since a day on which it changed: that is no day's effect."""
        self._asked = {key: asked for key, asked in self._asked.items() if key[1] != model or key[0] < since}

    def _apart(self, newest: int) -> _Told:
        """How much the days on which a model was asked apart differ among themselves (DerSimonian and Laird 1986)."""
        by_model: dict[int, list[_Told]] = {}
        for (day, model), asked in self._asked.items():
            if day <= newest:
                by_model.setdefault(model, []).append(asked)
        return self._sum(_between_days(asked) for asked in by_model.values())

    def _sum(self, told: Iterable[_Told]) -> _Told:
        total = _Told.nothing(self._charts)
        for each in told:
            total = total.and_also(each)
        return total


def _between_days(asked: Sequence[_Told]) -> _Told:
    """Variance between days from what was told on each."""
    precision, weighted = np.stack([day.precision for day in asked]), np.stack([day.weighted for day in asked])
    total = precision.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        points = np.where(precision > 0, weighted / precision, 0.0)
        off = precision * (points - weighted.sum(axis=0) / total) ** 2
        degrees = (precision > 0).sum(axis=0) - 1
        scale = total - (precision**2).sum(axis=0) / total
        estimate = (np.minimum(off, _MOST_VARIANCES).sum(axis=0) - degrees) / scale
        error = 2 * degrees / scale**2
    return _Told.by(estimate, np.where(degrees > 0, error, np.nan))
