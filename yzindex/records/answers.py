"""Answer rows: claimed by one worker at a time, and written only under its own claim.

`pending → asking → answered → grading → graded | unscored`. A claim is a conditional update that takes a lease on
the database's clock and counts the attempt; a writer whose attempt is no longer the row's changes nothing.
"""

from dataclasses import asdict, dataclass
from decimal import Decimal
from functools import cached_property

from sqlalchemy import ColumnElement, and_, case, func, or_
from sqlalchemy import select as sa_select
from sqlmodel import Session, col, select, update

from yzindex.bank.question import Question
from yzindex.grading.grade import CaseGrade, Grade
from yzindex.grading.spec import Needs
from yzindex.ports import FinishReason, ModelReply
from yzindex.records.columns import clock_s, storable
from yzindex.records.database import Database
from yzindex.records.states import HELD, TERMINAL, AnswerState, Purpose
from yzindex.records.tables import Answer, Evaluation, StoredCall, StoredQuestion, now

#: The grade message of an answered row is expected within this time; see `store_reply`.
_HANDOVER_S = 30.0


@dataclass(frozen=True, kw_only=True)
class Gradable:
    """A row that is this worker's until its lease ends, with what is needed to grade the reply."""

    answer_id: int
    run_number: int
    vendor: str
    #: Counts claims of the row.
    attempt: int
    #: How often the row was given back already, by its workers or because they died.
    given_back: int
    #: The question as it was drawn.
    question_body: str
    #: The stored reply; None while it is still to be asked for.
    reply: str | None
    finish_reason: FinishReason | None

    @cached_property
    def question(self) -> Question:
        """The question; raises when this version of the index cannot read it."""
        return Question.model_validate_json(self.question_body)


@dataclass(frozen=True, kw_only=True)
class Claim(Gradable):
    """An answer's row, to ask its model or to grade what that replied."""

    evaluation_id: int
    provider: str
    model: str
    model_asked: str


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Where a row stands; `is_due` is False while it waits for its time."""

    state: AnswerState
    needs: Needs
    is_due: bool


def standing(database: Database, answer_id: int) -> Standing:
    """Read where a row stands."""
    with database.read() as session:
        state, needs, is_due = session.exec(
            select(Answer.state, Answer.needs, col(Answer.not_before_s) <= clock_s()).where(Answer.id == answer_id)
        ).one()
    return Standing(state=AnswerState(state), needs=Needs(needs), is_due=is_due)


def ended_evaluation(database: Database, answer_id: int) -> int | None:
    """The row's evaluation if it is open although all its rows have ended."""
    with database.read() as session:
        evaluation_id = session.exec(
            select(Evaluation.id)
            .join(Answer, col(Answer.evaluation_id) == col(Evaluation.id))
            .where(Answer.id == answer_id, col(Evaluation.closed_at).is_(None))
        ).first()
        return None if evaluation_id is None or open_rows(session, evaluation_id) else evaluation_id


def claim_to_ask(database: Database, answer_id: int, *, owner: str, lease_s: float) -> Claim | None:
    """Claim a row whose model is still to be asked; None when it is not free or not due."""
    return _claim(database, answer_id, AnswerState.PENDING, AnswerState.ASKING, owner, lease_s)


def claim_to_grade(database: Database, answer_id: int, *, owner: str, lease_s: float) -> Claim | None:
    """Claim a row whose reply is still to be graded; None when it is not free or not due."""
    return _claim(database, answer_id, AnswerState.ANSWERED, AnswerState.GRADING, owner, lease_s)


def store_reply(database: Database, claim: Claim, reply: ModelReply) -> bool:
    """Keep a model's reply; return False, changing nothing, when the claim is no longer the caller's.

    The row keeps a short lease while its grade message is on the way: a worker that dies in between is noticed.
    """
    return _write(
        database,
        claim,
        AnswerState.ASKING,
        state=AnswerState.ANSWERED,
        **reply_values(reply),
        lease_until_s=clock_s() + _HANDOVER_S,
        published_s=clock_s(),
        publish_count=1,
        given_back=0,
    )


def keep_late_reply(database: Database, claim: Claim, reply: ModelReply) -> bool:
    """Keep a reply that came after its run was cancelled: resumed, it need not be paid for again, and it has cost.

    The row stays unscored. Returns False, changing nothing, when the row is another's or has a reply.
    """
    with database.write() as session:
        kept = session.exec(
            update(Answer)
            .where(
                col(Answer.id) == claim.answer_id,
                col(Answer.state) == AnswerState.UNSCORED,
                col(Answer.attempt) == claim.attempt,
                col(Answer.reply).is_(None),
            )
            .values(**reply_values(reply))
        )
        session.exec(
            update(Evaluation)
            .where(col(Evaluation.id) == claim.evaluation_id, col(Evaluation.closed_at).is_not(None))
            .values(cost_usd=cost_usd(session, claim.evaluation_id))
        )
        return kept.rowcount == 1


def store_grade(database: Database, claim: Claim, grade: Grade, *, ran_in: str | None = None) -> bool:
    """End a row with its grade; return False, changing nothing, when the claim is no longer the caller's."""
    return _write(
        database,
        claim,
        AnswerState.GRADING,
        state=AnswerState.GRADED,
        **graded_values(grade, ran_in),
        ended_at=now(),
        lease_until_s=None,
    )


