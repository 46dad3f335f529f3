"""Charts that add up evidence day by day: log-likelihood ratios of a fall, and of a rise, against no change.

Page's cumulative sums (1954) for a normal mean, with each packet's own variance: under a fall by `design` points the
sum climbs, with no change it sinks and is held at zero, and the last zero dates the change.
"""

import numpy as np

from yzindex.drift.history import BoolArray, FloatArray, IntArray
from yzindex.drift.rules import Rules

FALL, RISE = 0, 1
_SIGNS = np.array([-1.0, 1.0])[:, None, None]


class Charts:
    """Log-likelihood ratios, arrays of directions × models × charts; the first chart is the main score's."""

    def __init__(self, *, models: int, charts: int, rules: Rules) -> None:
        self.ratio: FloatArray = np.zeros((2, models, charts))
        #: Day of the first packet since the ratio was last zero.
        self.since: IntArray = np.zeros((2, models, charts), dtype=np.int64)
        self.design = np.where(np.arange(charts) == 0, rules.design_points, rules.dimension_design_points)
        self.low_bar = np.where(np.arange(charts) == 0, rules.low_bar, rules.dimension_low_bar)
        self.suspected_bar = np.where(np.arange(charts) == 0, rules.suspected_bar, rules.dimension_low_bar)
        self.alarm = np.where(np.arange(charts) == 0, rules.alarm, rules.dimension_alarm)
        self._clip_deviations = rules.clip_deviations
        self._before = self.ratio
        #: Charts that were closed for the day.
        self._closed: BoolArray = np.zeros(self.ratio.shape, dtype=np.bool_)
        self._precision: FloatArray = np.zeros((models, charts))
        self._sum: FloatArray = np.zeros((models, charts))

    def begin_day(self) -> None:
        """Close the day before: what comes now is of another day."""
        self._before = self.ratio
        self._closed = np.zeros(self.ratio.shape, dtype=np.bool_)
        self._precision = np.zeros(self.ratio.shape[1:])
        self._sum = np.zeros(self.ratio.shape[1:])

    def add(self, day: int, points: FloatArray, variance: FloatArray, day_variance: FloatArray) -> None:
        """Add a packet: residuals in points and their variance, models × charts, NaN where there are none.

        All packets of a day count as one measurement, whose variance is at least `day_variance`, one per chart or one
        per model and chart.
        """
        present = ~np.isnan(points)
        self.since = np.where((self.ratio <= 0) & present, day, self.since)
        self._precision = self._precision + np.where(present, 1 / variance, 0.0)
        self._sum = self._sum + np.where(present, points / variance, 0.0)
        measured = self._precision > 0
        with np.errstate(divide="ignore", invalid="ignore"):
            mean, own = self._sum / self._precision, 1 / self._precision
            step = ratio_step(mean, own + day_variance, self.design, self._clip_deviations)
        self.ratio = np.where(measured & ~self._closed, np.maximum(self._before + step, 0.0), self.ratio)

    def clear(self, model: int | None = None) -> None:
        """Forget the evidence on one model, or on all, today's included."""
        self.start(slice(None) if model is None else model, np.zeros(self.ratio.shape[2]))

    def start(self, model: int | slice, ratio: FloatArray) -> None:
        """Let a model's charts go on from these ratios in both directions, one per chart."""
        self.ratio = self.ratio.copy()
        self._before = self._before.copy()
        self._closed = self._closed.copy()
        self._closed[:, model] = False
        self.ratio[:, model] = self._before[:, model] = ratio
        self._precision[model] = self._sum[model] = 0.0

    def close(self, direction: int, model: int, chart: int) -> None:
        """Forget the evidence of one chart, and whatever more this day brings."""
        self.ratio, self._before, self._closed = self.ratio.copy(), self._before.copy(), self._closed.copy()
        place = direction, model, chart
        self.ratio[place] = self._before[place] = 0.0
        self._closed[place] = True

    def furthest_past(self, bar: FloatArray, model: int) -> tuple[int, int] | None:
        """Direction and chart in which a model is furthest past its bar, one per chart; None where it is past none."""
        excess = self.ratio[:, model] - bar
        direction, chart = divmod(int(np.argmax(excess)), excess.shape[1])
        return (direction, chart) if excess[direction, chart] > 0 else None

    def worst(self, model: int) -> tuple[int, int]:
        """Direction and chart in which a model is nearest to its alarm."""
        nearness = self.ratio[:, model] / self.alarm
        direction, chart = divmod(int(np.argmax(nearness)), nearness.shape[1])
        return direction, chart

    def alarmed(self, model: int) -> tuple[int, int]:
        """Direction and chart to be decided on: the main score's, unless a dimension stands out from it."""
        direction, chart = self.worst(model)
        return direction, 0 if self.ratio[direction, model, 0] > self.low_bar[0] else chart


def ratio_step(points: FloatArray, variance: FloatArray, design: FloatArray, clip_deviations: float) -> FloatArray:
    """Log-likelihood ratios of a fall and of a rise by `design` against no change, directions first."""
    longest = clip_deviations * np.sqrt(variance)
    # `np.clip` takes several times as long for so few.
    clipped = np.minimum(np.maximum(points, -longest), longest)
    return np.asarray((_SIGNS * design * clipped - design**2 / 2) / variance, dtype=np.float64)
