"""Confirmation runs: questions put again because a model looks suspicious, once per suspicion, stage and round."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, func, select

from yzindex.bank.question import Question
from yzindex.days import beginning_of
from yzindex.fleet import Fleet, Model
from yzindex.records.regrade_plans import GradingDay, plan_regrades
from yzindex.records.runs import Submission, Versions, has_concluded, lock_numbering, submit
from yzindex.records.states import ENDED, IMPARTIAL, AnswerState, ConfirmationStage, RegradePurpose, RunKind
from yzindex.records.tables import Answer, Evaluation, Run, StoredConfirmation


@dataclass(frozen=True, kw_only=True)
class Confirmation:
    """What is to be asked of whom, and which suspicion it is to answer."""

    #: The suspicious one.
    model: Model
    #: Who is asked in its place, to compare with; the model itself where nobody is named.
    others: tuple[Model, ...] = ()
    #: The analysis's own name of the suspicion; another suspicion of the same model has another.
    suspicion: str
    #: Day on which the change that is suspected began.
    since: date | None = None
    #: Ordered by a person, whatever the analysis made of the model.
    by_hand: bool = False
    stage: ConfirmationStage
    #: Counts the runs of this stage, from 1.
    round: int
    questions: Sequence[Question]
    #: What the questions were drawn by.
    seed: int


@dataclass(frozen=True, kw_only=True)
class Filed:
    """The run that answers a confirmation. `created` is False where an earlier call made it."""

    number: int
    created: bool


def submit_confirmation(session: Session, confirmation: Confirmation, fleet: Fleet, versions: Versions) -> Filed:
    """Write a confirmation run, or find the one that was filed for the same suspicion, stage and round.

    Belongs into the transaction that concludes the run which raised the suspicion. Its rows are due at once: whoever
    commits may send the message that starts the run, or leave it to the sweeper.
    """
    lock_numbering(session)
    earlier = find_confirmation(session, confirmation)
    if earlier is not None:
        return Filed(number=earlier, created=False)
    number = submit(
        session,
        Submission(
            kind=RunKind.CONFIRMATION,
            seed=confirmation.seed,
            questions=confirmation.questions,
            models=confirmation.others or (confirmation.model,),
            fleet=fleet,
            versions=versions,
        ),
    )
    session.add(
        StoredConfirmation(
            run_number=number,
            model=confirmation.model.slug,
            suspicion=confirmation.suspicion,
            stage=confirmation.stage,
            round=confirmation.round,
            since=confirmation.since,
            by_hand=confirmation.by_hand,
        )
    )
    session.flush()
    return Filed(number=number, created=True)


def find_confirmation(session: Session, confirmation: Confirmation) -> int | None:
    """Find the run that was filed for the same suspicion, stage and round."""
    return session.exec(
        select(StoredConfirmation.run_number).where(
            StoredConfirmation.model == confirmation.model.slug,
            StoredConfirmation.suspicion == confirmation.suspicion,
            StoredConfirmation.stage == confirmation.stage,
            StoredConfirmation.round == confirmation.round,
        )
    ).first()


@dataclass(frozen=True, kw_only=True)
class Spent:
    """What was asked about one model's suspicions since a moment."""

    #: Questions put to the model itself.
    calls: int
    #: At list price, other models' answers and all retries included.
    cost_usd: Decimal
    #: A run of it that has not ended, whenever it was ordered.
    asking: int | None


def spent_on(session: Session, model: str, since: datetime) -> Spent:
    """Add up what the confirmations of a model have taken."""
    own = session.exec(
        select(Run.number, Run.status, Run.created_at)
        .join(StoredConfirmation, col(StoredConfirmation.run_number) == col(Run.number))
        .where(StoredConfirmation.model == model)
    ).all()
    recent = [number for number, _, created_at in own if created_at >= since]
    evaluations = session.exec(select(Evaluation).where(col(Evaluation.run_number).in_(recent))).all()
    return Spent(
        calls=sum(each.asked for each in evaluations if each.model == model),
        cost_usd=sum((each.cost_usd for each in evaluations), Decimal(0)),
        asking=next((number for number, status, _ in own if status not in ENDED), None),
    )


def grade_earlier_answers(session: Session, confirmation: Confirmation, on: GradingDay, zone: ZoneInfo) -> None:
    """Plan the older side of a comparison with fresh answers to be graded again: both are graded on one day.

    Of each question, the oldest answer from before the suspected change: a grader that has moved shows in it whenever
    it did.
    """
    before = beginning_of(confirmation.since or on.day, zone)
    plan_regrades(session, _earlier_answers(session, confirmation, before), RegradePurpose.CONFIRMATION, on)


def _earlier_answers(session: Session, confirmation: Confirmation, before: datetime) -> list[int]:
    digests = [question.digest for question in confirmation.questions]
    rows = (
        select(func.min(Answer.id))
        .join(Evaluation, col(Evaluation.id) == col(Answer.evaluation_id))
        .join(Run, col(Run.number) == col(Answer.run_number))
        .where(
            Evaluation.model == confirmation.model.slug,
            col(Answer.question_digest).in_(digests),
            Answer.state == AnswerState.GRADED,
            col(Run.kind).in_(IMPARTIAL),
            has_concluded(),
            col(Run.created_at) < before,
        )
        .group_by(col(Answer.question_digest))
    )
    return sorted(answer for answer in session.exec(rows) if answer is not None)
