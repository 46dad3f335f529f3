"""Databases with our tables, SQLite always, PostgreSQL where there is one; and a queue of one's own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis
from sqlmodel import SQLModel

from yzindex.addresses import redis_address
from yzindex.records.database import Database
from yzindex.records.migrating import migrate


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, tmp_path: Path, empty_tables: Path) -> Iterator[Database]:
    """An empty, migrated database."""
    postgres = request.param == "postgres"
    if not postgres:
        shutil.copy(empty_tables, tmp_path)
    address = request.getfixturevalue("postgres_url") if postgres else f"sqlite:///{tmp_path / 'yz.sqlite3'}"
    database = Database(address)
    migrate(database)
    yield database
    if postgres:
        with database.write() as session:
            for table in reversed(SQLModel.metadata.sorted_tables):
                session.connection().execute(table.delete())
    database.close()


@pytest.fixture
def redis(valkey_url: str) -> Iterator[Redis]:
    """An empty queue."""
    with Redis.from_url(redis_address(valkey_url)) as client:
        client.flushall()
        yield client
        client.flushall()
