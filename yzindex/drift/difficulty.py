"""How hard each question is and how able each model, of one dimension: a crossed fractional logit with shrinkage.

`logit E[y] = mu + a_model + b_question + u_model,question`, y in [0, 1] (quasi-likelihood: Papke and Wooldridge 1996;
crossed random effects with a normal cell effect: De Boeck 2008). The cell effect u is integrated out by Gauss–Hermite
quadrature, the rest is maximised by Newton steps (Laplace's approximation); all shrink towards their group.
"""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.polynomial.hermite_e import hermegauss
from scipy.linalg import cho_factor, cho_solve

from yzindex.drift.history import BoolArray, FloatArray, IntArray
from yzindex.drift.unchanging import Unchanging

#: No answer is surer than this: a model at its ceiling can still fail.
LEAST_VARIANCE = 0.02

_CELL_NODES, _CELL_WEIGHTS = hermegauss(7)
_CELL_LOG_WEIGHTS = np.log(_CELL_WEIGHTS) + _CELL_NODES**2 / 2
#: Newton steps to each cell's most likely effect: how many at most, how long, and how short the last one is.
_CELL_STEPS, _LONGEST_CELL_STEP, _SETTLED_CELL = 5, 3.0, 1e-2
_ABILITY_NODES, _ABILITY_WEIGHTS = hermegauss(3)
_ABILITY_WEIGHTS = _ABILITY_WEIGHTS / _ABILITY_WEIGHTS.sum()
_MOST_STEPS = 30
#: A hundred further out, where the farthest node may be, the chance of failure has no logarithm.
_FARTHEST_LOGIT = 600.0
#: A step no longer than this, in logits, is the last. After one by the exact curvature the next would be its square.
_SETTLED, _SETTLED_BY_SAFE = 1e-4, 1e-6
#: Spread in logits that the models' mean is given beforehand; holds it where all answers are right, or all wrong.
_MEAN_SPREAD = 3.0
#: Spread in logits around the others that a model is given beforehand which was found to have changed.
_CHANGED_SPREAD = 2.0
#: A Newton step moves no effect further than this, in logits.
_LONGEST_STEP = 1.5
#: So many answers are left out at a time, which bounds the memory.
_LEFT_OUT_AT_ONCE = 1 << 14


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
    """Known answers, counted and summed: arrays of models × questions, or of some of these cells in a row."""

    count: FloatArray
    total: FloatArray
    #: Marks the models as they were before they began anew: these have a mean of their own. None: there are none.
    former: BoolArray | None = None
    #: Marks the models that were found to have changed: these may be far from the others. None: there are none.
    changed: BoolArray | None = None

    @property
    def groups(self) -> tuple[BoolArray, BoolArray]:
        """Mark the models that make up a mean, that of today's and that of the former.

        One without answers is no part of it, nor one that has changed, unless there is no other.
        """
        seen = np.asarray(self.count.sum(axis=1) > 0)
        former = np.zeros_like(seen) if self.former is None else self.former
        usual = seen & ~former & ~self.wide
        return usual if usual.any() else seen & ~former, seen & former

    @property
    def wide(self) -> BoolArray:
        """Mark the models that may be far from their group."""
        return np.zeros(len(self.count), dtype=np.bool_) if self.changed is None else self.changed


