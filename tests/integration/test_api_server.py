"""`python -m api` as its own process on a free port, and `yz` against it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest

from tests.serving import ROOT, server_environment, serving


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return server_environment(tmp_path)


def yz(environment: dict[str, str], address: str, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "api.cli", *words]
    return subprocess.run(
        command, cwd=ROOT, env=environment | {"YZ_API_URL": address}, capture_output=True, text=True, check=False
    )


def test_the_server_says_where_it_listens_and_the_command_line_orders_a_run(environment: dict[str, str]) -> None:
    with serving(environment) as server:
        address = server.address
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
