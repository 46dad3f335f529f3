"""The answers to one question, as its figures are made of: those of concluded runs that asked whatever a model is like.

What a confirmation asks a suspicious model is not among them.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import ColumnElement, and_, case, select
from sqlmodel import Session, col

from yzindex.records.runs import has_concluded
from yzindex.records.states import IMPARTIAL, AnswerState, Purpose, RunKind
from yzindex.records.tables import Answer, Evaluation, Expectation, Run, StoredCall


@dataclass(frozen=True, kw_only=True)
class QuestionAnswer:
    """One model's answer in one run. `score` is None where it stayed unscored, or is being asked again."""

    answer_id: int
    run_number: int
    kind: RunKind
    created_at: datetime
    model: str
    simulated: bool
    state: AnswerState
    score: Decimal | None
    #: Of an unscored one.
    reason: str | None
    #: What was expected, and what of its variance is the question's own (0 to 1); None where nothing was.
    expected: Decimal | None
    shared_variance: Decimal | None


@dataclass(frozen=True, kw_only=True)
class QuestionCall:
    """What asking or judging took once."""

    purpose: Purpose
    prompt_tokens: int
    completion_tokens: int
    cost_usd: Decimal


def answers_to(session: Session, digests: Collection[str]) -> dict[str, list[QuestionAnswer]]:
    """Read the answers to these wordings, by wording, the oldest run first."""
    rows = (
        select(
            col(Answer.question_digest),
            col(Answer.id),
            col(Answer.run_number),
            col(Run.kind),
            col(Run.created_at),
            col(Evaluation.model),
            col(Evaluation.simulated),
            col(Answer.state),
            col(Answer.score),
            # What a grader wrote of a reply may be long, and is not told.
            case((col(Answer.state) == AnswerState.UNSCORED, col(Answer.reason))),
            col(Expectation.mean),
            col(Expectation.shared_variance),
        )
        .join(Evaluation, col(Evaluation.id) == col(Answer.evaluation_id))
        .join(Run, col(Run.number) == col(Answer.run_number))
        .join(Expectation, col(Expectation.answer_id) == col(Answer.id), isouter=True)
        .where(_counts(digests))
        .order_by(col(Answer.run_number), col(Answer.id))
    )
    names = tuple(QuestionAnswer.__dataclass_fields__)
    found: dict[str, list[QuestionAnswer]] = defaultdict(list)
    for digest, *row in session.connection().execute(rows):
        found[digest].append(QuestionAnswer(**dict(zip(names, row, strict=True))))
    return found


def calls_for(session: Session, digests: Collection[str]) -> dict[str, list[QuestionCall]]:
    """Read the calls of models and judges for these wordings, by wording; not those that grade again."""
    rows = (
        select(
            col(Answer.question_digest),
            col(StoredCall.purpose),
            col(StoredCall.prompt_tokens),
            col(StoredCall.completion_tokens),
            col(StoredCall.cost_usd),
        )
        .join(Answer, col(Answer.id) == col(StoredCall.answer_id))
        .join(Run, col(Run.number) == col(Answer.run_number))
        .where(_counts(digests), col(StoredCall.purpose) != Purpose.REGRADE)
    )
    found: dict[str, list[QuestionCall]] = defaultdict(list)
    for digest, purpose, prompt_tokens, completion_tokens, cost_usd in session.connection().execute(rows):
        found[digest].append(
            QuestionCall(
                purpose=purpose,
                prompt_tokens=prompt_tokens,
                completion_tokens=completion_tokens,
                cost_usd=cost_usd,
            )
        )
    return found


def _counts(digests: Collection[str]) -> ColumnElement[bool]:
    return and_(col(Answer.question_digest).in_(digests), col(Run.kind).in_(IMPARTIAL), has_concluded())
