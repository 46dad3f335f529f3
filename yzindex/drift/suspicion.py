"""A model that looks suspicious: what is asked of whom next, and what has come of it. No decision is made here."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np

from yzindex.drift.age import Age
from yzindex.drift.charts import Charts
from yzindex.drift.confirming import Estimate, Known
from yzindex.drift.history import BoolArray, FloatArray, IntArray, Role
from yzindex.drift.packets import Packet
from yzindex.drift.rules import Rules

#: More than twice the times that a model is ever asked one question: what it is added to comes last.
_LAST = 2.0**20


class Stage(StrEnum):
    """How far a suspicion has come. Below the alarm there is none: questions are asked again batch by batch."""

    #: Fresh questions are asked, round by round.
    FRESH = "fresh"
    #: Fresh answers agree; other models are asked before anything is said.
    CONTROL = "control"
    #: Nobody can be asked: later answers of the daily draw decide.
    PASSIVE = "passive"


@dataclass(eq=False)
class Suspicion:
    """One model's alarm, from its chart to its end."""

    model: int
    direction: int
    chart: int
    #: Day on which the change began, by the chart.
    since: int
    opened: int
    known: Known
    stage: Stage
    #: Answers that speak on it, of those since the change began; some may have come before the alarm.
    rounds: list[Packet] = field(default_factory=list)
    estimate: Estimate | None = None

    @property
    def rounds_since_alarm(self) -> int:
        return sum(packet.day >= self.opened for packet in self.rounds)


@dataclass(frozen=True, kw_only=True)
class Confirmed:
    """A change that fresh answers confirmed."""

    model: int
    direction: int
    chart: int
    since: int
    day: int
    estimate: Estimate
    #: Movement of the other models that was asked for and taken out; None where there was none to ask.
    common: Estimate | None
    #: Fresh answers of the model, with the day and the question of each.
    rounds: tuple[Packet, ...]


@dataclass(frozen=True, kw_only=True)
class Request:
    """Questions to be put to models now, before anything more is said; several models only to compare with."""

    role: Role
    #: Whose suspicion it is to answer; where others are asked, none of them.
    suspect: int
    models: tuple[int, ...]
    #: Number of questions from each dimension.
    per_dimension: tuple[int, ...]
    #: With the suspect, the role, the round and `since`, tells this request from all others.
    day: int
    since: int
    round: int


