"""What the board itself rests on: whether graders and questions stand still, and what the newest run has cost."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import select as sa_select
from sqlmodel import Session, col, func, select

from yzindex.records.regrade_views import Regraded, thermometer_readings
from yzindex.records.states import MoveCause, Purpose, RegradeState
from yzindex.records.tables import Answer, BoardMove, Regrade, Run, StoredCall


@dataclass(frozen=True, kw_only=True)
class OpenMove:
    """A move of the questions or of a grader that is not over: no verdicts on models meanwhile."""

    cause: MoveCause
    since: date
    day: date
    #: What told it: a chart, or a dimension whose stored answers are graded differently; None where it is all.
    chart: str | None
    #: Points that stored answers get more or less now; None of a move of the questions.
    points: Decimal | None


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What grading stored answers again gave on one day."""

    day: date
    graded: int
    #: Of these, with another score than before.
    changed: int
    #: Still to be graded.
    open: int
    #: Could not be graded that day, for trouble of ours.
    unscored: int


@dataclass(frozen=True, kw_only=True)
class Health:
    """Of a board; `reading` is None before the first."""

    moves: tuple[OpenMove, ...]
    reading: Reading | None
    #: Cost at list price of the newest run and of whatever was asked and graded again since, judges included.
    spent_usd: Decimal

    def moved(self, cause: MoveCause) -> OpenMove | None:
        return next((move for move in reversed(self.moves) if move.cause is cause), None)


def health_of(session: Session, newest: Run | None) -> Health:
    """Read the health of a board whose newest run is this one."""
    day: date | None = session.exec(select(func.max(Regrade.day))).one()
    readings = [] if day is None else thermometer_readings(session, since=day)
    return Health(
        moves=tuple(_open_moves(session)),
        reading=_reading(readings),
        spent_usd=Decimal(0) if newest is None else _spent(session, newest, day),
    )


def _open_moves(session: Session) -> list[OpenMove]:
    rows = select(BoardMove).where(col(BoardMove.ended_on).is_(None)).order_by(col(BoardMove.day))
    return [
        OpenMove(cause=move.cause, since=move.since, day=move.day, chart=move.chart, points=move.points)
        for move in session.exec(rows)
    ]


def _reading(readings: list[Regraded]) -> Reading | None:
    if not readings:
        return None
    states = [each.state for each in readings]
    return Reading(
        day=readings[0].day,
        graded=states.count(RegradeState.GRADED),
        changed=sum(bool(each.difference) for each in readings),
        open=sum(state in (RegradeState.PENDING, RegradeState.GRADING) for state in states),
        unscored=states.count(RegradeState.UNSCORED),
    )


def _spent(session: Session, newest: Run, day: date | None) -> Decimal:
    asked = (
        sa_select(col(StoredCall.cost_usd))
        .join(Answer, col(Answer.id) == col(StoredCall.answer_id))
        .where(col(Answer.run_number) >= newest.number, col(StoredCall.purpose) != Purpose.REGRADE)
    )
    regraded = (
        sa_select(col(StoredCall.cost_usd))
        .join(Regrade, col(Regrade.answer_id) == col(StoredCall.answer_id))
        .where(
            col(Regrade.day) == day,
            col(StoredCall.purpose) == Purpose.REGRADE,
            col(StoredCall.made_at) >= col(Regrade.planned_at),
        )
    )
    connection = session.connection()
    costs = [*connection.execute(asked).scalars(), *connection.execute(regraded).scalars()]
    return sum(costs, Decimal(0))
