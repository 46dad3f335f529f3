"""A board played in the rows: models with known abilities answer, what is asked again is answered too, days go by.

The queue and the graders are left out; closing, analysis and everything it files are the real ones.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import time_machine
from sqlmodel import col, select, update

from tests import rows
from worker import closing
from worker.runtime import Runtime
from yzindex.bank.files import Bank
from yzindex.bank.question import Question, Tier
from yzindex.dimensions import Dimension
from yzindex.fleet import Fleet, Model
from yzindex.grading.grade import FULL_SCORE, Verdict
from yzindex.records import runs
from yzindex.records.database import Database
from yzindex.records.runs import Submission, lock_numbering, mark_running, next_seed
from yzindex.records.states import OPEN, REGRADE_OPEN, AnswerState, RegradeState, RunKind, RunStatus
from yzindex.records.tables import Answer, Evaluation, Regrade, Run, now
from yzindex.settings import Settings

FIRST_DAY = datetime(2026, 3, 1, 12, tzinfo=UTC)
_EASIER, _HARDER = 1.0, -0.5


def bank(per_tier: int = 15) -> Bank:
    """Questions of the two main dimensions alone."""
    questions = [
        rows.question(dimension, 2 * number + (tier is Tier.HARDER), tier)
        for dimension in (Dimension.EXECUTION, Dimension.GROUNDING)
        for tier in Tier
        for number in range(per_tier)
    ]
    return Bank(version="test", questions=tuple(sorted(questions, key=lambda each: each.id)))


def fleet(models: int, price: Decimal = Decimal(0)) -> Fleet:
    return Fleet(
        providers=rows.FLEET.providers,
        models=tuple(
            Model(slug=f"sim/m{number}", provider="sim", vendor="sim", usd_per_million_completion_tokens=price)
            for number in range(models)
        ),
    )


class PlayedBoard:
    """Days are counted from 0, the day of the calibration. `ability` is in logits and may be changed between days."""

    def __init__(
        self,
        database: Database,
        *,
        models: int = 7,
        seed: int = 1,
        settings: Settings | None = None,
        per_tier: int = 15,
        price: Decimal = Decimal(0),
    ) -> None:
        self.numbers = random.Random(seed)
        self.day = -1
        self.runtime = Runtime(settings or Settings(reask_after_s=0))
        self.bank, self.fleet = bank(per_tier), fleet(models, price)
        self.runtime.__dict__.update(database=database, bank=self.bank, fleet=self.fleet)
        self.ability = {model.slug: 1.5 + 0.2 * place for place, model in enumerate(self.fleet.models)}
        self._offset = {
            (model.slug, question.id): self.numbers.gauss(0, 1.2)
            + (_EASIER if question.tier is Tier.EASIER else _HARDER)
            for model in self.fleet.models
            for question in self.bank.questions
        }
        #: What the graders make of a score today, new and stored answers alike.
        self.grader: Callable[[Decimal], Decimal] = lambda score: score
        #: What the first graders would make of each answer.
        self._right: dict[int, Decimal] = {}
        #: Answers that a provider fails to give, by the run's number and the model.
        self.fails: Callable[[int, str], bool] = lambda _run, _model: False

    def calibrate(self) -> int:
        return self._next_day(lambda: self.order(RunKind.CALIBRATION, list(self.bank.questions)))

    def play_day(self) -> int:
        """Play a day through: the draw, and whatever is asked and graded again; return the daily run's number."""
        return self._next_day(lambda: self.order(RunKind.SMOKE, self._draw()))

    def _next_day(self, order: Callable[[], int]) -> int:
        self.day += 1
        with self.at_this_day():
            number = order()
            self.play_all()
        return number

    def at_this_day(self) -> time_machine.travel:
        return time_machine.travel(FIRST_DAY + timedelta(days=self.day), tick=False)

    def play_all(self) -> None:
        """Answer and conclude what is open, until nothing is; then grade again what was planned, and so on."""
        while open_runs := self._open_runs():
            for number in open_runs:
                self.answer(number)
                self.regrade()
                self.conclude(number)
            if not self._open_runs():
                self.regrade()
                closing.analyse_again(self.runtime)

    def answer(self, number: int) -> None:
        """Answer and grade everything of a run, and close its evaluations."""
        database = self.runtime.database
        mark_running(database, number)
        with database.write() as session:
            found = session.exec(
                select(Answer, Evaluation.model)
                .join(Evaluation, col(Evaluation.id) == col(Answer.evaluation_id))
                .where(Answer.run_number == number, col(Answer.state).in_(OPEN))
                .order_by(col(Answer.id))
            ).all()
            for answer, model in found:
                if self.fails(number, model):
                    answer.state, answer.reason = AnswerState.UNSCORED, "provider answered 429 five times"
                else:
                    assert answer.id is not None
                    right = self._right[answer.id] = self._score(model, answer.question_id)
                    score = self.grader(right)
                    answer.state, answer.score = AnswerState.GRADED, score
                    answer.verdict = Verdict.PASSED if score == FULL_SCORE else Verdict.WRONG_ANSWER
                    answer.reply, answer.finish_reason, answer.model_returned = "The reply.", "stop", model
                answer.ended_at = now()
                session.add(answer)
            evaluations = list(session.exec(select(Evaluation.id).where(Evaluation.run_number == number)))
        for evaluation in evaluations:
            assert evaluation is not None
            closing.aggregate(self.runtime, evaluation)

    def conclude(self, number: int) -> tuple[int, ...] | None:
        # The claim that `answer` was given at its last evaluation has died with its holder.
        with self.runtime.database.write() as session:
            session.exec(update(Run).where(col(Run.number) == number).values(lease_until_s=0.0))
        conclusion = closing.conclusion_of(self.runtime, number)
        return None if conclusion is None else closing.conclude(self.runtime, conclusion)

    def order(self, kind: RunKind, questions: list[Question]) -> int:
        """Order a run of all models."""
        with self.runtime.database.write() as session:
            lock_numbering(session)
            return runs.submit(
                session,
                Submission(
                    kind=kind,
                    seed=next_seed(session, kind),
                    questions=questions,
                    models=self.fleet.models,
                    fleet=self.fleet,
                    versions=rows.VERSIONS,
                ),
            )

    def _draw(self) -> list[Question]:
        return [
            self.numbers.choice([each for each in self.bank.of(dimension) if each.tier is tier])
            for dimension in (Dimension.EXECUTION, Dimension.GROUNDING)
            for tier in Tier
        ]

    def _score(self, model: str, question: str) -> Decimal:
        right = 1 / (1 + math.exp(-self.ability[model] - self._offset.get((model, question), 0.0)))
        return Decimal(100) if self.numbers.random() < right else Decimal(0)

    def _open_runs(self) -> list[int]:
        with self.runtime.database.read() as session:
            rows_ = select(Run.number).where(col(Run.status) != RunStatus.CONCLUDED).order_by(col(Run.number))
            return [number for number in session.exec(rows_) if number is not None]

    def regrade(self) -> None:
        """Grade again everything that is planned, by today's graders."""
        with self.runtime.database.write() as session:
            for row in session.exec(select(Regrade).where(col(Regrade.state).in_(REGRADE_OPEN))):
                row.state, row.made_at = RegradeState.GRADED, now()
                row.score_now = self.grader(self._right[row.answer_id])
                session.add(row)


def calibrated_board(database: Database, settings: Settings | None = None, price: Decimal = Decimal(0)) -> PlayedBoard:
    """Five models, and whatever the settings allow."""
    board = PlayedBoard(database, models=5, per_tier=12, settings=settings, price=price)
    board.calibrate()
    return board
