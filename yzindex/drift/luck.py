"""Where a day's draw lies among all that could have been drawn: how much easier or harder than usual it was."""

from dataclasses import dataclass

import numpy as np

from yzindex.drift.history import FloatArray, IntArray

_DRAWS = 1000


@dataclass(frozen=True, kw_only=True, eq=False)
class Draws:
    """Possible draws of one make-up: for each, the questions and their weight in the main score."""

    questions: IntArray
    weight: FloatArray

    def expected(self, mean: FloatArray) -> FloatArray:
        """Expected main score (0 to 1) of each possible draw, for each row of `mean` (rows × questions)."""
        # Row by row: all at once would pick out more than a processor's cache holds.
        return np.array([row[self.questions] @ self.weight for row in mean], dtype=np.float64)


def possible_draws(
    drawn: IntArray, pool: IntArray, question_dimension: IntArray, question_harder: IntArray, weights: FloatArray
) -> Draws:
    """Draw a thousand times as many questions of each half of each dimension as were drawn; the same ones every time.

    `weights` is per dimension. A question that is no longer in the pool counts as one that is.
    """
    numbers = np.random.default_rng(_DRAWS)
    pool = np.union1d(pool, drawn)
    chosen, weight = [], []
    for dimension in np.flatnonzero(weights > 0):
        of_dimension = int((question_dimension[drawn] == dimension).sum())
        for half in (0, 1):
            inside = (question_dimension[pool] == dimension) & (question_harder[pool] == half)
            own = int(((question_dimension[drawn] == dimension) & (question_harder[drawn] == half)).sum())
            if own:
                order = numbers.random((_DRAWS, int(inside.sum()))).argsort(axis=1)[:, :own]
                chosen.append(pool[inside][order])
                weight += [weights[dimension] / of_dimension] * own
    return Draws(questions=np.concatenate(chosen, axis=1), weight=np.array(weight))


def share_better(expected: FloatArray, possible: FloatArray) -> FloatArray:
    """Share of possible draws (0 to 1) that were better than the one drawn, per row; a tie counts half."""
    above = (possible > expected[:, None] + 1e-12).mean(axis=1)
    tied = (np.abs(possible - expected[:, None]) <= 1e-12).mean(axis=1)
    return np.asarray(above + tied / 2, dtype=np.float64)
