"""A story played by pure functions: the main dimensions alone, from the draws to the verdicts of its last day.

What the stack then plays for real, with queue, graders and judges, is the same: chance depends on day and question.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import timedelta

import numpy as np

from deploy.simulated.answering import Outcome, answer
from deploy.simulated.config import Model, SimulatedConfig
from deploy.simulated.events import on_day
from deploy.story.pool import Pool
from yzindex.bank.question import Question, Tier
from yzindex.dimensions import MAIN_WEIGHTS
from yzindex.drift.analysis import Analysis
from yzindex.drift.history import History, IntArray, Role, columned, weights_of
from yzindex.drift.judge import Day, Judge
from yzindex.drift.packets import Packet
from yzindex.drift.rules import Rules

_FULL_SCORE = 100.0


class Rehearsal:
    """One story, from its first day (the calibration) on. Models and questions are counted in the order of names."""

    def __init__(self, pool: Pool, config: SimulatedConfig) -> None:
        assert config.began is not None
        self.pool = pool
        self.config = config
        self.began = config.began
        self.names = _names(pool, config)
        self.models = tuple(sorted(config.models, key=lambda each: each.name))
        self.place = {question.id: index for index, question in enumerate(pool.questions)}
        self.packets: list[Packet] = []
        self._given: Counter[tuple[int, int, int]] = Counter()
        self.analysis = Analysis(
            question_dimension=self.names.question_dimension,
            dimension_weights=self.names.weights,
            models=len(self.models),
            rules=Rules(),
            asks=True,
        )

    def calibrate(self) -> None:
        """Play the first day: every model gets every question once."""
        self.analysis.begin(self.began.toordinal())
        self._put(0, Role.CALIBRATION, range(len(self.models)), np.arange(len(self.pool.questions)))

    def play(self, day: int, drawn: Sequence[Question]) -> bool:
        """Play a day of this number: the draw, then whatever is asked again; return whether anything was."""
        self.analysis.begin((self.began + timedelta(days=day)).toordinal())
        questions = np.array([self.place[each.id] for each in drawn if each.id in self.place])
        self._put(day, Role.DAILY, range(len(self.models)), questions)
        asked = False
        while requests := self.analysis.requests():
            asked = True
            for request in requests:
                chosen = self.analysis.questions_of(request, np.arange(len(self.pool.questions)))
                self._put(day, request.role, request.models, chosen)
        return asked

    def judged(self, day: int, *, answered: bool = True) -> Day:
        """Judge a played day, by its draw alone or after what was asked again was `answered`."""
        judging = Judge(self.names, asks=True)
        last = (self.began + timedelta(days=day)).toordinal()
        everybody = np.arange(len(self.models))
        spoken: Day | None = None
        for ordinal in sorted({packet.day for packet in self.packets if packet.day <= last}):
            packets = [packet for packet in self.packets if packet.day == ordinal]
            if ordinal == last and not answered:
                packets = [packet for packet in packets if packet.role is Role.DAILY]
            daily = any(packet.role is Role.DAILY for packet in packets)
            spoken = judging.judge_day(ordinal, packets, everybody if daily else everybody[:0])
        assert spoken is not None
        return spoken

    def _put(self, day: int, role: Role, models: Iterable[int], questions: IntArray) -> None:
        asked = [(model, question) for model in models for question in questions.tolist()]
        scores = [self._score(day, model, question) for model, question in asked]
        packet = Packet(
            day=(self.began + timedelta(days=day)).toordinal(),
            role=role,
            number=len(self.packets) + 1,
            model=np.array([model for model, _ in asked]),
            question=np.array([question for _, question in asked]),
            score=np.array(scores) / _FULL_SCORE,
            version=np.array([model for model, _ in asked]),
        )
        self.packets.append(packet)
        self.analysis.take(packet)

    def _score(self, day: int, model: int, question: int) -> float:
        k = self._given[day, model, question]
        self._given[day, model, question] += 1
        today = on_day(self.config, self.models[model], self.began + timedelta(days=day))
        return score_of(self.pool, self.config, today, self.pool.questions[question], k, day)


def score_of(pool: Pool, config: SimulatedConfig, model: Model, question: Question, k: int, day: int) -> float:
    """Score of the reply that the provider gives then; one that its filter withheld has none of it."""
    given = answer(config, model, question, k, day)
    return 0.0 if given.outcome is Outcome.REFUSED else pool.worth[question.id, given.text]


def _names(pool: Pool, config: SimulatedConfig) -> History:
    none = np.zeros(0, dtype=np.int64)
    dimensions = tuple(sorted(str(each) for each in MAIN_WEIGHTS))
    models = tuple(sorted(each.name for each in config.models))
    return columned(
        models=models,
        questions=tuple(each.id for each in pool.questions),
        dimensions=dimensions,
        weights=weights_of(dimensions),
        versions=models,
        question_dimension=np.array([dimensions.index(each.dimension) for each in pool.questions]),
        question_harder=np.array([int(each.tier is Tier.HARDER) for each in pool.questions]),
        columns=dict.fromkeys(("day", "packet", "role", "model", "question", "version"), none),
        score=np.zeros(0),
    )
