"""The daily run by the real Celery app: beat's own clock, the sweep behind it, and a worker on a real broker."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import time_machine
from celery.beat import ScheduleEntry, Scheduler
from redis import Redis
from sqlmodel import col, select

from tests import rows
from tests.integration.scripted_worker import LET_GO
from tests.integration.working import finished, send, until, working
from worker import tasks
from worker.app import app, make_app
from worker.runtime import Runtime
from yzindex import clock
from yzindex.ordering import DAILY
from yzindex.records.database import Database
from yzindex.records.schedules import tell
from yzindex.records.states import RunStatus
from yzindex.records.tables import Run
from yzindex.schedule import Schedule
from yzindex.settings import Settings

BANK = rows.small_bank(per_tier=1)
SWEEP_EVERY_S = 300


@pytest.fixture
def database(tmp_path: Path, empty_tables: Path) -> Iterator[Database]:
    file = tmp_path / "yz.sqlite3"
    shutil.copy(empty_tables, file)
    database = Database(f"sqlite:///{file}")
    yield database
    database.close()


class Beat(Scheduler):  # type: ignore[misc]  # celery has no types
    """Celery's own scheduler; instead of sending a message it runs the task that the message is for."""

    sent: list[str]

    def apply_async(self, entry: ScheduleEntry, producer: object = None, advance: bool = True, **_: object) -> None:
        self.sent.append(entry.name)
        if entry.name != "thermometer":
            app.tasks[entry.task].apply(throw=True)

    @property
    def producer(self) -> None:
        return None

    def run_due(self) -> None:
        """Do what is due now, as beat does until it may sleep."""
        while self.tick() == 0:
            pass


class Stack:
    """A beat and a worker of some settings, on a clock that only moves by hand."""

    def __init__(self, database: Database, monkeypatch: pytest.MonkeyPatch, **settings: str) -> None:
        given = {"database_url": str(database.engine.url), "sweep_every_s": SWEEP_EVERY_S} | settings
        self.settings = Settings.model_validate(given)
        self.runtime = Runtime(self.settings)
        self.runtime.__dict__.update(database=database, bank=BANK, fleet=rows.FLEET)
        self.dispatched: list[int] = []
        monkeypatch.setattr(tasks, "runtime", lambda: self.runtime)
        monkeypatch.setattr(tasks, "_SWEEP", (tasks._order_daily_run,))
        monkeypatch.setattr(tasks.dispatch, "delay", self.dispatched.append)

    def beat(self) -> Beat:
        """A beat that starts now, on a fresh schedule file."""
        own = make_app(self.settings)
        beat = Beat(own)
        beat.sent = []
        for name, entry in own.conf.beat_schedule.items():
            beat.schedule[name] = beat.Entry(**dict(entry, name=name, app=own))
        return beat


def dates(database: Database) -> list[date | None]:
    with database.read() as session:
        return [run.scheduled_for for run in session.exec(select(Run).order_by(col(Run.number)))]


