"""Runs that are cancelled, resumed and overdue, on real databases with real concurrency."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from threading import Barrier
from time import sleep

import pytest
from sqlmodel import col, select, update

from tests import rows
from tests.graded import OUTAGE, answer_all_open, conclude, finish, grade, scores
from yzindex.fleet import Fleet
from yzindex.grading.grade import Grade, Verdict
from yzindex.records import answers, interventions, outbox, runs
from yzindex.records.board_view import board_view
from yzindex.records.database import Database
from yzindex.records.evaluations import close_evaluation, close_within
from yzindex.records.run_views import RunView, run_view
from yzindex.records.states import AnswerState, Purpose, RunStatus
from yzindex.records.tables import Answer, Evaluation, Run, StoredCall, now

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

        def conclude_it(barrier: Barrier = barrier, number: int = number) -> None:
            barrier.wait()
            attempt = runs.claim_conclusion(database, number, lease_s=60)
            if attempt is not None:
                conclude(database, number, attempt)

        def resume(barrier: Barrier = barrier, number: int = number) -> None:
            barrier.wait()
            interventions.resume_run(database, number)

        with ThreadPoolExecutor(2) as pool:
            for done in [pool.submit(conclude_it), pool.submit(resume)]:
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
        (3, 20, False),
    ],
)
def test_unscored_questions_are_asked_again_an_hour_then_four_then_sixteen_after_the_last_conclusion(
    database: Database, resumptions: int, hours: float, is_due: bool
) -> None:
    number = order(database, partly=True)
    change(database, resumptions=resumptions, finished_at=now() - timedelta(hours=hours))

    assert interventions.resumptions_due(database, after_s=HOUR_S) == ([number] if is_due else [])


@pytest.mark.parametrize("first_wait_h", [1, 12])
def test_a_run_of_another_day_is_left_as_it_is_however_long_the_waits(database: Database, first_wait_h: int) -> None:
    order(database, partly=True)
    change(database, created_at=now() - timedelta(hours=25), finished_at=now() - timedelta(hours=24))

    assert interventions.resume_by_the_clock(database, after_s=first_wait_h * HOUR_S) == []


def test_what_has_no_unscored_question_or_was_cancelled_is_not_asked_again_by_the_clock(database: Database) -> None:
    finish(database, order(database), {"sim/agate": scores()})
    interventions.cancel_run(database, order(database))
    resumed_then_cancelled = order(database, partly=True)
    interventions.resume_run(database, resumed_then_cancelled)
    interventions.cancel_run(database, resumed_then_cancelled)
    change(database, finished_at=now() - timedelta(hours=2))

    assert view(database, resumed_then_cancelled).head.status is RunStatus.CONCLUDED
    assert interventions.resume_by_the_clock(database, after_s=HOUR_S) == []


def test_resuming_by_hand_uses_up_none_of_the_clocks_times(database: Database) -> None:
    number = order(database, partly=True)
    for _ in range(3):
        interventions.resume_run(database, number)
        finish_again(database, number)
    change(database, finished_at=now() - timedelta(hours=2))

    (resumed,) = interventions.resume_by_the_clock(database, after_s=HOUR_S)

    assert (resumed.run_number, resumed.reopened) == (number, 2)
    assert view(database, number).head.status is RunStatus.RUNNING


def finish_again(database: Database, number: int) -> None:
    """Conclude a resumed run with the same questions unscored as before."""
    with database.write() as session:
        session.exec(
            update(Answer)
            .where(col(Answer.run_number) == number, col(Answer.state) == AnswerState.PENDING)
            .values(state=AnswerState.UNSCORED, reason=OUTAGE)
        )
        (evaluation,) = session.exec(select(Evaluation.id).where(Evaluation.run_number == number))
    assert evaluation
    close_evaluation(database, evaluation)
    attempt = runs.claim_conclusion(database, number, lease_s=60)
    assert attempt is not None
    assert conclude(database, number, attempt)


def test_a_run_cancelled_before_it_began_begins_when_it_is_resumed(database: Database) -> None:
    number = order(database)
    interventions.cancel_run(database, number)

    interventions.resume_run(database, number)

    assert view(database, number).head.status is RunStatus.PENDING
    assert runs.mark_running(database, number)
    assert view(database, number).head.started_at is not None


def test_an_evaluation_that_closes_while_its_run_is_resumed_is_not_closed_over_an_open_row(database: Database) -> None:
    for _ in range(5):
        number = order(database)
        grade(database, number, "sim/agate", PARTLY)
        with database.write() as session:
            session.exec(update(Evaluation).where(col(Evaluation.run_number) == number).values(closed_at=None))
            evaluation = session.exec(select(Evaluation.id).where(Evaluation.run_number == number)).one()
        assert evaluation
        barrier = Barrier(2)

        def close(barrier: Barrier = barrier, evaluation: int = evaluation) -> None:
            with database.write() as session:
                close_within(session, evaluation)  # has counted, and not committed yet
                barrier.wait()
                sleep(0.1)  # for the other to come up against it

        def resume(barrier: Barrier = barrier, number: int = number) -> None:
            barrier.wait()
            interventions.resume_run(database, number)

        with ThreadPoolExecutor(2) as pool:
            for done in [pool.submit(close), pool.submit(resume)]:
                done.result()

        assert states(database, number).count(AnswerState.PENDING) == 2
        assert runs.claim_conclusion(database, number, lease_s=60) is None
        with database.read() as session:
            assert session.exec(select(Evaluation.closed_at).where(Evaluation.id == evaluation)).one() is None


def test_a_run_with_an_open_row_is_never_concluded(database: Database) -> None:
    number = order(database)
    claim = answers.claim_to_ask(database, found(database, number)[0].id or 0, owner="w", lease_s=60)
    assert claim
    with database.write() as session:
        session.exec(update(Evaluation).values(closed_at=now()))

    assert runs.claim_conclusion(database, number, lease_s=60) is None


def test_a_reply_that_comes_after_the_run_was_cancelled_is_kept_for_its_resumption_and_has_its_cost(
    database: Database,
) -> None:
    number = order(database)
    claim = answers.claim_to_ask(database, found(database, number)[0].id or 0, owner="w", lease_s=60)
    assert claim
    interventions.cancel_run(database, number)
    call = StoredCall(
        answer_id=claim.answer_id, purpose=Purpose.ASK, provider="sim", model_asked="sim/agate", cost_usd=Decimal("0.5")
    )
    answers.add_call(database, call)

    assert not answers.store_reply(database, claim, rows.model_reply("late"))
    assert answers.keep_late_reply(database, claim, rows.model_reply("late"))

    (model,) = view(database, number).evaluations
    assert model.result and model.result.cost_usd == Decimal("0.5")
    assert found(database, number)[0].state is AnswerState.UNSCORED
    interventions.resume_run(database, number)
    assert found(database, number)[0].state is AnswerState.ANSWERED
    assert answers.claim_to_ask(database, claim.answer_id, owner="w", lease_s=60) is None


def test_a_late_reply_does_not_take_the_place_of_one_that_was_asked_for_since(database: Database) -> None:
    number = order(database)
    answer_id = found(database, number)[0].id or 0
    slow = answers.claim_to_ask(database, answer_id, owner="slow", lease_s=60)
    assert slow
    interventions.cancel_run(database, number)
    interventions.resume_run(database, number)
    quick = answers.claim_to_ask(database, answer_id, owner="quick", lease_s=60)
    assert quick

    assert not answers.keep_late_reply(database, slow, rows.model_reply("late"))
    assert answers.store_reply(database, quick, rows.model_reply("asked for"))


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
