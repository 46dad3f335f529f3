"""Writes a cast's days into the rows many at a time, concluded as they come, and has all of them analysed at the end.

Nobody is asked again. The scores are the real summary of the answers, the verdicts those of the real analysis.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import cast

import time_machine
from sqlalchemy import Connection, insert
from sqlmodel import SQLModel

from tests.boards.answering import Answering, Asked, Columns
from tests.boards.cast import Cast, Character
from worker import closing
from worker.runtime import Runtime
from yzindex.bank.draw import full_draw, smoke_draw
from yzindex.bank.question import Question
from yzindex.dimensions import Dimension
from yzindex.grading.grade import GRADER_VERSION
from yzindex.ordering import current_versions
from yzindex.records.database import Database
from yzindex.records.states import AnswerState, Purpose, RegradePurpose, RegradeState, RunKind, RunStatus
from yzindex.records.tables import Answer, Evaluation, Regrade, Run, StoredCall, StoredQuestion, StoredScore
from yzindex.scoring import ScoredQuestion, recommendation_of, summarise
from yzindex.settings import Settings

_BEGINS_AT = time(3)
_ORDERED_TO_END = timedelta(minutes=4)
#: Of each dimension, so many of the first answers are graded again every day.
_READ_DAILY = 20
#: Days that are written in one transaction.
_DAYS_AT_ONCE = 30


class WholesaleWriter:
    """Writes one cast into an empty database."""

    def __init__(self, database: Database, board: Cast) -> None:
        self.cast = board
        self.fleet = board.fleet
        self._answering = Answering(board)
        self.runtime = Runtime(Settings(timezone=board.timezone, reask_after_s=0, ask_again=False))
        self.runtime.__dict__.update(database=database, bank=board.bank, fleet=self.fleet)
        self._rows: defaultdict[type[SQLModel], list[Columns]] = defaultdict(list)
        self._evaluations = self._answers = 0
        #: What the thermometer reads: the columns of the first answers.
        self._sample: list[Columns] = []

    def write(self) -> None:
        """Write all days, then analyse them as of the last one's end."""
        self._rows[StoredQuestion] = [
            {"digest": each.digest, "question_id": each.id, "body": each.canonical()}
            for each in self.cast.bank.questions
        ]
        for day in range(self.cast.days + 1):
            self._add_thermometer(day)
            self._add_run(day)
            if day % _DAYS_AT_ONCE == 0 or day == self.cast.days:
                self._flush()
        with time_machine.travel(self._moment(self.cast.days) + _ORDERED_TO_END, tick=False):
            closing.analyse_again(self.runtime)

    def _moment(self, day: int) -> datetime:
        return datetime.combine(self.cast.began + timedelta(days=day), _BEGINS_AT, tzinfo=self.runtime.settings.zone)

    def _flush(self) -> None:
        with self.runtime.database.write() as session:
            # The tables that others refer to come first.
            for table in (StoredQuestion, Run, Evaluation, StoredScore, Answer, StoredCall, Regrade):
                _insert(session.connection(), table, self._rows.pop(table, []))

    def _add_run(self, day: int) -> None:
        number, ordered = day + 1, self._moment(day)
        kind = RunKind.SMOKE if day else RunKind.CALIBRATION
        questions = smoke_draw(self.cast.bank, day) if day else full_draw(self.cast.bank)
        versions = current_versions(self.cast.bank, self.fleet)
        self._rows[Run].append(
            {
                "number": number,
                "kind": kind,
                "status": RunStatus.CONCLUDED,
                "seed": day or 1,
                "bank_version": versions.bank,
                "bank_digest": versions.bank_digest,
                "grader_version": versions.grader,
                "judge_set_version": versions.judge_set,
                "formula_version": versions.formula,
                "software_version": versions.software,
                "created_at": ordered,
                "started_at": ordered + timedelta(seconds=2),
                "finished_at": ordered + _ORDERED_TO_END,
                "attempt": 1,
            }
        )
        for character in self.cast.characters:
            if character.is_asked(day):
                self._add_evaluation(number, day, character, questions)

    def _add_evaluation(self, run: int, day: int, character: Character, questions: tuple[Question, ...]) -> None:
        self._evaluations += 1
        answers, calls = list[Columns](), list[Columns]()
        for place, question in enumerate(questions):
            answer, own = self._answer(run, day, character, question, place)
            answers.append(answer)
            calls += own
        self._rows[Answer] += answers
        self._rows[StoredCall] += calls
        if day == 0:
            self._sample += [each for each in answers if self._is_sampled(each)]
        self._rows[Evaluation].append(self._evaluation(run, day, character, answers, calls))

    def _answer(
        self, run: int, day: int, character: Character, question: Question, place: int
    ) -> tuple[Columns, list[Columns]]:
        self._answers += 1
        at = self._moment(day) + timedelta(seconds=2 + place / 4)
        asked = Asked(answer_id=self._answers, character=character, question=question, day=day, at=at)
        values, calls = self._answering.answer(asked)
        row: Columns = {
            "id": self._answers,
            "run_number": run,
            "evaluation_id": self._evaluations,
            "question_digest": question.digest,
            "question_id": question.id,
            "dimension": question.dimension,
            "tier": question.tier,
            "needs": question.grader.needs,
            "position": place,
        }
        return row | values, calls

    def _evaluation(
        self, run: int, day: int, character: Character, answers: list[Columns], calls: list[Columns]
    ) -> Columns:
        summary = summarise(map(_scored, answers))
        self._rows[StoredScore] += [
            {
                "evaluation_id": self._evaluations,
                "dimension": dimension,
                "score": score.score,
                "scored": score.scored,
                "asked": score.asked,
            }
            for dimension, score in summary.dimensions.items()
        ]
        main, model = summary.main, character.model()
        return {
            "id": self._evaluations,
            "run_number": run,
            "model": model.slug,
            "provider": model.provider,
            "vendor": model.vendor,
            "model_asked": model.asked_as,
            "simulated": self.fleet.provider(model.provider).simulated,
            "closed_at": self._moment(day) + _ORDERED_TO_END,
            "label": summary.label,
            "recommendation": recommendation_of(summary.label) if summary.label else None,
            "core_raw": main.core_raw if main else None,
            "core_display": main.core_display if main else None,
            "scored": summary.scored,
            "asked": summary.asked,
            "cost_usd": sum(
                (cast("Decimal", each["cost_usd"]) for each in calls if each["purpose"] is Purpose.ASK), Decimal(0)
            ),
        }

    def _is_sampled(self, answer: Columns) -> bool:
        of_dimension = [each["dimension"] for each in self._sample].count(answer["dimension"])
        return answer["state"] is AnswerState.GRADED and of_dimension < _READ_DAILY

    def _add_thermometer(self, day: int) -> None:
        at = self._moment(day) - timedelta(minutes=30)
        self._rows[Regrade] += [
            {
                "answer_id": answer["id"],
                "purpose": RegradePurpose.THERMOMETER,
                "day": at.date(),
                "grader_version": GRADER_VERSION,
                "judge_set_version": self.fleet.judge_set_version,
                "needs": answer["needs"],
                "planned_at": at,
                "state": RegradeState.GRADED,
                "score_before": answer["score"],
                "score_now": answer["score"],
                "made_at": at,
            }
            for answer in self._sample
        ]


def _scored(answer: Columns) -> ScoredQuestion:
    return ScoredQuestion(
        dimension=cast("Dimension", answer["dimension"]), score=cast("Decimal | None", answer["score"])
    )


def _insert(connection: Connection, table: type[SQLModel], rows: list[Columns]) -> None:
    if rows:
        connection.execute(insert(table), rows)
