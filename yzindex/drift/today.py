"""How far all models are from a usual day today: what is asked apart from the draw is compared with that."""

import numpy as np

from yzindex.drift.common import FleetDay, Usual
from yzindex.drift.history import FloatArray
from yzindex.drift.residuals import Residuals


class Today:
    """The level of all models together, in points per chart."""

    def __init__(self, charts: int) -> None:
        self._level: FloatArray = np.zeros(charts)
        #: Square points: how unsure the level is.
        self.variance: FloatArray = np.zeros(charts)

    def begin(self, common: FloatArray) -> None:
        """Begin a day of which only the variance of such days is known."""
        self._level = np.zeros_like(common)
        self.variance = common.copy()

    def read(self, fleet: FleetDay, usual: Usual, common: FloatArray) -> None:
        """Estimate the level by the day's draw, shrunk by the variance of such days."""
        for chart in np.flatnonzero(~np.isnan(fleet.trimmed)).tolist():
            share = common[chart] / (common[chart] + fleet.variance[chart])
            self._level[chart] = share * (fleet.trimmed[chart] - usual.trimmed[chart])
            self.variance[chart] = (1 - share) * common[chart]

    def without_common(self, residuals: Residuals, usual: Usual) -> FloatArray:
        """Residual points of those who were asked apart, without what all have in common."""
        return residuals.points - usual.mean - self._level
