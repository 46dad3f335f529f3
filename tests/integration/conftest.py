"""Databases with our tables: SQLite always, PostgreSQL where there is one."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import SQLModel

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
