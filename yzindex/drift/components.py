"""How much models, questions and single answers vary, estimated by how well each answer is expected from the others."""

from collections.abc import Iterable, Iterator
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
    #: Rows of models that were found to have changed.
    changed: IntArray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))

    def cells(self, rows: int, questions: int) -> Cells:
        """Count and sum the answers in each cell."""
        place = self.row * questions + self.question
        size = rows * questions
        count = np.bincount(place, minlength=size).astype(np.float64)
        total = np.bincount(place, weights=self.score, minlength=size).astype(np.float64)
        former, changed = np.zeros(rows, dtype=np.bool_), np.zeros(rows, dtype=np.bool_)
        former[self.former], changed[self.changed] = True, True
        return Cells(
            count=count.reshape(rows, questions),
            total=total.reshape(rows, questions),
            former=former,
            changed=changed,
        )


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

    Where hardly a question was answered twice, a wide spread and much noise look alike: the noise is left as it was,
    or that of answers which are right or wrong, if all are.
    """
    if len(answers.score) < _LEAST_ANSWERS:
        return start
    cells = answers.cells(rows, questions)
    search = _Search(cells=cells, alike=_Alike.of(answers, questions))
    tells_noise = repeated(cells) >= _LEAST_ANSWERS
    right_or_wrong = bool(np.isin(answers.score, (0.0, 1.0)).all())
    best = replace(start, dispersion=1.0) if right_or_wrong else start
    for _ in range(_MOST_STEPS):
        before = best
        best = search.first_best(best, _neighbours(best, tells_noise=tells_noise))
        if best is before:
            break
    return _with_group_spreads(search.fit(best))


def repeated(cells: Cells) -> int:
    """Count the answers to questions that the same model had answered before."""
    return int((cells.count - 1).clip(0).sum())


@dataclass(kw_only=True, eq=False)
class _Search:
    """Remembers what the candidates that were looked at are worth."""

    cells: Cells
    alike: _Alike
    _values: dict[Components, float] = field(default_factory=dict)
    _fitted: Fit | None = None

    def fit(self, components: Components) -> Fit:
        self._fitted = fit(self.cells, components, self._fitted)
        return self._fitted

    def first_best(self, best: Components, others: Iterable[Components]) -> Components:
        """Give the first of those that are best but for rounding."""
        for each in others:
            if self._value(each) > self._value(best) + _SAME * abs(self._value(best)):
                best = each
        return best

    def _value(self, components: Components) -> float:
        if components not in self._values:
            alike = self.alike
            expected = expect_left_out(self.fit(components), alike.row, alike.question, alike.score)
            square = (alike.score - expected.mean) ** 2 + alike.variance
            scores = -np.log(expected.variance) - square / expected.variance
            self._values[components] = float((alike.count * scores).sum())
        return self._values[components]


def _neighbours(components: Components, *, tells_noise: bool) -> Iterator[Components]:
    """The next steps of each, and of both in opposite ways: a wide spread and much noise look much alike."""
    shares = _near(components.dispersion, _DISPERSIONS) if tells_noise else (components.dispersion,)
    for spread, share in product(_near(components.cells, _CELL_SPREADS), shares):
        if (spread - components.cells) * (share - components.dispersion) <= 0:
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
