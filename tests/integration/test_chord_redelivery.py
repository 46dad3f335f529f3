"""A redelivered header job must not end a run early: the chord counts it, the rows do not believe it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from redis import Redis
from sqlmodel import col, select

from tests import rows
from tests.integration.scripted_worker import HOLDING, LET_GO
from tests.integration.working import finished, send, told, until, working
from yzindex.addresses import redis_address
from yzindex.dimensions import Dimension
from yzindex.records.database import Database
from yzindex.records.migrating import migrate
from yzindex.records.states import AnswerState, RunStatus
from yzindex.records.tables import Answer, Run


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path / 'yz.sqlite3'}")
    migrate(database)
    yield database
    database.close()


@pytest.fixture
def redis(valkey_url: str) -> Iterator[Redis]:
    with Redis.from_url(redis_address(valkey_url)) as client:
        yield client


@pytest.fixture
def worker(database: Database, valkey_url: str, tmp_path: Path) -> Iterator[None]:
    with working(database, valkey_url, tmp_path):
        yield


def redeliver_everything_unacknowledged(redis: Redis) -> int:
    """Do what the broker does when the visibility timeout passes: put the messages on their queues once more."""
    messages = [json.loads(kept) for kept in redis.hgetall("unacked").values()]
    for message, _, queue in messages:
        redis.lpush(queue, json.dumps(message))
    return len(messages)


def read_run(database: Database, number: int) -> Run:
    with database.read() as session:
        return session.exec(select(Run).where(Run.number == number)).one()


@pytest.mark.usefixtures("worker")
def test_a_chord_whose_header_is_redelivered_does_not_conclude_before_its_last_grade(
    database: Database, redis: Redis, valkey_url: str
) -> None:
    questions = [rows.question(Dimension.EXECUTION, 1), rows.question(Dimension.EXECUTION, 2)]
    number = rows.submit(database, questions, rows.FLEET.models[:1])

    send(valkey_url, "yz.dispatch", number)
    told(redis, HOLDING)
    until(lambda: finished(redis).count("yz.grade") == 1, "the first grade")
    assert redeliver_everything_unacknowledged(redis) >= 1

    # The copy loses its claim and returns; now the chord has counted every header job, and calls back.
    until(lambda: "yz.aggregate" in finished(redis), "the callback, too early")
    assert read_run(database, number).status is RunStatus.RUNNING

    redis.rpush(LET_GO, "1")
    until(lambda: read_run(database, number).status is RunStatus.CONCLUDED, "the run concluded")
    # The rows say so before the task has ended.
    until(lambda: "yz.conclude" in finished(redis), "the conclusion ended")
    concluded = read_run(database, number)
    with database.read() as session:
        answers = session.exec(select(Answer).order_by(col(Answer.id))).all()
    assert [(answer.state, answer.score) for answer in answers] == [(AnswerState.GRADED, Decimal(100))] * 2
    assert finished(redis).count("yz.conclude") == 1
    assert concluded.finished_at is not None
    assert all(answer.ended_at is not None and answer.ended_at <= concluded.finished_at for answer in answers)
