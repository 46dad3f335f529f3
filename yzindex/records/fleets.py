"""How many models a common movement could be told by, run by run."""

from collections.abc import Collection
from decimal import Decimal

from sqlmodel import Session, col, func, select

from yzindex.drift.rules import Rules
from yzindex.records.tables import Evaluation

_LEAST = Rules().least_fleet


def common_is_estimated(session: Session, common: Decimal, run_a: int, run_b: int) -> bool:
    """Whether what everyone moved by from one run to another rests on anything: on models enough in one of them."""
    return bool(common) or len(too_few_models(session, (run_a, run_b))) < len((run_a, run_b))


def too_few_models(session: Session, runs: Collection[int]) -> dict[int, int]:
    """Find the runs with too few main scores for a common movement, and give how many they have."""
    rows = (
        select(Evaluation.run_number, func.count(col(Evaluation.core_raw)))
        .where(col(Evaluation.run_number).in_(runs))
        .group_by(col(Evaluation.run_number))
    )
    return {run: models for run, models in session.exec(rows) if models < _LEAST}
