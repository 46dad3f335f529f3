"""One daily run for a date, on real databases: fired twice, late, at one moment, and what is never caught up."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from threading import Barrier

import pytest
import time_machine
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select, update

from tests import rows
from worker import daily
from worker.runtime import Runtime
from yzindex.bank.files import Bank
from yzindex.fleet import Fleet
from yzindex.ordering import RunOrder, order_run
from yzindex.records import interventions
from yzindex.records.database import Database
from yzindex.records.states import RunKind, RunStatus
from yzindex.records.tables import Run, StoredSchedule
from yzindex.settings import Settings

BANK = rows.small_bank(per_tier=1)
EMPTY = Bank(version="empty", questions=())
NOBODY = Fleet(providers=rows.FLEET.providers, models=())
DAY = date(2026, 11, 27)


def at(hour: int, minute: int = 0, *, days: int = 0) -> datetime:
    """A time in UTC, which is the zone unless a test says otherwise."""
    return datetime(2026, 11, 27, hour, minute, tzinfo=UTC) + timedelta(days=days)


def a_machine(database: Database, *, bank: Bank = BANK, fleet: Fleet = rows.FLEET, **settings: str | bool) -> Runtime:
    """A worker of these settings on this database."""
    runtime = Runtime(
        Settings.model_validate({"daily_run": True, "daily_run_at": "03:00", "timezone": "UTC"} | settings)
    )
    runtime.__dict__.update(database=database, bank=bank, fleet=fleet)
    return runtime


@pytest.fixture
def machine(database: Database) -> Runtime:
    """One that has known its schedule since the evening before."""
    machine = a_machine(database)
    sweep(machine, at(20, days=-1))
    return machine


@pytest.fixture(autouse=True)
def _still_clock() -> Iterator[None]:
    with time_machine.travel(at(0), tick=False):
        yield


def sweep(machine: Runtime, moment: datetime) -> int | None:
    """Have a worker look at that moment."""
    with time_machine.travel(moment, tick=False):
        return daily.order_today(machine)


def scheduled(database: Database) -> dict[date, int]:
    """Runs by the date that they are of."""
    with database.read() as session:
        found = session.exec(select(Run).where(col(Run.scheduled_for).is_not(None)).order_by(col(Run.number)))
        return {run.scheduled_for: run.number or 0 for run in found if run.scheduled_for is not None}


def runs(database: Database) -> list[Run]:
    with database.read() as session:
        return list(session.exec(select(Run).order_by(col(Run.number))))


def test_the_daily_run_asks_all_models_once_its_time_has_come_and_not_before(
    machine: Runtime, database: Database
) -> None:
    early, on_time, again = (sweep(machine, moment) for moment in (at(2, 59), at(3), at(3, 1)))

    (run,) = runs(database)
    assert (early, on_time, again) == (None, run.number, None)
    assert (run.kind, run.scheduled_for, run.created_at) == (RunKind.SMOKE, DAY, at(3))


def test_a_clock_that_is_put_back_over_the_hour_and_passes_it_again_orders_nothing_twice(
    machine: Runtime, database: Database
) -> None:
    for moment in (at(3), at(3), at(2, 10), at(3), at(0, 5), at(3, 30)):
        sweep(machine, moment)

    assert list(scheduled(database)) == [DAY]
    assert len(runs(database)) == 1


def test_a_stack_that_slept_over_the_hour_orders_the_run_when_it_wakes(machine: Runtime, database: Database) -> None:
    number = sweep(machine, at(9, 12))

    assert scheduled(database) == {DAY: number}
    assert runs(database)[0].created_at == at(9, 12)


def test_days_that_are_over_are_not_asked_afterwards(machine: Runtime, database: Database) -> None:
    sweep(machine, at(3))
    sweep(machine, at(12, days=4))
    sweep(machine, at(13, days=4))

    assert list(scheduled(database)) == [DAY, DAY + timedelta(days=4)]


def test_a_fresh_stack_waits_for_the_next_hour_before_it_spends_anything(database: Database) -> None:
    fresh = a_machine(database)

    at_once, in_the_evening, at_three = (sweep(fresh, moment) for moment in (at(12), at(23, 59), at(3, days=1)))

    assert (at_once, in_the_evening) == (None, None)
    assert scheduled(database) == {DAY + timedelta(days=1): at_three}


@pytest.mark.parametrize(("hour", "zone"), [("09:00", "UTC"), ("15:00", "Asia/Tokyo"), ("03:00", "Asia/Tokyo")])
def test_a_schedule_that_is_changed_does_not_catch_up_what_it_would_have_ordered(
    database: Database, hour: str, zone: str
) -> None:
    sweep(a_machine(database, daily_run_at="23:30"), at(20, days=-1))
    other = a_machine(database, timezone=zone, daily_run_at=hour)

    assert sweep(other, at(12)) is None
    assert sweep(other, at(14)) is None
    assert sweep(other, at(14, days=1)) is not None


def test_a_schedule_that_is_switched_off_and_on_again_does_not_catch_up_either(
    machine: Runtime, database: Database
) -> None:
    off = a_machine(database, daily_run=False)

    assert sweep(off, at(2)) is None
    assert sweep(off, at(4)) is None
    assert sweep(machine, at(12)) is None
    assert sweep(machine, at(3, days=1)) is not None


def test_a_schedule_that_was_told_by_a_clock_of_next_year_is_not_waited_for(database: Database) -> None:
    machine = a_machine(database)
    sweep(machine, at(12, days=400))

    sweep(machine, at(2))

    assert sweep(machine, at(3)) is not None


def test_a_run_that_was_cancelled_is_not_ordered_anew(machine: Runtime, database: Database) -> None:
    number = sweep(machine, at(3))
    assert number
    interventions.cancel_run(database, number)

    assert sweep(machine, at(3, 5)) is None
    assert [run.status for run in runs(database)] == [RunStatus.CANCELLED]


def test_a_run_that_somebody_orders_by_hand_is_not_the_days_and_stands_beside_it(
    machine: Runtime, database: Database
) -> None:
    with time_machine.travel(at(1), tick=False):
        by_hand = order_run(database, BANK, rows.FLEET, RunOrder()).number

    number = sweep(machine, at(3))

    first, second = runs(database)
    assert (first.number, first.scheduled_for) == (by_hand, None)
    assert (second.number, second.scheduled_for) == (number, DAY)
    assert second.seed == first.seed + 1


@pytest.mark.parametrize(
    ("broken", "says"),
    [({"fleet": NOBODY}, "the fleet has no models"), ({"bank": EMPTY}, "bank empty")],
)
def test_a_run_that_cannot_be_ordered_is_told_once_and_ordered_as_soon_as_it_can_be(
    machine: Runtime, database: Database, broken: dict[str, object], says: str, caplog: pytest.LogCaptureFixture
) -> None:
    other = a_machine(database, **broken)  # type: ignore[arg-type]

    assert [sweep(other, at(3, minute)) for minute in (0, 1, 2)] == [None, None, None]

    with database.read() as session:
        stored = session.exec(select(StoredSchedule)).one()
    assert stored.trouble_on == DAY
    assert says in (stored.trouble or "")
    assert runs(database) == []
    assert sweep(machine, at(3, 3)) is not None
    with database.read() as session:
        assert session.exec(select(StoredSchedule)).one().trouble is None


def test_two_machines_that_fire_at_one_moment_order_one_run(machine: Runtime, database: Database) -> None:
    others = [a_machine(database) for _ in range(8)]

    for day in range(3):
        barrier = Barrier(len(others))

        def fire(other: Runtime, barrier: Barrier = barrier) -> int | None:
            barrier.wait()
            return daily.order_today(other)

        with time_machine.travel(at(3, days=day), tick=False), ThreadPoolExecutor(len(others)) as pool:
            made = [number for number in pool.map(fire, others) if number is not None]

        assert len(made) == 1

    assert list(scheduled(database)) == [DAY + timedelta(days=day) for day in range(3)]
    assert len(runs(database)) == 3


def test_the_database_itself_refuses_a_second_run_of_a_date_and_only_that(machine: Runtime, database: Database) -> None:
    sweep(machine, at(3))
    other_kind = rows.submit(database, list(BANK.questions), kind=RunKind.FULL)
    by_hand = rows.submit(database, list(BANK.questions))

    def claim(number: int) -> None:
        with database.write() as session:
            session.exec(update(Run).where(col(Run.number) == number).values(scheduled_for=DAY))

    claim(other_kind)
    with pytest.raises(IntegrityError):
        claim(by_hand)


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        ("Europe/Berlin", date(2026, 3, 29)),
        ("Europe/Berlin", date(2026, 10, 25)),
        ("Europe/Helsinki", date(2026, 3, 29)),
        ("America/New_York", date(2026, 3, 8)),
        ("America/New_York", date(2026, 11, 1)),
        ("America/Sao_Paulo", date(2018, 11, 4)),
        ("Asia/Beirut", date(2026, 3, 29)),
        ("Asia/Beirut", date(2026, 10, 25)),
        ("Australia/Lord_Howe", date(2026, 10, 4)),
        ("Australia/Lord_Howe", date(2026, 4, 5)),
    ],
)
@pytest.mark.parametrize("hour", ["00:00", "02:15", "03:00"])
def test_a_night_in_which_the_clocks_are_changed_gives_one_run_for_each_date(
    database: Database, zone: str, day: date, hour: str
) -> None:
    machine = a_machine(database, timezone=zone, daily_run_at=hour)
    first = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(days=1, hours=12)

    for half_hours in range(2, 3 * 24 * 2):
        sweep(machine, first + timedelta(minutes=30 * half_hours))

    found = runs(database)
    assert {day - timedelta(days=1), day, day + timedelta(days=1)} >= {run.scheduled_for for run in found} >= {day}
    assert len({run.scheduled_for for run in found}) == len(found)
    # The analysis takes a run's day from when it was made.
    assert [run.created_at.astimezone(machine.settings.zone).date() for run in found] == [
        run.scheduled_for for run in found
    ]
