"""How hard each question is and how able each model, of one dimension: a crossed fractional logit with shrinkage.

`logit E[y] = mu + a_model + b_question + u_model,question`, y in [0, 1] (quasi-likelihood: Papke and Wooldridge 1996;
crossed random effects with a normal cell effect: De Boeck 2008). The cell effect u is integrated out by Gauss–Hermite
quadrature, the rest is maximised by Newton steps (Laplace's approximation); all shrink towards their group.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.polynomial.hermite_e import hermegauss

from yzindex.drift.history import FloatArray

#: No answer is surer than this: a model at its ceiling can still fail.
LEAST_VARIANCE = 0.02

_CELL_NODES, _CELL_WEIGHTS = hermegauss(9)
# Nodes come first in every array: sums over them are then sums of whole planes, several times as fast.
_CELL_NODES = _CELL_NODES[:, None, None]
_CELL_LOG_WEIGHTS = np.log(_CELL_WEIGHTS / _CELL_WEIGHTS.sum())[:, None, None]
_ABILITY_NODES, _ABILITY_WEIGHTS = hermegauss(3)
_ABILITY_WEIGHTS = _ABILITY_WEIGHTS / _ABILITY_WEIGHTS.sum()
_MOST_STEPS = 30
_SETTLED = 1e-7
#: A Newton step moves no effect further than this, in logits.
_LONGEST_STEP = 1.5


@dataclass(frozen=True, kw_only=True)
class Components:
    """Spread of each effect in logits, and how much noisier an answer is than its expectation alone says."""

    models: float = 1.5
    questions: float = 1.5
    #: How much a model's strengths differ from question to question.
    cells: float = 1.5
    #: Variance of an answer, as a share of the p(1 - p) of an answer that is right or wrong; 0 to 1.
    dispersion: float = 0.6


@dataclass(frozen=True, kw_only=True, eq=False)
class Cells:
    """Known answers, counted and summed: arrays of models × questions."""

    count: FloatArray
    total: FloatArray


@dataclass(frozen=True, kw_only=True, eq=False)
class Fit:
    """Effects in logits with their posterior variance."""

    components: Components
    cells: Cells
    mean: float
    #: `mean` included, so that a model's logit on a question is `ability + difficulty`; shape models, questions.
    ability: FloatArray
    easiness: FloatArray
    ability_variance: FloatArray
    easiness_variance: FloatArray
    #: Variance of `ability + easiness`, shape models × questions.
    sum_variance: FloatArray


@dataclass(frozen=True, kw_only=True, eq=False)
class Expectation:
    """What a fit expects of the next answer in each cell, shape models × questions, in scores of 0 to 1."""

    mean: FloatArray
    #: Of an answer around `mean`, what is not known of the cell included; at least `LEAST_VARIANCE`.
    variance: FloatArray
    #: How much `mean` rises per logit of ability.
    slope: FloatArray


@dataclass(eq=False)
class _Integral:
    """The cells' likelihood with the cell effect integrated out, where `logit` holds the other effects."""

    cells: Cells
    components: Components
    _nodes: FloatArray = field(init=False)

    def __post_init__(self) -> None:
        self._nodes = self.components.cells * _CELL_NODES

    def weights(self, logit: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Posterior weight of each node (first axis), and the success probability there."""
        shifted = logit + self._nodes
        shrunk = np.exp(-np.abs(shifted))
        p = np.where(shifted >= 0, 1.0, shrunk) / (1 + shrunk)
        # log σ(x) = x - log(1 + e^x), so a cell's log-likelihood is total·x - count·log(1 + e^x).
        log_likelihood = (
            self.cells.total * shifted - self.cells.count * (np.maximum(shifted, 0.0) + np.log1p(shrunk))
        ) / self.components.dispersion + _CELL_LOG_WEIGHTS
        log_likelihood -= log_likelihood.max(axis=0)
        weight = np.exp(log_likelihood)
        weight /= weight.sum(axis=0)
        return weight, p

    def gradient_and_curvature(self, logit: FloatArray) -> tuple[FloatArray, FloatArray]:
        """First and negated second derivative of the log-likelihood by each cell's logit."""
        weight, p = self.weights(logit)
        slope = (self.cells.total - self.cells.count * p) / self.components.dispersion
        gradient = (weight * slope).sum(axis=0)
        information = (weight * p * (1 - p)).sum(axis=0) * self.cells.count / self.components.dispersion
        spread = (weight * slope**2).sum(axis=0) - gradient**2
        # Not concave where a surprising answer pulls the cell effect; a Newton step wants a positive curvature.
        return gradient, np.maximum(information - spread, 0.05 * information)


def fit(cells: Cells, components: Components, start: Fit | None = None) -> Fit:
    """Fit the effects of every model and question; one without answers gets its group's mean and spread.

    `start` only saves steps: the result does not depend on it beyond 1e-6 logits.
    """
    models, questions = cells.count.shape
    if start is not None and start.cells.count.shape == cells.count.shape:
        ability, easiness = start.ability.copy(), start.easiness.copy()
    else:
        ability, easiness = np.zeros(models), np.zeros(questions)
    seen = cells.count.sum(axis=1) > 0
    mean = float(ability[seen].mean()) if seen.any() else 0.0
    integral = _Integral(cells, components)
    model_precision, question_precision = components.models**-2, components.questions**-2
    for _ in range(_MOST_STEPS):
        gradient, curvature = integral.gradient_and_curvature(ability[:, None] + easiness)
        own = gradient.sum(axis=1) - (ability - mean) * model_precision
        others = gradient.sum(axis=0) - easiness * question_precision
        by_question = curvature.sum(axis=0) + question_precision
        schur = _schur(curvature, by_question, model_precision)
        ability_step = np.linalg.solve(schur, own - curvature @ (others / by_question))
        easiness_step = (others - curvature.T @ ability_step) / by_question
        longest = max(np.abs(ability_step).max(initial=0.0), np.abs(easiness_step).max(initial=0.0))
        shortened = min(1.0, _LONGEST_STEP / longest) if longest else 1.0
        ability += shortened * ability_step
        easiness += shortened * easiness_step
        moved_mean = float(ability[seen].mean()) if seen.any() else 0.0
        settled = max(longest, abs(moved_mean - mean)) < _SETTLED
        mean = moved_mean
        if settled:
            break
    return _with_uncertainty(cells, components, mean, ability, easiness, integral)


def expect(fitted: Fit) -> Expectation:
    """Say what to expect of the next answer in each cell: the cell's own answers, and what is unknown, included."""
    logit = fitted.ability[:, None] + fitted.easiness
    integral = _Integral(fitted.cells, fitted.components)
    deviation = np.sqrt(fitted.sum_variance)
    mean = np.zeros_like(logit)
    square = np.zeros_like(logit)
    slope = np.zeros_like(logit)
    for node, share in zip(_ABILITY_NODES, _ABILITY_WEIGHTS, strict=True):
        weight, p = integral.weights(logit + node * deviation)
        first = (weight * p).sum(axis=0)
        second = (weight * p**2).sum(axis=0)
        mean += share * first
        square += share * second
        slope += share * (first - second)
    noise = fitted.components.dispersion * np.maximum(mean - square, 0.0)
    variance = np.maximum(noise + np.maximum(square - mean**2, 0.0), LEAST_VARIANCE)
    return Expectation(mean=mean, variance=variance, slope=slope)


def _with_uncertainty(
    cells: Cells,
    components: Components,
    mean: float,
    ability: FloatArray,
    easiness: FloatArray,
    integral: _Integral,
) -> Fit:
    _, curvature = integral.gradient_and_curvature(ability[:, None] + easiness)
    by_question = curvature.sum(axis=0) + components.questions**-2
    covariance = np.linalg.inv(_schur(curvature, by_question, components.models**-2))
    pull = covariance @ (curvature / by_question)
    ability_variance = np.diag(covariance).copy()
    easiness_variance = 1 / by_question + ((curvature / by_question) * pull).sum(axis=0)
    sum_variance = np.maximum(ability_variance[:, None] + easiness_variance - 2 * pull, 1e-9)
    return Fit(
        components=components,
        cells=cells,
        mean=mean,
        ability=ability,
        easiness=easiness,
        ability_variance=ability_variance,
        easiness_variance=easiness_variance,
        sum_variance=sum_variance,
    )


def _schur(curvature: FloatArray, by_question: FloatArray, model_precision: float) -> FloatArray:
    """Information on abilities once the questions are taken out: small and dense, where the whole is large."""
    by_model = np.diag(curvature.sum(axis=1) + model_precision)
    return np.asarray(by_model - (curvature / by_question) @ curvature.T, dtype=np.float64)
