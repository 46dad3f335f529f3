"""Bring an ordered run to its end by hand: grades into its rows, then the functions that close it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from sqlmodel import col, select

from yzindex.dimensions import Dimension
from yzindex.records.database import Database
from yzindex.records.evaluations import close_evaluation
from yzindex.records.runs import claim_conclusion, conclude_within, mark_running
from yzindex.records.states import OPEN, AnswerState, Purpose
from yzindex.records.tables import Answer, Evaluation, StoredCall, now

OUTAGE = "provider answered 429 five times"

#: Scores of a dimension's questions in the order of the draw; None stays unscored.
Scores = Mapping[Dimension, Sequence[str | None]]


def scores(
    execution: Sequence[str | None] = ("100", "100"),
    grounding: Sequence[str | None] = ("100", "100"),
    integrity: Sequence[str | None] = ("100", "100"),
    judgment: Sequence[str | None] = ("50", "50"),
    communication: Sequence[str | None] = ("50", "50"),
) -> Scores:
    return {
        Dimension.EXECUTION: execution,
        Dimension.GROUNDING: grounding,
        Dimension.JUDGMENT: judgment,
        Dimension.COMMUNICATION: communication,
        Dimension.INTEGRITY: integrity,
    }


def finish(database: Database, number: int, found: Mapping[str, Scores]) -> None:
    """Grade every answer of a run, close its evaluations, conclude it."""
    for model, own in found.items():
        grade(database, number, model, own)
    _conclude(database, number)


def conclude(database: Database, number: int, attempt: int) -> bool:
    """End a run under a claim of its conclusion, as a worker does."""
    with database.write() as session:
        return conclude_within(session, number, attempt)


def _conclude(database: Database, number: int) -> None:
    attempt = claim_conclusion(database, number, lease_s=60)
    assert attempt is not None
    assert conclude(database, number, attempt)


def grade(database: Database, number: int, model: str, found: Scores) -> None:
    """Grade the answers of one model and close its evaluation."""
    mark_running(database, number)
    with database.write() as session:
        evaluation = session.exec(
            select(Evaluation).where(Evaluation.run_number == number, Evaluation.model == model)
        ).one()
        left = {dimension: list(given) for dimension, given in found.items()}
        answers = select(Answer).where(Answer.evaluation_id == evaluation.id).order_by(col(Answer.position))
        for answer in session.exec(answers).all():
            _end(answer, left[answer.dimension].pop(0))
            session.add(answer)
            session.add(_call(answer))
    assert evaluation.id is not None
    assert close_evaluation(database, evaluation.id) == number


def answer_all_open(database: Database, number: int) -> None:
    """Grade what is open of a run with full score, close its evaluations, conclude it."""
    with database.write() as session:
        rows = select(Answer).where(Answer.run_number == number, col(Answer.state).in_(OPEN))
        for answer in session.exec(rows).all():
            _end(answer, "100")
            session.add(answer)
        evaluations = list(session.exec(select(Evaluation.id).where(Evaluation.run_number == number)))
    for evaluation_id in evaluations:
        assert evaluation_id is not None
        close_evaluation(database, evaluation_id)
    _conclude(database, number)


def _end(answer: Answer, score: str | None) -> None:
    answer.ended_at = now()
    if score is None:
        answer.state, answer.reason = AnswerState.UNSCORED, OUTAGE
        return
    answer.state, answer.score = AnswerState.GRADED, Decimal(score)
    answer.reply, answer.finish_reason, answer.model_returned = "The reply.", "stop", "sim/as-returned"
    answer.verdict = "passed" if answer.score == 100 else "wrong_answer"
    answer.reason = "" if answer.score == 100 else "1 of 1 cases failed; first case 1: double(2) returned 5"
    detail = "" if answer.score == 100 else "double(2) returned 5"
    answer.cases = [
        {
            "name": "case 1",
            "passed": answer.score == 100,
            "verdict": answer.verdict,
            "detail": detail,
            "expected": "the right value is 4",
        }
    ]
    answer.ran_in, answer.answered_at = "docker 27.3 c0ffee", now()


def _call(answer: Answer) -> StoredCall:
    assert answer.id is not None
    answered = answer.state is not AnswerState.UNSCORED
    return StoredCall(
        answer_id=answer.id,
        purpose=Purpose.ASK,
        provider="sim",
        model_asked="sim/agate",
        prompt_tokens=10 if answered else 0,
        completion_tokens=5 if answered else 0,
        cost_usd=Decimal("0.001") if answered else Decimal(0),
        latency_s=0.5,
        attempts=3 if answered else 5,
        errors={"rate_limited": 2 if answered else 5},
        error=None if answered else "rate_limited",
        request_id="req-1",
    )
