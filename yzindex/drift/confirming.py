"""Does a suspicion hold on fresh answers? Size and interval of a change come from these alone.

The answers that raised a suspicion were picked for being low and would read a fall of 10 as 14 to 16.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import norm

from yzindex.drift.baseline import Table
from yzindex.drift.charts import FALL
from yzindex.drift.history import FloatArray, IntArray
from yzindex.drift.packets import Packet
from yzindex.drift.residuals import POINTS

#: How likely it is beforehand that all models moved, how far they then do, and how much models differ, in points.
_MOVE_PROBABILITY = 0.1
_MOVE_SPREAD = 12.0
_MODEL_SPREAD = 2.5
#: How far all models are off together on a day, in points, where days have not told it: they tell little below this.
_DAY_SPREAD = 2.5
#: A model that moves by itself tells nothing of the others.
_OWN_MOVE_PROBABILITY = 0.05
_OWN_MOVE_SPREAD = 15.0
#: Nor does it count for more than so many of its standard errors.
_MOST_DEVIATIONS = 3.0
#: Questions of a dimension, at least, for it to have a mean difference with an error.
LEAST_QUESTIONS = 2
_GRID = np.linspace(-60.0, 60.0, 481)


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """Size of a change in points (a fall is negative), its standard error, and the answers that it rests on."""

    points: float
    standard_error: float
    answers: int

    def deviations(self, direction: int) -> float:
        """Standard errors by which the answers agree with a fall (or a rise): negative agrees."""
        return (self.points if direction == FALL else -self.points) / self.standard_error

    def without(self, common: "Estimate") -> "Estimate":
        """The model's own change, without what all models have in common."""
        return Estimate(
            points=self.points - common.points,
            standard_error=float(np.hypot(self.standard_error, common.standard_error)),
            answers=self.answers,
        )

    @property
    def interval(self) -> tuple[float, float]:
        """Of 95 %, in points."""
        half = float(norm.ppf(0.975)) * self.standard_error
        return self.points - half, self.points + half


@dataclass(frozen=True, kw_only=True)
class Common:
    """What other models have in common."""

    change: Estimate
    #: Standard errors by which all of them together are above what is expected on a usual day, none of them counting
    #: for more than a few.
    deviations: float


@dataclass(frozen=True, kw_only=True, eq=False)
class Known:
    """What was known of one model when its change began: a row of a table, and what a second grading changed in it."""

    table: Table
    row: int
    #: Score now minus score before, per question graded again today; zero for the others.
    regraded: FloatArray


def change_of(
    packets: Sequence[Packet], known: Known, question_dimension: IntArray, weights: FloatArray, day_variance: float
) -> Estimate | None:
    """Compare one model's fresh answers with what was known; None where a dimension has fewer than two questions.

    A question that was asked in several rounds counts once, by its mean: what was not known of it does not average out.
    `day_variance` is how much the model varies from day to day, in square points: answers of one day share it, and so
    does what is known if most of it is from one day, as after a calibration.
    """
    question = np.concatenate([packet.question for packet in packets])
    score = np.concatenate([packet.score for packet in packets])
    difference = POINTS * (score - known.table.mean[known.row, question] - known.regraded[question])
    points = 0.0
    variance = day_variance * (1 / len({packet.day for packet in packets}) + float(known.table.day_share[known.row]))
    answers = 0
    for dimension in np.flatnonzero(weights > 0):
        inside = question_dimension[question] == dimension
        own = _by_question(question[inside], difference[inside])
        if len(own) < LEAST_QUESTIONS:
            return None
        slope = float(known.table.pool_slope[known.row, dimension])
        unsure = POINTS**2 * slope**2 * float(known.table.ability_variance[dimension, known.row])
        points += weights[dimension] * float(own.mean())
        variance += weights[dimension] ** 2 * (float(own.var(ddof=1)) / len(own) + unsure)
        answers += int(inside.sum())
    return Estimate(points=points, standard_error=float(np.sqrt(max(variance, 1e-6))), answers=answers)


def _by_question(question: IntArray, difference: FloatArray) -> FloatArray:
    """Mean difference of each question; as given where no question comes twice."""
    asked, place, times = np.unique(question, return_inverse=True, return_counts=True)
    if len(asked) == len(question):
        return difference
    return np.asarray(np.bincount(place, weights=difference) / times, dtype=np.float64)


def common_change(points: FloatArray, variance: FloatArray, day_variance: float) -> Common:
    """What other models moved by together, from each one's residual points and their variance.

    The change is the posterior of a level that most likely is that of a usual day (`day_variance`, square points),
    under a likelihood in which any single model may have moved by itself; on a grid, as mixtures of this kind have no
    closed form. It sees little where all move by unequal amounts: `deviations`, Stouffer's sum (1949) with what a day
    has in common and each model cut off at three standard errors, does.
    """
    if not len(points):
        return Common(change=Estimate(points=0.0, standard_error=0.0, answers=0), deviations=0.0)
    spread = np.sqrt(variance + _MODEL_SPREAD**2)[:, None]
    wide = np.sqrt(variance + _OWN_MOVE_SPREAD**2)[:, None]
    likelihood = (1 - _OWN_MOVE_PROBABILITY) * norm.pdf(points[:, None], _GRID, spread)
    likelihood += _OWN_MOVE_PROBABILITY * norm.pdf(points[:, None], _GRID, wide)
    prior = _MOVE_PROBABILITY * norm.pdf(_GRID, 0.0, _MOVE_SPREAD)
    prior /= prior.sum() / _MOVE_PROBABILITY
    usual = norm.pdf(_GRID, 0.0, max(float(np.sqrt(day_variance)), _GRID[1] - _GRID[0]))
    prior += (1 - _MOVE_PROBABILITY) * usual / usual.sum()
    log_posterior = np.log(np.maximum(likelihood, 1e-300)).sum(axis=0) + np.log(prior)
    posterior = np.exp(log_posterior - log_posterior.max())
    posterior /= posterior.sum()
    mean = float(posterior @ _GRID)
    shared = day_variance + _DAY_SPREAD**2
    total = variance + _MODEL_SPREAD**2 + shared
    each = np.clip(points / np.sqrt(total), -_MOST_DEVIATIONS, _MOST_DEVIATIONS)
    together = len(points) * (1 + (len(points) - 1) * float((shared / total).mean()))
    return Common(
        change=Estimate(
            points=mean, standard_error=float(np.sqrt(posterior @ (_GRID - mean) ** 2)), answers=len(points)
        ),
        deviations=float(each.sum() / np.sqrt(together)),
    )
