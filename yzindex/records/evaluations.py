"""Evaluations: closed once, with scores recomputed from the answer rows."""

from sqlalchemy import select as sa_select
from sqlmodel import Session, col, delete, select, update

from yzindex.records.answers import cost_usd, open_rows
from yzindex.records.database import Database
from yzindex.records.tables import Answer, Evaluation, StoredScore, now
from yzindex.scoring import ScoredQuestion, Summary, recommendation_of, summarise


def close_evaluation(database: Database, evaluation_id: int) -> int | None:
    """Close an evaluation whose last row has ended; return its run's number, or None while rows are open.

    Closing a closed one changes nothing.
    """
    with database.write() as session:
        return close_within(session, evaluation_id)


def close_within(session: Session, evaluation_id: int) -> int | None:
    """Close an evaluation as `close_evaluation` does, in a transaction of the caller's."""
    evaluation = session.exec(select(Evaluation).where(Evaluation.id == evaluation_id).with_for_update()).one()
    if open_rows(session, evaluation_id):
        return None
    if evaluation.closed_at is None:
        _store(session, evaluation_id, _summary(session, evaluation_id))
    return evaluation.run_number


def _summary(session: Session, evaluation_id: int) -> Summary:
    rows = session.connection().execute(
        sa_select(col(Answer.dimension), col(Answer.score)).where(col(Answer.evaluation_id) == evaluation_id)
    )
    return summarise(ScoredQuestion(dimension=dimension, score=score) for dimension, score in rows)


def _store(session: Session, evaluation_id: int, summary: Summary) -> None:
    session.exec(delete(StoredScore).where(col(StoredScore.evaluation_id) == evaluation_id))
    session.add_all(
        StoredScore(
            evaluation_id=evaluation_id,
            dimension=dimension,
            score=score.score,
            scored=score.scored,
            asked=score.asked,
        )
        for dimension, score in summary.dimensions.items()
    )
    main = summary.main
    session.exec(
        update(Evaluation)
        .where(col(Evaluation.id) == evaluation_id)
        .values(
            closed_at=now(),
            reopened=False,
            label=summary.label,
            recommendation=recommendation_of(summary.label) if summary.label else None,
            core_raw=main.core_raw if main else None,
            core_display=main.core_display if main else None,
            scored=summary.scored,
            asked=summary.asked,
            cost_usd=cost_usd(session, evaluation_id),
        )
    )
