"""Days in the zone of whoever runs the index: a run belongs to one day, wherever its workers are."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from yzindex import clock
from yzindex.wording import did_you_mean


def check_zone(name: str) -> str:
    """Give back the IANA name of a time zone; raise `ValueError` saying what it needs."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:  # OSError for a name that is a folder, or too long
        hint = did_you_mean(name, available_timezones())
        raise ValueError(f"needs the IANA name of a time zone, such as Europe/Berlin{hint}") from error
    return name


def day_of(moment: datetime, zone: ZoneInfo) -> date:
    """Give the day on which an aware moment falls in a zone.

    >>> day_of(datetime.fromisoformat("2026-11-20T23:30+00:00"), ZoneInfo("Europe/Berlin"))
    datetime.date(2026, 11, 21)
    """
    return moment.astimezone(zone).date()


def today(zone: ZoneInfo) -> date:
    return day_of(clock.now(), zone)


def beginning_of(day: date, zone: ZoneInfo) -> datetime:
    """Give the first moment of a day in a zone."""
    return datetime.combine(day, time.min, tzinfo=zone)
