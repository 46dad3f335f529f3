"""Stored answers that were graded again: how a grader's move is seen, and how the baseline is repaired after it."""

from dataclasses import dataclass

import numpy as np

from yzindex.drift.history import FloatArray, IntArray

#: A stored answer counts as graded differently from this difference on (scores of 0 to 1).
_SAME_GRADE = 1e-6


@dataclass(frozen=True, kw_only=True, eq=False)
class Regrades:
    """Stored answers graded again today by the current grader, in columns. They are found by day, run and place."""

    day: int
    answered_day: IntArray
    number: IntArray
    model: IntArray
    question: IntArray
    before: FloatArray
    now: FloatArray
    #: Whether this is the whole repair of the baseline, after which verdicts go on.
    repairs: bool = False

    @property
    def moved(self) -> FloatArray:
        """Score now minus score before; zero where they are the same but for rounding."""
        difference = self.now - self.before
        return np.where(np.abs(difference) > _SAME_GRADE, difference, 0.0)
