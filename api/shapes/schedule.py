"""What is done every day: the daily run with today's, and the hour at which stored answers are graded again."""

from datetime import date, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import Field, PlainSerializer

from api.shapes.runs import EstimateBody
from api.shapes.values import Body
from yzindex.ordering import DAILY
from yzindex.records.schedule_view import ScheduledDay, ScheduledRun, ScheduleView
from yzindex.records.states import RunKind, RunStatus
from yzindex.schedule import THERMOMETER_AT, Schedule, Today

#: ISO 8601 with the configured zone's offset on that date, such as 2026-11-23T03:00:00+01:00.
LocalMoment = Annotated[datetime, PlainSerializer(lambda moment: moment.isoformat(timespec="seconds"), return_type=str)]

_BECAUSE = {
    Today.OFF: "YZ_DAILY_RUN is false",
    Today.DUE: "its time has passed; the next sweep orders it",
    Today.MISSED: "its time had passed when the workers came to know of this schedule; `yz run` asks now",
}


class ScheduledRunBody(Body):
    """The run of a date."""

    number: int
    status: RunStatus
    created_at: LocalMoment


class ScheduledDayBody(Body):
    """A date on which a daily run was ordered or due."""

    day: date
    run: ScheduledRunBody | None = Field(
        description="Null where none was ordered: a day that is over is not asked afterwards."
    )


class TodayBody(ScheduledDayBody):
    """How it stands with the run of today."""

    state: Today
    because: str = Field(description="Empty where the state says all.")
    due_at: LocalMoment | None = Field(description="Null where there is no daily run.")


class DailyRunBody(Body):
    """The run that is ordered every day by itself."""

    on: bool
    kind: RunKind
    at: str | None = Field(description="Time of day in the zone, such as 03:00; null where it is off.")
    next_at: LocalMoment | None
    estimate: EstimateBody | None = Field(
        description="What it would ask and cost if it were ordered now; null for the reason in `trouble`."
    )
    trouble: str | None = Field(description="Why it could not be ordered now.")


class ThermometerBody(Body):
    """When stored answers are graded again, so that a grader that moves is seen."""

    at: str
    next_at: LocalMoment


class ScheduleBody(Body):
    """What is done every day, and how it stands today."""

    timezone: str
    daily_run: DailyRunBody
    today: TodayBody
    thermometer: ThermometerBody
    recent: list[ScheduledDayBody] = Field(description="Up to seven dates before today, the newest first.")


def schedule_body(
    view: ScheduleView,
    schedule: Schedule | None,
    zone: ZoneInfo,
    moment: datetime,
    prospect: EstimateBody | str,
) -> ScheduleBody:
    """Give what is done every day; `prospect` is what the daily run would be now, or why it could not be ordered."""
    thermometer = Schedule(at=THERMOMETER_AT, zone=zone)
    return ScheduleBody(
        timezone=zone.key,
        daily_run=DailyRunBody(
            on=schedule is not None,
            kind=DAILY.kind,
            at=None if schedule is None else f"{schedule.at:%H:%M}",
            next_at=_local(view.next_at, zone),
            estimate=prospect if isinstance(prospect, EstimateBody) else None,
            trouble=prospect if isinstance(prospect, str) else None,
        ),
        today=TodayBody(
            day=view.today.day,
            run=_run(view.today.run, zone),
            state=view.stands,
            because=view.trouble or _BECAUSE.get(view.stands, ""),
            due_at=_local(view.due_at, zone),
        ),
        thermometer=ThermometerBody(
            at=f"{THERMOMETER_AT:%H:%M}", next_at=thermometer.next_after(moment).astimezone(zone)
        ),
        recent=[_day(each, zone) for each in view.recent],
    )


def _day(found: ScheduledDay, zone: ZoneInfo) -> ScheduledDayBody:
    return ScheduledDayBody(day=found.day, run=_run(found.run, zone))


def _run(run: ScheduledRun | None, zone: ZoneInfo) -> ScheduledRunBody | None:
    if run is None:
        return None
    return ScheduledRunBody(number=run.number, status=run.status, created_at=run.created_at.astimezone(zone))


def _local(moment: datetime | None, zone: ZoneInfo) -> datetime | None:
    return None if moment is None else moment.astimezone(zone)
