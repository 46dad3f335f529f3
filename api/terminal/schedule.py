"""The schedule as people read it."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from rich.console import Group, RenderableType
from rich.text import Text

from api.shapes.schedule import DailyRunBody, ScheduleBody, ScheduledDayBody, TodayBody
from api.terminal.layout import NONE, new_table, texts
from api.terminal.tables import estimate_lines


def schedule_text(schedule: ScheduleBody) -> RenderableType:
    """Show what is done every day, how it stands today, and the dates before."""
    thermometer = schedule.thermometer
    lines = [
        *_daily_lines(schedule.daily_run, schedule.timezone),
        _today_line(schedule.today),
        f"Thermometer: every day at {thermometer.at} {schedule.timezone} · next {_shown(thermometer.next_at)}",
    ]
    shown = [Text(line) for line in lines]
    return Group(*shown, _days_table(schedule.recent)) if schedule.recent else Group(*shown)


def _days_table(days: Sequence[ScheduledDayBody]) -> RenderableType:
    table = new_table("", ("date", "run", "status", "ordered"))
    for each in days:
        if each.run is None:
            table.add_row(*texts(each.day, NONE, "not ordered", NONE))
        else:
            table.add_row(*texts(each.day, f"#{each.run.number}", each.run.status, _shown(each.run.created_at)))
    return table


def _daily_lines(daily: DailyRunBody, timezone: str) -> Iterator[str]:
    if daily.next_at is None:
        yield "Daily run: off"
    else:
        yield f"Daily run: every day at {daily.at} {timezone} · next {_shown(daily.next_at)}"
    if daily.estimate is not None:
        yield from (f"  {line}" for line in estimate_lines(daily.estimate, in_full=False))
    if daily.trouble is not None:
        yield f"  cannot be ordered now: {daily.trouble}"


def _today_line(today: TodayBody) -> str:
    because = f": {today.because}" if today.because else ""
    if today.run is None:
        return f"Today, {today.day.isoformat()}: {today.state}{because}"
    return f"Today, {today.day.isoformat()}: {today.state} as Run #{today.run.number}, {today.run.status}"


def _shown(moment: datetime) -> str:
    return moment.isoformat(sep=" ", timespec="minutes")