@dataclass(frozen=True, kw_only=True, eq=False)
class Derivatives:
    """Of the cells' log-likelihood by their logits."""

    gradient: FloatArray
    #: Negated second derivative. Below zero where a surprising answer pulls the cell effect; near the maximum that is
    #: as it should be.
    curvature: FloatArray
    #: Where it is less, the curvature of a normal likelihood, which is never below zero.
    safe: FloatArray

    def at(self, place: tuple[IntArray, IntArray]) -> Self:
        return replace(self, gradient=self.gradient[place], curvature=self.curvature[place], safe=self.safe[place])

    def minus(self, other: Self) -> Self:
        return replace(
            self,
            gradient=self.gradient - other.gradient,
            curvature=self.curvature - other.curvature,
            safe=self.safe - other.safe,
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class Fit(Unchanging):
    """Effects in logits with their posterior variance."""

    components: Components
    cells: Cells
    #: Mean of each model's group, included in its `ability`: a model's logit on a question is `ability + easiness`.
    mean: FloatArray
    ability: FloatArray
    easiness: FloatArray
    ability_variance: FloatArray
    easiness_variance: FloatArray
    #: Variance of `ability + easiness`, shape models × questions.
    sum_variance: FloatArray
    #: Of the likelihood at the fit, shape models × questions.
    derived: Derivatives

    @property
    def logit(self) -> FloatArray:
        """`ability + easiness`, shape models × questions."""
        return self.ability[:, None] + self.easiness


@dataclass(frozen=True, kw_only=True, eq=False)
class Expectation:
    """What a fit expects of the next answer in each cell, in scores of 0 to 1; shape of the cells."""

    mean: FloatArray
    #: Of an answer around `mean`, what is not known of the cell included; at least `LEAST_VARIANCE`.
    variance: FloatArray
    #: How much `mean` rises per logit of ability.
    slope: FloatArray


@dataclass(frozen=True, kw_only=True, eq=False)
class _Chance:
    """Moments of the chance of success of the next answer in each cell, over what is unknown of it."""

    mean: FloatArray
    square: FloatArray
    #: How much `mean` rises per logit.
    slope: FloatArray


class _Integral:
    """The cells' likelihood with the cell effect integrated out, where `logit` holds the other effects.

    By adaptive Gauss–Hermite quadrature (Liu and Pierce 1994): nodes lie around each cell's own most likely effect, as
    widely as its answers leave it open; fixed ones are too coarse for a cell with many answers.
    """

    def __init__(self, cells: Cells, components: Components) -> None:
        self._count = cells.count / components.dispersion
        self._total = cells.total / components.dispersion
        self._precision = components.cells**-2

    def failing(self, logit: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Give the mean and the variance of each cell's chance of failure."""
        logit = np.minimum(logit, _FARTHEST_LOGIT)
        effect, deviation = self._likeliest(logit)
        shape = (-1,) + (1,) * logit.ndim
        nodes = deviation * _CELL_NODES.reshape(shape)
        nodes += effect
        q = _failing(nodes + logit)
        # Without what is the same at all nodes of a cell, for log σ(x) = x + log σ(-x). Much of an analysis's time is
        # spent on these arrays, so they are written to in place.
        log_likelihood = np.log(q)
        log_likelihood *= self._count
        linear = nodes * (-self._precision / 2)
        linear += self._total
        linear *= nodes
        log_likelihood += linear
        log_likelihood += _CELL_LOG_WEIGHTS.reshape(shape)
        log_likelihood -= log_likelihood.max(axis=0)
        weight = np.exp(log_likelihood, out=log_likelihood)
        whole = weight.sum(axis=0)
        # From the middle node's, which it is near to where a cell has many answers: squares lose no digits.
        middle = q[len(_CELL_NODES) // 2].copy()
        q -= middle
        weight *= q
        mean = weight.sum(axis=0) / whole
        weight *= q
        return middle + mean, weight.sum(axis=0) / whole - mean**2

    def _likeliest(self, logit: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Mode and spread of each cell's effect, by a few Newton steps: nodes need no more."""
        effect, information = np.zeros_like(logit), np.full_like(logit, self._precision)
        for _ in range(_CELL_STEPS):
            q = _failing(logit + effect)
            expected = (1 - q) * self._count
            information = expected * q
            information += self._precision
            step = self._total - expected
            step -= effect * self._precision
            step /= information
            # `np.clip` takes several times as long for so few.
            np.minimum(step, _LONGEST_CELL_STEP, out=step)
            np.maximum(step, -_LONGEST_CELL_STEP, out=step)
            effect += step
            if max(step.max(initial=0.0), -step.min(initial=0.0)) < _SETTLED_CELL:
                break
        return effect, information**-0.5

    def derivatives(self, logit: FloatArray) -> Derivatives:
        """Derive the log-likelihood by each cell's logit."""
        mean, variance = self.failing(logit)
        information = self._count * (mean * (1 - mean) - variance)
        curvature = information - self._count**2 * variance
        normal = information / (1 + information / self._precision)
        return Derivatives(
            gradient=self._total - self._count * (1 - mean),
            curvature=curvature,
            safe=np.maximum(curvature, normal),
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class _Quadratic:
    """The penalised log-likelihood around a fit, with the questions taken out: small and dense, where it is large."""

    curvature: FloatArray
    by_question: FloatArray
    #: Cholesky factor of the information on abilities, as scipy keeps it.
    factor: tuple[FloatArray, bool]

    @classmethod
    def of(cls, curvature: FloatArray, components: Components, prior: FloatArray) -> Self | None:
        """None where it has no maximum."""
        question_precision = components.questions**-2
        by_question = curvature.sum(axis=0) + question_precision
        if by_question.min(initial=question_precision) <= question_precision / 10:
            return None
        by_model = np.diag(curvature.sum(axis=1)) + prior
        try:
            factor = cho_factor(by_model - (curvature / by_question) @ curvature.T, lower=True)
        except np.linalg.LinAlgError:
            return None
        return cls(curvature=curvature, by_question=by_question, factor=factor)

    @classmethod
    def of_safe(cls, derived: Derivatives, components: Components, prior: FloatArray) -> Self:
        """Take the safe curvature, by which there always is one."""
        quadratic = cls.of(derived.safe, components, prior)
        assert quadratic is not None  # a sum of positive parts
        return quadratic

    def step(self, own: FloatArray, others: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Give the steps of abilities and easiness to the maximum, where `own` and `others` are the gradient."""
        ability_step = cho_solve(self.factor, own - self.curvature @ (others / self.by_question))
        return ability_step, (others - self.curvature.T @ ability_step) / self.by_question

    def variances(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Variance of abilities, of easiness, and of their sums, shape models × questions."""
        share = self.curvature / self.by_question
        covariance = cho_solve(self.factor, np.eye(len(share)))
        pull = covariance @ share
        ability = np.diag(covariance).copy()
        easiness = 1 / self.by_question + (share * pull).sum(axis=0)
        return ability, easiness, np.maximum(ability[:, None] + easiness - 2 * pull, 1e-9)


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
        derived = integral.derivatives(ability[:, None] + easiness)
        own = derived.gradient.sum(axis=1) - prior @ ability
        others = derived.gradient.sum(axis=0) - easiness * question_precision
        quadratic = _Quadratic.of(derived.curvature, components, prior)
        ability_step, easiness_step = (quadratic or _Quadratic.of_safe(derived, components, prior)).step(own, others)
        longest = max(np.abs(ability_step).max(initial=0.0), np.abs(easiness_step).max(initial=0.0))
        shortened = min(1.0, _LONGEST_STEP / longest) if longest else 1.0
        ability += shortened * ability_step
        easiness += shortened * easiness_step
        if longest < (_SETTLED_BY_SAFE if quadratic is None else _SETTLED):
            break
    return _with_uncertainty(cells, components, ability, easiness, prior)


def expect(fitted: Fit) -> Expectation:
    """Say what to expect of the next answer in each cell: the cell's own answers, and what is unknown, included."""
    chance = _chance(fitted.cells, fitted.components, fitted.logit, fitted.sum_variance)
    return _expectation(chance, _shift(fitted.cells, chance), fitted.components)


def expect_left_out(fitted: Fit, row: IntArray, question: IntArray, score: FloatArray) -> Expectation:
    """Say what would be expected of each of these known answers if it were the one that is not known, without refits.

    Taking an answer away changes the likelihood of its own cell alone: one Newton step from the fit leads to that
    cell's logit and variance without it (approximate leave-one-out: Rahnama Rad and Maleki 2020; for posteriors by
    Laplace's approximation: Vehtari et al. 2016).
    """
    components = fitted.components
    shift = _shift(fitted.cells, _chance(fitted.cells, components, fitted.logit, fitted.sum_variance))
    all_answers = fitted.derived
    quadratic = _Quadratic.of(all_answers.curvature, components, _prior_precision(fitted.cells, components))
    # How far a fit gives way follows from its likelihood as it is; of one that has not settled, from the safe one.
    yielding = quadratic.variances()[2] if quadratic else fitted.sum_variance
    mean, variance, slope = np.empty_like(score), np.empty_like(score), np.empty_like(score)
    for begin in range(0, len(score), _LEFT_OUT_AT_ONCE):
        part = slice(begin, begin + _LEFT_OUT_AT_ONCE)
        at = row[part], question[part]
        count = fitted.cells.count[at] - 1
        others = Cells(count=count, total=np.clip(fitted.cells.total[at] - score[part], 0, count))
        own = all_answers.at(at).minus(_Integral(others, components).derivatives(fitted.logit[at]))
        unknown = _without(fitted.sum_variance[at], own.safe, components)
        step = _without(yielding[at], own.curvature if quadratic else own.safe, components) * own.gradient
        left_out = _expectation(_chance(others, components, fitted.logit[at] - step, unknown), shift, components)
        mean[part], variance[part], slope[part] = left_out.mean, left_out.variance, left_out.slope
    return Expectation(mean=mean, variance=variance, slope=slope)


def _failing(logit: FloatArray) -> FloatArray:
    """Chance of failure. Several times as fast as `scipy.special.expit`; an overflow of `exp` is a chance of nought."""
    with np.errstate(over="ignore"):
        q = np.exp(logit)
    q += 1
    return np.divide(1, q, out=q)


def _without(variance: FloatArray, information: FloatArray, components: Components) -> FloatArray:
    """Variance without some information: no more than there is before all answers, as rounding might have it."""
    beforehand = components.models**2 + components.questions**2 + _MEAN_SPREAD**2
    return 1 / np.maximum(1 / variance - information, 1 / beforehand)


def _chance(cells: Cells, components: Components, logit: FloatArray, variance: FloatArray) -> _Chance:
    integral = _Integral(cells, components)
    deviation = np.sqrt(variance)
    mean, square, slope = np.zeros_like(logit), np.zeros_like(logit), np.zeros_like(logit)
    for node, share in zip(_ABILITY_NODES, _ABILITY_WEIGHTS, strict=True):
        failing, spread = integral.failing(logit + node * deviation)
        mean += share * (1 - failing)
        square += share * ((1 - failing) ** 2 + spread)
        slope += share * (failing * (1 - failing) - spread)
    return _Chance(mean=mean, square=square, slope=slope)


def _shift(cells: Cells, chance: _Chance) -> float:
    """Logits by which all cells are expected too low.

    The mode of a skewed posterior lies nearer to an even chance than its mean: all expectations move alike, until as
    much is expected of the known answers as they gave.
    """
    missing = float((cells.total - cells.count * chance.mean).sum())
    return missing / max(float((cells.count * chance.slope).sum()), 1.0)


def _expectation(chance: _Chance, shift: float, components: Components) -> Expectation:
    square = np.clip(chance.square + 2 * chance.mean * chance.slope * shift, 0.0, 1.0)
    mean = np.clip(chance.mean + chance.slope * shift, 0.0, 1.0)
    noise = components.dispersion * np.maximum(mean - square, 0.0)
    variance = np.maximum(noise + np.maximum(square - mean**2, 0.0), LEAST_VARIANCE)
    return Expectation(mean=mean, variance=variance, slope=chance.slope)


def _with_uncertainty(
    cells: Cells, components: Components, ability: FloatArray, easiness: FloatArray, prior: FloatArray
) -> Fit:
    derived = _Integral(cells, components).derivatives(ability[:, None] + easiness)
    ability_variance, easiness_variance, sum_variance = _Quadratic.of_safe(derived, components, prior).variances()
    return Fit(
        components=components,
        cells=cells,
        mean=_mean_of_groups(cells, ability),
        ability=ability,
        easiness=easiness,
        ability_variance=ability_variance,
        easiness_variance=easiness_variance,
        sum_variance=sum_variance,
        derived=derived,
    )


def _mean_of_groups(cells: Cells, ability: FloatArray) -> FloatArray:
    current, former = cells.groups
    means = [float(ability[group].mean()) if group.any() else 0.0 for group in (current, former)]
    return np.where(former, means[1], means[0])


def _prior_precision(cells: Cells, components: Components) -> FloatArray:
    """Precision of abilities around their group's mean, and of that mean around an even chance; models × models.

    A model begins anew because it has changed, or all have: former abilities must not pull at those of today, nor those
    of models that did not change at that of one that did, or its fall would be read too small and be found again.
    """
    current, former = cells.groups
    models = len(current)
    precision = np.zeros((models, models))
    own_precision = 1 / (components.models**2 + np.where(cells.wide, _CHANGED_SPREAD**2, 0.0))
    for group, members in ((current, ~former), (former, former)):
        share = group / max(int(group.sum()), 1)
        own = (np.eye(models) - share)[members]
        precision += (own.T * own_precision[members]) @ own + np.outer(share, share) / _MEAN_SPREAD**2
    return precision