@pytest.mark.parametrize(
    ("zone", "day", "hour"),
    [
        ("Europe/Berlin", date(2026, 3, 29), "03:00"),
        ("Europe/Berlin", date(2026, 10, 25), "02:30"),
        ("Europe/Helsinki", date(2026, 3, 29), "03:00"),
        ("Europe/Helsinki", date(2026, 10, 25), "03:00"),
        ("America/New_York", date(2026, 11, 1), "01:30"),
        ("Asia/Beirut", date(2026, 3, 29), "00:00"),
        ("Australia/Lord_Howe", date(2026, 10, 4), "02:15"),
    ],
)
def test_beat_orders_one_run_for_each_date_around_a_change_of_the_clocks(
    database: Database, monkeypatch: pytest.MonkeyPatch, zone: str, day: date, hour: str
) -> None:
    stack = Stack(database, monkeypatch, timezone=zone, daily_run_at=hour)
    start = datetime(day.year, day.month, day.day, 12, tzinfo=ZoneInfo(zone)).astimezone(UTC) - timedelta(days=2)

    with time_machine.travel(start, tick=False) as machine:
        beat = stack.beat()
        for _ in range(3 * 24 * 60 // 5):
            machine.shift(timedelta(minutes=5))
            beat.run_due()

    assert dates(database) == [day + timedelta(days=days) for days in (-1, 0, 1)]
    assert "daily-run" in beat.sent
    assert "sweep" in beat.sent
    assert stack.dispatched == [1, 2, 3]


def test_a_beat_that_fires_twice_and_a_clock_that_is_put_back_over_three_order_one_run(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack = Stack(database, monkeypatch)

    with time_machine.travel(datetime(2026, 11, 26, 12, tzinfo=UTC), tick=False) as machine:
        beat = stack.beat()
        machine.shift(timedelta(minutes=10))
        beat.run_due()
        for hour, minute in ((3, 0), (3, 0), (2, 30), (3, 5), (0, 5), (3, 10)):
            machine.move_to(datetime(2026, 11, 27, hour, minute, tzinfo=UTC))
            for other in (beat, stack.beat()):
                other.run_due()
            tasks.daily_run.apply(throw=True)
            tasks.sweep.apply(throw=True)

    assert dates(database) == [date(2026, 11, 27)]
    assert stack.dispatched == [1]


def test_a_beat_that_was_asleep_at_three_orders_the_run_when_it_wakes_and_none_of_the_days_before(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack = Stack(database, monkeypatch)

    with time_machine.travel(datetime(2026, 11, 26, 12, tzinfo=UTC), tick=False) as machine:
        beat = stack.beat()
        machine.shift(timedelta(minutes=10))
        beat.run_due()
        machine.move_to(datetime(2026, 11, 29, 9, tzinfo=UTC))
        beat.run_due()

    assert dates(database) == [date(2026, 11, 29)]


def test_a_stack_that_starts_at_nine_with_an_empty_schedule_file_catches_up_by_the_sweep(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack = Stack(database, monkeypatch)
    with time_machine.travel(datetime(2026, 11, 26, 12, tzinfo=UTC), tick=False):
        tasks.sweep.apply(throw=True)

    with time_machine.travel(datetime(2026, 11, 27, 9, tzinfo=UTC), tick=False) as machine:
        beat = stack.beat()
        machine.shift(timedelta(seconds=SWEEP_EVERY_S))
        beat.run_due()

    assert "daily-run" not in beat.sent
    assert dates(database) == [date(2026, 11, 27)]


def test_a_daily_run_that_cannot_be_ordered_ends_neither_beat_nor_the_sweep(
    database: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    stack = Stack(database, monkeypatch, daily_run_at="00:00", bank_dir=str(tmp_path / "no-bank"))
    del stack.runtime.__dict__["bank"]
    with time_machine.travel(datetime(2026, 11, 26, 12, tzinfo=UTC), tick=False):
        tasks.sweep.apply(throw=True)
    steps: list[str] = []
    monkeypatch.setattr(tasks, "_SWEEP", (*tasks._SWEEP, lambda: steps.append("after")))

    with time_machine.travel(datetime(2026, 11, 27, 9, tzinfo=UTC), tick=False):
        tasks.sweep.apply(throw=True)
        tasks.daily_run.apply(throw=True)

    assert steps == ["after"]
    assert dates(database) == []
    stack.runtime.__dict__["bank"] = BANK
    with time_machine.travel(datetime(2026, 11, 27, 9, 1, tzinfo=UTC), tick=False):
        tasks.sweep.apply(throw=True)
    assert dates(database) == [date(2026, 11, 27)]


def test_switched_off_beat_has_no_daily_run_and_the_sweep_orders_none(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack = Stack(database, monkeypatch, daily_run="false")

    with time_machine.travel(datetime(2026, 11, 26, 12, tzinfo=UTC), tick=False) as machine:
        beat = stack.beat()
        machine.move_to(datetime(2026, 11, 28, 12, tzinfo=UTC))
        beat.run_due()

    assert beat.sent
    assert "daily-run" not in beat.sent
    assert dates(database) == []


def zone_at_noon() -> ZoneInfo:
    """One in which it is about noon, so that no midnight passes during a test."""
    ahead = 12 - clock.now().hour
    return ZoneInfo(f"Etc/GMT{-ahead:+d}" if ahead else "UTC")


def test_a_real_worker_that_is_swept_and_told_many_times_orders_the_days_run_once_and_starts_it(
    database: Database, redis: Redis, valkey_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    zone = zone_at_noon()
    schedule = Schedule(at=time(3), zone=zone)
    with database.write() as session:
        tell(session, DAILY.kind, schedule, clock.now() - timedelta(days=2))
    monkeypatch.setenv("YZ_TIMEZONE", zone.key)
    for _ in range(4):
        send(valkey_url, "yz.sweep")
        send(valkey_url, "yz.daily_run")
    redis.rpush(LET_GO, "1")

    with working(database, valkey_url, tmp_path):
        until(lambda: finished(redis).count("yz.sweep") == 4, "all sweeps")
        until(lambda: finished(redis).count("yz.daily_run") == 4, "all that beat may have sent")
        until(lambda: _status(database) is not RunStatus.PENDING, "the run started")

    assert dates(database) == [clock.now().astimezone(zone).date()]


def _status(database: Database) -> RunStatus:
    with database.read() as session:
        return session.exec(select(Run)).one().status
