"""Boards for reports, written once for all tests that only read them."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.published_board import nine_board, published_board
from yzindex.records.database import Database


@pytest.fixture(scope="session")
def new_database(tmp_path_factory: pytest.TempPathFactory, empty_tables: Path) -> Iterator[Callable[[], Database]]:
    """Makes databases with our tables and nothing in them."""
    made: list[Database] = []

    def make() -> Database:
        folder = tmp_path_factory.mktemp("board")
        shutil.copy(empty_tables, folder)
        made.append(Database(f"sqlite:///{folder / 'yz.sqlite3'}"))
        return made[-1]

    yield make
    for database in made:
        database.close()


@pytest.fixture(scope="session")
def published(new_database: Callable[[], Database]) -> Database:
    """The published days as Run #115, Run #116 and Run #117."""
    database = new_database()
    published_board(database)
    return database


@pytest.fixture(scope="session")
def nine(new_database: Callable[[], Database]) -> Database:
    """Nine simulated models on four days."""
    database = new_database()
    nine_board(database)
    return database
