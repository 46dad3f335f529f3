"""How hard each question is and how able each model, of one dimension: a crossed fractional logit with shrinkage.

`logit E[y] = mu + a_model + b_question + u_model,question`, y in [0, 1] (quasi-likelihood: Papke and Wooldridge 1996;
crossed random effects with a normal cell effect: De Boeck 2008). The cell effect u is integrated out by Gauss–Hermite
quadrature, the rest is maximised by Newton steps (Laplace's approximation); all shrink towards their group.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.polynomial.hermite_e import hermegauss
from scipy.linalg import cho_factor, cho_solve
from scipy.special import expit

from yzindex.drift.history import BoolArray, FloatArray

#: No answer is surer than this: a model at its ceiling can still fail.
LEAST_VARIANCE = 0.02

_CELL_NODES, _CELL_WEIGHTS = hermegauss(9)
_CELL_LOG_WEIGHTS = np.log(_CELL_WEIGHTS / _CELL_WEIGHTS.sum())[:, None, None]
_ABILITY_NODES, _ABILITY_WEIGHTS = hermegauss(3)
_ABILITY_WEIGHTS = _ABILITY_WEIGHTS / _ABILITY_WEIGHTS.sum()
_MOST_STEPS = 30
#: Further out an answer is as good as certain, and its logarithm still a number.
_FARTHEST_LOGIT = 30.0
_SETTLED = 1e-6
#: Spread in logits that the models' mean is given beforehand; holds it where all answers are right, or all wrong.
_MEAN_SPREAD = 3.0
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
        self._nodes = self.components.cells * _CELL_NODES[:, None, None]

    def weights(self, logit: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Posterior weight of each node (first axis), and the success probability there."""
        shifted = np.clip(logit + self._nodes, -_FARTHEST_LOGIT, _FARTHEST_LOGIT)
        q = expit(-shifted)
        p = 1 - q
        # log σ(x) = x + log σ(-x), so a cell's log-likelihood is total·x + count·log σ(-x).
        log_likelihood = self.cells.total * shifted + self.cells.count * np.log(q)
        log_likelihood = log_likelihood / self.components.dispersion + _CELL_LOG_WEIGHTS
        log_likelihood -= log_likelihood.max(axis=0)
        weight = np.exp(log_likelihood)
        weight /= weight.sum(axis=0)
        return weight, p

    def derivatives(self, logit: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """First and negated second derivative of the log-likelihood by each cell's logit, and the latter made safe."""
        weight, p = self.weights(logit)
        slope = (self.cells.total - self.cells.count * p) / self.components.dispersion
        gradient = (weight * slope).sum(axis=0)
        information = (weight * p * (1 - p)).sum(axis=0) * self.cells.count / self.components.dispersion
        spread = (weight * slope**2).sum(axis=0) - gradient**2
        # Below zero where a surprising answer pulls the cell effect. Near the maximum that is as it should be.
        curvature = information - spread
        # The curvature of a normal likelihood, which is never below zero.
        normal = information / (1 + information * self.components.cells**2)
        return gradient, curvature, np.maximum(curvature, normal)


def fit(cells: Cells, components: Components, start: Fit | None = None) -> Fit:
    """Fit the effects of every model and question; one without answers gets its group's mean and spread.

    `start` only saves steps: the result does not depend on it beyond 1e-5 logits.
    """
    models, questions = cells.count.shape
    if start is not None and start.cells.count.shape == cells.count.shape:
        ability, easiness = start.ability.copy(), start.easiness.copy()
    else:
        ability, easiness = np.zeros(models), np.zeros(questions)
    integral = _Integral(cells, components)
    prior = _prior_precision(cells, components)
    question_precision = components.questions**-2
    for _ in range(_MOST_STEPS):
        gradient, curvature, safe = integral.derivatives(ability[:, None] + easiness)
        own = gradient.sum(axis=1) - prior @ ability
        others = gradient.sum(axis=0) - easiness * question_precision
        step = _newton_step(curvature, own, others, question_precision, prior)
        if step is None:
            step = _newton_step(safe, own, others, question_precision, prior)
            assert step is not None  # a sum of positive parts
        ability_step, easiness_step = step
        longest = max(np.abs(ability_step).max(initial=0.0), np.abs(easiness_step).max(initial=0.0))
        shortened = min(1.0, _LONGEST_STEP / longest) if longest else 1.0
        ability += shortened * ability_step
        easiness += shortened * easiness_step
        if longest < _SETTLED:
            break
    return _with_uncertainty(cells, components, ability, easiness, prior)


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
    # The mode of a skewed posterior lies nearer to an even chance than its mean: all expectations move alike, until as
    # much is expected of the known answers as they gave.
    missing = float((fitted.cells.total - fitted.cells.count * mean).sum())
    shift = missing / max(float((fitted.cells.count * slope).sum()), 1.0)
    square = np.clip(square + 2 * mean * slope * shift, 0.0, 1.0)
    mean = np.clip(mean + slope * shift, 0.0, 1.0)
    noise = fitted.components.dispersion * np.maximum(mean - square, 0.0)
    variance = np.maximum(noise + np.maximum(square - mean**2, 0.0), LEAST_VARIANCE)
    return Expectation(mean=mean, variance=variance, slope=slope)


def _with_uncertainty(
    cells: Cells, components: Components, ability: FloatArray, easiness: FloatArray, prior: FloatArray
) -> Fit:
    _, _, curvature = _Integral(cells, components).derivatives(ability[:, None] + easiness)
    by_question = curvature.sum(axis=0) + components.questions**-2
    covariance = np.linalg.inv(_schur(curvature, by_question, prior))
    pull = covariance @ (curvature / by_question)
    ability_variance = np.diag(covariance).copy()
    easiness_variance = 1 / by_question + ((curvature / by_question) * pull).sum(axis=0)
    sum_variance = np.maximum(ability_variance[:, None] + easiness_variance - 2 * pull, 1e-9)
    return Fit(
        components=components,
        cells=cells,
        mean=float(ability[_seen(cells)].mean()) if _seen(cells).any() else 0.0,
        ability=ability,
        easiness=easiness,
        ability_variance=ability_variance,
        easiness_variance=easiness_variance,
        sum_variance=sum_variance,
    )


def _newton_step(
    curvature: FloatArray, own: FloatArray, others: FloatArray, question_precision: float, prior: FloatArray
) -> tuple[FloatArray, FloatArray] | None:
    """Step of abilities and easiness to the maximum of a quadratic; None where it has none."""
    by_question = curvature.sum(axis=0) + question_precision
    if by_question.min(initial=question_precision) <= question_precision / 10:
        return None
    try:
        factor = cho_factor(_schur(curvature, by_question, prior), lower=True)
    except np.linalg.LinAlgError:
        return None
    ability_step = cho_solve(factor, own - curvature @ (others / by_question))
    return ability_step, (others - curvature.T @ ability_step) / by_question


def _seen(cells: Cells) -> BoolArray:
    """Mark the models that have answers; the others are no part of the group's mean."""
    return np.asarray(cells.count.sum(axis=1) > 0)


def _prior_precision(cells: Cells, components: Components) -> FloatArray:
    """Precision of abilities around their own mean, and of that mean around an even chance; models × models."""
    models = len(cells.count)
    seen = _seen(cells)
    share = seen / max(int(seen.sum()), 1)
    own = np.eye(models) - share
    return np.asarray(own.T @ own / components.models**2 + np.outer(share, share) / _MEAN_SPREAD**2, dtype=np.float64)


def _schur(curvature: FloatArray, by_question: FloatArray, prior: FloatArray) -> FloatArray:
    """Information on abilities once the questions are taken out: small and dense, where the whole is large."""
    by_model = np.diag(curvature.sum(axis=1)) + prior
    return np.asarray(by_model - (curvature / by_question) @ curvature.T, dtype=np.float64)
