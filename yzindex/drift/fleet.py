"""Charts over all models at once: when everything moves, it is the questions or the grader, and nobody is accused."""

import numpy as np

from yzindex.drift.charts import ratio_step
from yzindex.drift.common import FleetDay, Usual
from yzindex.drift.day_effects import DayEffects
from yzindex.drift.history import FloatArray
from yzindex.drift.move import Move
from yzindex.drift.residuals import Residuals
from yzindex.drift.rules import Rules
from yzindex.drift.second_look import SecondLook

#: Days of residuals of zero that the averages start from.
_USUAL_PRIOR_DAYS = 10


class Fleet:
    """Level of the whole fleet per chart, its charts in both directions, and whether verdicts are suspended."""

    def __init__(self, *, charts: int, rules: Rules, effects: DayEffects) -> None:
        self.effects = effects
        self.ratio: FloatArray = np.zeros((2, charts))
        self._pool_move: Move | None = None
        self._second_look: SecondLook | None = None
        self._grader_move: Move | None = None
        self._usual: tuple[int, Usual] | None = None
        self._rules = rules
        self._charts = charts
        self._since = np.zeros((2, charts), dtype=np.int64)
        self._days: list[tuple[int, FleetDay]] = []
        self._design = np.where(np.arange(charts) == 0, rules.design_points, rules.dimension_design_points)

    @property
    def move(self) -> Move | None:
        """What verdicts are suspended for: a grader's move first, as only that is for people to repair."""
        return self._grader_move or self._pool_move

    @property
    def awaits_regrading(self) -> bool:
        return self._grader_move is not None

    def usual(self, day: int) -> Usual:
        """The fleet's residuals on usual days, lagged."""
        if self._usual is None or self._usual[0] != day:
            newest = day - self._rules.lag_days
            inside = [each for at, each in self._days if newest - self._rules.centre_days < at <= newest]
            self._usual = (
                day,
                Usual(
                    mean=self._average([each.mean for each in inside]),
                    trimmed=self._average([each.trimmed for each in inside]),
                ),
            )
        return self._usual[1]

    def _average(self, days: list[FloatArray]) -> FloatArray:
        if not days:
            return np.zeros(self._charts)
        values = np.array(days)
        known = ~np.isnan(values)
        total, count = np.where(known, values, 0.0).sum(axis=0), known.sum(axis=0)
        return np.asarray(total / (count + _USUAL_PRIOR_DAYS), dtype=np.float64)

    def add(self, day: int, fleet: FleetDay) -> bool:
        """Add a day of all models; return whether the charts now say that everything moved."""
        self._days = [*(each for each in self._days if each[0] > day - 2 * self._rules.centre_days), (day, fleet)]
        points = fleet.trimmed - self.usual(day).trimmed
        if self.move is not None:
            if self._second_look is not None and not self.awaits_regrading:
                self._second_look.see(day, points, fleet.variance)
            return False
        self.effects.add_common(day, points, fleet.variance)
        self._since = np.where((self.ratio <= 0) & ~np.isnan(points), day, self._since)
        variance = fleet.variance + self.effects.common
        step = ratio_step(points[None], variance[None], self._design, self._rules.clip_deviations)[:, 0]
        self.ratio = np.maximum(self.ratio + np.nan_to_num(step), 0.0)
        if self.ratio.max() < self._rules.fleet_alarm:
            return False
        direction, chart = divmod(int(np.argmax(self.ratio)), self._charts)
        self.suspend(Move(day=day, since=int(self._since[direction, chart]), chart=chart, direction=direction))
        return True

    def add_level(self, day: int, residuals: Residuals) -> None:
        """Add what models answered for their new level: it may show that nothing moved."""
        if self._second_look is not None and not self.awaits_regrading:
            self._second_look.see_models(day, residuals.points - self.usual(day).mean, residuals.variance)

    def suspend(self, move: Move) -> None:
        """Suspend verdicts: for some days where the pool moved, until answers are graded again where a grader did."""
        if move.chart is None:
            self._grader_move = move
        else:
            self._pool_move, self._second_look = move, SecondLook(move, self._rules)
        self.ratio[:] = 0.0

    def regraded(self) -> None:
        """Take it that the baseline was graded again; what a moved pool suspends stays suspended."""
        self._grader_move = None
        self.ratio[:] = 0.0

    def begin(self, day: int) -> Move | None:
        """End a suspension for the pool's move that later answers refute, or whose new level can be known by this day.

        Returns a move that was learnt: models begin anew with it, so that the fleet is off by as much as before it.
        """
        move, second_look = self._pool_move, self._second_look
        if move is None or second_look is None:
            return None
        second_look.end_day(self.effects.common)
        if not second_look.refutes and day < move.day + self._rules.suspended_days:
            return None
        self._pool_move = self._second_look = None
        self.ratio[:] = 0.0
        if second_look.refutes:
            return None
        self._days = [each for each in self._days if each[0] < move.since]
        self._usual = None
        return move
