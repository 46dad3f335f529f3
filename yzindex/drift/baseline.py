"""What is known of every model and question from answers older than the lag, and what it makes us expect today."""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from yzindex.drift.age import Age
from yzindex.drift.components import Answers, estimate_components, repeated
from yzindex.drift.difficulty import Cells, Components, Expectation, Fit, expect, fit
from yzindex.drift.history import BoolArray, FloatArray, IntArray, Role
from yzindex.drift.packets import Packet
from yzindex.drift.unchanging import Unchanging

#: So many times more answers are worth a refit at once; in a week's time any are.
_REFIT_GROWTH = 1.25
#: What a calibration counts for in days: it asks everything at once.
_CALIBRATION_DAYS = 100
#: The spread of effects is estimated again when there are so many times more answers.
_GROWTH = 2.0
_LEAST_REPEATED = 100


@dataclass(frozen=True, kw_only=True, eq=False)
class Table(Unchanging):
    """A fit's expectations, arrays of rows × questions in scores of 0 to 1. A row is a model since its last restart."""

    mean: FloatArray
    variance: FloatArray
    slope: FloatArray
    #: Mean slope over all questions of a dimension, rows × dimensions.
    pool_slope: FloatArray
    #: How unsure each question's easiness is, in square logits: an error that all models share.
    easiness_variance: FloatArray
    #: Known answers to each question, whoever gave them.
    answers: IntArray
    #: Dimensions × rows.
    ability_variance: FloatArray
    #: Known answers, dimensions × rows.
    known: IntArray
    #: Days that they are from, per row; a calibration or a confirmed change is worth many.
    days: IntArray
    #: Share of a day's own effect that is in what is known of a row, as variances go: 1 if all is from one day.
    day_share: FloatArray

    def at(self, row: IntArray, question: IntArray) -> Expectation:
        """Of answers with these rows and questions."""
        # One index into a flat array is several times as fast as two.
        place = row * self.mean.shape[1] + question
        return Expectation(
            mean=self.mean.ravel()[place], variance=self.variance.ravel()[place], slope=self.slope.ravel()[place]
        )

    def telling(self, row: int) -> FloatArray:
        """Information on a row's ability in an answer to each question, in inverse square logits."""
        return np.asarray(self.slope[row] ** 2 / self.variance[row], dtype=np.float64)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Known(Unchanging):
    """Answers in columns."""

    #: The day of all, while they wait; of the first, once they are joined.
    asked_on: int
    day: IntArray
    number: IntArray
    model: IntArray
    row: IntArray
    question: IntArray
    score: FloatArray

    def in_row(self, row: int, model: int, since: int) -> Self:
        """The same, with a model's answers since a day in another row."""
        return replace(self, row=np.where((self.model == model) & (self.day >= since), row, self.row))

    def where(self, chosen: BoolArray) -> Self:
        return replace(
            self,
            day=self.day[chosen],
            number=self.number[chosen],
            model=self.model[chosen],
            row=self.row[chosen],
            question=self.question[chosen],
            score=self.score[chosen],
        )


def pool_slope(slope: FloatArray, answers: IntArray, questions: Sequence[IntArray]) -> FloatArray:
    """Mean slope of each row over the questions of each dimension, rows × dimensions; of those with known answers.

    Others may not have been asked by then, and later ones must change nothing. Where none is known all are alike.
    """
    known = [each[answers[each] > 0] if (answers[each] > 0).any() else each for each in questions]
    return np.stack([slope[:, each].mean(axis=1) if len(each) else np.ones(len(slope)) for each in known], axis=1)


