"""The fold: takes a history run by run and says, after each, what is known, what is suspected, what to ask next.

It never looks ahead: what it says of a day depends on the answers up to that day alone, in their stored order.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from yzindex.drift.age import Age
from yzindex.drift.baseline import Baseline, Table
from yzindex.drift.charts import FALL, RISE, Charts
from yzindex.drift.common import fleet_day, without_common
from yzindex.drift.confirming import Estimate
from yzindex.drift.controls import Controls
from yzindex.drift.day_effects import DayEffects
from yzindex.drift.deciding import Outcome, compare
from yzindex.drift.docket import Docket
from yzindex.drift.fleet import Fleet
from yzindex.drift.history import BoolArray, FloatArray, IntArray, Role
from yzindex.drift.knowledge import Knowledge
from yzindex.drift.move import Move
from yzindex.drift.packets import Packet
from yzindex.drift.regrades import Regrades
from yzindex.drift.residuals import POINTS, Residuals, chart_weights, residuals_of
from yzindex.drift.rules import Rules
from yzindex.drift.suspicion import Confirmed, Interrogation, Request, Stage, Suspicion
from yzindex.drift.today import Today


@dataclass(frozen=True, kw_only=True)
class VersionChange:
    """A provider began to return another model version."""

    model: int
    day: int
    before: int
    now: int


class Analysis:
    """State of the fold. Indices are those of the history's names."""

    def __init__(
        self,
        *,
        question_dimension: IntArray,
        dimension_weights: FloatArray,
        models: int,
        rules: Rules,
        asks: bool,
        observe: Callable[[Packet, Table, Residuals], None] | None = None,
        baseline: Baseline | None = None,
    ) -> None:
        self.rules = rules
        self.question_dimension = question_dimension
        self.weights = chart_weights(dimension_weights)
        charts = len(self.weights)
        self.age = Age()
        self.baseline = baseline or Baseline(
            question_dimension=question_dimension,
            dimensions=len(dimension_weights),
            models=models,
            lag_days=rules.lag_days,
            age=self.age,
        )
        self.charts = Charts(models=models, charts=charts, rules=rules)
        self.effects = DayEffects(charts=charts, rules=rules, age=self.age)
        self.fleet = Fleet(charts=charts, rules=rules, effects=self.effects)
        self.docket = Docket(
            question_dimension=question_dimension,
            weights=self.weights,
            baseline=self.baseline,
            effects=self.effects,
            fleet=self.fleet,
            rules=rules,
        )
        self.confirmed: list[Confirmed] = []
        self.version_changes: list[VersionChange] = []
        self.day = 0
        self.asks = asks
        self._observe = observe
        self._asking = Interrogation(models=models, questions=len(question_dimension), rules=rules, age=self.age)
        self._version: IntArray = np.full(models, -1, dtype=np.int64)
        self._regraded: FloatArray = np.zeros((models, len(question_dimension)))
        self._controls = Controls(rules, self.age)
        #: Last day with a daily answer of each model.
        self._answered: IntArray = np.full(models, -1, dtype=np.int64)
        self._today = Today(charts)
        self._knowledge: Knowledge | None = None

    @property
    def suspicions(self) -> dict[int, Suspicion]:
        """Those that are open, by model."""
        return self.docket.open

    def begin(self, day: int) -> None:
        """Begin a day, which must not be before the last one."""
        self.day = day
        self.docket.begin(day)
        if self.asks:
            self.docket.ask_instead_of_waiting()
        else:
            self.docket.drop_unanswered(self.rules.lag_days)
        self.baseline.advance(day)
        self.effects.begin(day)
        self.charts.begin_day()
        self._today.begin(self.effects.common)
        self._asking.begin_day(self.suspects(), suspended=self.fleet.move is not None)
        self._regraded[:] = 0.0
        self._controls.begin_day(day)
        learnt = self.fleet.begin(day)
        if learnt is not None:
            self._start_over()
            self.baseline.restart_all(learnt.day)
            self.baseline.advance(day)

    def take(self, packet: Packet) -> None:
        """Take a packet of the day that was begun."""
        self.age.begin(self.day)
        _TAKERS[packet.role](self, packet)

    def take_regrades(self, regrades: Regrades) -> None:
        """Take stored answers that were graded again: a difference suspends verdicts until all are repaired."""
        place = regrades.model, regrades.question
        np.maximum.at(self._regraded, place, regrades.moved)
        np.minimum.at(self._regraded, place, regrades.moved)
        if regrades.repairs:
            self.baseline.regrade(
                regrades.answered_day, regrades.number, regrades.model, regrades.question, regrades.now
            )
            self.baseline.advance(self.day)
            self.fleet.regraded()
            self._start_over()
        elif regrades.moved.any() and not self.fleet.awaits_regrading:
            points = POINTS * float(regrades.moved.mean())
            direction = FALL if points < 0 else RISE
            self.fleet.suspend(Move(day=self.day, since=self.day, direction=direction, chart=None, points=points))
            self._start_over()

    def requests(self) -> list[Request]:
        """Say what to ask now. The same state gives the same requests; an answered one is not made again."""
        if not self.asks or self.fleet.awaits_regrading:
            return []
        if self.fleet.move is not None:
            return self._asking.levels(self.day, self._on_board(), self.fleet.move.day, self.weights)
        wanted: list[Request | None] = []
        for model in self.suspects().tolist():
            suspicion = self.suspicions.get(model)
            if suspicion is None:
                wanted.append(self._asking.again(self.day, model, self.charts, self.weights))
            elif suspicion.stage is Stage.FRESH:
                wanted.append(self._asking.fresh(self.day, suspicion, self.weights))
        waiting = self._controls.wanted_by(self.day, tuple(self.suspicions.values()))
        if waiting is not None:
            wanted.append(self._control(waiting))
        return [request for request in wanted if request is not None]

    def questions_of(self, request: Request, askable: IntArray) -> IntArray:
        """Choose a request's questions at random among those askable, the least asked of the model first.

        Those that the answers are to be compared with nothing of come last: new questions may all be harder.
        """
        suspicion = self.suspicions.get(request.suspect)
        table = suspicion.known.table if suspicion and request.role is Role.FRESH else self.baseline.table
        telling = self.baseline.table.telling(int(self.baseline.row[request.models[0]]))
        dimension = self.question_dimension[askable]
        pools = [askable[dimension == each] for each in range(len(request.per_dimension))]
        return self._asking.choose(request, pools, np.where(table.answers > 0, telling, -1.0))

    def known_enough(self) -> BoolArray:
        """Say of each model whether enough of its answers are known to say anything of it."""
        return self._known_now().enough

    def suspects(self) -> IntArray:
        """Give the models past the low bar, and those whose suspicion is not decided."""
        over = np.flatnonzero((self.charts.ratio > self.charts.low_bar).any(axis=(0, 2)))
        return np.union1d(over, np.array(list(self.suspicions), dtype=np.int64)) if self.suspicions else over

    def _take_calibration(self, packet: Packet) -> None:
        self._answered[packet.model] = self.day
        self.baseline.learn(packet)
        self.baseline.advance(self.day)

    def _take_daily(self, packet: Packet) -> None:
        self._answered[packet.model] = self.day
        self._note_versions(packet)
        residuals = self._residuals(packet)
        if self._observe is not None:
            self._observe(packet, self.baseline.table, residuals)
        self.baseline.learn(packet)
        everybody = fleet_day(residuals, self.rules)
        if self.fleet.add(self.day, everybody):
            self._start_over()
        if self.fleet.move is None:
            points, variance = without_common(residuals, self.fleet.usual(self.day), self.effects.common, self.rules)
            self.effects.add_own(self.day, points, residuals)
            points, variance = residuals.on_pool(points, variance)
            self.charts.add(self.day, points, variance, self._day_variance())
            self._today.read(everybody, self.fleet.usual(self.day), self.effects.common)
            self._watch_passively(packet, points)
            self._raise_alarms()

    def _take_again(self, packet: Packet) -> None:
        self._asking.note(packet)
        self.baseline.learn(packet)
        residuals = self._residuals(packet)
        if self._observe is not None:
            self._observe(packet, self.baseline.table, residuals)
        self._controls.note(packet, residuals, self.fleet.usual(self.day).mean)
        if self.fleet.move is None:
            points, variance = self._on_pool(residuals)
            self._remember_day(packet, points, variance)
            self.charts.add(self.day, points, variance, self._day_variance() + self._today.variance)
            self._raise_alarms()

    def _remember_day(self, packet: Packet, points: FloatArray, variance: FloatArray) -> None:
        """Keep what each model's answers beside the draw say of its day, read as a change on the pool."""
        for model in packet.models.tolist():
            self.effects.add_asked(self.day, model, points[model], variance[model])

    def _on_pool(self, residuals: Residuals) -> tuple[FloatArray, FloatArray]:
        """Points and variance of those who were asked apart from the draw, read as a change on the pool."""
        return residuals.on_pool(self._today.without_common(residuals, self.fleet.usual(self.day)), residuals.variance)

    def _day_variance(self) -> FloatArray:
        """Square points by which a model's day may be off however much it is asked, models × charts.

        Its own day is in it, and how unsure the level is that the day is compared with: a newcomer's is.
        """
        return self.effects.own + self._known_now().level_variance

    def _known_now(self) -> Knowledge:
        """What today's table says of each model; where one begins anew there is another table at once."""
        table = self.baseline.table
        if self._knowledge is None or self._knowledge.table is not table:
            self._knowledge = Knowledge.of(table, self.baseline.row, self.weights, self.rules)
        return self._knowledge

    def _take_fresh(self, packet: Packet) -> None:
        self._asking.note(packet)
        self.baseline.learn(packet)
        if self.fleet.move is not None:
            return
        self._remember_day(packet, *self._on_pool(self._residuals(packet)))
        for model in packet.models.tolist():
            outcome = self.docket.hear_fresh(packet.of(model), self._regraded[model], self.charts)
            suspicion = self.suspicions.get(model)
            if suspicion is None:
                continue
            if outcome is Outcome.AGREED:
                self._compare_with_others(suspicion)
            elif outcome is Outcome.DISMISSED:
                self._dismiss(suspicion)
            elif suspicion.stage is Stage.CONTROL:
                suspicion.stage = Stage.FRESH

    def _take_by_hand(self, packet: Packet) -> None:
        if self.fleet.move is None:
            for model in packet.models.tolist():
                self.docket.suspect_by_hand(model, FALL, self.charts)
        self._take_fresh(packet)

    def _take_control(self, packet: Packet) -> None:
        self._asking.note(packet)
        residuals = self._residuals(packet)
        self._controls.note(packet, residuals, self.fleet.usual(self.day).mean)
        if self.fleet.move is None:
            self._remember_day(packet, *self._on_pool(residuals))
        for suspicion in list(self.suspicions.values()):
            # One that was decided may have been the pool's move, which is nobody's.
            if suspicion.stage is Stage.CONTROL and suspicion.model in self.suspicions:
                self._decide(suspicion)

    def _take_level(self, packet: Packet) -> None:
        self._asking.note(packet)
        self.fleet.add_level(self.day, self._residuals(packet))
        self.baseline.learn(packet)

    def _compare_with_others(self, suspicion: Suspicion) -> None:
        """Ask others before a suspicion that fresh answers agree with is confirmed; at once where none can be."""
        if self.asks and self._control(suspicion) is not None:
            suspicion.stage = Stage.CONTROL
        else:
            self._confirm(suspicion, suspicion.estimate, None)

    def _decide(self, suspicion: Suspicion) -> None:
        assert suspicion.estimate is not None
        common = self._controls.common_of(suspicion, self.confirmed, float(self.effects.common[suspicion.chart]))
        own = suspicion.estimate.without(common.change)
        outcome = compare(suspicion, own, common, self.rules)
        if outcome is Outcome.ALL_MOVED:
            self.fleet.suspend(
                Move(day=self.day, since=suspicion.since, direction=suspicion.direction, chart=suspicion.chart)
            )
            self._start_over()
        elif outcome is Outcome.CONFIRMED:
            self._confirm(suspicion, own, common.change)
        elif outcome is Outcome.DISMISSED:
            self._dismiss(suspicion)
        else:
            suspicion.stage = Stage.FRESH

    def _confirm(self, suspicion: Suspicion, estimate: Estimate | None, common: Estimate | None) -> None:
        assert estimate is not None  # without one nothing agrees
        self.confirmed.append(
            Confirmed(
                model=suspicion.model,
                direction=suspicion.direction,
                chart=suspicion.chart,
                since=suspicion.since,
                day=self.day,
                estimate=estimate,
                common=common,
                rounds=tuple(suspicion.rounds),
            )
        )
        self._forget(suspicion.model)
        self.effects.forget(suspicion.model, suspicion.since)
        self.baseline.restart(suspicion.model, suspicion.since, suspicion.rounds)
        self.baseline.advance(self.day)

    def _dismiss(self, suspicion: Suspicion) -> None:
        del self.suspicions[suspicion.model]
        self.charts.close(suspicion.direction, suspicion.model, suspicion.chart)
        self._asking.forget(suspicion.model)

    def _forget(self, model: int) -> None:
        self.docket.forget(model)
        self.charts.clear(model)
        self._asking.forget(model)

    def _start_over(self) -> None:
        """After everything moved: what was added up under the old level says nothing of single models."""
        since = self.fleet.move.since if self.fleet.move else self.day
        for model in range(len(self._version)):
            self.effects.forget(model, since)
        self.docket.clear()
        self.charts.clear()

    def _raise_alarms(self) -> None:
        bar = self.charts.alarm + (0.0 if self.asks else self.rules.passive_margin)
        for model in np.flatnonzero((self.charts.ratio > bar).any(axis=(0, 2))).tolist():
            past = self.charts.furthest_past(bar, model)
            suspicion = self.suspicions.get(model)
            # Where nobody is asked, more fresh answers need not come, and later ones decide.
            if past is not None and (suspicion is None or not (self.asks or suspicion.stage is Stage.PASSIVE)):
                # There the chart that alarmed decides, and the main one may be far from it.
                direction, chart = self.charts.alarmed(model) if self.asks else past
                since = int(self.charts.since[direction, model, chart])
                self.docket.suspect(model, direction, chart, since, Stage.FRESH if self.asks else Stage.PASSIVE)

    def _watch_passively(self, packet: Packet, points: FloatArray) -> None:
        """Where nobody can be asked the answers that come later decide."""
        for suspicion in [each for each in self.suspicions.values() if each.stage is Stage.PASSIVE]:
            if np.isnan(points[suspicion.model, suspicion.chart]):
                continue
            outcome = self.docket.hear_later(suspicion.model, packet.of(suspicion.model), self.charts)
            if outcome is Outcome.CONFIRMED:
                now = self.suspicions[suspicion.model]
                self._confirm(now, now.estimate, None)
            elif outcome is Outcome.DISMISSED:
                # No chart is cleared: what was added up by then still counts.
                del self.suspicions[suspicion.model]

    def _control(self, suspicion: Suspicion) -> Request | None:
        """Ask other models the same kind of questions; None where there is none whose answers are known."""
        others = np.array([model for model in self._on_board() if model != suspicion.model], dtype=np.int64)
        others = others[self.known_enough()[others]]
        if not len(others):
            return None
        return self._controls.request(
            self.day, suspicion, others, tuple(self.suspicions), self.weights[suspicion.chart]
        )

    def _on_board(self) -> list[int]:
        """Models that have answered lately: one that has left the board cannot be asked."""
        return np.flatnonzero(self._answered > self.day - self.rules.lag_days).tolist()

    def _residuals(self, packet: Packet) -> Residuals:
        """Compare a packet with what is known; NaN for models of which too little is."""
        residuals = residuals_of(packet, self.baseline.table, self.baseline.row, self.question_dimension, self.weights)
        return replace(residuals, points=np.where(self.known_enough()[:, None], residuals.points, np.nan))

    def _note_versions(self, packet: Packet) -> None:
        first = np.unique(packet.model, return_index=True)
        for model, place in zip(*(part.tolist() for part in first), strict=True):
            now, before = int(packet.version[place]), int(self._version[model])
            self._version[model] = now
            if before not in {-1, now}:
                self.version_changes.append(VersionChange(model=model, day=self.day, before=before, now=now))
                self._forget(model)
                # A known date to look at: the charts start where asking again begins.
                self.charts.start(model, np.where(np.arange(len(self.weights)) == 0, 1.5 * self.charts.low_bar, 0.0))
                self.charts.since[:, model, 0] = self.day


_TAKERS: dict[Role, Callable[[Analysis, Packet], None]] = {
    Role.CALIBRATION: Analysis._take_calibration,
    Role.DAILY: Analysis._take_daily,
    Role.AGAIN: Analysis._take_again,
    Role.FRESH: Analysis._take_fresh,
    Role.CONTROL: Analysis._take_control,
    Role.BY_HAND: Analysis._take_by_hand,
    Role.LEVEL: Analysis._take_level,
}
