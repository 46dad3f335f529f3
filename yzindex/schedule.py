"""When the daily run is due: one moment for every date of a zone, whatever the zone does to its clocks. No I/O."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from yzindex.days import day_of

#: When stored answers are graded again; before the daily run, whose analysis asks what the graders do today.
THERMOMETER_AT = time(2)
#: A zone has skipped one date, never two.
_DAYS_LOOKED_AHEAD = 4


class Today(StrEnum):
    """How it stands with today's run."""

    #: There is no daily run.
    OFF = "off"
    NOT_YET = "not yet"
    #: Its time has passed; the next sweep orders it.
    DUE = "due"
    #: Its time has passed and it cannot be ordered; every sweep tries again.
    HELD_UP = "held up"
    #: Its time had passed when the workers were told of this schedule; it is not caught up.
    MISSED = "missed"
    #: Ordered, whatever became of it since.
    ORDERED = "ordered"


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """A time of day in a zone."""

    at: time
    zone: ZoneInfo

    def moment_on(self, day: date) -> datetime | None:
        """Give the moment of a date, in UTC; None on a date that the zone skipped.

        Of a time that comes twice it is the first. A time that does not come is as much later as the clocks were put
        forward by, or where that is another date as much earlier.

        >>> berlin = Schedule(at=time(2, 30), zone=ZoneInfo("Europe/Berlin"))
        >>> berlin.moment_on(date(2026, 3, 29)).astimezone(berlin.zone).isoformat()
        '2026-03-29T03:30:00+02:00'
        """
        wall = datetime.combine(day, self.at, tzinfo=self.zone)
        # In UTC, for two moments in one zone are compared without their offsets.
        moments = (wall.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
        return next((moment for moment in moments if day_of(moment, self.zone) == day), None)

    def next_after(self, moment: datetime) -> datetime:
        """Give the first moment of the schedule that is later than this one, in UTC."""
        return min(each for each in self._around(moment) if each > moment.astimezone(UTC))

    def has_come(self, moment: datetime) -> date | None:
        """Give the date on which an aware moment falls, if the schedule's moment of that date has come."""
        day = day_of(moment, self.zone)
        own = self.moment_on(day)
        return day if own is not None and own <= moment.astimezone(UTC) else None

    def _around(self, moment: datetime) -> Iterator[datetime]:
        today = day_of(moment, self.zone)
        for days in range(_DAYS_LOOKED_AHEAD):
            own = self.moment_on(today + timedelta(days=days))
            if own is not None:
                yield own


def today_stands(
    schedule: Schedule | None, moment: datetime, *, told_at: datetime | None, is_ordered: bool, is_held_up: bool
) -> Today:
    """Say how it stands with the run of the date on which a moment falls.

    `told_at` is when the workers were first told of this schedule, None if they were not yet. What was due before is
    not caught up: nobody who has just set it up meant to pay for a run at once.
    """
    if is_ordered:
        return Today.ORDERED
    if schedule is None:
        return Today.OFF
    day = schedule.has_come(moment)
    due_at = None if day is None else schedule.moment_on(day)
    if due_at is None:
        return Today.NOT_YET
    if told_at is None or told_at > due_at:
        return Today.MISSED
    return Today.HELD_UP if is_held_up else Today.DUE


def check_time_of_day(text: str) -> str:
    """Give back a time of day as HH:MM; raise `ValueError` saying what it needs."""
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", text, re.ASCII):
        raise ValueError("needs a time of day from 00:00 to 23:59, such as 03:00")
    return text
