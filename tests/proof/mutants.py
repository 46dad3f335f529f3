"""Methods that look right and are wrong: each must fail the proof."""

from __future__ import annotations

from copy import deepcopy

import numpy as np
from scipy.stats import norm

from yzindex.drift.analysis import Analysis
from yzindex.drift.baseline import Table
from yzindex.drift.charts import FALL, Charts
from yzindex.drift.confirming import Estimate, Known
from yzindex.drift.docket import Docket
from yzindex.drift.history import FloatArray, Role
from yzindex.drift.packets import Packet
from yzindex.drift.proving.trials import Method
from yzindex.drift.rules import Rules
from yzindex.drift.suspicion import Stage, Suspicion


class ReversedCharts(Charts):
    """Charts that take a rise for a fall."""

    def add(self, day: int, points: FloatArray, variance: FloatArray, day_variance: FloatArray) -> None:
        super().add(day, -points, variance, day_variance)


class SignReversed(Analysis):
    """Alarms when accuracy rises."""

    def __init__(self, *, rules: Rules, **given) -> None:
        super().__init__(rules=rules, **given)
        self.charts = ReversedCharts(models=self.charts.ratio.shape[1], charts=self.charts.ratio.shape[2], rules=rules)


class PairedDocket(Docket):
    """Knows a model by its answers since the suspected onset."""

    def _table_for(self, model: int, since: int) -> Table:
        recent = deepcopy(self._baseline)
        recent.row = recent.row.copy()
        before = int(recent.row[model])
        recent._lag_days = 0
        recent.restart(model, since, [])
        recent.advance(self._day)
        table, now = recent.table, int(recent.row[model])
        for rows in (table.mean, table.variance, table.slope, table.ability_variance.T):
            rows[before] = rows[now]
        return table


class PairedAfterTheOnset(Analysis):
    """Compares fresh answers with the model's own since the suspected onset, which were picked for being low."""

    def __init__(self, **given) -> None:
        super().__init__(**given)
        self.docket.__class__ = PairedDocket


class ConfirmedByOneDay(Analysis):
    """Convicts whoever is below the lowest twentieth of its own days."""

    def take(self, packet: Packet) -> None:
        super().take(packet)
        if packet.role is not Role.DAILY:
            return
        residuals = self._residuals(packet)
        deviations = residuals.points[:, 0] / np.sqrt(residuals.variance[:, 0])
        for model in np.flatnonzero(deviations < norm.ppf(0.05)).tolist():
            estimate = Estimate(
                points=float(residuals.points[model, 0]),
                standard_error=float(np.sqrt(residuals.variance[model, 0])),
                answers=int((packet.model == model).sum()),
            )
            self._confirm(self._suspicion(model), estimate, None)

    def _suspicion(self, model: int) -> Suspicion:
        known = Known(
            table=self.baseline.table,
            row=int(self.baseline.row[model]),
            regraded=np.zeros(len(self.question_dimension)),
        )
        return Suspicion(
            model=model, direction=FALL, chart=0, since=self.day, opened=self.day, known=known, stage=Stage.FRESH
        )


MUTANTS = {
    "sign reversed": Method(analysis=SignReversed),
    "paired with answers after the onset": Method(analysis=PairedAfterTheOnset),
    "stored answers not graded again": Method(regrades=False),
    "confirmed by one day's p < .05": Method(analysis=ConfirmedByOneDay),
}
