"""Every answer of a run as it was asked, given and graded. What a right answer is, is left out."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlmodel import Session, col, select

from yzindex.bank.prompting import messages
from yzindex.bank.question import Question
from yzindex.dimensions import Dimension
from yzindex.ports import Message
from yzindex.records.database import Database
from yzindex.records.states import AnswerState, Purpose
from yzindex.records.tables import Answer, Evaluation, StoredCall, StoredQuestion


@dataclass(frozen=True, kw_only=True)
class RawCase:
    """A test case, rule or rubric item."""

    name: str
    passed: bool
    verdict: str
    detail: str


@dataclass(frozen=True, kw_only=True)
class RawCall:
    """A call of the model or of a judge, its retries included."""

    purpose: Purpose
    provider: str
    model_asked: str
    model_returned: str | None
    finish_reason: str | None
    prompt_tokens: int
    completion_tokens: int
    cost_usd: Decimal
    latency_s: float
    attempts: int
    errors: dict[str, int]
    error: str | None
    request_id: str
    made_at: datetime


@dataclass(frozen=True, kw_only=True)
class RawAnswer:
    """One question put to one model. `score` is None while it is open and where it stayed unscored."""

    answer_id: int
    run_number: int
    model: str
    simulated: bool
    provider: str
    question_id: str
    question_digest: str
    dimension: Dimension
    tier: str
    prompt: tuple[Message, ...]
    state: AnswerState
    model_asked: str
    model_returned: str | None
    reply: str | None
    finish_reason: str | None
    verdict: str | None
    score: Decimal | None
    reason: str | None
    cases: tuple[RawCase, ...]
    ran_in: str | None
    answered_at: datetime | None
    ended_at: datetime | None
    calls: tuple[RawCall, ...]


def raw_answers(
    database: Database, run_number: int, *, after: int = 0, limit: int, answer_id: int | None = None
) -> list[RawAnswer]:
    """Read answers of a run in the order of their ids, from the one after `after` on."""
    rows = (
        select(Answer, Evaluation, StoredQuestion.body)
        .join(Evaluation, col(Evaluation.id) == col(Answer.evaluation_id))
        .join(StoredQuestion, col(StoredQuestion.digest) == col(Answer.question_digest))
        .where(Answer.run_number == run_number, col(Answer.id) > after)
        .order_by(col(Answer.id))
        .limit(limit)
    )
    if answer_id is not None:
        rows = rows.where(Answer.id == answer_id)
    with database.read() as session:
        found = list(session.exec(rows))
        calls = _calls(session, [answer.id for answer, _, _ in found])
    return [_raw(answer, evaluation, body, calls.get(answer.id, [])) for answer, evaluation, body in found]


def _calls(session: Session, answer_ids: Collection[int | None]) -> dict[int | None, list[RawCall]]:
    rows = session.exec(
        select(StoredCall).where(col(StoredCall.answer_id).in_(answer_ids)).order_by(col(StoredCall.id))
    )
    found: dict[int | None, list[RawCall]] = {}
    for row in rows:
        found.setdefault(row.answer_id, []).append(_raw_call(row))
    return found


def _raw_call(row: StoredCall) -> RawCall:
    return RawCall(
        purpose=row.purpose,
        provider=row.provider,
        model_asked=row.model_asked,
        model_returned=row.model_returned,
        finish_reason=row.finish_reason,
        prompt_tokens=row.prompt_tokens,
        completion_tokens=row.completion_tokens,
        cost_usd=row.cost_usd,
        latency_s=row.latency_s,
        attempts=row.attempts,
        errors=row.errors,
        error=row.error,
        request_id=row.request_id,
        made_at=row.made_at,
    )


def _raw(answer: Answer, evaluation: Evaluation, body: str, calls: list[RawCall]) -> RawAnswer:
    return RawAnswer(
        answer_id=answer.id or 0,
        run_number=answer.run_number,
        model=evaluation.model,
        simulated=evaluation.simulated,
        provider=evaluation.provider,
        question_id=answer.question_id,
        question_digest=answer.question_digest,
        dimension=answer.dimension,
        tier=answer.tier,
        prompt=messages(Question.model_validate_json(body)),
        state=answer.state,
        model_asked=evaluation.model_asked,
        model_returned=answer.model_returned,
        reply=answer.reply,
        finish_reason=answer.finish_reason,
        verdict=answer.verdict,
        score=answer.score,
        reason=answer.reason,
        cases=tuple(_raw_case(case) for case in answer.cases or ()),
        ran_in=answer.ran_in,
        answered_at=answer.answered_at,
        ended_at=answer.ended_at,
        calls=tuple(calls),
    )


def _raw_case(case: dict[str, str | bool]) -> RawCase:
    return RawCase(
        name=str(case["name"]),
        passed=bool(case["passed"]),
        verdict=str(case["verdict"]),
        detail=str(case.get("detail", "")),
    )
