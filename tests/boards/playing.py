"""Plays a cast's days into the rows: orders, draws, closing, verdicts and all that they file are the real ones.

The queue, the models and the sandbox are left out; answers and calls are written many at a time.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from functools import cached_property

import time_machine
from sqlalchemy import RowMapping, bindparam, insert, select, update
from sqlmodel import col

from tests.boards.cast import Cast, Character
from tests.boards.replying import Reply, judge_text, say
from worker import closing
from worker.runtime import Runtime
from yzindex.bank.question import Question, Tier
from yzindex.dimensions import Dimension
from yzindex.ordering import RunOrder, current_graders, order_run
from yzindex.records.database import Database
from yzindex.records.evaluations import close_within
from yzindex.records.regrade_plans import Thermometer, plan_regrades, plan_thermometer
from yzindex.records.runs import mark_running
from yzindex.records.states import (
    ENDED,
    OPEN,
    REGRADE_OPEN,
    AnswerState,
    Purpose,
    RegradePurpose,
    RegradeState,
    RunKind,
)
from yzindex.records.tables import Answer, Evaluation, Regrade, Run, StoredCall, now
from yzindex.scoring import exact
from yzindex.settings import Settings

#: When the thermometer is read, and when the daily run begins.
_READ_AT, _BEGINS_AT = time(2, 30), time(3)
_SOLVED = {Tier.EASIER: 1.0, Tier.HARDER: -0.6}
#: How much questions differ, and how much they suit a model.
_QUESTION_SD, _SUIT_SD = 0.8, 0.6
_OUTAGES = ("provider answered 429 five times", "no sandbox runs here (docker: no socket at /var/run/docker.sock)")
#: Share of calls that are answered at a second try.
_RETRIED = 0.03

_UPDATED = (
    "state",
    "attempt",
    "reply",
    "finish_reason",
    "model_returned",
    "answered_at",
    "score",
    "verdict",
    "reason",
    "cases",
    "ran_in",
    "ended_at",
)


@dataclass(frozen=True, kw_only=True)
class _Asked:
    """A question put to a character, as it stands in the rows."""

    answer_id: int
    character: Character
    question: Question
    at: datetime


class BoardPlayer:
    """Plays one cast into an empty database, from its calibration to its last day."""

    def __init__(self, database: Database, cast: Cast) -> None:
        self.cast = cast
        self.day = -1
        self.fleet = cast.fleet
        self._numbers = random.Random(cast.seed)
        self._by_slug = {character.slug: character for character in cast.characters}
        self._question = {question.digest: question for question in cast.bank.questions}
        self.runtime = Runtime(Settings(timezone=cast.timezone, reask_after_s=0))
        self.runtime.__dict__.update(database=database, bank=cast.bank, fleet=self.fleet)
        #: What answers would have got from graders that work, where theirs did not.
        self._fair: dict[int, Decimal] = {}
        self._sample: list[int] = []

    def play(self, tell: Callable[[int], None] = lambda _: None) -> None:
        """Play all days; `tell` hears the number of each that is over."""
        for day in range(self.cast.days + 1):
            self.day = day
            self._play_day()
            tell(day)

    def _play_day(self) -> None:
        asks = {"ask_again": self.day in self.cast.asks_on}
        self.runtime.settings = self.runtime.settings.model_copy(update=asks)
        with time_machine.travel(self._moment(_READ_AT), tick=False) as clock:
            self._read_thermometer()
            clock.move_to(self._moment(_BEGINS_AT))
            kind = RunKind.SMOKE if self.day else RunKind.CALIBRATION
            asked = tuple(each.slug for each in self.cast.characters if each.is_asked(self.day))
            order_run(self.runtime.database, self.cast.bank, self.fleet, RunOrder(kind=kind, models=asked))
            self._play_runs(clock)

    def _moment(self, at: time) -> datetime:
        return datetime.combine(self.cast.began + timedelta(days=self.day), at, tzinfo=self.runtime.settings.zone)

    def _play_runs(self, clock: time_machine.Traveller) -> None:
        """Answer and conclude what is open, until nothing is; then grade again what was planned, and so on."""
        while open_runs := self._open_runs():
            for number in open_runs:
                clock.shift(timedelta(seconds=2))
                self._answer(number, clock)
                self._regrade()
                conclusion = closing.conclusion_of(self.runtime, number)
                assert conclusion is not None, "everything of it has ended"
                closing.conclude(self.runtime, conclusion)
            if not self._open_runs():
                self._regrade()
                closing.analyse_again(self.runtime)

    def _open_runs(self) -> list[int]:
        rows = select(col(Run.number)).where(col(Run.status).not_in(ENDED)).order_by(col(Run.number))
        with self.runtime.database.read() as session:
            return [number for number in session.connection().scalars(rows) if number is not None]

    # -- answers

    def _answer(self, number: int, clock: time_machine.Traveller) -> None:
        mark_running(self.runtime.database, number)
        asked = self._asked(number)
        answers, calls = list[dict[str, object]](), list[dict[str, object]]()
        for each in asked:
            answer, own = self._answered(each)
            answers.append(answer)
            calls += own
        clock.shift(timedelta(seconds=30 + len(asked)))
        with self.runtime.database.write() as session:
            columns: dict[str, object] = {name: bindparam(f"to_{name}") for name in _UPDATED}
            written = update(Answer).where(col(Answer.id) == bindparam("of_answer")).values(**columns)
            session.connection().execute(written, answers)
            session.connection().execute(insert(StoredCall), calls)
            evaluations = select(col(Evaluation.id)).where(col(Evaluation.run_number) == number)
            for evaluation in session.connection().scalars(evaluations).all():
                assert evaluation is not None
                close_within(session, evaluation)

    def _asked(self, number: int) -> list[_Asked]:
        rows = (
            select(col(Answer.id), col(Answer.question_digest), col(Evaluation.model))
            .join(Evaluation, col(Evaluation.id) == col(Answer.evaluation_id))
            .where(col(Answer.run_number) == number, col(Answer.state).in_(OPEN))
            .order_by(col(Answer.id))
        )
        with self.runtime.database.read() as session:
            found = session.connection().execute(rows).all()
        began = now()
        return [
            _Asked(
                answer_id=answer_id or 0,
                character=self._by_slug[slug],
                question=self._question[digest],
                at=began + timedelta(seconds=place / 4),
            )
            for place, (answer_id, digest, slug) in enumerate(found)
        ]

    def _answered(self, asked: _Asked) -> tuple[dict[str, object], list[dict[str, object]]]:
        """Give the columns of an answer, and the calls that it took."""
        numbers, character = self._numbers, asked.character
        if numbers.random() < character.outage:
            return self._unscored(asked)
        reply = say(
            asked.question,
            is_right=numbers.random() < self._chance(asked),
            eloquence=character.eloquence,
            numbers=numbers,
        )
        latency_s = round(character.latency_s * math.exp(numbers.gauss(0, 0.4)), 3)
        answered_at = asked.at + timedelta(seconds=latency_s)
        graded = self._graded(asked, reply)
        values = {
            "state": AnswerState.GRADED,
            "attempt": 2,
            "reply": reply.text,
            "finish_reason": reply.finish.value,
            "model_returned": character.returned_on(self.day),
            "answered_at": answered_at,
            "ended_at": answered_at + timedelta(seconds=1),
        } | graded
        calls = [self._ask_call(asked, reply, latency_s)]
        calls += [self._judge_call(asked, reply, place) for place in range(len(reply.judgements))]
        return _columns(asked, values), calls

    def _graded(self, asked: _Asked, reply: Reply) -> dict[str, object]:
        loss = self._loss(asked.question.dimension)
        if not loss:
            return reply.graded
        self._fair[asked.answer_id] = reply.grade.score
        return reply.graded | {"score": _lessened(reply.grade.score, loss)}

    def _chance(self, asked: _Asked) -> float:
        character, question = asked.character, asked.question
        if question.dimension is Dimension.INTEGRITY:
            return character.honesty
        suits = self._offsets[question.digest] + self._suits[character.slug, question.digest]
        return 1 / (1 + math.exp(-character.ability_on(self.day) - _SOLVED[question.tier] - suits))

    @cached_property
    def _offsets(self) -> dict[str, float]:
        numbers = random.Random(f"{self.cast.seed} questions")
        return {digest: numbers.gauss(0, _QUESTION_SD) for digest in self._question}

    @cached_property
    def _suits(self) -> dict[tuple[str, str], float]:
        numbers = random.Random(f"{self.cast.seed} suits")
        return {(slug, digest): numbers.gauss(0, _SUIT_SD) for slug in self._by_slug for digest in self._question}

    def _unscored(self, asked: _Asked) -> tuple[dict[str, object], list[dict[str, object]]]:
        """End an answer without a score: its provider failed, or, of a question that runs code, the sandbox."""
        needs_sandbox = asked.question.dimension is Dimension.EXECUTION
        reason = _OUTAGES[needs_sandbox and self._numbers.random() < 0.5]
        values: dict[str, object] = {
            "state": AnswerState.UNSCORED,
            "attempt": 5,
            "reason": reason,
            "ended_at": asked.at + timedelta(seconds=40),
        }
        call = self._call(asked, asked.character.slug, Purpose.ASK) | {
            "attempts": 5,
            "errors": {"rate_limited": 5},
            "error": reason,
        }
        return _columns(asked, values), [call]

    # -- calls

    def _ask_call(self, asked: _Asked, reply: Reply, latency_s: float) -> dict[str, object]:
        failed = self._numbers.random() < _RETRIED
        prompt, completion = len(asked.question.prompt) // 4, len(reply.text) // 4
        model = self.fleet.model(asked.character.slug)
        assert model is not None
        return self._call(asked, model.asked_as, Purpose.ASK) | {
            "model_returned": asked.character.returned_on(self.day),
            "finish_reason": reply.finish.value,
            "prompt_tokens": prompt,
            "completion_tokens": completion,
            "cost_usd": model.cost_usd(prompt, completion),
            "latency_s": latency_s,
            "attempts": 2 if failed else 1,
            "errors": {"rate_limited": 1} if failed else {},
        }

    def _judge_call(self, asked: _Asked, reply: Reply, place: int) -> dict[str, object]:
        judge = self.fleet.judges[place]
        text = judge_text(asked.question, reply.text, reply.judgements[place])
        prompt, completion = 400 + len(reply.text) // 4, len(text) // 4
        return self._call(asked, judge.asked_as, Purpose.JUDGE) | {
            "model_returned": judge.asked_as,
            "finish_reason": "stop",
            "prompt_tokens": prompt,
            "completion_tokens": completion,
            "cost_usd": judge.cost_usd(prompt, completion),
            "latency_s": round(self._numbers.uniform(1, 4), 3),
            "attempts": 1,
            "text": text,
        }

    def _call(self, asked: _Asked, model: str, purpose: Purpose) -> dict[str, object]:
        """Give the columns that every call has, all of them named: many are written by one statement."""
        key = f"{self._numbers.getrandbits(128):032x}"
        return {
            "answer_id": asked.answer_id,
            "purpose": purpose,
            "provider": asked.character.model().provider,
            "model_asked": model,
            "model_returned": None,
            "finish_reason": None,
            "prompt_tokens": 0,
            "completion_tokens": 0,
            "cost_usd": Decimal(0),
            "latency_s": 0.0,
            "attempts": 0,
            "errors": {},
            "error": None,
            "request_id": f"req_{key}",
            "text": None,
            "made_at": asked.at,
            "idempotency_key": key,
        }

    # -- graded again

    def _read_thermometer(self) -> None:
        """Grade the day's sample again. It is planned once: later days would find the same oldest answers."""
        if self.day == 0:
            return
        graders = current_graders(self.fleet, self.cast.began + timedelta(days=self.day))
        settings, database = self.runtime.settings, self.runtime.database
        if self._sample:
            with database.write() as session:
                plan_regrades(session, self._sample, RegradePurpose.THERMOMETER, graders)
        else:
            thermometer = Thermometer(
                answers=settings.thermometer_answers,
                judgements=settings.thermometer_judgements,
                judges_of=lambda vendor: len(self.fleet.judges_of(vendor)),
            )
            plan_thermometer(database, graders, thermometer, before=now())
            with database.read() as session:
                self._sample = list(session.connection().scalars(select(col(Regrade.answer_id))))
        self._regrade()

    def _regrade(self) -> None:
        """Grade again everything that is planned, by today's graders."""
        rows = (
            select(col(Regrade.id), col(Regrade.answer_id), col(Regrade.score_before), col(Answer.dimension))
            .join(Answer, col(Answer.id) == col(Regrade.answer_id))
            .where(col(Regrade.state).in_(REGRADE_OPEN))
        )
        with self.runtime.database.write() as session:
            found = session.connection().execute(rows).mappings().all()
            if not found:
                return
            graded = update(Regrade).where(col(Regrade.id) == bindparam("of_row"))
            session.connection().execute(
                graded.values(state=RegradeState.GRADED, made_at=now(), score_now=bindparam("to_score")),
                [{"of_row": row["id"], "to_score": self._score_now(row)} for row in found],
            )

    def _score_now(self, row: RowMapping) -> Decimal:
        fair = self._fair.get(row["answer_id"], row["score_before"])
        loss = self._loss(row["dimension"])
        return _lessened(fair, loss) if loss else fair

    def _loss(self, dimension: Dimension) -> float:
        trouble = self.cast.trouble
        return 0.0 if trouble is None else trouble.loss_on(self.day, dimension)


def _lessened(score: Decimal, loss: float) -> Decimal:
    return exact(score * (1 - Decimal(str(loss))))


def _columns(asked: _Asked, values: dict[str, object]) -> dict[str, object]:
    return {"of_answer": asked.answer_id} | {f"to_{name}": values.get(name) for name in _UPDATED}
