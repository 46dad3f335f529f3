"""`yz` in this process, against the real application on a fresh SQLite file."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from typer.testing import CliRunner, Result

from api.app import create_app
from api.cli.commands import app as commands
from api.client import Client
from api.shapes.runs import RunBody
from tests.rows import FLEET, small_bank
from tests.unit.api.conftest import NotingBroker
from yzindex.fleet import Fleet
from yzindex.records.database import Database
from yzindex.settings import Settings

Yz = Callable[..., Result]


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("YZ_BANK_DIR", "YZ_MODELS_FILE", "DATABASE_URL", "REDIS_URL", "OPENAI_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("YZ_DATA_DIR", str(tmp_path))


@pytest.fixture
def yz() -> Yz:
    """Run a command line; what it printed and its exit status come back."""
    return lambda *words: CliRunner().invoke(commands, [str(word) for word in words])


@pytest.fixture
def fleet() -> Fleet:
    return FLEET


@pytest.fixture
def database(tmp_path: Path, empty_tables: Path) -> Iterator[Database]:
    shutil.copy(empty_tables, tmp_path)
    database = Database(Settings(data_dir=tmp_path).database_address)
    yield database
    database.close()


class Workers:
    """What the workers do while the command waits; a test says so beforehand."""

    def work(self, run: int) -> None:
        raise AssertionError(f"nothing was to wait for Run #{run}")


@pytest.fixture
def workers(monkeypatch: pytest.MonkeyPatch, database: Database, tmp_path: Path, fleet: Fleet) -> Iterator[Workers]:
    """The API in this process, where every new client finds it."""
    app = create_app(Settings(data_dir=tmp_path), bank=small_bank(), fleet=fleet, broker=NotingBroker())
    waiting = Workers()

    class Inside(Client):
        def __init__(self, address: str) -> None:
            super().__init__(address)
            self._http.close()
            self._http = TestClient(app)

        def wait(self, number: int, **_: object) -> Iterator[RunBody]:
            return super().wait(number, sleep=lambda _: waiting.work(number))

    monkeypatch.setattr("api.client.Client", Inside)
    yield waiting
    app.state.services.close()
