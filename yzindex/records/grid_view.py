"""A run as a grid: a row per question, a cell per model."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select
from sqlmodel import col, func

from yzindex.dimensions import Dimension
from yzindex.records.database import Database
from yzindex.records.states import AnswerState
from yzindex.records.tables import Answer, Evaluation

#: A larger grid is nothing that anybody could read.
MOST_ANSWERS = 2_000


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One model's answer to one question. `score` is None while it is open and where it stayed unscored."""

    answer_id: int
    state: AnswerState
    score: Decimal | None
    verdict: str | None
    reason: str | None


@dataclass(frozen=True, kw_only=True)
class GridRow:
    """A question of the draw."""

    question_id: str
    dimension: Dimension
    tier: str
    #: By the model's name.
    cells: Mapping[str, Cell]


def grid_view(database: Database, number: int) -> tuple[GridRow, ...] | None:
    """Read a run's answers in the order of the draw; None of a run that has more than can be shown."""
    of_run = col(Answer.run_number) == number
    rows = (
        select(
            col(Answer.id),
            col(Evaluation.model),
            col(Answer.question_id),
            col(Answer.dimension),
            col(Answer.tier),
            col(Answer.state),
            col(Answer.score),
            col(Answer.verdict),
            col(Answer.reason),
        )
        .join(Evaluation, col(Evaluation.id) == col(Answer.evaluation_id))
        .where(of_run)
        .order_by(col(Answer.position), col(Answer.id))
    )
    with database.read() as session:
        connection = session.connection()
        if connection.execute(select(func.count()).select_from(Answer).where(of_run)).scalar_one() > MOST_ANSWERS:
            return None
        found: dict[tuple[str, Dimension, str], dict[str, Cell]] = {}
        for answer_id, model, question, dimension, tier, state, score, verdict, reason in connection.execute(rows):
            cell = Cell(answer_id=answer_id or 0, state=state, score=score, verdict=verdict, reason=reason)
            found.setdefault((question, dimension, tier), {})[model] = cell
    return tuple(
        GridRow(question_id=question, dimension=dimension, tier=tier, cells=cells)
        for (question, dimension, tier), cells in found.items()
    )
