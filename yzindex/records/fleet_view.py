"""What all models rest on, day by day: graders that stand still, and questions that are as hard as they were."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import select as sa_select
from sqlmodel import Session, col, func, select

from yzindex.dimensions import Dimension
from yzindex.drift.outcomes import Settled
from yzindex.records.database import Database
from yzindex.records.states import MoveCause, RegradePurpose
from yzindex.records.tables import Answer, BoardMove, Evaluation, Regrade, StoredVerdict
from yzindex.scoring import exact

#: Days that are looked back on.
LOOKED_BACK = 60


@dataclass(frozen=True, kw_only=True)
class DimensionReading:
    """Stored answers of one dimension, graded again on one day."""

    day: date
    dimension: Dimension
    graded: int
    changed: int
    #: Points that they get more now, in the mean; None where none could be graded.
    difference: Decimal | None


@dataclass(frozen=True, kw_only=True)
class PoolDay:
    """How far all models together were from what was expected of a day's questions, in points of the main score."""

    day: date
    off: Decimal
    models: int


@dataclass(frozen=True, kw_only=True)
class ToldMove:
    """A move of the questions or of a grader, and what became of that word."""

    cause: MoveCause
    chart: str | None
    since: date
    day: date
    points: Decimal | None
    ended_on: date | None
    settled: Settled
    settled_because: str


@dataclass(frozen=True, kw_only=True)
class FleetView:
    """Readings and days in the order of time; moves of all time, the newest first."""

    readings: tuple[DimensionReading, ...]
    pool: tuple[PoolDay, ...]
    moves: tuple[ToldMove, ...]


def fleet_view(database: Database) -> FleetView:
    """Read the days up to the newest reading and the newest verdict."""
    with database.read() as session:
        return FleetView(readings=_readings(session), pool=_pool(session), moves=_moves(session))


def _readings(session: Session) -> tuple[DimensionReading, ...]:
    newest: date | None = session.exec(select(func.max(Regrade.day))).one()
    if newest is None:
        return ()
    rows = (
        sa_select(col(Regrade.day), col(Answer.dimension), col(Regrade.score_before), col(Regrade.score_now))
        .join(Answer, col(Answer.id) == col(Regrade.answer_id))
        .where(
            col(Regrade.day) >= newest - timedelta(days=LOOKED_BACK),
            col(Regrade.purpose) == RegradePurpose.THERMOMETER,
        )
    )
    by_day: defaultdict[tuple[date, Dimension], list[Decimal | None]] = defaultdict(list)
    for day, dimension, before, score in session.connection().execute(rows):
        by_day[day, dimension].append(None if score is None else score - before)
    return tuple(_reading(day, dimension, found) for (day, dimension), found in sorted(by_day.items()))


def _pool(session: Session) -> tuple[PoolDay, ...]:
    newest: date | None = session.exec(select(func.max(StoredVerdict.day))).one()
    if newest is None:
        return ()
    rows = (
        sa_select(col(StoredVerdict.day), col(Evaluation.core_raw), col(StoredVerdict.expected))
        .join(Evaluation, col(Evaluation.id) == col(StoredVerdict.evaluation_id))
        .where(col(StoredVerdict.day) >= newest - timedelta(days=LOOKED_BACK))
    )
    off: defaultdict[date, list[Decimal]] = defaultdict(list)
    for day, core_raw, expected in session.connection().execute(rows):
        if core_raw is not None and expected is not None:
            off[day].append(core_raw - expected)
    return tuple(
        PoolDay(day=day, off=exact(sum(found, Decimal(0)) / len(found)), models=len(found))
        for day, found in sorted(off.items())
    )


def _moves(session: Session) -> tuple[ToldMove, ...]:
    return tuple(
        ToldMove(
            cause=row.cause,
            chart=row.chart,
            since=row.since,
            day=row.day,
            points=row.points,
            ended_on=row.ended_on,
            settled=row.settled,
            settled_because=row.settled_because or "",
        )
        for row in session.exec(select(BoardMove).order_by(col(BoardMove.day).desc()))
    )


def _reading(day: date, dimension: Dimension, found: list[Decimal | None]) -> DimensionReading:
    graded = [each for each in found if each is not None]
    return DimensionReading(
        day=day,
        dimension=dimension,
        graded=len(graded),
        changed=sum(bool(each) for each in graded),
        difference=exact(sum(graded, Decimal(0)) / len(graded)) if graded else None,
    )
