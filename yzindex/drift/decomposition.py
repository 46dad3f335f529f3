"""What a change between two runs is made of: `change = draw + common + rest`, exact in stored decimals.

The draw is the expected score on today's questions minus that on the others, both by one fit and over the questions
that were scored. Common is what the other models moved by beyond that. The rest is the model's and its answers' noise.
"""

from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from yzindex.drift.baseline import Table
from yzindex.drift.common import leave_one_out
from yzindex.drift.history import FloatArray, IntArray
from yzindex.drift.packets import Packet
from yzindex.drift.residuals import POINTS, residuals_of
from yzindex.drift.rules import Rules
from yzindex.scoring import exact

_95_PERCENT = 1.959963984540054


@dataclass(frozen=True, kw_only=True)
class Decomposition:
    """Terms in points of `core_raw`, in the stored step; they add up exactly. `rest_lo` to `rest_hi` is 95 %."""

    change: Decimal
    draw: Decimal
    common: Decimal
    rest: Decimal
    rest_lo: Decimal
    rest_hi: Decimal


@dataclass(frozen=True, kw_only=True, eq=False)
class RunTerms:
    """One run under one fit, in points of the main score, an entry per model; NaN where it has no main score."""

    score: FloatArray
    expected: FloatArray
    #: Movement shared with the other models; 0 where there are too few of them.
    common: FloatArray
    variance: FloatArray


def terms_of(
    packet: Packet,
    table: Table,
    row: IntArray,
    question_dimension: IntArray,
    weights: FloatArray,
    centre: float,
    rules: Rules,
) -> RunTerms:
    """Take a run apart. `weights` is per dimension, `centre` the fleet's own level in points."""
    residuals = residuals_of(packet, table, row, question_dimension, weights[None, :])
    points = residuals.points[:, 0]
    expected = _mean_by_model(
        packet, table.mean[row[packet.model], packet.question], question_dimension, weights, len(row)
    )
    common = np.zeros(len(row))
    known = np.flatnonzero(~np.isnan(points))
    if len(known) >= rules.least_fleet:
        common[known] = leave_one_out(points[known], rules.trimmed_share) - centre
    return RunTerms(score=expected + points, expected=expected, common=common, variance=residuals.own_variance[:, 0])


def decompose(now: RunTerms, before: RunTerms, model: int) -> Decomposition | None:
    """Take a model's change between two runs apart; None where either has no main score."""
    if np.isnan(now.score[model]) or np.isnan(before.score[model]):
        return None
    change = exact(_decimal(now.score[model]) - _decimal(before.score[model]))
    draw = exact(_decimal(now.expected[model]) - _decimal(before.expected[model]))
    common = exact(_decimal(now.common[model]) - _decimal(before.common[model]))
    rest = change - draw - common
    half = exact(_decimal(_95_PERCENT * float(np.sqrt(now.variance[model] + before.variance[model]))))
    return Decomposition(change=change, draw=draw, common=common, rest=rest, rest_lo=rest - half, rest_hi=rest + half)


def _decimal(value: float) -> Decimal:
    # Scores are sums of a few decimals, so that twelve places bring back the exact one.
    return Decimal(repr(round(float(value), 12)))


def _mean_by_model(
    packet: Packet, values: FloatArray, question_dimension: IntArray, weights: FloatArray, models: int
) -> FloatArray:
    cell = packet.model * len(weights) + question_dimension[packet.question]
    size = models * len(weights)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.bincount(cell, weights=values, minlength=size) / np.bincount(cell, minlength=size)
    used = weights > 0
    return np.asarray(POINTS * (mean.reshape(models, len(weights))[:, used] @ weights[used]), dtype=np.float64)
