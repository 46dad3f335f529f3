"""`python -m api` as its own process on a free port, and `yz` against it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from yzindex.records.database import Database
from yzindex.records.migrating import migrate
from yzindex.settings import Settings

ROOT = Path(__file__).parents[2]
FLEET = """
[[providers]]
name = "sim"
base_url = "http://127.0.0.1:9/v1"
simulated = true

[[models]]
slug = "sim/agate"
provider = "sim"
vendor = "sim"
"""


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    (tmp_path / "fleet.toml").write_text(FLEET)
    (tmp_path / "bank").mkdir()
    _write_bank(tmp_path / "bank")
    database = Database(Settings(data_dir=tmp_path).database_address)
    migrate(database)
    database.close()
    ours = {
        "YZ_DATA_DIR": str(tmp_path),
        "YZ_MODELS_FILE": str(tmp_path / "fleet.toml"),
        "YZ_BANK_DIR": str(tmp_path / "bank"),
        "YZ_API_PORT": "0",
    }
    return {name: value for name, value in os.environ.items() if not name.startswith("YZ_")} | ours


def _write_bank(folder: Path) -> None:
    from tests.rows import small_bank

    lines = "\n".join(question.canonical() for question in small_bank().questions)
    (folder / "questions.jsonl").write_text(lines)
    (folder / "VERSION").write_text("test")


@contextmanager
def serving(environment: dict[str, str]) -> Iterator[str]:
    command = [sys.executable, "-m", "api"]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as server:
        try:
            assert server.stdout is not None
            yield json.loads(server.stdout.readline())["listening"]
            server.send_signal(signal.SIGINT)
            assert server.wait(20) == 0
            assert server.stdout.read() == ""
        finally:
            server.kill()


def yz(environment: dict[str, str], address: str, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "api.cli", *words]
    return subprocess.run(
        command, cwd=ROOT, env=environment | {"YZ_API_URL": address}, capture_output=True, text=True, check=False
    )


def test_the_server_says_where_it_listens_and_the_command_line_orders_a_run(environment: dict[str, str]) -> None:
    with serving(environment) as address:
        health = httpx2.get(f"{address}/healthz", trust_env=False)
        large = httpx2.post(
            f"{address}/v1/runs",
            content=b" " * 1_500_000,
            headers={"content-type": "application/json"},
            trust_env=False,
        )
        ordered = yz(environment, address, "run", "--seed", "5", "--json")
        board = yz(environment, address, "board", "--json")
        unknown = yz(environment, address, "run", "--models", "nope")

    assert health.json() == {"status": "ok"}
    assert large.status_code == 413
    estimate, run = (json.loads(line) for line in ordered.stdout.splitlines())
    assert ordered.returncode == 0, ordered.stderr
    assert (run["number"], run["seed"], run["dispatched"]) == (1, 5, False)
    assert run["questions"] == estimate["questions"]
    assert [json.loads(line)["model"] for line in board.stdout.splitlines()] == ["sim/agate"]
    assert unknown.returncode == 2
    assert "known models are sim/agate" in unknown.stderr


def test_wrong_settings_end_the_server_with_a_sentence(environment: dict[str, str], tmp_path: Path) -> None:
    command = [sys.executable, "-m", "api"]
    broken = environment | {"YZ_MODELS_FILE": str(tmp_path / "none.toml")}

    done = subprocess.run(command, cwd=ROOT, env=broken, capture_output=True, text=True, check=False)

    assert done.returncode == 2
    assert "YZ_MODELS_FILE: needs a TOML file" in done.stderr
    assert "none.toml is none" in done.stderr
    assert "Traceback" not in done.stderr


def test_no_api_at_the_address_is_ours_that_is_down(environment: dict[str, str]) -> None:
    done = yz(environment, "http://127.0.0.1:9", "board")

    assert done.returncode == 3
    assert "no API answers at http://127.0.0.1:9" in done.stderr
