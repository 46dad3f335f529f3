"""The worlds of the proof, with their settings. They were written before the thresholds were frozen."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from scipy.optimize import brentq
from scipy.special import expit

from yzindex.drift.history import FloatArray, IntArray
from yzindex.drift.proving.world import World

_WEIGHTS = (0.55, 0.45)
_CASES = 8


@dataclass(frozen=True, kw_only=True)
class Settings:
    """A generator; spreads are standard deviations in logits."""

    models: int = 11
    questions_per_dimension: int = 120
    ability: float = 1.9
    ability_spread: float = 0.6
    easiness_spread: float = 1.3
    #: How much a model's strengths differ from question to question.
    cell_spread: float = 0.7
    #: Concentration of the share of cases passed: small is all or nothing, large is the same each time. None: one case.
    concentration: float | None = 1.5
    #: Questions differ in how sharply they tell models apart (two-parameter logistic).
    discrimination: float = 1.0
    discrimination_spread: float = 0.0
    #: Scale of a day's disturbance of each model, Student's t with three degrees of freedom.
    day_scale: float = 0.0
    #: Daily drift of each question, logits a day.
    drift: float = 0.0
    #: A day's disturbance of the grader that all models share, in scores of 0 to 1.
    grader_noise: float = 0.0
    #: How unequally models suffer when the pool moves: spread as a share of the move.
    unequal: float = 0.0


class LogitWorld:
    """Answers whose logit is ability plus easiness plus a model's own strength on a question."""

    def __init__(self, settings: Settings, numbers: Generator) -> None:
        self.models = settings.models
        self._settings = settings
        each = settings.questions_per_dimension
        self.question_dimension: IntArray = np.repeat(np.arange(2), each)
        size = (self.models, 2 * each)
        ability = numbers.normal(settings.ability, settings.ability_spread, (self.models, 1))
        ability = ability + numbers.normal(0, 0.2, (self.models, 2))
        logit = ability[:, self.question_dimension] + numbers.normal(0, settings.easiness_spread, size[1])
        sharpness = settings.discrimination * np.exp(numbers.normal(0, settings.discrimination_spread, size[1]))
        self._sharpness: FloatArray = sharpness
        self._logit: FloatArray = sharpness * (logit + numbers.normal(0, settings.cell_spread, size))
        self._slope: FloatArray = numbers.normal(0, settings.drift, size[1])
        self.harder = harder_half(expit(self._logit).mean(axis=0), self.question_dimension)
        self._lowered: FloatArray = np.zeros(self.models)
        self._disturbed: FloatArray = np.zeros(self.models)
        self._grader_level = 0.0
        #: Share of the work that a moved grader cuts, and by how much.
        self._cut = (0.0, 0.0)

    def begin(self, day: int, numbers: Generator) -> None:
        self._logit = self._logit + self._slope
        self._disturbed = self._settings.day_scale * numbers.standard_t(3, self.models)
        self._grader_level = self._settings.grader_noise * float(numbers.normal())

    def work(self, model: IntArray, question: IntArray, numbers: Generator) -> FloatArray:
        shift = (self._disturbed - self._lowered)[model] * self._sharpness[question]
        p = expit(self._logit[model, question] + shift)
        if self._settings.concentration is None:
            return (numbers.random(len(p)) < p).astype(np.float64)
        share = numbers.beta(
            np.maximum(self._settings.concentration * p, 1e-6), np.maximum(self._settings.concentration * (1 - p), 1e-6)
        )
        passed = numbers.binomial(_CASES, share) / _CASES
        # A thousandth tells one piece of work from another, so that a moved grader cuts the same ones again.
        graded = np.minimum(np.maximum(passed + self._grader_level, 0), 1)
        return np.asarray(graded * 0.999 + numbers.random(len(p)) * 1e-3)

    def grade(self, model: IntArray, question: IntArray, work: FloatArray) -> FloatArray:
        share, loss = self._cut
        if not share:
            return work
        chosen = (work * 7919.0 + question * 0.618 + model * 0.377) % 1.0 < share
        return np.where(chosen, work * (1 - loss), work)

    def version(self, model: int) -> int:
        return 0

    def fall(self, model: int, points: float, numbers: Generator) -> float | None:
        start = self._lowered[model]
        before = self._core(model, start)
        if not 0 < before - points < 100:
            return None
        self._lowered[model] = brentq(lambda lowered: self._core(model, lowered) - before + points, -12, 12)
        return points

    def move_pool(self, points: float, numbers: Generator) -> None:
        for model in range(self.models):
            own = points * (1 + self._settings.unequal * float(numbers.normal()))
            self.fall(model, min(own, self._core(model, self._lowered[model]) - 1), numbers)

    def move_grader(self, points: float, numbers: Generator) -> None:
        level = float(np.mean([self._core(model, self._lowered[model]) for model in range(self.models)]))
        self._cut = (0.3, min(1.0, points / (0.3 * level)))

    def _core(self, model: int, lowered: float) -> float:
        p = expit(self._logit[model] - lowered * self._sharpness)
        return 100 * sum(
            weight * float(p[self.question_dimension == dimension].mean()) for dimension, weight in enumerate(_WEIGHTS)
        )


def harder_half(pass_rate: FloatArray, question_dimension: IntArray) -> IntArray:
    """Mark the half of each dimension's questions with the lower pass rates."""
    harder = np.zeros(len(pass_rate), dtype=np.int64)
    for dimension in np.unique(question_dimension):
        own = np.flatnonzero(question_dimension == dimension)
        harder[own[np.argsort(pass_rate[own], kind="stable")[: len(own) // 2]]] = 1
    return harder


#: Name, as in the table of docs/method.md, with its generator.
SETTINGS: Mapping[str, Settings] = {
    "A, noisy answers": Settings(),
    "B, near-deterministic": Settings(cell_spread=2.5, concentration=40.0),
    "2PL": Settings(
        cell_spread=0.0,
        concentration=None,
        discrimination=1.5,
        discrimination_spread=0.35,
        easiness_spread=1.7,
        ability=1.7,
        ability_spread=0.5,
    ),
    # Four models whose daily scores on 30 fixed tests HackingDave/modelregression publishes differ from day to day by
    # a variance of -0.25 to 1.03 square points beyond noise: a scale of up to 0.04 here. This is nearly twice that.
    "heavy tails": Settings(day_scale=0.07),
    "very heavy tails": Settings(day_scale=0.15),
    "drifting difficulty": Settings(drift=0.005),
    "fast drift": Settings(drift=0.02),
    "correlated grader noise": Settings(grader_noise=0.03),
    "not additive": Settings(cell_spread=1.5, unequal=0.5),
}


def logit_worlds() -> Mapping[str, Callable[[Generator], World]]:
    """Give the generated worlds by name."""
    return {name: _maker(settings) for name, settings in SETTINGS.items()}


def _maker(settings: Settings) -> Callable[[Generator], World]:
    return lambda numbers: LogitWorld(settings, numbers)
