"""Regrade rows: due, claimed by one worker at a time, and written only under its own claim, as answers are.

`pending → grading → graded | unscored`. No message is noted here: a row that is due is looked for until it has ended.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from sqlalchemy import ColumnElement, and_, case, or_
from sqlmodel import Session, col, select, update

from yzindex.grading.spec import Needs
from yzindex.ports import FinishReason
from yzindex.records.answers import Gradable
from yzindex.records.columns import clock_s
from yzindex.records.database import Database
from yzindex.records.states import REGRADE_OPEN, RegradePurpose, RegradeState
from yzindex.records.tables import Answer, Evaluation, Regrade, StoredQuestion, now

#: A verdict waits for a confirmation's rows, and then for a repair.
_URGENCY = (RegradePurpose.CONFIRMATION, RegradePurpose.THERMOMETER, RegradePurpose.REPAIR)


@dataclass(frozen=True, kw_only=True)
class RegradeClaim(Gradable):
    """A stored answer to grade once more."""

    regrade_id: int
    #: The version of the graders that it is to be graded by.
    grader_version: str


def regrades_due(database: Database, needs: Collection[Needs], *, limit: int) -> list[int]:
    """Rows that nobody works on and whose time has come, the most urgent first."""
    urgency = case({purpose: place for place, purpose in enumerate(_URGENCY)}, value=col(Regrade.purpose))
    with database.read() as session:
        found = session.exec(
            select(Regrade.id)
            .where(col(Regrade.needs).in_(needs), _is_free())
            .order_by(urgency, col(Regrade.id))
            .limit(limit)
        )
        return [regrade_id for regrade_id in found if regrade_id is not None]


def claim_regrade(database: Database, regrade_id: int, *, owner: str, lease_s: float) -> RegradeClaim | None:
    """Claim a row; None when it is not free or not due."""
    with database.write() as session:
        claimed = session.exec(
            update(Regrade)
            .where(col(Regrade.id) == regrade_id, _is_free())
            .values(
                state=RegradeState.GRADING,
                attempt=col(Regrade.attempt) + 1,
                given_back=col(Regrade.given_back) + case((col(Regrade.state) == RegradeState.GRADING, 1), else_=0),
                owner=owner,
                lease_until_s=clock_s() + lease_s,
            )
        )
        return _read_claim(session, regrade_id) if claimed.rowcount == 1 else None


def store_regrade(database: Database, claim: RegradeClaim, score: Decimal) -> bool:
    """End a row with its score; return False, changing nothing, when the claim is no longer the caller's."""
    return _write(
        database,
        claim,
        state=RegradeState.GRADED,
        score_now=score,
        reason=None,
        made_at=now(),
        lease_until_s=None,
    )


def store_not_regraded(database: Database, claim: RegradeClaim, reason: str) -> bool:
    """End a row without a score, for trouble of ours."""
    return _write(database, claim, state=RegradeState.UNSCORED, reason=reason, made_at=now(), lease_until_s=None)


def give_regrade_back(database: Database, claim: RegradeClaim, *, wait_s: float, reason: str) -> bool:
    """Return a row to be tried again, not before `wait_s` from now."""
    return _write(
        database,
        claim,
        state=RegradeState.PENDING,
        reason=reason,
        not_before_s=clock_s() + wait_s,
        given_back=claim.given_back + 1,
        owner=None,
        lease_until_s=None,
    )


def end_overdue_regrades(database: Database, *, within_s: float) -> int:
    """End what is still open so long after it was planned: a grade of another day would be passed off as that day's."""
    with database.write() as session:
        ended = session.exec(
            update(Regrade)
            .where(
                col(Regrade.state).in_(REGRADE_OPEN),
                col(Regrade.planned_at) < now() - timedelta(seconds=within_s),
                or_(col(Regrade.lease_until_s).is_(None), col(Regrade.lease_until_s) < clock_s()),
            )
            .values(
                state=RegradeState.UNSCORED,
                reason=f"not done within {within_s / 3600:g} hours",
                made_at=now(),
                lease_until_s=None,
            )
        )
        return ended.rowcount


def _is_free() -> ColumnElement[bool]:
    return and_(
        col(Regrade.not_before_s) <= clock_s(),
        or_(
            col(Regrade.state) == RegradeState.PENDING,
            and_(col(Regrade.state) == RegradeState.GRADING, col(Regrade.lease_until_s) < clock_s()),
        ),
    )


def _read_claim(session: Session, regrade_id: int) -> RegradeClaim:
    regrade, answer, vendor, body = session.exec(
        select(Regrade, Answer, Evaluation.vendor, StoredQuestion.body)
        .join(Answer, col(Answer.id) == col(Regrade.answer_id))
        .join(Evaluation, col(Evaluation.id) == col(Answer.evaluation_id))
        .join(StoredQuestion, col(StoredQuestion.digest) == col(Answer.question_digest))
        .where(Regrade.id == regrade_id)
    ).one()
    return RegradeClaim(
        regrade_id=regrade_id,
        grader_version=regrade.grader_version,
        answer_id=regrade.answer_id,
        run_number=answer.run_number,
        vendor=vendor,
        attempt=regrade.attempt,
        given_back=regrade.given_back,
        question_body=body,
        reply=answer.reply,
        finish_reason=None if answer.finish_reason is None else FinishReason(answer.finish_reason),
    )


def _write(database: Database, claim: RegradeClaim, **values: object) -> bool:
    with database.write() as session:
        written = session.exec(
            update(Regrade)
            .where(
                col(Regrade.id) == claim.regrade_id,
                col(Regrade.state) == RegradeState.GRADING,
                col(Regrade.attempt) == claim.attempt,
            )
            .values(**values)
        )
        return written.rowcount == 1
