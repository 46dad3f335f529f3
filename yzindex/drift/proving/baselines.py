"""The methods in use today, on the same answers: what they flag as used, and tuned to our budget of false alarms.

Each is a statistic per day and model that is larger the worse a model looks, and a threshold. Days that a method
cannot judge are minus infinity. A model's own past is its days before the last 14, so that a drop does not hide itself.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import binom

from yzindex.drift.history import BoolArray, FloatArray, IntArray
from yzindex.drift.packets import Packet

_WINDOW_DAYS = 14
_LEAST_PAST_DAYS = 20
#: The fall that the sum is tuned to, in points.
_DESIGN_POINTS = 10.0


@dataclass(frozen=True, kw_only=True, eq=False)
class Record:
    """What a reader of the board has: arrays of days × models."""

    #: Main scores, 0 to 100, NaN where there is none.
    totals: FloatArray
    #: Questions of the day that went better, or worse, than when the model was asked them before.
    better: IntArray
    worse: IntArray


@dataclass(frozen=True, kw_only=True)
class Baseline:
    """A method of today; it flags what is above its threshold."""

    name: str
    as_used: float
    statistic: Callable[[Record], FloatArray]


def record_of(totals: Sequence[FloatArray], shown: Sequence[Packet], questions: int) -> Record:
    """Put a board's days into one record. For the sign test an answer is right from half of the points on."""
    models = totals[0].shape[0]
    last = np.full((models, questions), np.nan)
    better, worse = np.zeros((2, len(totals), models), dtype=np.int64)
    for packet in shown:
        right = (packet.score >= 0.5).astype(np.float64)
        change = right - last[packet.model, packet.question]
        if packet.day >= 1:
            better[packet.day - 1] = np.bincount(packet.model[change > 0], minlength=models)
            worse[packet.day - 1] = np.bincount(packet.model[change < 0], minlength=models)
        last[packet.model, packet.question] = right
    return Record(totals=np.stack(totals), better=better, worse=worse)


def fell_by(record: Record) -> FloatArray:
    """Points below the day before."""
    return _judged(-np.diff(record.totals, axis=0, prepend=np.nan))


def below_week(record: Record) -> FloatArray:
    """Share (0 to 1) by which a total is below the mean of the seven days before it."""
    mean = np.full_like(record.totals, np.nan)
    for day in range(7, len(record.totals)):
        mean[day] = record.totals[day - 7 : day].mean(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return _judged(1 - record.totals / mean)


def deviations_below(record: Record) -> FloatArray:
    """Standard deviations below the model's own past."""
    mean, deviation = _past(record.totals)
    with np.errstate(divide="ignore", invalid="ignore"):
        return _judged((mean - record.totals) / deviation)


def mcnemar(record: Record) -> FloatArray:
    """Minus the decimal logarithm of McNemar's p (1947; exact, two-sided), of the questions of the last 14 days."""
    better, worse = (_windowed(changes) for changes in (record.better, record.worse))
    p = np.minimum(1.0, 2 * binom.cdf(np.minimum(better, worse), better + worse, 0.5))
    return np.where(worse > better, -np.log10(p), 0.0)


def summed_falls(record: Record) -> FloatArray:
    """Page's cumulative sum of falls below the model's own past, in standard deviations, for a fall of ten points."""
    mean, deviation = _past(record.totals)
    with np.errstate(divide="ignore", invalid="ignore"):
        step = np.nan_to_num((mean - record.totals - _DESIGN_POINTS / 2) / deviation, posinf=0.0, neginf=0.0)
    summed = np.zeros_like(step)
    for day in range(1, len(step)):
        summed[day] = np.maximum(summed[day - 1] + step[day], 0.0)
    return summed


BASELINES = (
    Baseline(name="fell by more than 5 points", as_used=5.0, statistic=fell_by),
    Baseline(name="5 % below the 7-day mean", as_used=0.05, statistic=below_week),
    Baseline(name="z-score below -2", as_used=2.0, statistic=deviations_below),
    Baseline(name="McNemar, p < .05", as_used=float(-np.log10(0.05)), statistic=mcnemar),
    Baseline(name="CUSUM of totals, h = 5 sd", as_used=5.0, statistic=summed_falls),
)


def began(flagged: BoolArray) -> BoolArray:
    """Days on which a flag goes up, days × models: a method that stays up for a week has alarmed once."""
    before = np.vstack([np.zeros_like(flagged[:1]), flagged[:-1]])
    return np.asarray(flagged & ~before)


def tuned_threshold(statistics: Sequence[FloatArray], per_model_day: float) -> float:
    """Find the lowest threshold at which flags go up at most so often, on years without change."""
    days = sum(statistic.size for statistic in statistics)
    values = np.unique(np.concatenate([statistic[np.isfinite(statistic)] for statistic in statistics]))
    low, high = 0, len(values) - 1
    # The rate falls with the threshold where flags are rare; ups and downs at low thresholds are passed over.
    while low < high:
        middle = (low + high) // 2
        ups = sum(int(began(statistic > values[middle]).sum()) for statistic in statistics)
        flags = sum(int((statistic > values[middle]).sum()) for statistic in statistics)
        if ups / days <= per_model_day and flags / days < 0.5:
            high = middle
        else:
            low = middle + 1
    return float(values[low])


def _judged(statistic: FloatArray) -> FloatArray:
    return np.where(np.isfinite(statistic), statistic, -np.inf)


def _past(totals: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Mean and standard deviation of the days before the last 14, NaN of too few."""
    known = ~np.isnan(totals)
    filled = np.nan_to_num(totals)
    count, total, square = (
        np.vstack([np.zeros((_WINDOW_DAYS + 1, totals.shape[1])), np.cumsum(each, axis=0)])[: len(totals)]
        for each in (known.astype(np.float64), filled, filled**2)
    )
    count = np.where(count >= _LEAST_PAST_DAYS, count, np.nan)
    mean = total / count
    return mean, np.sqrt(np.maximum(square / count - mean**2, 0.0) * count / (count - 1))


def _windowed(changes: IntArray) -> IntArray:
    summed = np.cumsum(changes, axis=0)
    summed[_WINDOW_DAYS:] -= summed[:-_WINDOW_DAYS].copy()
    return summed
