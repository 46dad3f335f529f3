"""Every way in, started with a wrong environment: a readable line that names the variable, status 2, no traceback."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.serving import ROOT, server_environment

ENTRANCES = {
    "yz board": ("-m", "api.cli", "board"),
    "yz doctor": ("-m", "api.cli", "doctor"),
    "yz up": ("-m", "api.cli", "up", "--simulated"),
    "api": ("-m", "api"),
    "demo": ("-m", "deploy.demo"),
    "worker": ("-m", "celery", "-A", "worker.app", "worker", "-Q", "sandbox"),
}
each_entrance = pytest.mark.parametrize("entrance", ENTRANCES)


def started(entrance: str, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("YZ_")}
    environment = own | {"YZ_DATA_DIR": str(folder / "state")} | variables
    command = [sys.executable, *ENTRANCES[entrance]]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=60)


@each_entrance
def test_a_wrong_variable_ends_every_entrance_with_its_line(entrance: str, tmp_path: Path) -> None:
    done = started(entrance, tmp_path, YZ_API_PORT="99999", DATABASE_URL="mysql://yz:hidden@host/yz")

    assert done.returncode == 2, done.stderr
    database, port = done.stderr.splitlines()
    assert database.startswith("DATABASE_URL: needs a database that is supported")
    assert port == "YZ_API_PORT: needs a whole number from 0 to 65535"
    assert "hidden" not in done.stdout + done.stderr


@pytest.mark.parametrize("entrance", ["yz up", "api", "demo", "worker"])
def test_a_data_folder_that_cannot_be_written_to_ends_whoever_writes_there(entrance: str, tmp_path: Path) -> None:
    done = started(entrance, tmp_path, YZ_DATA_DIR="/proc/yz")

    assert done.returncode == 2, done.stderr
    assert done.stderr.startswith("YZ_DATA_DIR: needs a folder that this user may write to, and /proc/yz is none")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("entrance", ["api", "worker"])
def test_a_models_file_with_a_fault_ends_whoever_reads_it(entrance: str, tmp_path: Path) -> None:
    file = tmp_path / "models.toml"
    file.write_text('[[models]]\nslug = "a"\nprovider = "p"\nvendor = "v"\n')

    done = started(entrance, tmp_path, YZ_MODELS_FILE=str(file))

    assert (done.returncode, done.stderr) == (2, f"{file}: providers: Field required\n")


@pytest.mark.parametrize("entrance", ["yz up", "api", "demo"])
def test_a_bank_with_a_fault_ends_whoever_draws_from_it(entrance: str, tmp_path: Path) -> None:
    (tmp_path / "questions.jsonl").write_text("{}")
    (tmp_path / "VERSION").write_text("1")

    done = started(entrance, tmp_path, YZ_BANK_DIR=str(tmp_path))

    assert done.returncode == 2, done.stderr
    assert f"{tmp_path}/questions.jsonl:1: id: Field required" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_api_whose_port_is_taken_says_so_and_ends_with_ours_is_down(tmp_path: Path) -> None:
    environment = server_environment(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = subprocess.run(
            [sys.executable, "-m", "api"],
            cwd=ROOT,
            env=environment | {"YZ_API_PORT": port},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.startswith(f"cannot listen on 127.0.0.1:{port} (Address already in use")
    assert "free the port, or name others in YZ_API_HOST and YZ_API_PORT" in done.stderr
