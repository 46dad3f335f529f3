"""Plays a cast's days into the rows: orders, draws, closing, verdicts and all that they file are the real ones.

The queue, the models and the sandbox are left out; answers and calls are written many at a time.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta
from decimal import Decimal

import time_machine
from sqlalchemy import RowMapping, bindparam, insert, select, update
from sqlmodel import col

from tests.boards.answering import BLANK, Answering, Asked, Columns, lessened
from tests.boards.cast import Cast
from worker import closing
from worker.runtime import Runtime
from yzindex.ordering import RunOrder, current_graders, order_run
from yzindex.records.database import Database
from yzindex.records.evaluations import close_within
from yzindex.records.regrade_plans import Thermometer, plan_regrades, plan_thermometer
from yzindex.records.runs import mark_running
from yzindex.records.states import (
    ENDED,
    OPEN,
    REGRADE_OPEN,
    RegradePurpose,
    RegradeState,
    RunKind,
)
from yzindex.records.tables import Answer, Evaluation, Regrade, Run, StoredCall, now
from yzindex.settings import Settings

#: When the thermometer is read, and when the daily run begins.
_READ_AT, _BEGINS_AT = time(2, 30), time(3)
#: A repair waits for the next morning, so that there is a day without verdicts.
_SAME_DAY = frozenset(RegradePurpose) - {RegradePurpose.REPAIR}


class BoardPlayer:
    """Plays one cast into an empty database, from its calibration to its last day."""

    def __init__(self, database: Database, cast: Cast) -> None:
        self.cast = cast
        self.day = -1
        self.fleet = cast.fleet
        self._answering = Answering(cast)
        self._by_slug = {character.slug: character for character in cast.characters}
        self._question = {question.digest: question for question in cast.bank.questions}
        self.runtime = Runtime(Settings(timezone=cast.timezone, reask_after_s=0))
        self.runtime.__dict__.update(database=database, bank=cast.bank, fleet=self.fleet)
        #: Stored answers that are graded again every day.
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
        answers, calls = list[Columns](), list[Columns]()
        for each in asked:
            answer, own = self._answering.answer(each)
            answers.append({"of_answer": each.answer_id} | {f"to_{name}": value for name, value in answer.items()})
            calls += own
        clock.shift(timedelta(seconds=30 + len(asked)))
        with self.runtime.database.write() as session:
            columns: dict[str, object] = {name: bindparam(f"to_{name}") for name in BLANK}
            written = update(Answer).where(col(Answer.id) == bindparam("of_answer")).values(**columns)
            session.connection().execute(written, answers)
            session.connection().execute(insert(StoredCall), calls)
            evaluations = select(col(Evaluation.id)).where(col(Evaluation.run_number) == number)
            for evaluation in session.connection().scalars(evaluations).all():
                assert evaluation is not None
                close_within(session, evaluation)

    def _asked(self, number: int) -> list[Asked]:
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
            Asked(
                answer_id=answer_id or 0,
                character=self._by_slug[slug],
                question=self._question[digest],
                day=self.day,
                at=began + timedelta(seconds=place / 4),
            )
            for place, (answer_id, digest, slug) in enumerate(found)
        ]

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
        self._regrade(frozenset(RegradePurpose))

    def _regrade(self, purposes: frozenset[RegradePurpose] = _SAME_DAY) -> None:
        """Grade again what is planned for these purposes, by today's graders."""
        rows = (
            select(col(Regrade.id), col(Regrade.answer_id), col(Regrade.score_before), col(Answer.dimension))
            .join(Answer, col(Answer.id) == col(Regrade.answer_id))
            .where(col(Regrade.state).in_(REGRADE_OPEN), col(Regrade.purpose).in_(purposes))
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
        fair = self._answering.fair.get(row["answer_id"], row["score_before"])
        loss = self._answering.loss(self.day, row["dimension"])
        return lessened(fair, loss) if loss else fair
