"""GET /v1/schedule: the next daily run, today's, and the dates before."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from starlette.testclient import TestClient

from api.app import create_app
from tests.rows import FLEET, small_bank
from tests.unit.api.conftest import NotingBroker
from yzindex.bank.files import Bank
from yzindex.fleet import Fleet
from yzindex.ordering import DAILY, order_daily_run
from yzindex.records.database import Database
from yzindex.records.schedules import note_trouble, tell
from yzindex.schedule import Schedule
from yzindex.settings import Settings

BERLIN = ZoneInfo("Europe/Berlin")
SATURDAY = date(2026, 10, 24)


def at(hour: int, *, days: int = 0) -> datetime:
    """A time of the Saturday before the change to winter time, or of another day."""
    return datetime(2026, 10, 24, hour, tzinfo=BERLIN) + timedelta(days=days)


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"timezone": "Europe/Berlin"})


@pytest.fixture
def schedule(settings: Settings, database: Database) -> Schedule:
    """Known to the workers for a week."""
    found = settings.schedule
    assert found
    with database.write() as session:
        tell(session, DAILY.kind, found, at(12, days=-3))
    return found


@pytest.fixture(autouse=True)
def _saturday() -> Iterator[None]:
    with time_machine.travel(at(9), tick=False):
        yield


def read(api: TestClient) -> dict[str, Any]:
    response = api.get("/v1/schedule")
    assert response.status_code == 200
    found = response.json()
    assert isinstance(found, dict)
    return found


def order(database: Database, schedule: Schedule, moment: datetime) -> int:
    with time_machine.travel(moment, tick=False):
        ordered = order_daily_run(database, small_bank(), FLEET, schedule)
    assert ordered
    return ordered.number


def served(settings: Settings, *, bank: Bank | None = None, fleet: Fleet = FLEET) -> dict[str, Any]:
    """What another API on the same database says."""
    with TestClient(create_app(settings, bank=bank or small_bank(), fleet=fleet, broker=NotingBroker())) as api:
        return read(api)


def test_the_next_run_has_the_offset_of_its_own_date_and_says_what_it_asks(api: TestClient, schedule: Schedule) -> None:
    found = read(api)

    daily = found["daily_run"]
    assert (daily["on"], daily["kind"], daily["at"]) == (True, "smoke", "03:00")
    # In the night between, the clocks are put back.
    assert daily["next_at"] == "2026-10-25T03:00:00+01:00"
    assert found["today"]["due_at"] == "2026-10-24T03:00:00+02:00"
    assert len(daily["estimate"]["questions"]) == 10
    assert [each["model"] for each in daily["estimate"]["models"]] == ["sim/agate", "sim/opal"]
    assert daily["estimate"]["models"][0]["simulated"] is True
    assert found["thermometer"] == {"at": "02:00", "next_at": "2026-10-25T02:00:00+02:00"}


def test_todays_run_is_told_with_its_status_and_the_dates_before_with_theirs(
    api: TestClient, database: Database, schedule: Schedule
) -> None:
    first, second = (order(database, schedule, at(3, days=days)) for days in (-2, 0))
    api.delete(f"/v1/runs/{second}")

    found = read(api)

    assert (found["today"]["state"], found["today"]["because"]) == ("ordered", "")
    assert (found["today"]["run"]["number"], found["today"]["run"]["status"]) == (second, "cancelled")
    # The schedule is known since the day before these two.
    assert [(each["day"], each["run"] and each["run"]["number"]) for each in found["recent"]] == [
        ("2026-10-23", None),
        ("2026-10-22", first),
    ]
    assert found["recent"][1]["run"]["created_at"] == "2026-10-22T03:00:00+02:00"


def test_before_its_time_todays_run_is_not_there_yet(api: TestClient, schedule: Schedule) -> None:
    with time_machine.travel(at(2), tick=False):
        found = read(api)

    assert (found["today"]["state"], found["today"]["run"]) == ("not yet", None)
    assert found["daily_run"]["next_at"] == "2026-10-24T03:00:00+02:00"


def test_a_run_whose_time_has_passed_is_due(api: TestClient, schedule: Schedule) -> None:
    assert read(api)["today"]["state"] == "due"


def test_on_the_day_on_which_the_schedule_became_known_the_run_is_missed_and_why_is_said(api: TestClient) -> None:
    today = read(api)["today"]

    assert today["state"] == "missed"
    assert "when the workers came to know of this schedule" in today["because"]


def test_what_keeps_todays_run_from_being_ordered_is_told_until_the_day_is_over(
    api: TestClient, database: Database, schedule: Schedule
) -> None:
    with database.write() as session:
        note_trouble(session, DAILY.kind, SATURDAY, "the bank is gone")

    today = read(api)["today"]
    with time_machine.travel(at(9, days=1), tick=False):
        tomorrow = read(api)["today"]

    assert (today["state"], today["because"]) == ("held up", "the bank is gone")
    assert tomorrow["state"] == "due"


@pytest.mark.parametrize(
    ("bank", "fleet"),
    [(Bank(version="empty", questions=()), FLEET), (small_bank(), Fleet(providers=FLEET.providers, models=()))],
)
def test_a_run_that_could_not_be_ordered_has_its_reason_for_an_estimate(
    settings: Settings, database: Database, bank: Bank, fleet: Fleet
) -> None:
    daily = served(settings, bank=bank, fleet=fleet)["daily_run"]

    assert daily["estimate"] is None
    assert daily["trouble"]
    assert daily["next_at"] is not None


def test_a_schedule_that_is_off_has_no_next_run_and_keeps_what_was_ordered(
    settings: Settings, database: Database, schedule: Schedule
) -> None:
    number = order(database, schedule, at(3, days=-1))

    found = served(settings.model_copy(update={"daily_run": False}))

    assert (found["daily_run"]["on"], found["daily_run"]["next_at"], found["today"]["state"]) == (False, None, "off")
    assert [each["run"]["number"] for each in found["recent"]] == [number]