class Baseline:
    """The lagged answers and the fits to them. `model` and `question` are indices of the history."""

    def __init__(self, *, question_dimension: IntArray, dimensions: int, models: int, lag_days: int, age: Age) -> None:
        self.row = np.arange(models)
        self.rows = models
        self._dimension = question_dimension
        self._questions = [np.flatnonzero(question_dimension == each) for each in range(dimensions)]
        self._lag_days = lag_days
        self._age = age
        self._known: list[_Known] = []
        self._waiting: deque[_Known] = deque()
        self._components = [Components() for _ in range(dimensions)]
        self._fits: list[Fit | None] = [None] * dimensions
        #: Known answers, and those of them to a question that the model had answered before.
        self._estimated_from = [(0, 0)] * dimensions
        self._calibrated: set[int] = set()
        #: Rows that began with a change of the model alone.
        self._changed: set[int] = set()
        self._stale = True
        #: Known answers at the last refit.
        self._fitted = 0
        self._tables: list[tuple[int, Table]] = []

    @property
    def table(self) -> Table:
        return self._tables[-1][1]

    def table_of(self, day: int) -> Table:
        """The expectations that were in force on a day, or the oldest kept."""
        return next((table for since, table in reversed(self._tables) if since <= day), self._tables[0][1])

    def advance(self, day: int) -> None:
        """Begin a day: take in what has passed the lag, and refit where much more is known, else once a week."""
        while self._waiting and self._waiting[0].asked_on <= day - self._lag_days:
            self._known.append(self._waiting.popleft())
        known = sum(len(answers.score) for answers in self._known)
        much_more = self._stale or known > _REFIT_GROWTH * self._fitted
        if much_more or self._age.weeks(day) > self._age.weeks(self._tables[-1][0]):
            self._fitted = known
            self._refit(day)

    def learn(self, packet: Packet) -> None:
        """Remember answers: those of a calibration at once, others when they have passed the lag."""
        rows = self.row[packet.model]
        answers = _answers(packet, rows)
        if packet.role is Role.CALIBRATION:
            self._known.append(answers)
            self._calibrated.update(np.unique(rows).tolist())
            self._stale = True
        else:
            self._waiting.append(answers)

    def restart(self, model: int, since: int, fresh: Iterable[Packet]) -> None:
        """Begin a model anew from a day: its older answers stay those of a former row; `fresh` wait no longer."""
        self.row[model] = self.rows
        self.rows += 1
        self._calibrated.add(int(self.row[model]))
        self._changed.add(int(self.row[model]))
        own_row = int(self.row[model])
        self._known = [answers.in_row(own_row, model, since) for answers in self._known]
        self._waiting = deque(answers.in_row(own_row, model, since) for answers in self._waiting)
        for packet in fresh:
            self._wait_no_longer(model, packet)
        self._stale = True

    def _wait_no_longer(self, model: int, packet: Packet) -> None:
        for place, answers in enumerate(self._waiting):
            own = (answers.model == model) & (answers.day == packet.day) & (answers.number == packet.number)
            if own.any():
                self._known.append(answers.where(own))
                self._waiting[place] = answers.where(~own)

    def restart_all(self, since: int) -> None:
        """Begin every model anew from a day on which the pool moved; what was answered since is known at once."""
        for model in range(len(self.row)):
            self.restart(model, since, ())
        self._changed.clear()
        self._known += self._waiting
        self._waiting.clear()
        self._estimated_from = [(0, 0)] * len(self._estimated_from)

    def regrade(self, day: IntArray, number: IntArray, model: IntArray, question: IntArray, score: FloatArray) -> None:
        """Replace stored scores by those of the current grader; answers that it has not graded are forgotten."""
        columns = (day.tolist(), number.tolist(), model.tolist(), question.tolist())
        now = dict(zip(zip(*columns, strict=True), score.tolist(), strict=True))
        self._known = [_graded_again(answers, now) for answers in self._known]
        self._waiting = deque(_graded_again(answers, now) for answers in self._waiting)
        self._estimated_from = [(0, 0)] * len(self._estimated_from)
        self._stale = True

    def _refit(self, day: int) -> None:
        self._join()
        known = self._known[0] if self._known else None
        shape = (self.rows, len(self._dimension))
        mean, variance, slope = np.zeros(shape), np.zeros(shape), np.zeros(shape)
        easiness_variance = np.zeros(shape[1])
        answers = np.zeros(shape[1], dtype=np.int64)
        ability_variance = np.zeros((len(self._questions), self.rows))
        counts = np.zeros((len(self._questions), self.rows), dtype=np.int64)
        for index, questions in enumerate(self._questions):
            fitted, row_place, question_place = self._fit(index, questions, known)
            expectation = expect(fitted)
            at = np.ix_(row_place, question_place)
            mean[:, questions] = expectation.mean[at]
            variance[:, questions] = expectation.variance[at]
            slope[:, questions] = expectation.slope[at]
            easiness_variance[questions] = fitted.easiness_variance[question_place]
            answers[questions] = fitted.cells.count.sum(axis=0)[question_place].astype(np.int64)
            ability_variance[index] = fitted.ability_variance[row_place]
            counts[index] = fitted.cells.count.sum(axis=1)[row_place].astype(np.int64)
        by_day = self._answers_by_day(known)
        days = (by_day > 0).sum(axis=1)
        days[list(self._calibrated)] += _CALIBRATION_DAYS
        table = Table(
            mean=mean,
            variance=variance,
            slope=slope,
            pool_slope=pool_slope(slope, answers, self._questions),
            easiness_variance=easiness_variance,
            answers=answers,
            ability_variance=ability_variance,
            known=counts,
            days=days,
            day_share=(by_day**2).sum(axis=1) / np.maximum(by_day.sum(axis=1), 1) ** 2,
        )
        self._tables = [kept for kept in self._tables if kept[0] > day - 8 * self._lag_days and kept[0] != day]
        self._tables.append((day, table))
        self._stale = False

    def _fit(self, index: int, questions: IntArray, known: _Known | None) -> tuple[Fit, IntArray, IntArray]:
        """Fit what has answers, and one blank model and question that stand for all that have none."""
        row = question = np.zeros(0, dtype=np.int64)
        score = np.zeros(0)
        if known is not None:
            own = self._dimension[known.question] == index
            row, question, score = known.row[own], known.question[own], known.score[own]
        seen_rows, row = _numbered(row)
        seen_questions, question = _numbered(question)
        former = np.flatnonzero(~np.isin(seen_rows, self.row))
        changed = np.flatnonzero(np.isin(seen_rows, list(self._changed)) & np.isin(seen_rows, self.row))
        answers = Answers(row=row, question=question, score=score, former=former, changed=changed)
        size = (len(seen_rows) + 1, len(seen_questions) + 1)
        cells = answers.cells(*size)
        if self._has_grown(index, cells):
            self._components[index] = estimate_components(answers, *size, self._components[index])
        fitted = fit(cells, self._components[index], self._fits[index])
        self._fits[index] = fitted
        return fitted, _places(np.arange(self.rows), seen_rows), _places(questions, seen_questions)

    def _has_grown(self, index: int, cells: Cells) -> bool:
        """Whether so many more answers are known, or to questions answered before, that spread and noise show anew."""
        known, again = int(cells.count.sum()), repeated(cells)
        known_before, again_before = self._estimated_from[index]
        grown = known > _GROWTH * known_before or again > _GROWTH * again_before + _LEAST_REPEATED
        if grown:
            self._estimated_from[index] = known, again
        return grown

    def _answers_by_day(self, known: _Known | None) -> IntArray:
        """Count the known answers of each row on each day that there are any of."""
        if known is None:
            return np.zeros((self.rows, 1), dtype=np.int64)
        seen_days, day = _numbered(known.day - known.day.min(initial=known.asked_on))
        days = max(len(seen_days), 1)
        counted = np.bincount(known.row * days + day, minlength=self.rows * days)
        return np.asarray(counted.reshape(self.rows, days), dtype=np.int64)

    def _join(self) -> None:
        if len(self._known) > 1:
            parts = self._known
            self._known = [
                _Known(
                    asked_on=parts[0].asked_on,
                    day=np.concatenate([part.day for part in parts]),
                    number=np.concatenate([part.number for part in parts]),
                    model=np.concatenate([part.model for part in parts]),
                    row=np.concatenate([part.row for part in parts]),
                    question=np.concatenate([part.question for part in parts]),
                    score=np.concatenate([part.score for part in parts]),
                )
            ]


