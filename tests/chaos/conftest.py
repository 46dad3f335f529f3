"""The whole stack with its default settings, and what a test needs to break it and to see what came of that."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from redis import Redis
from sqlmodel import col, select

from api.client import Client
from api.shapes.runs import RunBody, RunRequest
from deploy.stack import Simulation, Stack
from tests.chaos.servers import Server, postgres, redis_without_memory
from yzindex.addresses import redis_address
from yzindex.records.database import Database
from yzindex.records.states import AnswerState, Purpose, RunStatus
from yzindex.records.tables import Answer, StoredCall
from yzindex.settings import Settings

#: From the fault to the conclusion of the run that it befell.
CONCLUDES_WITHIN_S = 90
CALM = Path(__file__).with_name("calm.toml")


@dataclass
class Site:
    """A running stack and the servers below it."""

    stack: Stack
    client: Client
    #: By name, "redis" and "postgres"; empty where the stack uses its own parts.
    servers: dict[str, Server]

    @cached_property
    def database(self) -> Database:
        return Database(self.stack.settings.database_address)

    @cached_property
    def redis(self) -> Redis:
        return Redis.from_url(redis_address(self.stack.settings.redis_address))

    def order(self) -> int:
        return self.client.submit(RunRequest()).number

    def until(self, holds: Callable[[], bool], what: str, within_s: float = CONCLUDES_WITHIN_S) -> None:
        """Look after the stack until something holds."""
        deadline = time.monotonic() + within_s
        while not holds():
            assert time.monotonic() < deadline, f"not within {within_s:g} s: {what}"
            self.stack.tend()
            time.sleep(0.02)

    def concluded(self, number: int) -> RunBody:
        """Wait for a run that something has just befallen."""
        started = time.monotonic()
        self.until(
            lambda: self.client.run(number).status is RunStatus.CONCLUDED, f"Run #{number} concluded after the fault"
        )
        print(f"Run #{number} concluded {time.monotonic() - started:.0f} s after the fault")
        return self.client.run(number)

    def states(self, number: int) -> Counter[AnswerState]:
        return Counter(answer.state for answer in self.answers(number))

    def answers(self, number: int) -> list[Answer]:
        with self.database.read() as session:
            return list(session.exec(select(Answer).where(Answer.run_number == number).order_by(col(Answer.id))))

    def paid_replies(self, number: int) -> list[int]:
        """How many usable replies were had for each question."""
        with self.database.read() as session:
            found = Counter(
                session.exec(
                    select(StoredCall.answer_id)
                    .join(Answer, col(Answer.id) == col(StoredCall.answer_id))
                    .where(
                        Answer.run_number == number,
                        StoredCall.purpose == Purpose.ASK,
                        col(StoredCall.error).is_(None),
                    )
                )
            )
        return [found[answer.id or 0] for answer in self.answers(number)]


@contextmanager
def site(folder: Path, servers: dict[str, Server], config: Path = CALM) -> Iterator[Site]:
    """Start a stack on a folder and servers."""
    addresses: dict[str, Any] = {
        name: servers[server].address
        for name, server in (("redis_url", "redis"), ("database_url", "postgres"))
        if server in servers
    }
    settings = Settings(data_dir=folder, api_port=0, flower_port=0, sandbox_concurrency=2, daily_run=False, **addresses)
    with Stack(settings, simulation=Simulation(seed=31, config=config)) as stack, Client(stack.api) as client:
        found = Site(stack=stack, client=client, servers=servers)
        try:
            yield found
        finally:
            found.database.close()
            found.redis.close()


@pytest.fixture(scope="module")
def own_parts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The stack on its own Valkey and SQLite."""
    with site(tmp_path_factory.mktemp("own"), {}) as found:
        yield found


@pytest.fixture(scope="module")
def on_servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The stack on PostgreSQL, and on a redis-server that forgets all when it is restarted."""
    with postgres() as database, redis_without_memory() as queue:
        servers = {"postgres": database, "redis": queue}
        with site(tmp_path_factory.mktemp("servers"), servers) as found:
            yield found
