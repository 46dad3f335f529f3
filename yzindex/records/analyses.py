"""Which concluded runs were analysed, and when to analyse again. A run is concluded whatever becomes of this."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Numeric, and_, cast, func, or_
from sqlmodel import Session, col, select

from yzindex.days import day_of
from yzindex.drift.rules import ANALYSIS_VERSION
from yzindex.records.columns import clock_s
from yzindex.records.database import Database
from yzindex.records.runs import has_concluded, lock_numbering
from yzindex.records.states import REGRADE_OPEN, RegradeState
from yzindex.records.tables import Regrade, Run, StoredAnalysis, now

#: After trouble the analysis is tried again so much later, then twice as long, and so on to a day.
_FIRST_WAIT_S = 60.0
_LONGEST_WAIT_S = 86_400.0


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What there is to analyse, as it stood at one moment."""

    #: Grows with everything that is written of an analysis.
    stamp: int
    read_at: datetime
    #: Concluded runs without verdicts, with their days.
    runs: dict[int, date]
    #: The last run that was analysed.
    last: int | None
    #: Days of which stored answers were graded again since, and came out different.
    regraded: tuple[date, ...]

    @property
    def to_analyse(self) -> set[int]:
        """Runs to note an analysis on that concludes none: what was graded again belongs to the last one."""
        return set(self.runs) or ({self.last} if self.last is not None else set())

    def since(self, concluding: date | None = None) -> date | None:
        """First day whose verdicts are to be written anew; None where nothing is new."""
        days = [*self.runs.values(), *self.regraded, *([] if concluding is None else [concluding])]
        return min(days, default=None)


def analyses_standing(session: Session, zone: ZoneInfo) -> Standing:
    """Read what was concluded and graded again since the last analysis."""
    read_at = now()
    connection = session.connection()
    runs = connection.execute(
        select(col(Run.number), col(Run.created_at))
        .join(StoredAnalysis, col(StoredAnalysis.run_number) == col(Run.number), isouter=True)
        .where(has_concluded(), _is_not_analysed())
    )
    regraded = connection.execute(select(col(Regrade.day)).where(_came_out_different_since()).distinct())
    return Standing(
        stamp=_stamp(session),
        read_at=read_at,
        runs={number: day_of(created_at, zone) for number, created_at in runs if number is not None},
        last=session.exec(select(func.max(StoredAnalysis.run_number))).first(),
        regraded=tuple(day for (day,) in regraded),
    )


def analysis_is_due(database: Database) -> bool:
    """Whether a run is without verdicts, or answers graded again since the last analysis came out different."""
    with database.read() as session:
        waiting = select(Run.number).join(StoredAnalysis, isouter=True).where(has_concluded(), _is_not_analysed())
        its_time = or_(col(StoredAnalysis.run_number).is_(None), col(StoredAnalysis.not_before_s) < clock_s())
        if session.exec(waiting.limit(1)).first() is not None:
            # Where it met trouble, not at once again.
            return session.exec(waiting.where(its_time).limit(1)).first() is not None
        if session.exec(select(Regrade.id).where(col(Regrade.state).in_(REGRADE_OPEN)).limit(1)).first() is not None:
            return False
        return session.exec(select(Regrade.id).where(_came_out_different_since()).limit(1)).first() is not None


def take_stamp(session: Session, standing: Standing) -> bool:
    """Let whoever read last write: False where somebody has written since, and what was read is not all there is."""
    lock_numbering(session)
    return _stamp(session) == standing.stamp


def note_analysed(session: Session, runs: Iterable[int], *, asks: bool, read_at: datetime) -> None:
    """Note that what follows from these runs is written."""
    for row in _rows(session, runs, asks=asks):
        row.trouble, row.not_before_s, row.made_at = None, 0.0, read_at


def note_not_analysed(session: Session, runs: Iterable[int], *, asks: bool, trouble: str) -> None:
    """Note why runs have no verdicts; it will be tried again, after a while that grows."""
    clock = session.exec(select(clock_s())).one()
    for row in _rows(session, runs, asks=asks):
        row.trouble = trouble
        row.not_before_s = clock + min(_FIRST_WAIT_S * 2.0 ** (row.times - 1), _LONGEST_WAIT_S)


def troubles(session: Session) -> dict[int, str]:
    """Runs whose analysis met trouble, with the trouble."""
    rows = (
        select(StoredAnalysis).where(col(StoredAnalysis.trouble).is_not(None)).order_by(col(StoredAnalysis.run_number))
    )
    return {row.run_number: row.trouble or "" for row in session.exec(rows)}


def _rows(session: Session, runs: Iterable[int], *, asks: bool) -> list[StoredAnalysis]:
    rows = []
    for number in sorted(runs):
        row = session.get(StoredAnalysis, number) or StoredAnalysis(
            run_number=number, analysis_version=ANALYSIS_VERSION, asks=asks
        )
        row.analysis_version, row.asks, row.times = ANALYSIS_VERSION, asks, row.times + 1
        session.add(row)
        rows.append(row)
    return rows


def _stamp(session: Session) -> int:
    return session.exec(select(func.coalesce(func.sum(StoredAnalysis.times), 0))).one()


def _is_not_analysed() -> ColumnElement[bool]:
    return or_(col(StoredAnalysis.run_number).is_(None), col(StoredAnalysis.trouble).is_not(None))


def _came_out_different_since() -> ColumnElement[bool]:
    last = select(func.max(StoredAnalysis.made_at)).scalar_subquery()
    return and_(
        col(Regrade.state) == RegradeState.GRADED,
        # As numbers: 100 and 100.00 are one score.
        cast(col(Regrade.score_now), Numeric) != cast(col(Regrade.score_before), Numeric),
        col(Regrade.made_at) >= last,
    )
