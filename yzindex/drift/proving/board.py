"""A simulated board: a world's models are asked every day, analysed, and asked again at once when that is wanted."""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.random import Generator

from yzindex.drift.analysis import Analysis
from yzindex.drift.history import FloatArray, IntArray, Role
from yzindex.drift.packets import Packet
from yzindex.drift.proving.world import World
from yzindex.drift.regrades import Regrades
from yzindex.drift.rules import Rules
from yzindex.drift.suspicion import Request
from yzindex.drift.unchanging import Unchanging

#: Stored answers of each dimension that are graded again every day.
_THERMOMETER = 20
_REPAIR_DAYS = 28
WEIGHTS = np.array([0.55, 0.45])


@dataclass(frozen=True, kw_only=True, eq=False)
class _Stored(Unchanging):
    """Answers as they were graded, with the work behind them."""

    packet: Packet
    work: FloatArray

    def part(self, places: IntArray) -> Self:
        """Some of them."""
        columns = ("model", "question", "score", "version")
        packet = replace(self.packet, **{name: getattr(self.packet, name)[places] for name in columns})
        return replace(self, packet=packet, work=self.work[places])

    def grade(self, world: World) -> FloatArray:
        """What the current grader gives."""
        return world.grade(self.packet.model, self.packet.question, self.work)


