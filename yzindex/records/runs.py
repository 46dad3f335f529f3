"""Runs: submitted in one transaction with everything below them, started, and ended once."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, case, func, insert, text
from sqlmodel import Session, col, select, update
from sqlmodel.sql.expression import SelectOfScalar

from yzindex.bank.question import Question
from yzindex.errors import YzIndexError
from yzindex.fleet import Fleet, Model
from yzindex.records.columns import clock_s
from yzindex.records.database import Database
from yzindex.records.states import (
    ENDED,
    OPEN,
    REGRADE_OPEN,
    ConfirmationStage,
    RegradePurpose,
    RunKind,
    RunStatus,
)
from yzindex.records.tables import Answer, Evaluation, Regrade, Run, StoredConfirmation, StoredQuestion, now

#: Any number will do, as long as nothing else takes the same lock.
_NUMBERING_LOCK = 7_230_116
#: Run numbers are stored in 32 bits.
_LARGEST_NUMBER = 2**31 - 1


class UnknownRun(YzIndexError):
    """There is no run of this number."""


class IdempotencyConflict(YzIndexError):
    """The key was used before for another request; use a new key, or send the first request unchanged."""


@dataclass(frozen=True, kw_only=True)
class Versions:
    """What a run was made with."""

    bank: str
    bank_digest: str
    grader: str
    judge_set: str
    formula: str
    software: str


@dataclass(frozen=True, kw_only=True)
class Submission:
    """A run to be made: the same questions for every model."""

    kind: RunKind
    seed: int
    questions: Sequence[Question]
    models: Sequence[Model]
    fleet: Fleet
    versions: Versions
    idempotency_key: str | None = None
    request_digest: str = ""
    scheduled_for: date | None = None
    created_at: datetime = field(default_factory=now)


def find_run(session: Session, number: int, *, for_update: bool = False) -> Run:
    """Read a run, on request locked until the transaction ends; raise `UnknownRun`."""
    run = session.get(Run, number, with_for_update=for_update) if 0 < number <= _LARGEST_NUMBER else None
    if run is None:
        raise UnknownRun(f"there is no Run #{number}")
    return run


def find_by_key(session: Session, idempotency_key: str, request_digest: str) -> int | None:
    """Find the run that was submitted under a key; raise `IdempotencyConflict` if it was another request."""
    run = session.exec(select(Run).where(Run.idempotency_key == idempotency_key)).first()
    if run is None:
        return None
    if run.request_digest != request_digest:
        raise IdempotencyConflict(IdempotencyConflict.__doc__)
    return run.number


def lock_numbering(session: Session) -> None:
    """Let one submission at a time take a number and a seed; SQLite's writers are alone anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.connection().execute(text(f"SELECT pg_advisory_xact_lock({_NUMBERING_LOCK})"))


def next_seed(session: Session, kind: RunKind) -> int:
    """One more than the largest seed of this kind, so that draws walk through their cycle."""
    return (session.exec(select(func.max(Run.seed)).where(Run.kind == kind)).one() or 0) + 1


def submit(session: Session, submission: Submission) -> int:
    """Write the run, an evaluation per model and a row per question; return the run's number."""
    number = (session.exec(select(func.max(Run.number))).one() or 0) + 1
    versions = submission.versions
    session.add(
        Run(
            number=number,
            kind=submission.kind,
            seed=submission.seed,
            bank_version=versions.bank,
            bank_digest=versions.bank_digest,
            grader_version=versions.grader,
            judge_set_version=versions.judge_set,
            formula_version=versions.formula,
            software_version=versions.software,
            idempotency_key=submission.idempotency_key,
            request_digest=submission.request_digest,
            scheduled_for=submission.scheduled_for,
            created_at=submission.created_at,
        )
    )
    _store_questions(session, submission.questions)
    session.flush()
    for model in submission.models:
        _add_evaluation(session, number, model, submission)
    return number


def mark_running(database: Database, number: int) -> bool:
    """Note that a run's first messages are on their way; return whether it was still pending."""
    with database.write() as session:
        moved = session.exec(
            update(Run)
            .where(col(Run.number) == number, col(Run.status) == RunStatus.PENDING)
            .values(status=RunStatus.RUNNING, started_at=now())
        )
        return moved.rowcount == 1


