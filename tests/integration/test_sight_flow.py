"""From a sweep to what the board can see, by a real worker on a real broker, also when it is killed on the way."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from redis import Redis
from sqlmodel import select, update

from tests import played
from tests.integration.scripted_worker import WORLDS
from tests.integration.test_schedule_flow import zone_at_noon
from tests.integration.working import finished, send, until, working
from tests.played import calibrated_board
from worker import seeing, tasks
from yzindex import clock
from yzindex.records.database import Database
from yzindex.records.sights import SightClaim
from yzindex.records.tables import StoredSight
from yzindex.settings import Settings


@pytest.fixture
def database(tmp_path: Path, empty_tables: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """With a calibration that was concluded today, in a zone in which no midnight is near."""
    file = tmp_path / "yz.sqlite3"
    shutil.copy(empty_tables, file)
    zone = zone_at_noon()
    monkeypatch.setattr(played, "FIRST_DAY", clock.now() - timedelta(minutes=10))
    for name, value in {"YZ_TIMEZONE": zone.key, "YZ_DAILY_RUN": "false"}.items():
        monkeypatch.setenv(name, value)
    database = Database(f"sqlite:///{file}")
    calibrated_board(database, Settings(timezone=zone.key, reask_after_s=0))
    yield database
    database.close()


def stored(database: Database) -> StoredSight | None:
    with database.read() as session:
        return session.exec(select(StoredSight)).first()


def worlds(database: Database) -> int:
    found = stored(database)
    return 0 if found is None else found.worlds


def done_at(database: Database) -> datetime | None:
    found = stored(database)
    return None if found is None else found.finished_at


def test_a_worker_that_is_swept_many_times_works_it_out_once(
    database: Database, redis: Redis, valkey_url: str, tmp_path: Path
) -> None:
    for _ in range(4):
        send(valkey_url, "yz.sweep")

    with working(database, valkey_url, tmp_path):
        until(lambda: done_at(database) is not None, "worked out")
        done = stored(database)
        send(valkey_url, "yz.sweep")
        until(lambda: finished(redis).count("yz.sweep") == 5, "a sweep more")

    assert done == stored(database)
    assert done is not None
    assert (done.worlds, done.attempt, done.reason) == (WORLDS, 1, None)


def test_a_killed_worker_is_followed_by_one_that_goes_on(
    database: Database, redis: Redis, valkey_url: str, tmp_path: Path
) -> None:
    def begun() -> bool:
        found = stored(database)
        return found is not None and found.tries == 1

    send(valkey_url, "yz.sweep")
    with working(database, valkey_url, tmp_path) as worker:
        until(begun, "a portion begun")
        worker.kill()
        worker.wait()
    left = worlds(database)
    with database.write() as session:
        session.exec(update(StoredSight).values(lease_until_s=0.0))

    send(valkey_url, "yz.sweep")
    with working(database, valkey_url, tmp_path):
        until(lambda: done_at(database) is not None, "worked out after all")

    done = stored(database)
    assert left < WORLDS
    assert done is not None
    assert (done.worlds, done.attempt) == (WORLDS, 2)


def test_a_portion_sends_the_next_to_the_end_of_the_queue_until_none_is_left(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim = SightClaim(day=clock.now().date(), attempt=3)
    given: list[SightClaim] = []
    left = iter([claim, None])

    def look(_runtime: object, claim: SightClaim) -> SightClaim | None:
        given.append(claim)
        return next(left)

    sent: list[tuple[str, int]] = []
    monkeypatch.setattr(seeing, "look", look)
    monkeypatch.setattr(tasks.sight, "delay", lambda *message: sent.append(message))

    for _ in range(2):
        tasks.sight.apply(args=(claim.day.isoformat(), claim.attempt), throw=True)

    assert given == [claim, claim]
    assert sent == [(claim.day.isoformat(), 3)]
