"""Answers that came with their grades: written all at once, for runs whose models were not asked over the queue."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import bindparam, or_, update
from sqlmodel import Session, col, select

from yzindex.grading.grade import Grade
from yzindex.ports import ModelReply
from yzindex.records.answers import graded_values, reply_values
from yzindex.records.states import OPEN, AnswerState
from yzindex.records.tables import Answer, Evaluation, StoredCall, StoredQuestion, now


@dataclass(frozen=True, kw_only=True)
class OpenAnswer:
    """A row that is still to be answered."""

    answer_id: int
    model: str
    vendor: str
    question_body: str


@dataclass(frozen=True, kw_only=True)
class Finished:
    """What came of a row, with the calls that it took."""

    answer_id: int
    reply: ModelReply
    grade: Grade
    ran_in: str | None = None
    calls: tuple[StoredCall, ...] = field(default=())


def open_answers(session: Session, run_number: int) -> list[OpenAnswer]:
    """Read the rows of a run that are to be answered, in their order."""
    rows = session.exec(
        select(Answer.id, Evaluation, StoredQuestion.body)
        .join(Evaluation, col(Evaluation.id) == col(Answer.evaluation_id))
        .join(StoredQuestion, col(StoredQuestion.digest) == col(Answer.question_digest))
        .where(Answer.run_number == run_number, col(Answer.state).in_(OPEN))
        .order_by(col(Answer.id))
    )
    return [
        OpenAnswer(answer_id=answer_id, model=evaluation.model, vendor=evaluation.vendor, question_body=body)
        for answer_id, evaluation, body in rows
        if answer_id is not None
    ]


def store_finished(session: Session, finished: Iterable[Finished]) -> None:
    """End open rows with their replies and grades, as the stages of a worker would."""
    given = list(finished)
    values = [_values(each) for each in given]
    if values:
        columns: dict[str, object] = {name: bindparam(f"to_{name}") for name in values[0]}
        session.connection().execute(
            update(Answer)
            # `IN` is no statement for many rows at once.
            .where(col(Answer.id) == bindparam("of_answer"), or_(*(col(Answer.state) == state for state in OPEN)))
            .values(**columns),
            [
                {"of_answer": each.answer_id} | {f"to_{name}": value for name, value in row.items()}
                for each, row in zip(given, values, strict=True)
            ],
        )
    session.add_all(call for each in given for call in each.calls)


def _values(finished: Finished) -> dict[str, object]:
    replied, graded = reply_values(finished.reply), graded_values(finished.grade, finished.ran_in)
    return replied | graded | {"state": AnswerState.GRADED, "attempt": 2, "ended_at": now()}
