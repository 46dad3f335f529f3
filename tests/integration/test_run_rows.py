"""Runs and evaluations: numbered, closed and concluded once, on real databases with real concurrency."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlmodel import SQLModel, col, select, update

from tests import rows
from tests.graded import conclude
from yzindex.dimensions import Dimension
from yzindex.records import runs
from yzindex.records.columns import clock_s
from yzindex.records.database import Database
from yzindex.records.evaluations import close_evaluation
from yzindex.records.migrating import is_current
from yzindex.records.states import AnswerState, RunStatus
from yzindex.records.tables import Answer, Evaluation, Run

QUESTIONS = [rows.question(Dimension.EXECUTION, 1), rows.question(Dimension.GROUNDING, 2)]


def end_rows(database: Database, *, score: Decimal | None = Decimal(100)) -> None:
    state = AnswerState.UNSCORED if score is None else AnswerState.GRADED
    with database.write() as session:
        session.exec(update(Answer).values(state=state, score=score))


def evaluation_ids(database: Database) -> list[int]:
    with database.read() as session:
        return [found for found in session.exec(select(Evaluation.id).order_by(col(Evaluation.id))) if found]


def test_the_migrations_make_exactly_the_tables_of_the_code(database: Database) -> None:
    with database.engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), SQLModel.metadata)

    assert differences == []
    assert is_current(database)


def test_runs_submitted_at_once_get_numbers_without_gaps(database: Database) -> None:
    with ThreadPoolExecutor(6) as pool:
        numbers = sorted(pool.map(lambda _: rows.submit(database, QUESTIONS), range(6)))

    assert numbers == list(range(numbers[0], numbers[0] + 6))


def test_two_evaluations_closing_at_the_same_moment_conclude_the_run_once(database: Database) -> None:
    for _ in range(10):
        number = rows.submit(database, QUESTIONS)
        end_rows(database)
        barrier = Barrier(2)

        def close(evaluation_id: int, barrier: Barrier = barrier, number: int = number) -> int | None:
            barrier.wait()
            assert close_evaluation(database, evaluation_id) == number
            # Both have committed before either looks: neither may think that the other will conclude.
            barrier.wait()
            return runs.claim_conclusion(database, number, lease_s=60)

        with ThreadPoolExecutor(2) as pool:
            attempts = list(pool.map(close, evaluation_ids(database)[-2:]))

        assert sorted(attempts, key=str) == [1, None]
        assert conclude(database, number, 1)
        assert not conclude(database, number, 1)


def test_two_evaluations_closing_without_any_order_conclude_the_run_once(database: Database) -> None:
    for _ in range(10):
        number = rows.submit(database, QUESTIONS)
        end_rows(database)
        barrier = Barrier(2)

        def close(evaluation_id: int, barrier: Barrier = barrier, number: int = number) -> int | None:
            barrier.wait()
            close_evaluation(database, evaluation_id)
            return runs.claim_conclusion(database, number, lease_s=60)

        with ThreadPoolExecutor(2) as pool:
            attempts = list(pool.map(close, evaluation_ids(database)[-2:]))

        assert sorted(attempts, key=str) == [1, None]


def test_a_run_with_an_open_evaluation_is_not_concluded(database: Database) -> None:
    number = rows.submit(database, QUESTIONS)
    end_rows(database)
    close_evaluation(database, evaluation_ids(database)[0])

    assert runs.claim_conclusion(database, number, lease_s=60) is None


def test_an_evaluation_with_an_open_row_is_not_closed(database: Database) -> None:
    rows.submit(database, QUESTIONS)
    end_rows(database)
    first = evaluation_ids(database)[0]
    with database.write() as session:
        session.exec(
            update(Answer).where(col(Answer.evaluation_id) == first, col(Answer.position) == 1).values(state="grading")
        )

    assert close_evaluation(database, first) is None


def test_an_unscored_question_lowers_coverage_and_leaves_the_main_score_out(database: Database) -> None:
    rows.submit(database, QUESTIONS)
    end_rows(database, score=None)
    first = evaluation_ids(database)[0]

    close_evaluation(database, first)

    with database.read() as session:
        evaluation = session.exec(select(Evaluation).where(Evaluation.id == first)).one()
    assert (evaluation.core_raw, evaluation.scored, evaluation.asked) == (None, 0, 2)


def test_a_conclusion_whose_process_died_is_taken_over_and_the_dead_one_ends_nothing(database: Database) -> None:
    number = rows.submit(database, QUESTIONS)
    end_rows(database)
    for evaluation_id in evaluation_ids(database):
        close_evaluation(database, evaluation_id)
    dead = runs.claim_conclusion(database, number, lease_s=60)
    assert dead and runs.conclusions_due(database) == []
    with database.write() as session:
        session.exec(update(Run).values(lease_until_s=clock_s() - 1))

    assert runs.conclusions_due(database) == [number]
    heir = runs.claim_conclusion(database, number, lease_s=60)

    assert heir == dead + 1
    assert not conclude(database, number, dead)
    assert conclude(database, number, heir)
    with database.read() as session:
        assert session.exec(select(Run.status)).one() is RunStatus.CONCLUDED


def test_an_evaluation_whose_callback_was_lost_is_found(database: Database) -> None:
    rows.submit(database, QUESTIONS)
    assert runs.aggregates_due(database) == []

    end_rows(database)

    assert sorted(runs.aggregates_due(database)) == evaluation_ids(database)


def test_a_key_belongs_to_one_request(database: Database) -> None:
    number = rows.submit(database, QUESTIONS, key="monday")

    with database.read() as session:
        assert runs.find_by_key(session, "monday", "") == number
        assert runs.find_by_key(session, "tuesday", "") is None
        with pytest.raises(runs.IdempotencyConflict, match="use a new key"):
            runs.find_by_key(session, "monday", "another body")
