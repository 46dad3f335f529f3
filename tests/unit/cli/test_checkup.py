"""The checks of `yz doctor` that a running API changes."""

from __future__ import annotations

from pathlib import Path

from api.cli import checkup
from tests.unit.cli.conftest import Workers
from yzindex.settings import Settings


def test_a_fleet_that_only_the_running_api_knows_is_no_trouble(workers: Workers, tmp_path: Path, monkeypatch) -> None:
    from api import client

    monkeypatch.setattr(checkup, "Client", client.Client)

    (found,) = checkup._fleet(Settings(data_dir=tmp_path))

    assert (found.ok, found.found) == (True, "2 models (simulated), of the API that runs")


def test_without_an_api_the_fleet_must_be_named(tmp_path: Path) -> None:
    (found,) = checkup._fleet(Settings(data_dir=tmp_path, api_port=1))

    assert not found.ok
    assert "YZ_MODELS_FILE" in found.do
