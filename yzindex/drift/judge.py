"""From answers to verdicts: folds a history and says of every model on every day what can be said.

The same history gives the same verdicts, whatever the order of its rows; those of a day depend on nothing later.
"""

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby

import numpy as np

from yzindex.drift.analysis import Analysis
from yzindex.drift.baseline import Table
from yzindex.drift.charts import FALL, RISE
from yzindex.drift.decomposition import Decomposition, RunTerms, decompose, terms_of
from yzindex.drift.evidence import Facts, sentence
from yzindex.drift.evidence_process import EvidenceProcess
from yzindex.drift.history import FloatArray, History, IntArray, Role, known_in, spells
from yzindex.drift.luck import Draws, possible_draws, share_better
from yzindex.drift.move import Move
from yzindex.drift.packets import Packet, packets_of
from yzindex.drift.regrades import Regrades
from yzindex.drift.residuals import POINTS, Residuals, shared_variance_of
from yzindex.drift.rules import Rules
from yzindex.drift.suspicion import Confirmed, Request
from yzindex.drift.verdict import Terms, Verdict
from yzindex.drift.words import Word
from yzindex.scoring import from_float

#: The chart of the main score.
MAIN = "main"


@dataclass(frozen=True, kw_only=True, eq=False)
class Expected:
    """What was expected of a run's answers when it came: columns as in its packet, scores of 0 to 1."""

    packet: Packet
    mean: FloatArray
    variance: FloatArray
    shared_variance: FloatArray


@dataclass(frozen=True, kw_only=True)
class Decided:
    """A confirmed change, and the number of the run whose answers decided."""

    confirmed: Confirmed
    run: int


@dataclass(frozen=True, kw_only=True)
class Suspension:
    """A time without verdicts on models. `ended` is the first day with verdicts again, as an ordinal."""

    move: Move
    ended: int | None = None


@dataclass(frozen=True, kw_only=True)
class Day:
    """What a day's answers made of the board."""

    day: date
    verdicts: tuple[Verdict, ...]
    expected: tuple[Expected, ...]
    #: What the analysis wants asked before it says more.
    requests: tuple[Request, ...]


