"""Time of judging the rows of a year: `python tests/bench/judge_rows.py [--models 30] [--days 365]`.

Ten questions a day, four of them in the main dimensions, after a calibration, of which the thermometer reads forty
answers every day. Told are the first look of a process, the next one (nothing new), days that are added, which is what
a board does every day, and what of that is reading the rows.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import insert, select
from sqlmodel import col

from tests import rows
from yzindex.bank.question import Question
from yzindex.dimensions import Dimension
from yzindex.grading.spec import Needs
from yzindex.records.database import Database
from yzindex.records.history import read_stored_history
from yzindex.records.judging import Judged, JudgingCache, judged
from yzindex.records.migrating import migrate
from yzindex.records.regrade_history import RegradeHistory, read_regrades
from yzindex.records.states import AnswerState, RegradePurpose, RegradeState, RunKind, RunStatus
from yzindex.records.tables import Answer, Evaluation, Regrade, Run, StoredQuestion

ZONE = ZoneInfo("UTC")
BEGAN = datetime(2025, 1, 1, 3, tzinfo=UTC)
READ_DAILY = 40
DAYS_ADDED = 5
QUESTIONS = [rows.question(dimension, number) for dimension in Dimension for number in range(100)]


def write_run(database: Database, number: int, models: int, chance: random.Random) -> None:
    """Write a concluded run: the calibration of the main dimensions first, then ten drawn questions."""
    calibrates = number == 1
    asked = QUESTIONS[:200] if calibrates else [each for of in _dimensions() for each in chance.sample(of, 2)]
    at = BEGAN + timedelta(days=number - 1)
    with database.write() as session:
        session.add(
            Run(
                number=number,
                kind=RunKind.CALIBRATION if calibrates else RunKind.SMOKE,
                status=RunStatus.CONCLUDED,
                seed=number,
                bank_version="1",
                bank_digest="d",
                grader_version="1",
                judge_set_version="none",
                formula_version="1",
                software_version="0",
                created_at=at,
                finished_at=at,
            )
        )
        session.flush()
        for model in range(models):
            evaluation = Evaluation(run_number=number, model=f"m{model:02}", provider="p", vendor="v", model_asked="m")
            session.add(evaluation)
            session.flush()
            session.connection().execute(
                insert(Answer),
                [
                    {
                        "run_number": number,
                        "evaluation_id": evaluation.id,
                        "question_digest": question.digest,
                        "question_id": question.id,
                        "dimension": question.dimension,
                        "tier": question.tier,
                        "needs": Needs.RULES,
                        "position": place,
                        "state": AnswerState.GRADED,
                        "score": 100 if chance.random() < 0.7 else 0,
                        "model_returned": "m",
                    }
                    for place, question in enumerate(asked)
                ],
            )


def write_thermometer(database: Database, number: int) -> None:
    """Write that the first answers were graded again on a run's day, and scored as before."""
    at = BEGAN + timedelta(days=number - 1, hours=1)
    with database.write() as session:
        first = select(col(Answer.id), col(Answer.score)).order_by(col(Answer.id)).limit(READ_DAILY)
        session.connection().execute(
            insert(Regrade),
            [
                {
                    "answer_id": answer,
                    "purpose": RegradePurpose.THERMOMETER,
                    "day": at.date(),
                    "grader_version": "1",
                    "judge_set_version": "none",
                    "needs": Needs.RULES,
                    "planned_at": at,
                    "state": RegradeState.GRADED,
                    "score_before": score,
                    "score_now": score,
                    "made_at": at,
                }
                for answer, score in session.connection().execute(first)
            ],
        )


def _dimensions() -> list[list[Question]]:
    return [[each for each in QUESTIONS if each.dimension is dimension] for dimension in Dimension]


def timed(what: str, work: Callable[[], object]) -> None:
    began, cpu_began = time.perf_counter(), time.process_time()
    work()
    took_s, cpu_s = time.perf_counter() - began, time.process_time() - cpu_began
    print(f"{what}: {took_s:.2f} s, {cpu_s:.2f} s of CPU", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--models", type=int, default=30)
    parser.add_argument("--days", type=int, default=365)
    given = parser.parse_args()
    chance = random.Random(1)
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'yz.sqlite3'}")
        migrate(database)
        with database.write() as session:
            session.add_all(
                StoredQuestion(digest=each.digest, question_id=each.id, body=each.canonical()) for each in QUESTIONS
            )
        for number in range(1, given.days + 1):
            write_run(database, number, given.models, chance)
            write_thermometer(database, number)
        cache, of_reader = JudgingCache(), JudgingCache()

        def judge() -> Judged:
            with database.read() as session:
                return judged(session, ZONE, asks=True, cache=cache)

        def read() -> RegradeHistory:
            with database.read() as session:
                stored = read_stored_history(session, ZONE, cache=of_reader.answers)
                return read_regrades(session, ZONE, stored, cache=of_reader.regrades)

        timed("first", judge)
        timed("of which reading the rows", read)
        timed("again", judge)
        for number in range(given.days + 1, given.days + 1 + DAYS_ADDED):
            write_run(database, number, given.models, chance)
            write_thermometer(database, number)
            timed("a day more", judge)
            timed("of which reading the rows", read)
        database.close()


if __name__ == "__main__":
    main()
