"""A real worker process on a real broker with scripted models and sandbox, and what it has done so far."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from celery import Celery
from redis import Redis

from tests.integration.scripted_worker import DEADLINE_S, FINISHED
from yzindex.records.database import Database


@contextmanager
def working(database: Database, broker: str, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run the worker; its log goes into the folder."""
    command = [sys.executable, "-m", "celery", "-A", "tests.integration.scripted_worker", "worker", "-P", "threads"]
    options = ["-c", "8", "-Q", "control,sandbox,models.sim", "--without-gossip", "--without-mingle"]
    environment = os.environ | {"REDIS_URL": broker, "DATABASE_URL": str(database.engine.url)}
    with (folder / "worker.log").open("ab") as log:
        process = subprocess.Popen([*command, *options], env=environment, stdout=log, stderr=log)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(DEADLINE_S)


def until(holds: Callable[[], bool], what: str) -> None:
    """Wait until something holds, and fail when it does not in time."""
    deadline = time.monotonic() + DEADLINE_S
    while not holds():
        assert time.monotonic() < deadline, f"not within {DEADLINE_S} s: {what}"
        time.sleep(0.02)


def send(broker: str, task: str, *arguments: int) -> None:
    """Send a message to the worker's control queue."""
    with Celery(broker=broker) as sender:
        sender.send_task(task, args=arguments, queue="control", ignore_result=True)


def told(redis: Redis, key: str) -> None:
    """Wait until the worker has told something through the broker."""
    # Not by one long wait: the client gives up a connection that is silent for five seconds.
    until(lambda: redis.lpop(key) is not None, key)


def finished(redis: Redis) -> list[str]:
    """Names of the tasks that have ended, in order."""
    return [name.decode() for name in redis.lrange(FINISHED, 0, -1) if isinstance(name, bytes)]
