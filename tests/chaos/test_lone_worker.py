"""A worker on another machine, which nobody starts again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from celery import Celery
from redis import Redis
from redis.exceptions import RedisError
from sqlmodel import select

from tests import rows
from tests.chaos.servers import Server, redis_without_memory
from tests.integration.scripted_worker import HOLDING, LET_GO
from yzindex.dimensions import Dimension
from yzindex.records.database import Database
from yzindex.records.migrating import migrate
from yzindex.records.states import RunStatus
from yzindex.records.tables import Run

WITHIN_S = 60
pytestmark = [pytest.mark.end_to_end, pytest.mark.redis_server]


def until(holds: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + WITHIN_S
    while not holds():
        assert time.monotonic() < deadline, f"not within {WITHIN_S} s: {what}"
        time.sleep(0.05)


def dispatch(queue: Server, number: int) -> None:
    with Celery(broker=queue.address) as sender:
        sender.send_task("yz.dispatch", args=(number,), queue="control", ignore_result=True)


def test_a_worker_outlives_a_queue_that_dies_with_messages_in_its_hands(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'yz.sqlite3'}")
    migrate(database)
    number = rows.submit(database, [rows.question(Dimension.EXECUTION, n) for n in range(2)], rows.FLEET.models[:1])
    command = [sys.executable, "-m", "celery", "-A", "tests.integration.scripted_worker", "worker", "-P", "threads"]
    options = ["-c", "8", "-Q", "control,sandbox,models.sim", "--without-gossip", "--without-mingle"]

    def concluded() -> bool:
        with database.read() as session:
            return session.exec(select(Run.status)).one() is RunStatus.CONCLUDED

    with redis_without_memory() as queue, (tmp_path / "worker.log").open("wb") as log:
        environment = os.environ | {"REDIS_URL": queue.address, "DATABASE_URL": str(database.engine.url)}
        worker = subprocess.Popen([*command, *options], env=environment, stdout=log, stderr=log)
        client = Redis.from_url(queue.address, socket_timeout=2 * WITHIN_S)
        try:
            dispatch(queue, number)
            assert client.blpop([HOLDING], timeout=WITHIN_S)

            queue.stop(signal.SIGKILL)
            queue.start()

            def is_consuming() -> bool:
                assert worker.poll() is None, (tmp_path / "worker.log").read_text()[-4000:]
                try:
                    dispatch(queue, number)
                    return client.llen("control") == 0
                except RedisError:
                    return False

            until(is_consuming, "the worker takes messages again")
            client.rpush(LET_GO, "1")
            until(lambda: is_consuming() and concluded(), "the run concluded")
            assert worker.poll() is None
        finally:
            worker.terminate()
            worker.wait(WITHIN_S)
            client.close()
    database.close()