class Interrogation:
    """Counts what each model has been asked today, and which questions it has been asked about its suspicion."""

    def __init__(self, *, models: int, questions: int, rules: Rules, age: Age) -> None:
        #: How often each model was asked each question: again, and otherwise, which stays a sample of the whole pool.
        self._asked_again: IntArray = np.zeros((models, questions), dtype=np.int64)
        self._asked_apart: IntArray = np.zeros((models, questions), dtype=np.int64)
        self._busy = np.zeros(models, dtype=np.bool_)
        self._again: IntArray = np.zeros(models, dtype=np.int64)
        self._again_batches: IntArray = np.zeros(models, dtype=np.int64)
        self._fresh: IntArray = np.zeros(models, dtype=np.int64)
        #: Models that have answered today for their new level.
        self._levelled: set[int] = set()
        self._rules = rules
        self._age = age

    def begin_day(self, suspects: IntArray, *, suspended: bool) -> None:
        """Begin to count anew; models that are neither suspicious nor asked for their level have been asked nothing."""
        if not suspended:
            for model in np.flatnonzero(self._busy):
                if model not in suspects:
                    self.forget(int(model))
        self._again[:] = 0
        self._again_batches[:] = 0
        self._fresh[:] = 0
        self._levelled.clear()

    def note(self, packet: Packet) -> None:
        """Count a packet that was asked for."""
        np.add.at(self._asked(packet.role), (packet.model, packet.question), 1)
        self._busy[packet.model] = True
        if packet.role is Role.LEVEL:
            self._levelled.update(packet.models.tolist())
        elif packet.role is Role.AGAIN:
            self._again += np.bincount(packet.model, minlength=len(self._again))
            self._again_batches[packet.models] += 1
        elif packet.role in (Role.FRESH, Role.BY_HAND):
            self._fresh[packet.models] += 1

    def forget(self, model: int) -> None:
        """Let a model be asked any question again."""
        self._asked_again[model] = self._asked_apart[model] = 0
        self._busy[model] = False

    def choose(self, request: Request, pools: Sequence[IntArray], telling: FloatArray) -> IntArray:
        """Choose a request's questions at random from the pools, one per dimension, the least asked of the model first.

        `telling` is what an answer to each question tells of a change, negative where nothing is known of the question:
        these come last. Asked again is first the half that tells most: easy questions hardly show a fall. Size and
        interval rest on fresh questions, which are a sample of all.
        """
        model = request.models[0]
        since, day = self._age.days(request.since), self._age.days(request.day)
        numbers = np.random.default_rng((model, since, int(request.role), day, request.round))
        asked, chosen = self._asked(request.role)[model], []
        for pool, size in zip(pools, request.per_dimension, strict=True):
            # A number from 0 to 1 decides where nothing else does.
            order = numbers.random(len(pool)) + 2 * asked[pool]
            tells = telling[pool]
            known = tells >= 0
            if not known.all():
                order += _LAST * ~known
            if request.role is Role.AGAIN and known.any():
                order += tells < _median(tells[known])
            chosen.append(pool[order.argsort()[:size]])
        return np.concatenate(chosen)

    def _asked(self, role: Role) -> IntArray:
        return self._asked_again if role is Role.AGAIN else self._asked_apart

    def again(self, day: int, model: int, charts: Charts, weights: FloatArray) -> Request | None:
        """Ask a model that is between the bars again; None when enough was asked today."""
        batch = int(self._again_batches[model])
        left = self._rules.most_again_per_day - int(self._again[model])
        if batch >= len(self._rules.batches) or left <= 0:
            return None
        direction, chart = charts.worst(model)
        size = min(self._rules.batches[batch], left)
        return Request(
            role=Role.AGAIN,
            suspect=model,
            models=(model,),
            per_dimension=_shared_out(size, weights[chart] > 0),
            day=day,
            since=int(charts.since[direction, model, chart]),
            round=batch,
        )

    def fresh(self, day: int, suspicion: Suspicion, weights: FloatArray) -> Request | None:
        """Ask fresh questions, one round a day."""
        if self._fresh[suspicion.model]:
            return None
        used = weights[suspicion.chart] > 0
        return Request(
            role=Role.FRESH,
            suspect=suspicion.model,
            models=(suspicion.model,),
            per_dimension=tuple(self._rules.fresh_per_dimension if each else 0 for each in used),
            day=day,
            since=suspicion.since,
            round=suspicion.rounds_since_alarm,
        )

    def levels(self, day: int, models: Sequence[int], since: int, weights: FloatArray) -> list[Request]:
        """Ask models for their new level since the pool moved, each once a day: one day may be out of the ordinary."""
        return [
            Request(
                role=Role.LEVEL,
                suspect=model,
                models=(model,),
                per_dimension=(self._rules.level_per_dimension,) * weights.shape[1],
                day=day,
                since=since,
                round=0,
            )
            for model in models
            if model not in self._levelled
        ]


def _median(values: FloatArray) -> float:
    """The upper one of two; `np.median` takes several times as long for a hundred values."""
    middle = len(values) // 2
    return float(np.partition(values, middle)[middle])


def _shared_out(size: int, used: BoolArray) -> tuple[int, ...]:
    """Share a batch among dimensions as evenly as it goes, the first ones getting what is left over."""
    each, over = divmod(size, int(np.count_nonzero(used)))
    shares = iter([each + 1] * over + [each] * len(used))
    return tuple(next(shares) if use else 0 for use in used.tolist())
