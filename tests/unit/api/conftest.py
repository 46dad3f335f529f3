"""The real application on a fresh SQLite file, with a broker that only notes what it is given."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from api.app import create_app
from tests.rows import FLEET, small_bank
from yzindex.records.database import Database
from yzindex.settings import Settings


@dataclass
class NotingBroker:
    """Notes the runs it was told of; `away` makes it one that cannot be reached."""

    away: bool = False
    dispatched: list[int] = field(default_factory=list)

    def dispatch(self, run_number: int) -> bool:
        if not self.away:
            self.dispatched.append(run_number)
        return not self.away

    def broker_trouble(self) -> str | None:
        return "OperationalError" if self.away else None

    def close(self) -> None:
        pass


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path)


@pytest.fixture
def database(settings: Settings, empty_tables: Path) -> Iterator[Database]:
    shutil.copy(empty_tables, settings.data_dir)
    database = Database(settings.database_address)
    yield database
    database.close()


@pytest.fixture
def broker() -> NotingBroker:
    return NotingBroker()


@pytest.fixture
def app(settings: Settings, database: Database, broker: NotingBroker) -> FastAPI:
    return create_app(settings, bank=small_bank(), fleet=FLEET, broker=broker)


@pytest.fixture
def api(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def browser(app: FastAPI) -> Iterator[TestClient]:
    """The application as a browser asks it."""
    with TestClient(app, raise_server_exceptions=False, headers={"accept": "text/html"}) as client:
        yield client
