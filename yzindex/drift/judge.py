"""From answers to verdicts: folds a history and says of every model on every day what can be said.

The same history gives the same verdicts, whatever the order of its rows; those of a day depend on nothing later.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np

from yzindex.drift.analysis import Analysis, Regrades
from yzindex.drift.baseline import Table
from yzindex.drift.charts import FALL, RISE
from yzindex.drift.decomposition import Decomposition, RunTerms, decompose, terms_of
from yzindex.drift.evidence import Facts, sentence
from yzindex.drift.history import FloatArray, History, IntArray, Role, without_small_dimensions
from yzindex.drift.luck import Draws, possible_draws, share_better
from yzindex.drift.packets import Packet, packets_of
from yzindex.drift.residuals import POINTS, Residuals
from yzindex.drift.rules import Rules
from yzindex.drift.suspicion import Confirmed, Request
from yzindex.drift.verdict import Verdict, Word
from yzindex.scoring import exact

#: The chart of the main score.
MAIN = "main"


@dataclass(frozen=True, kw_only=True, eq=False)
class Expected:
    """What was expected of a run's answers when it came: columns as in its packet, scores of 0 to 1."""

    packet: Packet
    mean: FloatArray
    variance: FloatArray


@dataclass(frozen=True, kw_only=True)
class Day:
    """What a day's answers made of the board."""

    day: date
    verdicts: tuple[Verdict, ...]
    expected: tuple[Expected, ...]
    #: What the analysis wants asked before it says more.
    requests: tuple[Request, ...]


