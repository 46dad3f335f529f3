"""How much models, questions and single answers vary, estimated from answers that a fit has not seen."""

from dataclasses import dataclass, replace

import numpy as np

from yzindex.drift.difficulty import Cells, Components, Fit, expect, fit
from yzindex.drift.history import BoolArray, FloatArray, IntArray

_CELL_SPREADS = (0.25, 0.5, 1.0, 1.5, 2.2, 3.2, 4.5)
_DISPERSIONS = (0.1, 0.2, 0.35, 0.6, 1.0)
#: Fewer answers than this say nothing of spread.
_LEAST_ANSWERS = 60
_LEAST_SPREAD = 0.3


@dataclass(frozen=True, kw_only=True, eq=False)
class Answers:
    """Scored answers of one dimension in columns; `row` and `question` index a fit's models and questions."""

    row: IntArray
    question: IntArray
    score: FloatArray

    def cells(self, rows: int, questions: int, kept: BoolArray | None = None) -> Cells:
        """Count and sum the answers, or those kept, in each cell."""
        chosen = slice(None) if kept is None else kept
        place = self.row[chosen] * questions + self.question[chosen]
        size = rows * questions
        count = np.bincount(place, minlength=size).astype(np.float64)
        total = np.bincount(place, weights=self.score[chosen], minlength=size).astype(np.float64)
        return Cells(count=count.reshape(rows, questions), total=total.reshape(rows, questions))


def estimate_components(answers: Answers, rows: int, questions: int, start: Components) -> Components:
    """Choose the components under which held-out answers are likeliest; a step at a time from `start`.

    Answers are dealt into two halves; each is predicted by a fit to the other, and scored by Dawid and Sebastiani's
    rule (1999), `-log v - (y - m)² / v`, which is best for the true mean and variance and needs no distribution.
    """
    if len(answers.score) < _LEAST_ANSWERS:
        return start
    first = _dealt(answers)
    halves = tuple(
        (answers.cells(rows, questions, learnt), told) for learnt, told in ((first, ~first), (~first, first))
    )
    fits: list[Fit | None] = [None, None]
    known: dict[Components, float] = {}

    def value(components: Components) -> float:
        if components not in known:
            known[components] = 0.0
            for half, (learnt, told) in enumerate(halves):
                fitted = fits[half] = fit(learnt, components, fits[half])
                known[components] += _held_out(fitted, answers, told)
        return known[components]

    best = start
    for _ in range(2):
        best = max((replace(best, cells=spread) for spread in _near(best.cells, _CELL_SPREADS)), key=value)
        best = max((replace(best, dispersion=share) for share in _near(best.dispersion, _DISPERSIONS)), key=value)
    return _with_group_spreads(fit(answers.cells(rows, questions), best))


def _dealt(answers: Answers) -> BoolArray:
    # The answers of a cell alternate: one that is on both sides tells noise from the cell's own effect.
    order = np.lexsort((answers.question, answers.row))
    dealt = np.zeros(len(order), dtype=np.bool_)
    row, question = answers.row[order], answers.question[order]
    begins = np.r_[True, (row[1:] != row[:-1]) | (question[1:] != question[:-1])]
    position = np.arange(len(order)) - np.maximum.accumulate(np.where(begins, np.arange(len(order)), 0))
    dealt[order] = (position + row + question) % 2 == 0
    return dealt


def _held_out(fitted: Fit, answers: Answers, told: BoolArray) -> float:
    expectation = expect(fitted)
    place = answers.row[told], answers.question[told]
    variance = expectation.variance[place]
    return float((-np.log(variance) - (answers.score[told] - expectation.mean[place]) ** 2 / variance).sum())


def _near(value: float, grid: tuple[float, ...]) -> tuple[float, ...]:
    place = int(np.argmin([abs(np.log(value / each)) for each in grid]))
    return grid[max(place - 1, 0) : place + 2]


def _with_group_spreads(fitted: Fit) -> Components:
    """Spread of models and questions by one step of expectation-maximisation, what is unknown of each included."""
    seen_models = fitted.cells.count.sum(axis=1) > 0
    seen_questions = fitted.cells.count.sum(axis=0) > 0
    ability = fitted.ability[seen_models] - fitted.mean
    models = np.sqrt((ability**2 + fitted.ability_variance[seen_models]).mean())
    questions = np.sqrt((fitted.easiness[seen_questions] ** 2 + fitted.easiness_variance[seen_questions]).mean())
    return replace(
        fitted.components,
        models=max(float(models), _LEAST_SPREAD),
        questions=max(float(questions), _LEAST_SPREAD),
    )
