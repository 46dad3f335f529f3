"""`python -m api` as its own process on a free port, with a small bank, a fleet of one model, and tables of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.rows import small_bank
from yzindex.records.database import Database
from yzindex.records.migrating import migrate
from yzindex.settings import Settings

ROOT = Path(__file__).parents[1]
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


@dataclass(frozen=True, kw_only=True)
class Server:
    """A running API."""

    address: str
    process_id: int

    @property
    def port(self) -> int:
        return int(self.address.rpartition(":")[2])

    def most_memory_mib(self) -> float:
        """The most memory that it has held so far."""
        status = Path(f"/proc/{self.process_id}/status").read_text()
        return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def server_environment(folder: Path) -> dict[str, str]:
    """Write what a server needs into a folder, and give the environment that names it."""
    (folder / "fleet.toml").write_text(FLEET)
    (folder / "bank").mkdir()
    lines = "\n".join(question.canonical() for question in small_bank().questions)
    (folder / "bank" / "questions.jsonl").write_text(lines)
    (folder / "bank" / "VERSION").write_text("test")
    database = Database(Settings(data_dir=folder).database_address)
    migrate(database)
    database.close()
    ours = {
        "YZ_DATA_DIR": str(folder),
        "YZ_MODELS_FILE": str(folder / "fleet.toml"),
        "YZ_BANK_DIR": str(folder / "bank"),
        "YZ_API_PORT": "0",
    }
    return {name: value for name, value in os.environ.items() if not name.startswith("YZ_")} | ours


@contextmanager
def serving(environment: dict[str, str]) -> Iterator[Server]:
    """Run a server, and see it end well when it is told to."""
    command = [sys.executable, "-m", "api"]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as server:
        try:
            assert server.stdout is not None
            yield Server(address=json.loads(server.stdout.readline())["listening"], process_id=server.pid)
            server.send_signal(signal.SIGINT)
            assert server.wait(20) == 0
            assert server.stdout.read() == ""
        finally:
            server.kill()
