"""The open suspicions: how one is opened where a chart has risen, and what later answers say of it."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from yzindex.drift.baseline import Baseline, Table
from yzindex.drift.charts import Charts
from yzindex.drift.confirming import LEAST_QUESTIONS, Estimate, Known, change_of
from yzindex.drift.day_effects import DayEffects
from yzindex.drift.deciding import Outcome, speaks_against, weigh, weigh_later
from yzindex.drift.fleet import Fleet
from yzindex.drift.history import FloatArray, IntArray
from yzindex.drift.packets import Packet
from yzindex.drift.rules import Rules
from yzindex.drift.suspicion import Stage, Suspicion


class Docket:
    """At most one suspicion of each model, and the fresh answers that speak on it."""

    def __init__(
        self,
        *,
        question_dimension: IntArray,
        weights: FloatArray,
        baseline: Baseline,
        effects: DayEffects,
        fleet: Fleet,
        rules: Rules,
    ) -> None:
        self.open: dict[int, Suspicion] = {}
        self._day = 0
        #: Fresh answers of each model, as far back as one of its charts may still look.
        self._fresh: dict[int, list[Packet]] = {}
        self._question_dimension = question_dimension
        self._weights = weights
        self._baseline = baseline
        self._effects = effects
        self._fleet = fleet
        self._rules = rules

    def begin(self, day: int) -> None:
        """Begin a day."""
        self._day = day

    def suspect(self, model: int, direction: int, chart: int, since: int, stage: Stage) -> None:
        """Open a suspicion, in the place of the model's last one."""
        self.open[model] = self._suspicion(model, direction, chart, since, stage)

    def suspect_by_hand(self, model: int, direction: int, charts: Charts) -> None:
        """Open a suspicion on the main chart, unless one of this direction is open."""
        suspicion = self.open.get(model)
        if suspicion is None or suspicion.direction != direction:
            began = bool(charts.ratio[direction, model, 0] > 0)
            since = int(charts.since[direction, model, 0]) if began else self._day
            self.suspect(model, direction, 0, since, Stage.FRESH)

    def hear_fresh(self, packet: Packet, regraded: FloatArray, charts: Charts) -> Outcome:
        """Let one model's fresh answers speak on its suspicion; give what follows, open where there is none.

        They close every chart that they speak against, for the day: that is said by the answers, not by what was
        suspected when they came, nor by how far a chart has risen. `regraded` is what a second grading today changed in
        the model's stored scores, one per question.
        """
        model = int(packet.model[0])
        own = self.open.get(model)
        begins = np.where(charts.ratio[:, model] > 0, charts.since[:, model], self._day)
        first = min(int(begins.min()), own.since if own else self._day)
        rounds = [each for each in (*self._fresh.get(model, ()), packet) if each.day >= first]
        self._fresh[model] = rounds
        told: dict[tuple[int, int], Estimate | None] = {}
        for (direction, chart), since in np.ndenumerate(begins):
            if own is None or (direction, chart) != (own.direction, own.chart):
                if (chart, since) not in told:
                    other = self._suspicion(model, direction, chart, int(since), Stage.FRESH)
                    self._read(other, rounds, regraded)
                    told[chart, since] = other.estimate
                if speaks_against(told[chart, since], direction, self._rules):
                    charts.close(direction, model, chart)
        if own is None:
            return Outcome.OPEN
        # Later answers of the draw go on beside fresh ones that decide nothing.
        heard = replace(own) if own.stage is Stage.PASSIVE else own
        self._read(heard, rounds, regraded)
        outcome = weigh(heard, partial(self._change_of, heard), self._rules)
        if outcome is not Outcome.OPEN:
            self.open[model] = heard
        return outcome

    def hear_later(self, model: int, packet: Packet, charts: Charts) -> Outcome:
        """Where nobody can be asked, let a model's later answers of the draw speak, on the chart that is furthest."""
        suspicion = self.open[model]
        excess = charts.ratio[suspicion.direction, model] - charts.alarm
        chart = int(np.argmax(excess))
        if chart != suspicion.chart:
            since = int(charts.since[suspicion.direction, model, chart])
            self.suspect(model, suspicion.direction, chart, since, Stage.PASSIVE)
            self.open[model].rounds = suspicion.rounds
            suspicion = self.open[model]
        suspicion.rounds.append(packet)
        outcome = weigh_later(suspicion, float(excess[chart]), partial(self._change_of, suspicion), self._rules)
        if outcome is Outcome.CONFIRMED:
            suspicion.estimate = self._change_of(suspicion, suspicion.rounds)
        return outcome

    def ask_instead_of_waiting(self) -> None:
        """Where models can be asked, let no suspicion wait for later answers of the draw."""
        for suspicion in self.open.values():
            if suspicion.stage is Stage.PASSIVE:
                suspicion.stage, suspicion.rounds = Stage.FRESH, []

    def drop_unanswered(self, days: int) -> None:
        """Where nobody is asked by itself, wait so many days for more fresh answers; no chart is cleared."""
        for suspicion in list(self.open.values()):
            last = max([suspicion.opened, *(packet.day for packet in suspicion.rounds)])
            if suspicion.stage is not Stage.PASSIVE and self._day >= last + days:
                del self.open[suspicion.model]

    def forget(self, model: int) -> None:
        """Begin a model anew: what was answered before says nothing of it."""
        self.open.pop(model, None)
        self._fresh.pop(model, None)

    def clear(self) -> None:
        """Begin every model anew."""
        self.open.clear()
        self._fresh.clear()

    def _read(self, suspicion: Suspicion, rounds: Sequence[Packet], regraded: FloatArray) -> None:
        """Let a suspicion rest on the rounds since its change began, of those that asked all that its chart weighs."""
        weighed = self._weights[suspicion.chart] > 0
        suspicion.rounds = []
        for packet in rounds:
            asked = np.bincount(self._question_dimension[packet.question], minlength=len(weighed))
            if packet.day >= suspicion.since and asked[weighed].min() >= LEAST_QUESTIONS:
                suspicion.rounds.append(packet)
        suspicion.known = replace(suspicion.known, regraded=regraded.copy())
        suspicion.estimate = self._change_of(suspicion, suspicion.rounds) if suspicion.rounds else None

    def _change_of(self, suspicion: Suspicion, rounds: Sequence[Packet]) -> Estimate | None:
        """Compare answers with what was known when the change began; None of too few."""
        effects = self._effects
        day_variance = float((effects.own + effects.common)[suspicion.chart])
        weights = self._weights[suspicion.chart]
        change = change_of(rounds, suspicion.known, self._question_dimension, weights, day_variance)
        if change is None:
            return None
        # Fits are never quite centred: what everybody is off by is no model's own.
        level = float(self._fleet.usual(self._day).mean[suspicion.chart])
        return change.without(Estimate(points=level, standard_error=0.0, answers=0))

    def _suspicion(self, model: int, direction: int, chart: int, since: int, stage: Stage) -> Suspicion:
        known = Known(
            table=self._table_for(model, since),
            row=int(self._baseline.row[model]),
            regraded=np.zeros(len(self._question_dimension)),
        )
        return Suspicion(
            model=model, direction=direction, chart=chart, since=since, opened=self._day, known=known, stage=stage
        )

    def _table_for(self, model: int, since: int) -> Table:
        """The table that was in force when the change began, unless the model has begun anew after that."""
        table = self._baseline.table_of(since)
        return table if int(self._baseline.row[model]) < len(table.mean) else self._baseline.table