class Judge:
    """Takes days in order; `asks` says whether anybody can be asked again. May be copied deeply between two days."""

    def __init__(self, history: History, *, rules: Rules | None = None, asks: bool = False) -> None:
        self.rules = rules or Rules()
        self.names = history
        self._levels: list[deque[tuple[int, float, float]]] = [deque() for _ in history.models]
        self._last: list[Packet | None] = [None] * len(history.models)
        self.decided: list[Decided] = []
        self.suspensions: list[Suspension] = []
        self._expected: list[Expected] = []
        self._seen: IntArray = np.zeros(0, dtype=np.int64)
        self._evidence = EvidenceProcess(models=len(history.models))
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
        self._note_move(day)
        for regraded in regrades:
            self.analysis.take_regrades(regraded)
            self._note_move(day)
        for packet in packets:
            self._seen = np.union1d(self._seen, packet.question)
            self.analysis.take(packet)
            self._note_move(day)
            self.decided += [
                Decided(confirmed=each, run=packet.number) for each in self.analysis.confirmed[len(self.decided) :]
            ]
        requests = tuple(self.analysis.requests())
        daily = [packet for packet in packets if packet.role is Role.DAILY]
        verdicts = self._verdicts(day, daily, asked.tolist())
        for packet in daily:
            for model in packet.models.tolist():
                self._last[model] = packet
        return Day(day=date.fromordinal(day), verdicts=verdicts, expected=tuple(self._expected), requests=requests)

    def _note_move(self, day: int) -> None:
        """Note where a suspension began or ended."""
        move = self.analysis.fleet.move
        last = self.suspensions[-1] if self.suspensions else None
        if last is not None and last.ended is None and move is not last.move:
            self.suspensions[-1] = Suspension(move=last.move, ended=day)
            last = None
        if move is not None and (last is None or last.ended is not None):
            self.suspensions.append(Suspension(move=move))

    def _observe(self, packet: Packet, table: Table, residuals: Residuals) -> None:
        """Keep what was expected of each answer, and each model's level of the last two weeks."""
        row = self.analysis.baseline.row
        answers = table.at(row[packet.model], packet.question)
        expected = Expected(
            packet=packet,
            mean=answers.mean,
            variance=answers.variance,
            shared_variance=shared_variance_of(answers, table.easiness_variance[packet.question]),
        )
        self._expected.append(expected)
        known = self.analysis.known_enough()[packet.model]
        self._evidence.add(packet.model[known], packet.score[known], expected.mean[known])
        if packet.role is not Role.DAILY:
            return
        usual = float(self.analysis.fleet.usual(packet.day).mean[0])
        for model in np.flatnonzero(~np.isnan(residuals.points[:, 0])).tolist():
            level = self._levels[model]
            level.append((packet.day, float(residuals.points[model, 0]) - usual, float(residuals.variance[model, 0])))
            while level[0][0] <= packet.day - self.rules.lag_days:
                level.popleft()

    def _verdicts(self, day: int, daily: list[Packet], models: list[int]) -> tuple[Verdict, ...]:
        nothing = _nothing(day)
        own = {model: packet for packet in daily for model in packet.models.tolist()}
        # A run that many models were in is taken apart once.
        runs = {id(packet): packet for packet in (nothing, *daily, *self._last) if packet is not None}
        terms = {each: self._terms(packet) for each, packet in runs.items()}
        better = {id(packet): self._draws_better(packet, terms[id(packet)]) for packet in daily}
        verdicts = []
        for model in models:
            packet, last = own.get(model, nothing), self._last[model]
            now = terms[id(packet)]
            change = None if last is None else decompose(now, terms[id(last)], model)
            share = float(better[id(packet)][model]) if model in own else np.nan
            verdicts.append(
                self._verdict(
                    day,
                    model,
                    word=self._word(day, model, now, change),
                    run=packet.number if model in own else None,
                    terms=_terms_of(now, model),
                    decomposition=change,
                    better=None if np.isnan(share) else round(100 * share),
                    compared=None if change is None else last,
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
            float(self.analysis.fleet.usual(packet.day).trimmed[0]),
            self.rules,
        )

    def _draws_better(self, packet: Packet, terms: RunTerms) -> FloatArray:
        """Share of possible draws that were better than the one each model got."""
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

    def _word(self, day: int, model: int, terms: RunTerms, change: Decomposition | None) -> Word:
        confirmed = self._standing(day, model)
        if np.isnan(terms.score[model]):
            # What was confirmed a week ago does not become unknown because today's answers did not come.
            return confirmed[0] if confirmed else Word.NOT_ENOUGH_EVIDENCE
        if confirmed is None and not self.analysis.known_enough()[model]:
            # A model begins anew when a change is confirmed, with few known answers: that is no reason to unsay it.
            return Word.NOT_ENOUGH_EVIDENCE
        if self.analysis.fleet.move is not None:
            return Word.MOVED
        if confirmed is not None:
            return confirmed[0]
        if model in self.analysis.suspicions or (self.analysis.asks and self._past_bar(model) is not None):
            return Word.SUSPECTED
        if change is None:
            return Word.NOT_ENOUGH_EVIDENCE
        if abs(change.change) <= Decimal(str(self.rules.steady_points)):
            return Word.STEADY
        lucky = change.draw * change.change > 0 and 2 * abs(change.draw) >= abs(change.change)
        return Word.LUCK if lucky else Word.WITHIN_CHANCE

    def _past_bar(self, model: int) -> tuple[int, int] | None:
        """Direction and chart for which a model is said to be suspicious, before fresh questions decide."""
        return self.analysis.charts.furthest_past(self.analysis.charts.suspected_bar, model)

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
        run: int | None,
        terms: Terms | None,
        decomposition: Decomposition | None,
        better: int | None,
        compared: Packet | None,
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
            past = self._past_bar(model)
            if suspicion is not None:
                chart, since = suspicion.chart, suspicion.since
            elif past is not None:
                chart, since = past[1], int(self.analysis.charts.since[past[0], model, past[1]])
        known = int(self.analysis.baseline.table.known[:, self.analysis.baseline.row[model]].sum())
        ratio = self.analysis.charts.ratio[:, model].max(axis=1)
        fall, rise = self._evidence.log_evidence(model)
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
            run=run,
            word=word,
            size=_points(size and size[0]),
            lo=_points(size and size[1]),
            hi=_points(size and size[2]),
            since=facts.since,
            chart=facts.chart,
            evidence=sentence(facts),
            terms=terms,
            decomposition=decomposition,
            draws_better=better,
            known=known,
            compared_with=None if compared is None else date.fromordinal(compared.day),
            compared_run=None if compared is None else compared.number,
            fall_ratio=from_float(float(ratio[FALL])),
            rise_ratio=from_float(float(ratio[RISE])),
            log_evidence_fall=from_float(fall),
            log_evidence_rise=from_float(rise),
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
    """Judge every day of a history, by the dimensions that it had by then."""
    rules = rules or Rules()
    for spell in spells(history, lag_days=rules.lag_days):
        known = known_in(history, spell)
        for judged in fold(Judge(known, rules=rules, asks=asks), known):
            if judged.day.toordinal() >= spell.begin:
                yield judged


def fold(
    judging: Judge,
    history: History,
    *,
    regrades: Mapping[int, tuple[Regrades, ...]] | None = None,
    asks: Mapping[int, bool] | None = None,
) -> Iterator[Day]:
    """Take the days of a history in their order, with what was graded again on each or on a day without answers.

    `asks` holds the days of which is known whether models could be asked again then; the others are as the last one.
    """
    regrades = regrades or {}
    daily = history.role == Role.DAILY
    days, begins = np.unique(history.day, return_index=True)
    ends = np.append(begins, len(history))[1:]
    spans = dict(zip(days.tolist(), zip(begins, ends, strict=True), strict=True))
    runs = groupby(packets_of(history), key=lambda packet: packet.day)
    coming = next(runs, None)
    for day in sorted({*spans, *regrades}):
        begin, end = spans.get(day, (0, 0))
        asked = np.unique(history.model[begin:end][daily[begin:end]])
        if asks is not None and day in asks:
            judging.analysis.asks = asks[day]
        # A day whose answers all stayed unscored has no packets.
        own: list[Packet] = []
        if coming is not None and coming[0] == day:
            own, coming = list(coming[1]), next(runs, None)
        yield judging.judge_day(day, own, asked, regrades.get(day, ()))


def _nothing(day: int) -> Packet:
    none = np.zeros(0, dtype=np.int64)
    return Packet(day=day, role=Role.DAILY, model=none, question=none, score=np.zeros(0), version=none)


def _terms_of(terms: RunTerms, model: int) -> Terms | None:
    if np.isnan(terms.score[model]):
        return None
    return Terms(
        expected=from_float(float(terms.expected[model])),
        common=from_float(float(terms.common[model])),
        variance=from_float(float(terms.variance[model])),
    )


def _points(value: float | None) -> Decimal | None:
    return None if value is None else from_float(value)
