"""What befalls a world besides a change of its models: wrappers, so that every world can suffer it."""

from collections.abc import Collection

import numpy as np
from numpy.random import Generator

from yzindex.drift.history import BoolArray, FloatArray, IntArray
from yzindex.drift.proving.world import World


class Troubled:
    """A world that is as another one, until a subclass says otherwise. Day 0 is the calibration's."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._day = 0

    @property
    def models(self) -> int:
        return self._world.models

    @property
    def question_dimension(self) -> IntArray:
        return self._world.question_dimension

    @property
    def harder(self) -> IntArray:
        return self._world.harder

    def begin(self, day: int, numbers: Generator) -> None:
        self._day = day
        self._world.begin(day, numbers)

    def work(self, model: IntArray, question: IntArray, numbers: Generator) -> FloatArray:
        return self._world.work(model, question, numbers)

    def grade(self, model: IntArray, question: IntArray, work: FloatArray) -> FloatArray:
        return self._world.grade(model, question, work)

    def version(self, model: int) -> int:
        return self._world.version(model)

    def fall(self, model: int, points: float, numbers: Generator) -> float | None:
        return self._world.fall(model, points, numbers)

    def move_pool(self, points: float, numbers: Generator) -> None:
        self._world.move_pool(points, numbers)

    def move_grader(self, points: float, numbers: Generator) -> None:
        self._world.move_grader(points, numbers)


class Outage(Troubled):
    """A share of the calls of some models gets no answer on some days."""

    def __init__(self, world: World, *, models: Collection[int], days: range, unanswered: float = 1.0) -> None:
        super().__init__(world)
        self._suffering = np.array(sorted(models), dtype=np.int64)
        self._days = days
        self._unanswered = unanswered

    def work(self, model: IntArray, question: IntArray, numbers: Generator) -> FloatArray:
        work = self._world.work(model, question, numbers)
        if self._day not in self._days:
            return work
        lost = np.isin(model, self._suffering) & (numbers.random(len(work)) < self._unanswered)
        return np.where(lost, np.nan, work)


class NewVersion(Troubled):
    """A provider names another version of a model from a day on, which is as able as the one before."""

    def __init__(self, world: World, *, model: int, since: int) -> None:
        super().__init__(world)
        self._model = model
        self._since = since

    def version(self, model: int) -> int:
        return self._world.version(model) + int(model == self._model and self._day >= self._since)


class Fading(Troubled):
    """A model fails at a growing share of what it could do, from a day on."""

    def __init__(self, world: World, *, model: int, since: int, share_per_day: float) -> None:
        super().__init__(world)
        self._model = model
        self._since = since
        self._share_per_day = share_per_day

    def work(self, model: IntArray, question: IntArray, numbers: Generator) -> FloatArray:
        share = self._share_per_day * max(0, self._day - self._since + 1)
        return _failing(self._world.work(model, question, numbers), model == self._model, share, numbers)


class BadDay(Troubled):
    """A model fails at a share of what it can do, on one day only."""

    def __init__(self, world: World, *, model: int, day: int, share: float) -> None:
        super().__init__(world)
        self._model = model
        self._bad = day
        self._share = share

    def work(self, model: IntArray, question: IntArray, numbers: Generator) -> FloatArray:
        share = self._share if self._day == self._bad else 0.0
        return _failing(self._world.work(model, question, numbers), model == self._model, share, numbers)


class FewModels(Troubled):
    """Only the first models of a world."""

    def __init__(self, world: World, models: int) -> None:
        super().__init__(world)
        self._models = min(models, world.models)

    @property
    def models(self) -> int:
        return self._models


def _failing(work: FloatArray, chosen: BoolArray, share: float, numbers: Generator) -> FloatArray:
    failed = chosen & ~np.isnan(work) & (numbers.random(len(work)) < share)
    return np.where(failed, 0.0, work)
