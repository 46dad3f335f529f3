"""Charts over all models at once: when everything moves, it is the questions or the grader, and nobody is accused."""

from dataclasses import dataclass

import numpy as np

from yzindex.drift.charts import ratio_step
from yzindex.drift.common import fleet_mean
from yzindex.drift.day_effects import DayEffects
from yzindex.drift.history import FloatArray
from yzindex.drift.residuals import Residuals
from yzindex.drift.rules import Rules

#: Days of a level of zero that the average of the fleet's level starts from.
_CENTRE_PRIOR_DAYS = 10


@dataclass(frozen=True, kw_only=True)
class Move:
    """A move of the question pool or of a grader, told from all models together."""

    day: int
    since: int
    #: Index of the chart that told it, or None where graded answers were graded again and came out different.
    chart: int | None
    #: Points by which answers are scored differently now, where that is known.
    points: float | None = None


class Fleet:
    """Level of the whole fleet per chart, its charts in both directions, and whether verdicts are suspended."""

    def __init__(self, *, charts: int, rules: Rules, effects: DayEffects) -> None:
        self.effects = effects
        self.ratio: FloatArray = np.zeros((2, charts))
        self.move: Move | None = None
        self._centre: tuple[int, FloatArray] | None = None
        self._rules = rules
        self._charts = charts
        self._since = np.zeros((2, charts), dtype=np.int64)
        self._means: list[tuple[int, FloatArray]] = []
        self._design = np.where(np.arange(charts) == 0, rules.design_points, rules.dimension_design_points)
        #: Levels from this day on are the new ones.
        self._restarted: int | None = None
        self._awaits_regrading = False

    def centre(self, day: int) -> FloatArray:
        """The fleet's own level, lagged, in points per chart: fits are never quite centred."""
        if self._centre is None or self._centre[0] != day:
            self._centre = day, self._centre_of(day)
        return self._centre[1]

    def _centre_of(self, day: int) -> FloatArray:
        newest = day - self._rules.lag_days
        oldest = newest - self._rules.centre_days
        if self._restarted is not None and self._restarted > oldest:
            oldest = self._restarted - 1
            newest = max(newest, min(day - 1, self._restarted + self._rules.suspended_days))
        inside = [means for at, means in self._means if oldest < at <= newest]
        prior = 0 if self._restarted is not None and oldest == self._restarted - 1 else _CENTRE_PRIOR_DAYS
        if not inside:
            return np.zeros(self._charts)
        stacked = np.stack(inside)
        count = (~np.isnan(stacked)).sum(axis=0)
        return np.asarray(np.nansum(stacked, axis=0) / np.maximum(count + prior, 1), dtype=np.float64)

    def add(self, day: int, residuals: Residuals) -> bool:
        """Add a day's residuals of all models; return whether the charts now say that everything moved."""
        centre = self.centre(day)
        means = np.full(self._charts, np.nan)
        variances = np.full(self._charts, np.nan)
        for chart in range(self._charts):
            found = fleet_mean(residuals, chart, self._rules)
            if found is not None:
                means[chart], variances[chart] = found
        self._means = [*_recent(self._means, day - 2 * self._rules.centre_days), (day, means)]
        if self.move is not None:
            return False
        self.effects.add_common(day, means - centre, variances)
        variances = variances + self.effects.common
        self._since = np.where((self.ratio <= 0) & ~np.isnan(means), day, self._since)
        step = ratio_step((means - centre)[None], variances[None], self._design, self._rules.clip_deviations)[:, 0]
        self.ratio = np.maximum(self.ratio + np.nan_to_num(step), 0.0)
        if self.ratio.max() < self._rules.fleet_alarm:
            return False
        direction, chart = divmod(int(np.argmax(self.ratio)), self._charts)
        self.suspend(Move(day=day, since=int(self._since[direction, chart]), chart=chart))
        return True

    def suspend(self, move: Move) -> None:
        """Suspend verdicts: for some days where the pool moved, until answers are graded again where a grader did."""
        self.move = move
        self.ratio[:] = 0.0
        self._awaits_regrading = move.chart is None
        if move.chart is not None:
            self._restarted = move.since
        self._centre = None

    def regraded(self) -> None:
        """Resume after the baseline was graded again."""
        self._awaits_regrading = False
        self.move = None
        self.ratio[:] = 0.0

    def resumes(self, day: int) -> bool:
        """Whether a suspension ends on this day because the new level has been learnt; ends it."""
        if self.move is None or self._awaits_regrading or day < self.move.day + self._rules.suspended_days:
            return False
        self.move = None
        return True


def _recent(kept: list[tuple[int, FloatArray]], oldest: int) -> list[tuple[int, FloatArray]]:
    return [each for each in kept if each[0] > oldest]