def claim_conclusion(database: Database, number: int, *, lease_s: float) -> int | None:
    """Let exactly one caller end a run whose evaluations are all closed; return its attempt, or None.

    Two closers must not both see the other's evaluation open: the run is locked first and read after.
    """
    with database.write() as session:
        run = session.exec(select(Run).where(Run.number == number).with_for_update()).one()
        attempt = run.attempt + 1
        open_evaluation = select(Evaluation.id).where(
            Evaluation.run_number == number, col(Evaluation.closed_at).is_(None)
        )
        open_row = select(Answer.id).where(Answer.run_number == number, col(Answer.state).in_(OPEN))
        waits_for = (open_evaluation, open_row, _open_regrades().where(StoredConfirmation.run_number == number))
        if any(session.exec(rows.limit(1)).first() is not None for rows in waits_for):
            return None
        claimed = session.exec(
            update(Run)
            .where(
                col(Run.number) == number,
                col(Run.status).in_((RunStatus.PENDING, RunStatus.RUNNING))
                | ((col(Run.status) == RunStatus.CONCLUDING) & (col(Run.lease_until_s) < clock_s())),
            )
            .values(status=RunStatus.CONCLUDING, attempt=attempt, lease_until_s=clock_s() + lease_s)
        )
        return attempt if claimed.rowcount == 1 else None


def conclude_within(session: Session, number: int, attempt: int) -> bool:
    """End a run in a transaction of the caller's; return False when the claim is no longer the caller's.

    What follows from the run is written in the same transaction, so that there is never one without the other.
    """
    ended = session.exec(
        update(Run)
        .where(col(Run.number) == number, col(Run.status) == RunStatus.CONCLUDING, col(Run.attempt) == attempt)
        .values(status=RunStatus.CONCLUDED, finished_at=now(), lease_until_s=None)
    )
    return ended.rowcount == 1


def has_concluded() -> ColumnElement[bool]:
    """Whether a run's results count: it was concluded, though what was unscored may be being asked again."""
    return and_(col(Run.finished_at).is_not(None), col(Run.status) != RunStatus.CANCELLED)


def conclusions_due(database: Database) -> list[int]:
    """Runs whose evaluations are all closed and which nobody is ending."""
    open_evaluations = (
        select(func.count())
        .where(col(Evaluation.run_number) == col(Run.number), col(Evaluation.closed_at).is_(None))
        .scalar_subquery()
    )
    with database.read() as session:
        found = session.exec(
            select(Run.number).where(
                col(Run.status).not_in(ENDED),
                open_evaluations == 0,
                col(Run.number).not_in(_open_regrades()),
                case((col(Run.status) == RunStatus.CONCLUDING, col(Run.lease_until_s) < clock_s()), else_=True),
            )
        )
        return [number for number in found if number is not None]


def aggregates_due(database: Database) -> list[int]:
    """Evaluations that are open although their last row ended: their callback was lost."""
    # As a set, because counting per evaluation takes the planner half a minute on a million fresh rows.
    with_open_rows = select(Answer.evaluation_id).where(col(Answer.state).in_(OPEN))
    with database.read() as session:
        found = session.exec(
            select(Evaluation.id).where(col(Evaluation.closed_at).is_(None), col(Evaluation.id).not_in(with_open_rows))
        )
        return [evaluation for evaluation in found if evaluation is not None]


def _open_regrades() -> SelectOfScalar[int]:
    """Runs of fresh answers whose model's earlier ones are still being graded again: both sides are of one day."""
    return (
        select(StoredConfirmation.run_number)
        .join(Evaluation, col(Evaluation.model) == col(StoredConfirmation.model))
        .join(Answer, col(Answer.evaluation_id) == col(Evaluation.id))
        .join(Regrade, col(Regrade.answer_id) == col(Answer.id))
        .where(
            StoredConfirmation.stage == ConfirmationStage.FRESH,
            # The thermometer takes over what it needs as well.
            col(Regrade.purpose).in_((RegradePurpose.CONFIRMATION, RegradePurpose.THERMOMETER)),
            col(Regrade.state).in_(REGRADE_OPEN),
        )
    )


def _store_questions(session: Session, questions: Sequence[Question]) -> None:
    known = set(session.exec(select(StoredQuestion.digest)))
    for question in questions:
        if question.digest not in known:
            session.add(StoredQuestion(digest=question.digest, question_id=question.id, body=question.canonical()))


def _add_evaluation(session: Session, number: int, model: Model, submission: Submission) -> None:
    evaluation = Evaluation(
        run_number=number,
        model=model.slug,
        provider=model.provider,
        vendor=model.vendor,
        model_asked=model.asked_as,
        simulated=submission.fleet.provider(model.provider).simulated,
        asked=len(submission.questions),
    )
    session.add(evaluation)
    session.flush()
    assert evaluation.id is not None
    # Not as objects: a thousand models with a full run's questions would hold the lock for most of a minute.
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
                "needs": question.grader.needs,
                "position": position,
            }
            for position, question in enumerate(submission.questions)
        ],
    )
