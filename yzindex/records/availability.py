"""How often a model's provider gave a usable response. Trouble of this kind is no score and never becomes one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import case, func, select
from sqlmodel import Session, col

from yzindex.records.recent import RecentRun
from yzindex.records.states import Purpose
from yzindex.records.tables import Answer, Evaluation, StoredCall


@dataclass(frozen=True, kw_only=True)
class Availability:
    """Calls of a model, counted once with and once without their retries."""

    #: Questions that it was called for.
    calls: int
    #: Of these, with a usable response in the end.
    usable: int
    #: Requests, the repeated ones included.
    attempts: int

    @property
    def with_retries(self) -> Decimal | None:
        """Share of calls (0 to 1) that got a usable response in the end; None without calls."""
        return Decimal(self.usable) / self.calls if self.calls else None

    @property
    def without_retries(self) -> Decimal | None:
        """Share of single requests (0 to 1) that got a usable response; None without any."""
        return Decimal(self.usable) / self.attempts if self.attempts else None


def availability_of(session: Session, runs: Mapping[str, Sequence[RecentRun]]) -> dict[str, Availability]:
    """Count the calls of each model in the runs given with it; one that was never called is left out."""
    evaluations = [each.evaluation_id for own in runs.values() for each in own]
    rows = (
        select(
            col(Evaluation.model),
            func.count(),
            func.sum(case((col(StoredCall.error).is_(None), 1), else_=0)),
            func.sum(col(StoredCall.attempts)),
        )
        .select_from(Answer)
        .join(Evaluation, col(Evaluation.id) == col(Answer.evaluation_id))
        .join(StoredCall, col(StoredCall.answer_id) == col(Answer.id))
        .where(col(Answer.evaluation_id).in_(evaluations), col(StoredCall.purpose) == Purpose.ASK)
        .group_by(col(Evaluation.model))
    )
    return {
        model: Availability(calls=calls, usable=usable, attempts=attempts)
        for model, calls, usable, attempts in session.connection().execute(rows)
    }
