"""What is known from a history as a whole: one fit without lag, and how the board asks from day to day."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from yzindex.drift.age import Age
from yzindex.drift.baseline import Baseline, Table, pool_slope
from yzindex.drift.components import Answers, estimate_components
from yzindex.drift.difficulty import Components, Fit, expect, fit
from yzindex.drift.history import FloatArray, History, IntArray, Role, known_in, spells
from yzindex.drift.packets import Packet
from yzindex.drift.rules import Rules

#: What a calibration counts for in days, as it does in a baseline.
_CALIBRATION_DAYS = 100
_NEARLY = 0.9


@dataclass(frozen=True, kw_only=True, eq=False)
class Learnt:
    """A history's fits, one per dimension, and the board's ways. Indices are those of the history's names."""

    rules: Rules
    models: int
    question_dimension: IntArray
    #: Per dimension; questions are those that have scores.
    weights: FloatArray
    questions: tuple[IntArray, ...]
    fits: tuple[Fit, ...]
    #: Days that each model's known answers are from.
    days: IntArray
    #: Parts that a daily draw takes from, each half of each dimension, and how many of each.
    pools: tuple[IntArray, ...]
    daily: IntArray
    #: Days from one draw to the next.
    step_days: int

    @classmethod
    def of(cls, history: History, rules: Rules) -> Self:
        """Learn from all scored answers of a history, whatever they were asked for."""
        whole = known_in(history, spells(history, lag_days=rules.lag_days)[-1])
        scored = whole.where(~np.isnan(whole.score))
        seen = np.unique(scored.question)
        dimensions = range(len(whole.dimensions))
        questions = tuple(seen[whole.question_dimension[seen] == each] for each in dimensions)
        pools, daily = _draws(scored, questions)
        return cls(
            rules=rules,
            models=len(whole.models),
            question_dimension=whole.question_dimension,
            weights=whole.weights,
            questions=questions,
            fits=tuple(_fit(scored, own) for own in questions),
            days=_days(scored),
            pools=pools,
            daily=daily,
            step_days=_step(scored),
        )

    @property
    def known_models(self) -> IntArray:
        """Models of which enough is known to say anything of them."""
        known = np.array([fitted.cells.count.sum(axis=1) for fitted in self.fits])
        rules = self.rules
        enough = (known.sum(axis=0) >= rules.least_known) & (known.min(axis=0) >= rules.least_known_per_dimension)
        return np.flatnonzero(enough & (self.days >= rules.least_known_days))

    def drawn(self, multiple: int) -> IntArray:
        """How many questions of each part a day takes at so many times today's, as far as there are so many."""
        return np.minimum(multiple * self.daily, [len(pool) for pool in self.pools])

    def has_questions_for(self, multiple: int) -> bool:
        """Whether the pool has so many times a day's questions, or nearly; twice the same answers nothing new."""
        return multiple == 1 or int(self.drawn(multiple).sum()) >= _NEARLY * multiple * int(self.daily.sum())

    def table(self, fits: Sequence[Fit]) -> Table:
        """Give what fits to as many answers as these expect."""
        shape = (self.models, len(self.question_dimension))
        mean, variance, slope = np.zeros(shape), np.ones(shape), np.zeros(shape)
        easiness_variance = np.zeros(shape[1])
        answers = np.zeros(shape[1], dtype=np.int64)
        for own, fitted in zip(self.questions, fits, strict=True):
            expectation = expect(fitted)
            mean[:, own], variance[:, own] = expectation.mean, expectation.variance
            slope[:, own], easiness_variance[own] = expectation.slope, fitted.easiness_variance
            answers[own] = fitted.cells.count.sum(axis=0).astype(np.int64)
        return Table(
            mean=mean,
            variance=variance,
            slope=slope,
            pool_slope=pool_slope(slope, answers, self.questions),
            easiness_variance=easiness_variance,
            answers=answers,
            ability_variance=np.array([fitted.ability_variance for fitted in fits]),
            known=np.array([fitted.cells.count.sum(axis=1) for fitted in fits]).astype(np.int64),
            days=self.days,
            day_share=np.zeros(self.models),
        )


class Settled(Baseline):
    """A baseline that stays as it is, and so can be shared: what comes after it was made teaches it nothing."""

    def __init__(self, table: Table, learnt: Learnt) -> None:
        super().__init__(
            question_dimension=learnt.question_dimension,
            dimensions=len(learnt.weights),
            models=learnt.models,
            lag_days=learnt.rules.lag_days,
            age=Age(),
        )
        self._tables = [(0, table)]

    def advance(self, day: int) -> None:
        pass

    def learn(self, packet: Packet) -> None:
        pass

    def restart(self, model: int, since: int, fresh: Iterable[Packet]) -> None:
        pass

    def restart_all(self, since: int) -> None:
        pass


def _fit(scored: History, questions: IntArray) -> Fit:
    place = np.full(len(scored.question_dimension), -1)
    place[questions] = np.arange(len(questions))
    own = place[scored.question] >= 0
    answers = Answers(row=scored.model[own], question=place[scored.question[own]], score=scored.score[own])
    size = (len(scored.models), len(questions))
    return fit(answers.cells(*size), estimate_components(answers, *size, Components()))


def _days(scored: History) -> IntArray:
    pairs = np.unique(np.stack([scored.model, scored.day]), axis=1)
    days = np.bincount(pairs[0], minlength=len(scored.models))
    days[np.unique(scored.model[scored.role == Role.CALIBRATION])] += _CALIBRATION_DAYS
    return days


def _draws(scored: History, questions: Sequence[IntArray]) -> tuple[tuple[IntArray, ...], IntArray]:
    """Each half of each dimension, and how many of it a model gets on an ordinary day; at least one of a dimension."""
    daily = scored.where(scored.role == Role.DAILY)
    pools, sizes = [], []
    for own in questions:
        # A dimension may have joined later.
        is_since = daily.day >= daily.day[np.isin(daily.question, own)].min(initial=daily.day.max(initial=0))
        runs = max(1, np.unique(np.stack([daily.model[is_since], daily.day[is_since]]), axis=1).shape[1])
        halves = [own[scored.question_harder[own] == half] for half in (0, 1)]
        counts = [round(int(np.isin(daily.question, half).sum()) / runs) for half in halves]
        if not sum(counts):
            halves, counts = [own], [1]
        for half, count in zip(halves, counts, strict=True):
            if count:
                pools.append(half)
                sizes.append(count)
    return tuple(pools), np.array(sizes, dtype=np.int64)


def _step(scored: History) -> int:
    days = np.unique(scored.day[scored.role == Role.DAILY])
    return max(1, int(np.median(np.diff(days)))) if len(days) > 1 else 1