def _answers(packet: Packet, row: IntArray) -> _Known:
    return _Known(
        asked_on=packet.day,
        day=np.full(len(packet.model), packet.day),
        number=np.full(len(packet.model), packet.number),
        model=packet.model,
        row=row,
        question=packet.question,
        score=packet.score.copy(),
    )


def _graded_again(answers: _Known, now: dict[tuple[int, int, int, int], float]) -> _Known:
    columns = (answers.day.tolist(), answers.number.tolist(), answers.model.tolist(), answers.question.tolist())
    scores = np.array([now.get(key, np.nan) for key in zip(*columns, strict=True)])
    return replace(answers, score=scores).where(~np.isnan(scores))


def _numbered(values: IntArray) -> tuple[IntArray, IntArray]:
    """What `np.unique` gives with the inverse, of small whole numbers, without sorting millions."""
    seen = np.flatnonzero(np.bincount(values))
    place = np.zeros(int(seen[-1]) + 1 if len(seen) else 0, dtype=np.int64)
    place[seen] = np.arange(len(seen))
    return seen, place[values]


def _places(wanted: IntArray, seen: IntArray) -> IntArray:
    """Place of each wanted index among the seen ones; the blank's, which is the last, where it was not seen."""
    place = np.searchsorted(seen, wanted)
    found = place < len(seen)
    found[found] = seen[place[found]] == wanted[found]
    return np.where(found, place, len(seen))