class Judge:
    """Takes days in order; `asks` says whether anybody can be asked again."""

    def __init__(self, history: History, *, rules: Rules | None = None, asks: bool = False) -> None:
        self.rules = rules or Rules()
        self.names = history
        self._levels: list[deque[tuple[int, float, float]]] = [deque() for _ in history.models]
        self._last: list[Packet | None] = [None] * len(history.models)
        self._expected: list[Expected] = []
        self._seen: IntArray = np.zeros(0, dtype=np.int64)
        self._draws: tuple[tuple[tuple[int, ...], int], Draws] | None = None
        self.analysis = Analysis(
            question_dimension=history.question_dimension,
            dimension_weights=history.weights,
            models=len(history.models),
            rules=self.rules,
            asks=asks,
            observe=self._observe,
        )

    def judge_day(self, day: int, packets: list[Packet], asked: IntArray, regrades: tuple[Regrades, ...] = ()) -> Day:
        """Take all of a day's packets, then speak of the models in `asked`. Days are ordinals, in their order."""
        self._expected = []
        self.analysis.begin(day)
        for regraded in regrades:
            self.analysis.take_regrades(regraded)
        for packet in packets:
            self._seen = np.union1d(self._seen, packet.question)
            self.analysis.take(packet)
        requests = tuple(self.analysis.requests())
        daily = [packet for packet in packets if packet.role is Role.DAILY]
        verdicts = self._verdicts(day, daily, asked.tolist(), requests)
        for packet in daily:
            for model in np.unique(packet.model).tolist():
                self._last[model] = packet
        return Day(day=date.fromordinal(day), verdicts=verdicts, expected=tuple(self._expected), requests=requests)

    def _observe(self, packet: Packet, table: Table, residuals: Residuals) -> None:
        """Keep what was expected of each answer, and each model's level of the last two weeks."""
        place = self.analysis.baseline.row[packet.model], packet.question
        self._expected.append(Expected(packet=packet, mean=table.mean[place], variance=table.variance[place]))
        centre = float(self.analysis.fleet.centre(packet.day)[0])
        for model in np.flatnonzero(~np.isnan(residuals.points[:, 0])).tolist():
            level = self._levels[model]
            level.append((packet.day, float(residuals.points[model, 0]) - centre, float(residuals.variance[model, 0])))
            while level[0][0] <= packet.day - self.rules.lag_days:
                level.popleft()

    def _verdicts(
        self, day: int, daily: list[Packet], models: list[int], requests: tuple[Request, ...]
    ) -> tuple[Verdict, ...]:
        if not models:
            return ()
        packet = daily[-1] if daily else _nothing(day)
        terms = self._terms(packet)
        before = {key: self._terms(last) for key, last in {id(last): last for last in self._last if last}.items()}
        better = self._draws_better(packet, terms)
        wanted = {model for request in requests if request.role is not Role.CONTROL for model in request.models}
        verdicts = []
        for model in models:
            last = self._last[model]
            change = None if last is None else decompose(terms, before[id(last)], model)
            verdicts.append(
                self._verdict(
                    day,
                    model,
                    word=self._word(day, model, terms, change, wanted),
                    decomposition=change,
                    better=None if np.isnan(better[model]) else round(100 * float(better[model])),
                    compared_with=None if last is None or change is None else date.fromordinal(last.day),
                )
            )
        return tuple(verdicts)

    def _terms(self, packet: Packet) -> RunTerms:
        return terms_of(
            packet,
            self.analysis.baseline.table,
            self.analysis.baseline.row,
            self.names.question_dimension,
            self.analysis.weights[0],
            float(self.analysis.fleet.centre(packet.day)[0]),
            self.rules,
        )

    def _draws_better(self, packet: Packet, terms: RunTerms) -> FloatArray:
        """Share of possible draws that were better than the one each model got."""
        if not len(packet.model):
            return np.full(len(self.names.models), np.nan)
        draws = self._possible(np.unique(packet.question))
        mean = self.analysis.baseline.table.mean[self.analysis.baseline.row]
        return np.where(np.isnan(terms.expected), np.nan, share_better(terms.expected / POINTS, draws.expected(mean)))

    def _possible(self, drawn: IntArray) -> Draws:
        """Give all draws of this make-up; the same one day after another, until new questions come."""
        make_up = np.bincount(
            2 * self.names.question_dimension[drawn] + self.names.question_harder[drawn],
            minlength=2 * len(self.names.dimensions),
        )
        key = (tuple(make_up.tolist()), len(self._seen))
        if self._draws is None or self._draws[0] != key:
            draws = possible_draws(
                drawn,
                self._seen,
                self.names.question_dimension,
                self.names.question_harder,
                self.analysis.weights[0],
            )
            self._draws = key, draws
        return self._draws[1]

    def _word(self, day: int, model: int, terms: RunTerms, change: Decomposition | None, wanted: set[int]) -> Word:
        confirmed = self._standing(day, model)
        known = self.analysis.known_enough()
        if np.isnan(terms.score[model]) or not known[model]:
            # What was confirmed a week ago does not become unknown because today's answers did not come.
            return confirmed[0] if confirmed and np.isnan(terms.score[model]) else Word.NOT_ENOUGH_EVIDENCE
        if self.analysis.fleet.move is not None:
            return Word.MOVED
        if confirmed is not None:
            return confirmed[0]
        if model in self.analysis.suspicions or model in wanted:
            return Word.SUSPECTED
        if change is None:
            return Word.NOT_ENOUGH_EVIDENCE
        if abs(change.change) <= Decimal(str(self.rules.steady_points)):
            return Word.STEADY
        lucky = change.draw * change.change > 0 and 2 * abs(change.draw) >= abs(change.change)
        return Word.LUCK if lucky else Word.WITHIN_CHANCE

    def _standing(self, day: int, model: int) -> tuple[Word, Confirmed] | None:
        """Find the confirmed change that still stands, with its word."""
        own = [each for each in self.analysis.confirmed if each.model == model]
        if not own or day >= own[-1].day + self.rules.standing_days:
            return None
        last = own[-1]
        if last.direction == FALL:
            return Word.CONFIRMED_DROP, last
        fell = len(own) > 1 and own[-2].direction == FALL and last.day < own[-2].day + self.rules.standing_days
        if not fell:
            return Word.CONFIRMED_RISE, last
        return (Word.RECOVERED, last) if last.day == day else None

    def _verdict(
        self,
        day: int,
        model: int,
        *,
        word: Word,
        decomposition: Decomposition | None,
        better: int | None,
        compared_with: date | None,
    ) -> Verdict:
        standing = self._standing(day, model)
        suspicion = self.analysis.suspicions.get(model)
        chart, since = 0, None
        size: tuple[float, float, float] | None = self._level(model)
        if standing is not None and word is standing[0]:
            confirmed = standing[1]
            chart, since = confirmed.chart, confirmed.since
            size = (confirmed.estimate.points, *confirmed.estimate.interval)
        elif word is Word.SUSPECTED:
            direction, chart = self.analysis.charts.worst(model)
            if suspicion is not None:
                direction, chart = suspicion.direction, suspicion.chart
            since = int(self.analysis.charts.since[direction, model, chart])
        known = int(self.analysis.baseline.table.known[:, self.analysis.baseline.row[model]].sum())
        ratio = self.analysis.charts.ratio[:, model].max(axis=1)
        facts = Facts(
            word=word,
            chart=self.chart_name(chart),
            since=None if since is None else date.fromordinal(since),
            size=None if size is None else size[0],
            decomposition=decomposition,
            draws_better=better,
            known=known,
            least_known=self.rules.least_known,
            confirmed=standing[1] if standing is not None and word is standing[0] else None,
            move=self.analysis.fleet.move,
            asks=self.analysis.asks,
        )
        return Verdict(
            day=date.fromordinal(day),
            model=self.names.models[model],
            word=word,
            size=_points(size and size[0]),
            lo=_points(size and size[1]),
            hi=_points(size and size[2]),
            since=facts.since,
            chart=facts.chart,
            evidence=sentence(facts),
            decomposition=decomposition,
            draws_better=better,
            known=known,
            compared_with=compared_with,
            fall_ratio=exact(Decimal(repr(round(float(ratio[FALL]), 9)))),
            rise_ratio=exact(Decimal(repr(round(float(ratio[RISE]), 9)))),
        )

    def chart_name(self, chart: int) -> str:
        """The main score's chart, or a dimension's by its name."""
        return MAIN if chart == 0 else self.names.dimensions[chart - 1]

    def _level(self, model: int) -> tuple[float, float, float] | None:
        """How far a model's last two weeks are from what was expected of them, with an interval of 95 %."""
        level = self._levels[model]
        if not level:
            return None
        points = float(np.mean([each for _, each, _ in level]))
        half = 1.96 * float(np.sqrt(sum(variance for _, _, variance in level))) / len(level)
        return points, points - half, points + half


def judge(history: History, *, rules: Rules | None = None, asks: bool = False) -> Iterator[Day]:
    """Judge every day of a history."""
    history = without_small_dimensions(history)
    judging = Judge(history, rules=rules, asks=asks)
    packets: dict[int, list[Packet]] = {}
    for packet in packets_of(history):
        packets.setdefault(packet.day, []).append(packet)
    daily = history.role == Role.DAILY
    for day in np.unique(history.day).tolist():
        asked = np.unique(history.model[daily & (history.day == day)])
        yield judging.judge_day(day, packets.get(day, []), asked)


def _nothing(day: int) -> Packet:
    none = np.zeros(0, dtype=np.int64)
    return Packet(day=day, role=Role.DAILY, model=none, question=none, score=np.zeros(0), version=none)


def _points(value: float | None) -> Decimal | None:
    return None if value is None else exact(Decimal(repr(round(float(value), 9))))
