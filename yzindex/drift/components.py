"""How much models, questions and single answers vary, estimated by how well each answer is expected from the others."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Self

import numpy as np

from yzindex.drift.difficulty import Cells, Components, Fit, expect_left_out, fit
from yzindex.drift.history import FloatArray, IntArray

_CELL_SPREADS = (0.25, 0.5, 1.0, 1.5, 2.2, 3.2, 4.5)
_DISPERSIONS = (0.1, 0.2, 0.35, 0.6, 1.0)
#: Fewer answers than this say nothing of spread.
_LEAST_ANSWERS = 60
_LEAST_SPREAD = 0.3
#: Scores in a cell that are the same in so many steps from 0 to 1 are left out as one.
_STEPS = 16
_MOST_STEPS = 8
#: A value that is greater by no more than this share is not greater: fits are only nearly the same under other names.
_SAME = 1e-9


@dataclass(frozen=True, kw_only=True, eq=False)
class Answers:
    """Scored answers of one dimension in columns; `row` and `question` index a fit's models and questions."""

    row: IntArray
    question: IntArray
    score: FloatArray
    #: Rows of models as they were before they began anew.
    former: IntArray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))

    def cells(self, rows: int, questions: int) -> Cells:
        """Count and sum the answers in each cell."""
        place = self.row * questions + self.question
        size = rows * questions
        count = np.bincount(place, minlength=size).astype(np.float64)
        total = np.bincount(place, weights=self.score, minlength=size).astype(np.float64)
        former = np.zeros(rows, dtype=np.bool_)
        former[self.former] = True
        return Cells(count=count.reshape(rows, questions), total=total.reshape(rows, questions), former=former)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Alike:
    """Answers of one cell and nearly one score, taken together: their number, mean and variance."""

    row: IntArray
    question: IntArray
    count: IntArray
    score: FloatArray
    variance: FloatArray

    @classmethod
    def of(cls, answers: Answers, questions: int) -> Self:
        step = np.rint(answers.score * _STEPS).astype(np.int64)
        cell = answers.row * questions + answers.question
        seen, group = np.unique(cell * (_STEPS + 1) + step, return_inverse=True)
        row, question = np.divmod(seen // (_STEPS + 1), questions)
        count = np.bincount(group)
        score = np.bincount(group, weights=answers.score) / count
        variance = np.bincount(group, weights=(answers.score - score[group]) ** 2) / count
        return cls(row=row, question=question, count=count, score=score, variance=variance)


def estimate_components(answers: Answers, rows: int, questions: int, start: Components) -> Components:
    """Choose the components under which each answer is likeliest, given all others; a step at a time from `start`.

    What is expected of an answer is scored by Dawid and Sebastiani's rule (1999), `-log v - (y - m)² / v`, which is
    best for the true mean and variance and needs no distribution. Neither the order of the answers nor that of rows and
    questions matters.
    """
    if len(answers.score) < _LEAST_ANSWERS:
        return start
    cells, alike = answers.cells(rows, questions), _Alike.of(answers, questions)
    known: dict[Components, float] = {}
    fitted: Fit | None = None

    def value(components: Components) -> float:
        nonlocal fitted
        if components not in known:
            fitted = fit(cells, components, fitted)
            known[components] = _left_out_score(fitted, alike)
        return known[components]

    best = start
    for _ in range(_MOST_STEPS):
        before = best
        best = _first_best((best, *_neighbours(best)), value)
        if best is before:
            break
    return _with_group_spreads(fit(cells, best, fitted))


def _left_out_score(fitted: Fit, alike: _Alike) -> float:
    expected = expect_left_out(fitted, alike.row, alike.question, alike.score)
    square = (alike.score - expected.mean) ** 2 + alike.variance
    return float((alike.count * (-np.log(expected.variance) - square / expected.variance)).sum())


def _first_best(candidates: Iterable[Components], value: Callable[[Components], float]) -> Components:
    """Give the first of those that are best but for rounding."""
    best, *others = candidates
    for each in others:
        if value(each) > value(best) + _SAME * abs(value(best)):
            best = each
    return best


def _neighbours(components: Components) -> Iterator[Components]:
    """The next steps of both at once: a wide spread with little noise looks much like the opposite."""
    for spread, share in product(_near(components.cells, _CELL_SPREADS), _near(components.dispersion, _DISPERSIONS)):
        yield replace(components, cells=spread, dispersion=share)


def _near(value: float, grid: tuple[float, ...]) -> tuple[float, ...]:
    place = int(np.argmin([abs(np.log(value / each)) for each in grid]))
    return grid[max(place - 1, 0) : place + 2]


def _with_group_spreads(fitted: Fit) -> Components:
    """Spread of models and questions by one step of expectation-maximisation, what is unknown of each included."""
    seen_models = fitted.cells.count.sum(axis=1) > 0
    seen_questions = fitted.cells.count.sum(axis=0) > 0
    ability = (fitted.ability - fitted.mean)[seen_models]
    models = np.sqrt((ability**2 + fitted.ability_variance[seen_models]).mean())
    questions = np.sqrt((fitted.easiness[seen_questions] ** 2 + fitted.easiness_variance[seen_questions]).mean())
    return replace(
        fitted.components,
        models=max(float(models), _LEAST_SPREAD),
        questions=max(float(questions), _LEAST_SPREAD),
    )
