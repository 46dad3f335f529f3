"""What the sweeper puts on a real broker's queues: what is missing there, and nothing that still waits."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from celery import Celery
from redis import Redis
from sqlmodel import update

from tests import rows
from worker.app import make_app
from worker.broker import broker_epoch, waiting
from worker.publishing import publish_due, publish_lost
from worker.runtime import Runtime
from yzindex.dimensions import Dimension
from yzindex.records.columns import clock_s
from yzindex.records.migrating import migrate
from yzindex.records.tables import Answer
from yzindex.settings import Settings

QUEUE = "models.sim"
QUESTIONS = [rows.question(Dimension.EXECUTION, number) for number in range(5)]


@pytest.fixture
def settings(tmp_path: Path, valkey_url: str) -> Settings:
    return Settings(database_url=f"sqlite:///{tmp_path / 'yz.sqlite3'}", redis_url=valkey_url)


@pytest.fixture
def runtime(settings: Settings) -> Iterator[Runtime]:
    runtime = Runtime(settings)
    migrate(runtime.database)
    runtime.redis.flushall()
    yield runtime
    runtime.redis.flushall()
    runtime.redis.close()
    runtime.database.close()


@pytest.fixture
def app(settings: Settings) -> Iterator[Celery]:
    with make_app(settings) as app:
        yield app


def a_minute_passes(runtime: Runtime) -> None:
    with runtime.database.write() as session:
        session.exec(update(Answer).values(published_s=clock_s() - 60))


def taken_by_a_worker_that_died(redis: Redis, messages: int) -> None:
    assert all(redis.rpop(QUEUE) for _ in range(messages))


def test_as_many_rows_are_published_again_as_messages_are_missing(runtime: Runtime, app: Celery) -> None:
    rows.submit(runtime.database, QUESTIONS, rows.FLEET.models[:1])
    assert publish_due(app, runtime) == 5
    taken_by_a_worker_that_died(runtime.redis, 3)
    a_minute_passes(runtime)

    again = publish_lost(app, runtime)

    assert (again, waiting(runtime.redis, QUEUE)) == (3, 5)
    assert publish_lost(app, runtime) == 0


def test_no_more_is_published_at_once_than_one_statement_takes(
    runtime: Runtime, app: Celery, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows.submit(runtime.database, QUESTIONS, rows.FLEET.models[:1])
    publish_due(app, runtime)
    taken_by_a_worker_that_died(runtime.redis, 5)
    a_minute_passes(runtime)
    monkeypatch.setattr("worker.publishing.MOST_AT_ONCE", 2)

    assert [publish_lost(app, runtime) for _ in range(4)] == [2, 2, 1, 0]


def test_publishing_listens_for_no_results(runtime: Runtime, app: Celery) -> None:
    rows.submit(runtime.database, QUESTIONS, rows.FLEET.models[:1])

    publish_due(app, runtime)

    assert runtime.redis.pubsub_channels() == []


def test_a_backlog_is_not_published_again_however_long_it_waits(runtime: Runtime, app: Celery) -> None:
    rows.submit(runtime.database, QUESTIONS, rows.FLEET.models[:1])
    publish_due(app, runtime)
    a_minute_passes(runtime)

    assert (publish_due(app, runtime), publish_lost(app, runtime)) == (0, 0)


def test_an_emptied_broker_gets_every_message_again_at_once(runtime: Runtime, app: Celery) -> None:
    rows.submit(runtime.database, QUESTIONS, rows.FLEET.models[:1])
    publish_due(app, runtime)
    before = broker_epoch(runtime.redis)
    runtime.redis.flushall()

    assert publish_due(app, runtime) == 5
    assert waiting(runtime.redis, QUEUE) == 5
    assert broker_epoch(runtime.redis) != before
