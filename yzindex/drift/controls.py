"""Other models as controls: before one is convicted they are asked the same kind of questions. Do they fall too?"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from yzindex.drift.age import Age
from yzindex.drift.confirming import Common, common_change
from yzindex.drift.history import FloatArray, IntArray, Role
from yzindex.drift.packets import Packet
from yzindex.drift.residuals import Residuals
from yzindex.drift.rules import Rules
from yzindex.drift.suspicion import Confirmed, Request, Stage, Suspicion
from yzindex.drift.unchanging import Unchanging


@dataclass(frozen=True, kw_only=True, eq=False)
class _Apart(Unchanging):
    """What a model answered on a day beside the draw, in points and square points per chart."""

    day: int
    model: int
    points: FloatArray
    variance: FloatArray


class Controls:
    """Remembers what models were asked apart from the draw, and compares a suspect with them."""

    def __init__(self, rules: Rules, age: Age) -> None:
        self._rules = rules
        self._age = age
        self._asked_apart: list[_Apart] = []
        self._asked_on = 0

    def begin_day(self, day: int) -> None:
        """Forget what is older than the lag."""
        self._asked_apart = [kept for kept in self._asked_apart if kept.day > day - self._rules.lag_days]

    def note(self, packet: Packet, residuals: Residuals, usual: FloatArray) -> None:
        """Remember answers that are not of the day's draw; `usual` is the fleet's usual mean, per chart."""
        if packet.role is Role.CONTROL:
            self._asked_on = packet.day
        for model in packet.models.tolist():
            self._asked_apart.append(
                _Apart(
                    day=packet.day,
                    model=model,
                    points=residuals.points[model] - usual,
                    variance=residuals.own_variance[model] + residuals.shared_variance,
                )
            )

    def request(
        self, day: int, suspicion: Suspicion, others: IntArray, suspects: Sequence[int], used: FloatArray
    ) -> Request:
        """Ask some of the others; suspects only if there are not enough: when everything moves, most are suspects."""
        numbers = np.random.default_rng((suspicion.model, self._age.days(suspicion.since), self._age.days(day)))
        order = sorted(numbers.permutation(others).tolist(), key=lambda model: model in suspects)
        return Request(
            role=Role.CONTROL,
            suspect=suspicion.model,
            models=tuple(sorted(order[: self._rules.control_models])),
            per_dimension=tuple(self._rules.control_per_dimension if each else 0 for each in used > 0),
            day=day,
            since=suspicion.since,
            round=suspicion.rounds_since_alarm,
        )

    def wanted_by(self, day: int, suspicions: Sequence[Suspicion]) -> Suspicion | None:
        """Give the suspicion that waits for controls, unless they were asked today: these speak on all."""
        waiting = [each for each in suspicions if each.stage is Stage.CONTROL]
        return waiting[0] if waiting and self._asked_on != day else None

    def common_of(self, suspicion: Suspicion, convicted: Sequence[Confirmed], day_variance: float) -> Common:
        """What the other models moved by since the suspect was first asked fresh questions.

        One that was convicted lately has moved by what it was convicted of: what falls upon one model after another
        may be the pool's.
        """
        first = suspicion.rounds[0].day
        by_model: dict[int, list[tuple[float, float]]] = {}
        for apart in self._asked_apart:
            value = apart.points[suspicion.chart]
            if apart.day >= first and apart.model != suspicion.model and not np.isnan(value):
                by_model.setdefault(apart.model, []).append((float(value), float(apart.variance[suspicion.chart])))
        alike = [
            each
            for each in convicted
            if each.chart == suspicion.chart
            and each.model != suspicion.model
            and each.day > suspicion.opened - self._rules.lag_days
        ]
        by_model |= {each.model: [(each.estimate.points, each.estimate.standard_error**2)] for each in alike}
        points_of, variance_of = [], []
        for values in by_model.values():
            precision = sum(1 / variance for _, variance in values)
            points_of.append(sum(value / variance for value, variance in values) / precision)
            variance_of.append(1 / precision)
        return common_change(np.array(points_of), np.array(variance_of), day_variance)
