"""How the draws that were possible on a day are spread, for each model: what the day's own draw is one of."""

from collections.abc import Mapping

import numpy as np

from yzindex.drift.history import FloatArray, History, IntArray, Role
from yzindex.drift.judge import Day, Judge
from yzindex.drift.luck import Draws, possible_draws

#: Equal steps of the expected main score from 0 to 100 in which possible draws are counted.
STEPS = 40

#: Of a thousand possible draws, how many are in each step, by the model's name.
Spread = Mapping[str, tuple[int, ...]]


class Spreads:
    """Takes each day of a history right after it was judged; keeps the draws of one make-up from day to day."""

    def __init__(self, history: History) -> None:
        scored = ~np.isnan(history.score)
        self._names = history
        #: Day from which on a question counts to the pool: that of its first score.
        self._since = np.full(len(history.questions), np.iinfo(np.int64).max)
        np.minimum.at(self._since, history.question[scored], history.day[scored])
        self._draws: tuple[tuple[tuple[int, ...], int], Draws] | None = None

    def of(self, judge: Judge, day: Day) -> Spread:
        """Count the possible draws of each model that was asked on the day that the judge has just judged."""
        packets = [each.packet for each in day.expected if each.packet.role is Role.DAILY]
        own = {model: packet for packet in packets for model in packet.models.tolist()}
        table, row = judge.analysis.baseline.table, judge.analysis.baseline.row
        spread = dict[str, tuple[int, ...]]()
        for packet in packets:
            models = [model for model, last in own.items() if last is packet]
            draws = self._possible(np.unique(packet.question), day.day.toordinal(), judge.analysis.weights[0])
            counts = counted(draws.expected(table.mean[row[models]]))
            for model, count in zip(models, counts.tolist(), strict=True):
                spread[self._names.models[model]] = tuple(count)
        return spread

    def _possible(self, drawn: IntArray, day: int, weights: FloatArray) -> Draws:
        pool = np.flatnonzero(self._since <= day)
        dimension, harder = self._names.question_dimension, self._names.question_harder
        key = (tuple(np.bincount(2 * dimension[drawn] + harder[drawn]).tolist()), len(pool))
        if self._draws is None or self._draws[0] != key:
            self._draws = key, possible_draws(drawn, pool, dimension, harder, weights)
        return self._draws[1]


def counted(expected: FloatArray) -> IntArray:
    """Count expected main scores (rows of 0 to 1) by step.

    >>> counted(np.array([[0.0, 0.01, 0.5, 1.0]]))[0, [0, 1, 20, 39]].tolist()
    [2, 0, 1, 1]
    """
    step = np.minimum((expected * STEPS).astype(np.int64), STEPS - 1)
    return np.array([np.bincount(row, minlength=STEPS) for row in step], dtype=np.int64).reshape(-1, STEPS)
