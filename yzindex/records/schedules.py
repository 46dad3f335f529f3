"""Scheduled runs in the rows: which date has its run, and since when the workers know the schedule."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, select

from yzindex.days import day_of
from yzindex.records.runs import lock_numbering
from yzindex.records.states import RunKind
from yzindex.records.tables import Run, StoredSchedule
from yzindex.schedule import Schedule, Today, today_stands

_DUE = frozenset({Today.DUE, Today.HELD_UP})


@dataclass(frozen=True, kw_only=True)
class Told:
    """What the workers know of a schedule."""

    #: When they were first told of it, as it is.
    at: datetime
    trouble: str | None
    #: The date whose run it keeps from being ordered.
    trouble_on: date | None

    def trouble_of(self, day: date) -> str | None:
        return self.trouble if self.trouble_on == day else None


def find_scheduled(session: Session, kind: RunKind, day: date) -> int | None:
    """Find the run of a date."""
    return session.exec(select(Run.number).where(Run.kind == kind, Run.scheduled_for == day)).first()


def told(session: Session, kind: RunKind, schedule: Schedule) -> Told | None:
    """Read what the workers know of a schedule; None where they know another one or none."""
    stored = session.get(StoredSchedule, kind)
    if stored is None or not _is_of(stored, schedule):
        return None
    return Told(at=stored.told_at, trouble=stored.trouble, trouble_on=stored.trouble_on)


def tell(session: Session, kind: RunKind, schedule: Schedule | None, moment: datetime) -> bool:
    """Let the workers know the schedule from a moment on, None where there is none any more; return whether it is news.

    A schedule that they have known from a later moment was told by a clock that has been put back since.
    """
    lock_numbering(session)
    if not is_news(session, kind, schedule, moment):
        return False
    if schedule is None:
        session.delete(session.get_one(StoredSchedule, kind))
    else:
        at, timezone = _written(schedule)
        session.merge(
            StoredSchedule(kind=kind, at=at, timezone=timezone, told_at=moment, trouble=None, trouble_on=None)
        )
    return True


def is_news(session: Session, kind: RunKind, schedule: Schedule | None, moment: datetime) -> bool:
    """Say whether a schedule is another than the one that the workers know."""
    stored = session.get(StoredSchedule, kind)
    if stored is None or schedule is None:
        return (stored is None) != (schedule is None)
    return not _is_of(stored, schedule) or stored.told_at > moment


def due_on(session: Session, kind: RunKind, schedule: Schedule, moment: datetime) -> date | None:
    """Give the date whose run is to be ordered at a moment: it is due, and there is none."""
    return day_of(moment, schedule.zone) if stands(session, kind, schedule, moment) in _DUE else None


def stands(session: Session, kind: RunKind, schedule: Schedule, moment: datetime) -> Today:
    """Say how it stands with the run of the date on which a moment falls."""
    day = day_of(moment, schedule.zone)
    known = told(session, kind, schedule)
    return today_stands(
        schedule,
        moment,
        told_at=None if known is None else known.at,
        is_ordered=find_scheduled(session, kind, day) is not None,
        is_held_up=known is not None and known.trouble_of(day) is not None,
    )


def note_trouble(session: Session, kind: RunKind, day: date, trouble: str) -> bool:
    """Note what keeps the run of a date from being ordered; return whether it is news."""
    stored = session.get(StoredSchedule, kind, with_for_update=True)
    if stored is None or (stored.trouble, stored.trouble_on) == (trouble, day):
        return False
    stored.trouble, stored.trouble_on = trouble, day
    session.add(stored)
    return True


def end_trouble(session: Session, kind: RunKind) -> None:
    stored = session.get(StoredSchedule, kind)
    if stored is not None:
        stored.trouble = stored.trouble_on = None
        session.add(stored)


def _is_of(stored: StoredSchedule, schedule: Schedule) -> bool:
    return (stored.at, stored.timezone) == _written(schedule)


def _written(schedule: Schedule) -> tuple[str, str]:
    return f"{schedule.at:%H:%M}", schedule.zone.key