def store_unscored(database: Database, claim: Claim, reason: str) -> bool:
    """End a row without a score, for trouble that is not the model's."""
    return _write(
        database,
        claim,
        _held(claim),
        state=AnswerState.UNSCORED,
        reason=reason,
        ended_at=now(),
        lease_until_s=None,
    )


def give_back(database: Database, claim: Claim, *, wait_s: float, reason: str) -> bool:
    """Return a row to be tried again, not before `wait_s` from now; whoever sweeps publishes it then."""
    return _write(
        database,
        claim,
        _held(claim),
        state=AnswerState.PENDING if claim.reply is None else AnswerState.ANSWERED,
        reason=reason,
        not_before_s=clock_s() + wait_s,
        given_back=claim.given_back + 1,
        owner=None,
        lease_until_s=None,
        published_s=None,
        publish_count=0,
    )


def note_handed_over(database: Database, answer_id: int) -> None:
    """Note that a kept reply's grade message is with the broker: its queue may now be as long as it likes."""
    with database.write() as session:
        session.exec(
            update(Answer)
            .where(col(Answer.id) == answer_id, col(Answer.state) == AnswerState.ANSWERED)
            .values(lease_until_s=None)
        )


def add_call(database: Database, call: StoredCall) -> None:
    """Keep the record of a model call, once: to a caller that heard nothing of it, a write may have failed or not."""
    with database.write() as session:
        known = select(StoredCall.id).where(StoredCall.idempotency_key == call.idempotency_key)
        if call.idempotency_key is None or session.exec(known).first() is None:
            # A copy, since a row that was not kept would come back with the number it had.
            session.add(StoredCall(**call.model_dump()))


def open_rows(session: Session, evaluation_id: int) -> int:
    return session.exec(
        select(func.count()).where(Answer.evaluation_id == evaluation_id, col(Answer.state).not_in(TERMINAL))
    ).one()


def cost_usd(session: Session, evaluation_id: int) -> Decimal:
    """Cost of asking one model in one run; judges are not charged to it."""
    costs = session.connection().execute(
        sa_select(col(StoredCall.cost_usd))
        .join(Answer, col(Answer.id) == col(StoredCall.answer_id))
        .where(col(Answer.evaluation_id) == evaluation_id, col(StoredCall.purpose) == Purpose.ASK)
    )
    return sum(costs.scalars(), Decimal(0))


def _claim(
    database: Database, answer_id: int, free: AnswerState, held: AnswerState, owner: str, lease_s: float
) -> Claim | None:
    with database.write() as session:
        claimed = session.exec(
            update(Answer)
            .where(
                col(Answer.id) == answer_id,
                col(Answer.not_before_s) <= clock_s(),
                or_(
                    col(Answer.state) == free,
                    and_(col(Answer.state) == held, col(Answer.lease_until_s) < clock_s()),
                ),
            )
            .values(
                state=held,
                attempt=col(Answer.attempt) + 1,
                given_back=col(Answer.given_back) + died(),
                owner=owner,
                lease_until_s=clock_s() + lease_s,
            )
        )
        return _read_claim(session, answer_id) if claimed.rowcount == 1 else None


def _read_claim(session: Session, answer_id: int) -> Claim:
    answer, evaluation, body = session.exec(
        select(Answer, Evaluation, StoredQuestion.body)
        .join(Evaluation, col(Evaluation.id) == col(Answer.evaluation_id))
        .join(StoredQuestion, col(StoredQuestion.digest) == col(Answer.question_digest))
        .where(Answer.id == answer_id)
    ).one()
    return Claim(
        answer_id=answer_id,
        attempt=answer.attempt,
        evaluation_id=answer.evaluation_id,
        run_number=answer.run_number,
        question_body=body,
        provider=evaluation.provider,
        model=evaluation.model,
        model_asked=evaluation.model_asked,
        vendor=evaluation.vendor,
        given_back=answer.given_back,
        reply=answer.reply,
        finish_reason=None if answer.finish_reason is None else FinishReason(answer.finish_reason),
    )


def died() -> ColumnElement[int]:
    """One where a row that is taken was still held by a worker, else nothing."""
    return case((col(Answer.state).in_(HELD), 1), else_=0)


def _stored_case(graded: CaseGrade) -> dict[str, str | bool]:
    fields = asdict(graded) | {"verdict": graded.verdict.value}
    return {name: storable(value) if isinstance(value, str) else value for name, value in fields.items()}


def reply_values(reply: ModelReply) -> dict[str, object]:
    """Columns of an answer that a reply fills."""
    return {
        "reply": reply.text,
        "finish_reason": reply.finish_reason.value,
        "model_returned": reply.model_returned,
        "answered_at": now(),
    }


def graded_values(grade: Grade, ran_in: str | None) -> dict[str, object]:
    """Columns of an answer that a grade fills."""
    return {
        "score": grade.score,
        "verdict": grade.verdict.value,
        "reason": grade.reason,
        "cases": [_stored_case(case) for case in grade.cases],
        "ran_in": ran_in,
    }


def _held(claim: Claim) -> AnswerState:
    return AnswerState.ASKING if claim.reply is None else AnswerState.GRADING


def _write(database: Database, claim: Claim, held: AnswerState, **values: object) -> bool:
    with database.write() as session:
        written = session.exec(
            update(Answer)
            .where(
                col(Answer.id) == claim.answer_id,
                col(Answer.state) == held,
                col(Answer.attempt) == claim.attempt,
            )
            .values(**values)
        )
        return written.rowcount == 1
