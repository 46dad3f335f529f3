"""The daily runs as they are read: how it stands with today's, and the dates before with their runs."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from yzindex.days import day_of
from yzindex.records.database import Database
from yzindex.records.schedules import told
from yzindex.records.states import RunKind, RunStatus
from yzindex.records.tables import Run
from yzindex.schedule import Schedule, Today, today_stands

#: Dates before today that are shown.
_SHOWN_DAYS = 7


@dataclass(frozen=True, kw_only=True)
class ScheduledRun:
    """The run of a date."""

    number: int
    status: RunStatus
    created_at: datetime


@dataclass(frozen=True, kw_only=True)
class ScheduledDay:
    """A date, with its run; None where the stack was away on that date, or could not order it."""

    day: date
    run: ScheduledRun | None


@dataclass(frozen=True, kw_only=True)
class ScheduleView:
    """The daily run at one moment."""

    today: ScheduledDay
    stands: Today
    #: Today's moment and the next one; None where there is no daily run.
    due_at: datetime | None
    next_at: datetime | None
    #: What keeps today's run from being ordered.
    trouble: str | None
    #: Earlier dates on which a run was ordered or due, the newest first.
    recent: tuple[ScheduledDay, ...]


def schedule_view(
    database: Database, kind: RunKind, schedule: Schedule | None, zone: ZoneInfo, moment: datetime
) -> ScheduleView:
    """Read how it stands with the runs of a kind; without a schedule the zone says which date it is."""
    day = day_of(moment, zone)
    with database.read() as session:
        runs = _runs_since(session, kind, day - timedelta(days=_SHOWN_DAYS))
        known = None if schedule is None else told(session, kind, schedule)
    told_at = None if known is None else known.at
    trouble = None if known is None else known.trouble_of(day)
    stands = today_stands(schedule, moment, told_at=told_at, is_ordered=day in runs, is_held_up=trouble is not None)
    before = (day - timedelta(days=days) for days in range(1, _SHOWN_DAYS + 1))
    return ScheduleView(
        today=ScheduledDay(day=day, run=runs.get(day)),
        stands=stands,
        due_at=None if schedule is None else schedule.moment_on(day),
        next_at=None if schedule is None else schedule.next_after(moment),
        trouble=trouble if stands is Today.HELD_UP else None,
        recent=tuple(
            ScheduledDay(day=each, run=runs.get(each))
            for each in before
            if each in runs or _was_due(schedule, each, told_at)
        ),
    )


def _was_due(schedule: Schedule | None, day: date, told_at: datetime | None) -> bool:
    due_at = None if schedule is None else schedule.moment_on(day)
    return due_at is not None and told_at is not None and told_at <= due_at


def _runs_since(session: Session, kind: RunKind, first: date) -> dict[date, ScheduledRun]:
    found = session.exec(select(Run).where(Run.kind == kind, col(Run.scheduled_for) >= first))
    return {
        run.scheduled_for: ScheduledRun(number=run.number, status=run.status, created_at=run.created_at)
        for run in found
        if run.scheduled_for is not None and run.number is not None
    }