class Board:
    """One replicate. Days are 1, 2, …; the calibration is of day 0, if there is one."""

    def __init__(
        self,
        world: World,
        numbers: Generator,
        *,
        rules: Rules,
        calibrated: bool = True,
        asks: bool = True,
        regrades: bool = True,
        analysis: type[Analysis] = Analysis,
        askable: IntArray | None = None,
    ) -> None:
        self.world = world
        self.numbers = numbers
        self.day = 0
        self.analysis = analysis(
            question_dimension=world.question_dimension,
            dimension_weights=WEIGHTS,
            models=world.models,
            rules=rules,
            asks=asks,
        )
        self.calls = dict.fromkeys(Role, 0)
        self.moved_days: list[int] = []
        self.models_asked = np.arange(world.models)
        #: Main score of each model per day, as a reader would see it: days × models.
        self.totals: list[FloatArray] = []
        #: What readers see answer by answer: the calibration and the days' draws.
        self.shown: list[Packet] = []
        #: Questions of the pool; more may join it later.
        self.askable = np.arange(len(world.question_dimension)) if askable is None else askable
        self._regrades = regrades
        self._stored: list[_Stored] = []
        #: What the thermometer reads.
        self._sample: _Stored | None = None
        self._cycles: dict[tuple[int, int, int, int], IntArray] = {}
        self._grader_moved_on: int | None = None
        self.analysis.begin(0)
        if calibrated:
            self.shown.append(self._put(Role.CALIBRATION, self.models_asked, self.askable))

    @property
    def packets(self) -> list[Packet]:
        """All answers so far, by the newest grading of each."""
        return [stored.packet for stored in self._stored]

    def play_day(self) -> None:
        """Play one day: thermometer, draw, answers, and whatever is asked again."""
        self.day += 1
        self.world.begin(self.day, self.numbers)
        self.analysis.begin(self.day)
        if self._regrades:
            self._read_thermometer()
        packet = self._put(Role.DAILY, self.models_asked, self._draw())
        self.shown.append(packet)
        self.totals.append(self._totals_of(packet))
        # What got no answer at all is wanted again at once; a board waits for another day.
        made: set[Request] = set()
        while requests := [each for each in self.analysis.requests() if each not in made]:
            for request in requests:
                made.add(request)
                questions = self.analysis.questions_of(request, self.askable)
                if request.role is Role.FRESH and self._regrades:
                    self._grade_again(request.models[0], questions)
                self._put(request.role, np.array(request.models), questions)
        if self.analysis.fleet.move is not None:
            self.moved_days.append(self.day)

    def _draw(self) -> IntArray:
        drawn = []
        for dimension in range(2):
            for half in range(2):
                of_half = (self.world.question_dimension == dimension) & (self.world.harder == half)
                pool = self.askable[of_half[self.askable]]
                cycle, place = divmod(self.day, len(pool))
                key = (dimension, half, cycle, len(pool))
                if key not in self._cycles:
                    self._cycles[key] = self.numbers.permutation(pool)
                drawn.append(int(self._cycles[key][place]))
        return np.array(drawn)

    def _put(self, role: Role, models: IntArray, questions: IntArray) -> Packet:
        """Put questions to models, and give the analysis the graded answers."""
        model, question = np.repeat(models, len(questions)), np.tile(questions, len(models))
        work = self.world.work(model, question, self.numbers)
        score = self.world.grade(model, question, work)
        self.calls[role] += len(model)
        came = ~np.isnan(score)
        versions = np.array([self.world.version(each) for each in models.tolist()], dtype=np.int64)
        version = np.repeat(versions, len(questions))
        packet = Packet(
            day=self.day,
            role=role,
            number=len(self._stored),
            model=model[came],
            question=question[came],
            score=score[came],
            version=version[came],
        )
        self._stored.append(_Stored(packet=packet, work=work[came]))
        self.analysis.take(packet)
        return packet

    def _totals_of(self, packet: Packet) -> FloatArray:
        dimension = self.world.question_dimension[packet.question]
        cell = packet.model * 2 + dimension
        count = np.bincount(cell, minlength=2 * self.world.models)
        with np.errstate(invalid="ignore"):
            mean = np.bincount(cell, weights=packet.score, minlength=2 * self.world.models) / count
        return np.asarray(100 * (mean.reshape(-1, 2) @ WEIGHTS))

    def _read_thermometer(self) -> None:
        if not self._stored:
            return
        if self._grader_moved_on is not None and self.day > self._grader_moved_on:
            self._grader_moved_on = None
            kept = [
                stored
                for stored in self._stored
                if stored.packet.role is Role.CALIBRATION or stored.packet.day > self.day - _REPAIR_DAYS
            ]
            self.analysis.take_regrades(self._regraded(kept, repairs=True))
            self._stored = [
                replace(stored, packet=replace(stored.packet, score=stored.grade(self.world)))
                for stored in self._stored
            ]
            self._sample = None
            return
        if self._sample is None:
            self._sample = self._sampled()
        read = self._regraded([self._sample], repairs=False)
        self.analysis.take_regrades(read)
        if self.analysis.fleet.move is not None and self.analysis.fleet.move.chart is None:
            self._grader_moved_on = self.day

    def _sampled(self) -> _Stored:
        """Choose the stored answers that the thermometer reads every day."""
        first = self._stored[0].packet
        apart = max(1, len(first.question) // (2 * _THERMOMETER))
        places = np.concatenate(
            [
                np.flatnonzero(self.world.question_dimension[first.question] == dimension)[::apart][:_THERMOMETER]
                for dimension in range(2)
            ]
        )
        return self._stored[0].part(places)

    def _grade_again(self, model: int, questions: IntArray) -> None:
        """Grade a model's calibration answers again before fresh ones are compared with them."""
        first = self._stored[0].packet
        own = np.flatnonzero((first.model == model) & np.isin(first.question, questions))
        if first.role is Role.CALIBRATION and len(own):
            self.analysis.take_regrades(self._regraded([self._stored[0].part(own)], repairs=False))
            if self.analysis.fleet.move is not None and self.analysis.fleet.move.chart is None:
                self._grader_moved_on = self.day

    def _regraded(self, stored: list[_Stored], *, repairs: bool) -> Regrades:
        packets = [each.packet for each in stored]
        return Regrades(
            day=self.day,
            answered_day=np.concatenate([np.full(len(packet.model), packet.day) for packet in packets]),
            number=np.concatenate([np.full(len(packet.model), packet.number) for packet in packets]),
            model=np.concatenate([packet.model for packet in packets]),
            question=np.concatenate([packet.question for packet in packets]),
            before=np.concatenate([packet.score for packet in packets]),
            now=np.concatenate([each.grade(self.world) for each in stored]),
            repairs=repairs,
        )
