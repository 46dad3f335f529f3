"""`yz schedule`: what people read of the daily run, and its exit status."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest
import time_machine

from tests.rows import FLEET, small_bank
from tests.unit.cli.conftest import Workers, Yz
from yzindex.ordering import DAILY, order_daily_run
from yzindex.records.database import Database
from yzindex.records.schedules import note_trouble, tell
from yzindex.schedule import Schedule
from yzindex.settings import Settings


def at(day: int, hour: int) -> datetime:
    return datetime(2026, 11, day, hour, tzinfo=UTC)


@pytest.fixture
def schedule(database: Database, workers: Workers) -> Schedule:
    """Known since noon of the 24th, with a run on the 26th and the 27th."""
    found = Settings().schedule
    assert found
    with database.write() as session:
        tell(session, DAILY.kind, found, at(24, 12))
    for day in (26, 27):
        with time_machine.travel(at(day, 3), tick=False):
            order_daily_run(database, small_bank(), FLEET, found)
    return found


def test_the_schedule_is_shown_with_its_cost_todays_run_and_the_dates_before(yz: Yz, schedule: Schedule) -> None:
    with time_machine.travel(at(27, 9), tick=False):
        result = yz("schedule")

    lines = [" ".join(line.split()) for line in result.stdout.splitlines()]
    assert result.exit_code == 0, result.output
    assert lines[0] == "Daily run: every day at 03:00 UTC · next 2026-11-28 03:00+00:00"
    assert lines[1].startswith("smoke: 10 questions x 2 models = 20 calls · about $0.0000")
    assert lines[2] == "Today, 2026-11-27: ordered as Run #2, pending"
    assert lines[3] == "Thermometer: every day at 02:00 UTC · next 2026-11-28 02:00+00:00"
    assert "2026-11-26 #1 pending 2026-11-26 03:00+00:00" in lines
    assert "2026-11-25 - not ordered -" in lines
    assert not any(line.startswith("2026-11-24") for line in lines)


def test_a_run_that_is_held_up_is_bad_news_also_as_json(yz: Yz, schedule: Schedule, database: Database) -> None:
    with database.write() as session:
        note_trouble(session, DAILY.kind, date(2026, 11, 28), "the fleet has no models")

    with time_machine.travel(at(28, 9), tick=False):
        shown, lines = yz("schedule"), yz("schedule", "--json")

    assert (shown.exit_code, lines.exit_code) == (1, 1)
    assert "Today, 2026-11-28: held up: the fleet has no models" in shown.stdout
    assert "could not be ordered yet and is tried again: the fleet has no models" in shown.stderr
    (line,) = lines.stdout.splitlines()
    assert json.loads(line)["today"]["state"] == "held up"
