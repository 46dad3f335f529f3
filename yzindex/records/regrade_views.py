"""What grading stored answers again has shown: each answer's score before and on a day, for the analysis to compare."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlmodel import Session, col

from yzindex.dimensions import Dimension
from yzindex.records.portions import portions
from yzindex.records.states import RegradePurpose, RegradeState
from yzindex.records.tables import Answer, Evaluation, Regrade, Run


@dataclass(frozen=True, kw_only=True)
class Regraded:
    """An answer that is graded once more. `score_now` is None while it is open, and then where `reason` says why."""

    answer_id: int
    run_number: int
    model: str
    dimension: Dimension
    question_id: str
    day: date
    purpose: RegradePurpose
    grader_version: str
    judge_set_version: str
    #: Of the run that the answer is from: where they are others, a difference may be meant.
    grader_version_before: str
    judge_set_version_before: str
    state: RegradeState
    #: 0 to 100, exact.
    score_before: Decimal
    score_now: Decimal | None
    reason: str | None

    @property
    def difference(self) -> Decimal | None:
        """How much more the answer gets now, in points; None without a score of that day."""
        return None if self.score_now is None else self.score_now - self.score_before


def thermometer_readings(session: Session, *, since: date) -> list[Regraded]:
    """Read the daily samples from a day on, in the order of days and answers."""
    return _read(session, col(Regrade.day) >= since, col(Regrade.purpose) == RegradePurpose.THERMOMETER)


def regraded_on(session: Session, day: date, grader_version: str, answer_ids: Collection[int]) -> list[Regraded]:
    """Read what became of these answers on a day, whatever they were planned for; those not planned are left out."""
    return [
        each
        for portion in portions(sorted(answer_ids))
        for each in _read(
            session,
            col(Regrade.day) == day,
            col(Regrade.grader_version) == grader_version,
            col(Regrade.answer_id).in_(portion),
        )
    ]


def _read(session: Session, *conditions: ColumnElement[bool]) -> list[Regraded]:
    rows: Select[*tuple[Any, ...]] = (
        select(
            col(Regrade.answer_id),
            col(Answer.run_number),
            col(Evaluation.model),
            col(Answer.dimension),
            col(Answer.question_id),
            col(Regrade.day),
            col(Regrade.purpose),
            col(Regrade.grader_version),
            col(Regrade.judge_set_version),
            col(Run.grader_version).label("grader_version_before"),
            col(Run.judge_set_version).label("judge_set_version_before"),
            col(Regrade.state),
            col(Regrade.score_before),
            col(Regrade.score_now),
            col(Regrade.reason),
        )
        .join(Answer, col(Answer.id) == col(Regrade.answer_id))
        .join(Evaluation, col(Evaluation.id) == col(Answer.evaluation_id))
        .join(Run, col(Run.number) == col(Answer.run_number))
        .where(*conditions)
        .order_by(col(Regrade.day), col(Regrade.answer_id), col(Regrade.id))
    )
    return [Regraded(**row) for row in session.connection().execute(rows).mappings()]
