"""When the daily run is due: one moment for every date, on that date, in every zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from yzindex.days import day_of
from yzindex.schedule import Schedule, Today, check_time_of_day, today_stands

#: Dates that a zone left out when it changed sides of the date line.
SKIPPED = {
    ("Pacific/Apia", date(2011, 12, 30)),
    ("Pacific/Fakaofo", date(2011, 12, 30)),
    ("Pacific/Kiritimati", date(1994, 12, 31)),
    ("Pacific/Enderbury", date(1994, 12, 31)),
    ("Pacific/Kanton", date(1994, 12, 31)),
    ("Pacific/Kwajalein", date(1993, 8, 21)),
    ("Kwajalein", date(1993, 8, 21)),
}
#: Each with a date on which its clocks are changed: at night, at midnight, by half an hour, over a whole day.
CHANGES = [
    ("Europe/Berlin", date(2026, 3, 29)),
    ("Europe/Berlin", date(2026, 10, 25)),
    ("Europe/Helsinki", date(2026, 3, 29)),
    ("Europe/Helsinki", date(2026, 10, 25)),
    ("America/New_York", date(2026, 3, 8)),
    ("America/New_York", date(2026, 11, 1)),
    ("America/Sao_Paulo", date(2018, 11, 4)),
    ("America/Sao_Paulo", date(2018, 2, 18)),
    ("Asia/Beirut", date(2026, 3, 29)),
    ("Asia/Beirut", date(2026, 10, 25)),
    ("Australia/Lord_Howe", date(2026, 10, 4)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),
    ("America/Nuuk", date(2026, 3, 28)),
    ("America/St_Johns", date(2010, 11, 7)),
    ("Pacific/Apia", date(2011, 12, 30)),
]

zones = st.sampled_from(sorted(available_timezones())).map(ZoneInfo)
days = st.dates(date(1990, 1, 1), date(2040, 12, 31))
times = st.times().map(lambda at: at.replace(second=0, microsecond=0))


def berlin(at: time = time(3)) -> Schedule:
    return Schedule(at=at, zone=ZoneInfo("Europe/Berlin"))


def check_date(schedule: Schedule, day: date) -> None:
    moment = schedule.moment_on(day)

    if moment is None:
        assert (schedule.zone.key, day) in SKIPPED
        return
    assert day_of(moment, schedule.zone) == day
    assert schedule.has_come(moment - timedelta(microseconds=1)) != day
    assert schedule.has_come(moment) == day
    assert schedule.next_after(moment - timedelta(microseconds=1)) == moment
    assert schedule.next_after(moment) > moment


@given(zone=zones, day=days, at=times)
@example(zone=ZoneInfo("Europe/Helsinki"), day=date(2026, 3, 29), at=time(3))
@example(zone=ZoneInfo("America/Nuuk"), day=date(2026, 3, 28), at=time(23, 30))
def test_every_date_of_every_zone_has_one_moment_and_it_lies_on_that_date(zone: ZoneInfo, day: date, at: time) -> None:
    check_date(Schedule(at=at, zone=zone), day)


@pytest.mark.parametrize(("zone", "day"), CHANGES)
def test_around_a_change_of_the_clocks_every_date_has_its_moment_at_any_time_of_day(zone: str, day: date) -> None:
    for minutes in range(0, 24 * 60, 15):
        schedule = Schedule(at=time(minutes // 60, minutes % 60), zone=ZoneInfo(zone))
        for offset in (-1, 0, 1):
            check_date(schedule, day + timedelta(days=offset))


@pytest.mark.parametrize(("zone", "day"), CHANGES)
@pytest.mark.parametrize("at", [time(0), time(0, 30), time(2, 30), time(3), time(23, 30)])
def test_a_clock_that_is_looked_at_every_minute_over_a_change_finds_each_date_due_once(
    zone: str, day: date, at: time
) -> None:
    schedule = Schedule(at=at, zone=ZoneInfo(zone))
    first = datetime.combine(day - timedelta(days=1), time(12), tzinfo=UTC)
    looks = [first + timedelta(minutes=minute) for minute in range(48 * 60)]

    # Who looks orders the run of a date that has none yet.
    ordered: list[date] = []
    for moment in looks:
        come = schedule.has_come(moment)
        if come is not None and come not in ordered:
            ordered.append(come)

    passed = {day_of(moment, schedule.zone) for moment in looks}
    assert ordered == sorted(ordered)
    assert set(ordered) >= passed - {min(passed), max(passed)}


@given(zone=zones, day=days, of_day=st.times(), at=times)
def test_the_next_moments_are_those_of_the_following_dates_one_each(
    zone: ZoneInfo, day: date, of_day: time, at: time
) -> None:
    schedule = Schedule(at=at, zone=zone)
    moment = datetime.combine(day, of_day, tzinfo=UTC)

    found = []
    for _ in range(5):
        moment = schedule.next_after(moment)
        found.append(day_of(moment, zone))

    dates = (found[0] + timedelta(days=number) for number in range(6))
    assert found == [each for each in dates if (zone.key, each) not in SKIPPED][:5]


@pytest.mark.parametrize(
    ("zone", "day", "at", "utc"),
    [
        # The clocks go from two to three: three is there once.
        ("Europe/Berlin", "2026-03-29", "03:00", "2026-03-29T01:00"),
        # Three is two hours away from midnight, and four on the night back, where it comes once.
        ("Europe/Berlin", "2026-10-25", "03:00", "2026-10-25T02:00"),
        # From three to four: three does not come.
        ("Europe/Helsinki", "2026-03-29", "03:00", "2026-03-29T01:00"),
        # From four to three: three comes twice, and the first counts.
        ("Europe/Helsinki", "2026-10-25", "03:00", "2026-10-25T00:00"),
        ("America/New_York", "2026-11-01", "01:30", "2026-11-01T05:30"),
        ("America/Sao_Paulo", "2018-11-04", "00:00", "2018-11-04T03:00"),
        ("Australia/Lord_Howe", "2026-10-04", "02:15", "2026-10-03T15:45"),
        # The last hour of that day does not come: it is an hour earlier, not on the next date.
        ("America/Nuuk", "2026-03-28", "23:30", "2026-03-29T00:30"),
    ],
)
def test_a_time_that_is_skipped_or_comes_twice_has_the_moment_that_is_documented(
    zone: str, day: str, at: str, utc: str
) -> None:
    schedule = Schedule(at=time.fromisoformat(at), zone=ZoneInfo(zone))

    assert schedule.moment_on(date.fromisoformat(day)) == datetime.fromisoformat(utc).replace(tzinfo=UTC)


BEFORE, DUE, AFTER = (datetime(2026, 11, 27, hour, tzinfo=UTC) for hour in (1, 2, 11))


@pytest.mark.parametrize(
    ("moment", "told_at", "is_ordered", "is_held_up", "stands"),
    [
        (BEFORE, None, False, False, Today.NOT_YET),
        (BEFORE, BEFORE, False, False, Today.NOT_YET),
        (DUE, BEFORE, False, False, Today.DUE),
        (AFTER, DUE, False, False, Today.DUE),
        (AFTER, DUE + timedelta(seconds=1), False, False, Today.MISSED),
        (AFTER, None, False, False, Today.MISSED),
        (AFTER, BEFORE, False, True, Today.HELD_UP),
        (AFTER, AFTER, False, True, Today.MISSED),
        (AFTER, AFTER, True, True, Today.ORDERED),
        (BEFORE, BEFORE, True, False, Today.ORDERED),
    ],
)
def test_todays_run_is_due_only_if_the_schedule_was_known_when_its_time_came(
    moment: datetime, told_at: datetime | None, is_ordered: bool, is_held_up: bool, stands: Today
) -> None:
    found = today_stands(berlin(), moment, told_at=told_at, is_ordered=is_ordered, is_held_up=is_held_up)

    assert found is stands


@pytest.mark.parametrize(("is_ordered", "stands"), [(False, Today.OFF), (True, Today.ORDERED)])
def test_without_a_schedule_nothing_is_due_and_a_run_that_was_ordered_stays(is_ordered: bool, stands: Today) -> None:
    assert today_stands(None, AFTER, told_at=None, is_ordered=is_ordered, is_held_up=False) is stands


@pytest.mark.parametrize("text", ["3:00", "24:00", "03:60", "03:00:00", "0300", "03:00 ", "three", "\u0660\u0663:00"])
def test_what_is_no_time_of_day_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="needs a time of day from 00:00 to 23:59, such as 03:00"):
        check_time_of_day(text)
