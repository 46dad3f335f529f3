"""How many models a common movement could be told by, run by run."""

from collections.abc import Collection

from sqlmodel import Session, col, func, select

from yzindex.drift.rules import Rules
from yzindex.records.tables import Evaluation

_LEAST = Rules().least_fleet


def too_few_models(session: Session, runs: Collection[int]) -> dict[int, int]:
    """Find the runs with too few main scores for a common movement, and give how many they have."""
    rows = (
        select(Evaluation.run_number, func.count(col(Evaluation.core_raw)))
        .where(col(Evaluation.run_number).in_(runs))
        .group_by(col(Evaluation.run_number))
    )
    return {run: models for run, models in session.exec(rows) if models < _LEAST}
