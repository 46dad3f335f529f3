"""Confirmation runs: questions put again to one model that looks suspicious, once per suspicion, stage and round."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, select

from yzindex.bank.question import Question
from yzindex.fleet import Fleet, Model
from yzindex.records.runs import Submission, Versions, lock_numbering, submit
from yzindex.records.states import ConfirmationStage, RunKind
from yzindex.records.tables import StoredConfirmation


@dataclass(frozen=True, kw_only=True)
class Confirmation:
    """What is to be asked of whom, and which suspicion it is to answer."""

    model: Model
    #: The analysis's own name of the suspicion; another suspicion of the same model has another.
    suspicion: str
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
    earlier = session.exec(
        select(StoredConfirmation.run_number).where(
            StoredConfirmation.model == confirmation.model.slug,
            StoredConfirmation.suspicion == confirmation.suspicion,
            StoredConfirmation.stage == confirmation.stage,
            StoredConfirmation.round == confirmation.round,
        )
    ).first()
    if earlier is not None:
        return Filed(number=earlier, created=False)
    number = submit(
        session,
        Submission(
            kind=RunKind.CONFIRMATION,
            seed=confirmation.seed,
            questions=confirmation.questions,
            models=(confirmation.model,),
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
        )
    )
    session.flush()
    return Filed(number=number, created=True)
