"""The one-machine stack with simulated models, started as its users start it: a process with everything below it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
from redis import Redis

from deploy.state_folder import StateFolder

ROOT = Path(__file__).parents[1]
UP_WITHIN_S = 90.0
WITHIN_S = 45.0
#: Of another, which no process of the stack may see that does not need it.
SECRETS = {"OPENAI_API_KEY": "sk-of-the-tests", "DOCKER_HOST": "unix:///var/run/docker.sock", "A_TOKEN": "hub-of-tests"}


@dataclass(frozen=True)
class Up:
    """A started stack: its process and where it listens."""

    process: subprocess.Popen[str]
    folder: StateFolder

    @property
    def addresses(self) -> dict[str, Any]:
        file = self.folder.root / "stack.json"
        written = json.loads((file.exists() and file.read_text()) or "{}")
        # A killed stack could not take its own away.
        return written if written.get("pid") == self.process.pid else {}

    def get(self, address: str) -> Any:
        return httpx2.get(address, trust_env=False, timeout=10).json()

    def queue(self) -> Redis:
        return Redis.from_url(f"unix://{self.folder.socket}")

    def said(self) -> str:
        return _screen(self.folder).read_text()

    def end(self) -> None:
        self.process.kill()
        self.process.wait()


@contextmanager
def starter(root: Path) -> Iterator[Callable[[], Up]]:
    """Give a function that starts a stack on a folder and returns when it is up; kill them all at the end."""
    folder = StateFolder(root)
    started: list[Up] = []

    def start() -> Up:
        with _screen(folder).open("w") as screen:
            process = subprocess.Popen(**command(folder), stdout=screen, stderr=screen)
        started.append(Up(process=process, folder=folder))
        until(lambda: "api" in started[-1].addresses, started[-1], UP_WITHIN_S)
        return started[-1]

    try:
        yield start
    finally:
        for each in started:
            each.end()


def command(folder: StateFolder) -> dict[str, Any]:
    ours = {"YZ_DATA_DIR": str(folder.root), "YZ_API_PORT": "0", "YZ_FLOWER_PORT": "0", "YZ_DAILY_RUN": "false"}
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("YZ_", "REDIS", "DATABASE"))}
    return {
        "args": [sys.executable, "-m", "deploy.stack", "--simulated"],
        "env": inherited | ours | SECRETS,
        "cwd": ROOT,
        "text": True,
    }


def _screen(folder: StateFolder) -> Path:
    return folder.root / "screen.txt"


def until(what: Callable[[], object], up: Up | None = None, within_s: float = WITHIN_S) -> None:
    deadline = time.monotonic() + within_s
    while not what():
        assert time.monotonic() < deadline, "did not happen in time"
        if up is not None and up.process.poll() is not None:
            pytest.fail(f"the stack ended:\n{up.said()}")
        time.sleep(0.05)
