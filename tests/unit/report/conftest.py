"""Boards for reports, written once for all tests that only read them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.published_board import nine_board, published_board
from yzindex.records.database import Database


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory, empty_tables: Path) -> Iterator[Database]:
    """The published days as Run #115, Run #116 and Run #117."""
    folder = tmp_path_factory.mktemp("published")
    shutil.copy(empty_tables, folder)
    database = Database(f"sqlite:///{folder / 'yz.sqlite3'}")
    published_board(database)
    yield database
    database.close()


@pytest.fixture(scope="session")
def nine(tmp_path_factory: pytest.TempPathFactory, empty_tables: Path) -> Iterator[Database]:
    """Nine simulated models on four days."""
    folder = tmp_path_factory.mktemp("nine")
    shutil.copy(empty_tables, folder)
    database = Database(f"sqlite:///{folder / 'yz.sqlite3'}")
    nine_board(database)
    yield database
    database.close()
