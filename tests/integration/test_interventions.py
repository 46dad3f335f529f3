"""Runs that are cancelled, resumed and overdue, on real databases with real concurrency."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from threading import Barrier

import pytest
from sqlmodel import col, select, update

from tests import rows
from tests.graded import OUTAGE, answer_all_open, finish, grade, scores
from yzindex.fleet import Fleet
from yzindex.grading.grade import Grade, Verdict
from yzindex.records import answers, interventions, outbox, runs
from yzindex.records.board_view import board_view
from yzindex.records.database import Database
from yzindex.records.run_views import RunView, run_view
from yzindex.records.states import AnswerState, RunStatus
from yzindex.records.tables import Answer, Run, now

AGATE = rows.FLEET.models[:1]
RIGHT = Grade(score=Decimal(100), verdict=Verdict.PASSED)
HOUR_S = 3600.0
#: One execution and one grounding question are unscored.
PARTLY = scores(execution=("100", None), grounding=(None, "50"))


def order(database: Database, *, partly: bool = False) -> int:
    """A run of the ten questions of a draw for one model; with `partly`, concluded with two of them unscored."""
    number = rows.submit(database, list(rows.small_bank(per_tier=1).questions), AGATE)
    if partly:
        finish(database, number, {"sim/agate": PARTLY})
    return number


def found(database: Database, number: int) -> list[Answer]:
    with database.read() as session:
        return list(session.exec(select(Answer).where(Answer.run_number == number).order_by(col(Answer.id))))


def states(database: Database, number: int) -> list[AnswerState]:
    return [answer.state for answer in found(database, number)]


def view(database: Database, number: int) -> RunView:
    return run_view(database, number)


def change(database: Database, **values: object) -> None:
    with database.write() as session:
        session.exec(update(Run).values(**values))


def test_cancelling_leaves_what_is_open_unscored_and_what_is_graded_as_it_is(database: Database) -> None:
    number = order(database)
    first = found(database, number)[0]
    asked = answers.claim_to_ask(database, first.id or 0, owner="w", lease_s=60)
    assert asked
    answers.store_reply(database, asked, rows.model_reply("text"))
    graded = answers.claim_to_grade(database, first.id or 0, owner="w", lease_s=60)
    assert graded
    answers.store_grade(database, graded, RIGHT)

    interventions.cancel_run(database, number)

    kept, *rest = found(database, number)
    assert (kept.state, kept.score) == (AnswerState.GRADED, Decimal(100))
    assert {(answer.state, answer.score, answer.reason) for answer in rest} == {
        (AnswerState.UNSCORED, None, "the run was cancelled")
    }
    (model,) = view(database, number).evaluations
    assert model.result
    assert (model.result.scored, model.result.asked) == (1, 10)
    assert view(database, number).head.status is RunStatus.CANCELLED


def test_a_worker_that_comes_back_to_a_cancelled_run_changes_nothing(database: Database) -> None:
    number = order(database)
    claim = answers.claim_to_ask(database, found(database, number)[0].id or 0, owner="w", lease_s=60)
    assert claim

    interventions.cancel_run(database, number)

    assert not answers.store_reply(database, claim, rows.model_reply("late"))
    assert outbox.due(database, epoch="e") == []
    assert runs.conclusions_due(database) == []
    assert runs.claim_conclusion(database, number, lease_s=60) is None


def test_a_cancelled_run_is_not_on_the_board_and_cancelling_it_again_is_fine(database: Database) -> None:
    number = order(database)
    grade(database, number, "sim/agate", scores())
    interventions.cancel_run(database, number)
    finished_at = view(database, number).head.finished_at

    interventions.cancel_run(database, number)

    assert view(database, number).head.finished_at == finished_at
    board = board_view(database, rows.FLEET)
    assert board.latest_run is None
    assert all(standing.latest is None for standing in board.standings)


def test_a_concluded_run_cannot_be_cancelled(database: Database) -> None:
    number = order(database, partly=True)

    with pytest.raises(interventions.RunEnded, match="its results stand"):
        interventions.cancel_run(database, number)


@pytest.mark.parametrize("number", [0, -1, 7, 2**40])
@pytest.mark.parametrize("intervene", [interventions.cancel_run, interventions.resume_run])
def test_a_run_that_does_not_exist_is_said(
    database: Database, intervene: Callable[[Database, int], object], number: int
) -> None:
    with pytest.raises(runs.UnknownRun, match=f"no Run #{number}"):
        intervene(database, number)


def test_resuming_opens_only_what_is_unscored_and_keeps_the_replies_that_were_paid_for(database: Database) -> None:
    number = order(database, partly=True)
    before = found(database, number)
    missing = [answer.id for answer in before if answer.state is AnswerState.UNSCORED]
    with database.write() as session:
        session.exec(update(Answer).where(col(Answer.id) == missing[0]).values(reply="paid for", given_back=4))

    resumed = interventions.resume_run(database, number)

    assert resumed.reopened == len(missing) == 2
    after = {answer.id: answer for answer in found(database, number)}
    assert [after[each].state for each in missing] == [AnswerState.ANSWERED, AnswerState.PENDING]
    assert [after[each].given_back for each in missing] == [0, 0]
    assert all(after[answer.id] == answer for answer in before if answer.id not in missing)
    assert [row.id for row in outbox.due(database, epoch="e")] == missing


def test_the_results_of_a_resumed_run_stand_until_it_is_concluded_anew(database: Database) -> None:
    number = order(database, partly=True)
    interventions.resume_run(database, number)

    open_again = view(database, number)
    board = board_view(database, Fleet(providers=rows.FLEET.providers, models=AGATE))
    answer_all_open(database, number)

    assert open_again.head.status is RunStatus.RUNNING
    assert open_again.evaluations[0].result
    assert (open_again.evaluations[0].result.scored, open_again.evaluations[0].result.core_raw) == (8, Decimal("77.5"))
    assert board.latest_run == number
    concluded = view(database, number)
    assert concluded.head.status is RunStatus.CONCLUDED
    assert concluded.evaluations[0].result
    assert (concluded.evaluations[0].result.scored, concluded.evaluations[0].result.core_raw) == (10, Decimal("88.75"))


def test_a_cancelled_run_is_taken_up_where_it_was_left(database: Database) -> None:
    number = order(database)
    interventions.cancel_run(database, number)

    assert interventions.resume_run(database, number).reopened == 10
    assert view(database, number).head.finished_at is None
    answer_all_open(database, number)

    assert view(database, number).head.status is RunStatus.CONCLUDED


def test_cancelling_a_resumed_run_goes_back_to_its_results(database: Database) -> None:
    number = order(database, partly=True)
    interventions.resume_run(database, number)

    interventions.cancel_run(database, number)

    assert view(database, number).head.status is RunStatus.CONCLUDED
    assert board_view(database, rows.FLEET).latest_run == number
    assert states(database, number).count(AnswerState.UNSCORED) == 2


def test_a_run_without_unscored_questions_is_left_as_it_is(database: Database) -> None:
    number = order(database)
    finish(database, number, {"sim/agate": scores()})

    assert interventions.resume_run(database, number).reopened == 0
    assert view(database, number).head.status is RunStatus.CONCLUDED


def test_resuming_at_the_moment_of_the_conclusion_loses_no_question(database: Database) -> None:
    for _ in range(10):
        number = order(database)
        grade(database, number, "sim/agate", PARTLY)
        barrier = Barrier(2)

        def conclude(barrier: Barrier = barrier, number: int = number) -> None:
            barrier.wait()
            attempt = runs.claim_conclusion(database, number, lease_s=60)
            if attempt is not None:
                runs.conclude(database, number, attempt)

        def resume(barrier: Barrier = barrier, number: int = number) -> None:
            barrier.wait()
            interventions.resume_run(database, number)

        with ThreadPoolExecutor(2) as pool:
            for done in [pool.submit(conclude), pool.submit(resume)]:
                done.result()

        assert view(database, number).head.status is RunStatus.RUNNING
        assert states(database, number).count(AnswerState.PENDING) == 2
        answer_all_open(database, number)


@pytest.mark.parametrize(
    ("resumptions", "hours", "is_due"),
    [
        (0, 0.9, False),
        (0, 1.1, True),
        (1, 3.9, False),
        (1, 4.1, True),
        (2, 15.9, False),
        (2, 16.1, True),
        (3, 99, False),
    ],
)
def test_unscored_questions_are_asked_again_after_1_5_and_21_hours(
    database: Database, resumptions: int, hours: float, is_due: bool
) -> None:
    number = order(database, partly=True)
    waited_since = now() - timedelta(hours=hours)
    if resumptions:
        change(database, resumptions=resumptions, resumed_at=waited_since)
    else:
        change(database, finished_at=waited_since)

    assert interventions.resumptions_due(database, after_s=HOUR_S) == ([number] if is_due else [])


def test_what_has_no_unscored_question_or_was_cancelled_is_not_asked_again(database: Database) -> None:
    finish(database, order(database), {"sim/agate": scores()})
    interventions.cancel_run(database, order(database))
    change(database, finished_at=now() - timedelta(hours=2))

    assert interventions.resumptions_due(database, after_s=HOUR_S) == []


def test_what_is_open_after_a_day_ends_unscored_with_its_last_reason_and_the_run_can_end(database: Database) -> None:
    number = order(database)
    first, second, *_ = found(database, number)
    claim = answers.claim_to_ask(database, first.id or 0, owner="w", lease_s=60)
    assert claim
    answers.give_back(database, claim, wait_s=900, reason=OUTAGE)
    assert answers.claim_to_ask(database, second.id or 0, owner="busy", lease_s=60)
    change(database, created_at=now() - timedelta(hours=25))

    ended = interventions.end_overdue(database, within_s=24 * HOUR_S)

    assert ended == 9
    late, held, *rest = found(database, number)
    assert (late.state, late.score) == (AnswerState.UNSCORED, None)
    assert late.reason == f"not done within 24 hours; last: {OUTAGE}"
    assert held.state is AnswerState.ASKING
    assert {answer.reason for answer in rest} == {"not done within 24 hours"}


def test_a_run_resumed_lately_is_not_overdue(database: Database) -> None:
    number = order(database, partly=True)
    change(database, created_at=now() - timedelta(hours=25))
    interventions.resume_run(database, number)

    assert interventions.end_overdue(database, within_s=24 * HOUR_S) == 0
