"""The one-machine stack as its users have it: a process of its own with everything real below it."""

import json
import os
import signal
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

from deploy.leftovers import writers
from deploy.state_folder import StateFolder

pytestmark = [pytest.mark.end_to_end, pytest.mark.timeout(300)]

ROOT = Path(__file__).parents[2]
UP_WITHIN_S = 90.0
WITHIN_S = 45.0
SECRETS = {"OPENAI_API_KEY": "sk-of-the-tests", "DOCKER_HOST": "unix:///var/run/docker.sock", "A_TOKEN": "hub-of-tests"}
CREW = {"models", "judge", "sandbox", "control"}


@dataclass(frozen=True)
class Up:
    """A started stack: its process and where it listens."""

    process: "subprocess.Popen[str]"
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


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[[], Up]]:
    with starter(tmp_path) as start:
        yield start


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """A stack that several tests look at."""
    with starter(tmp_path_factory.mktemp("stack")) as start:
        yield start()


@contextmanager
def starter(root: Path) -> Iterator[Callable[[], Up]]:
    """Give a function that starts a stack on a folder and returns when it is up; kill them all at the end."""
    folder = StateFolder(root)
    started: list[Up] = []

    def start() -> Up:
        with _screen(folder).open("w") as screen:
            process = subprocess.Popen(**_command(folder), stdout=screen, stderr=screen)
        started.append(Up(process=process, folder=folder))
        until(lambda: "api" in started[-1].addresses, started[-1], UP_WITHIN_S)
        return started[-1]

    try:
        yield start
    finally:
        for each in started:
            each.end()


def _command(folder: StateFolder) -> dict[str, Any]:
    ours = {"YZ_DATA_DIR": str(folder.root), "YZ_API_PORT": "0", "YZ_FLOWER_PORT": "0"}
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


def processes(up: Up, name: str) -> list[int]:
    """The processes that write to this child's log, the oldest first."""
    log = up.folder.log(name)
    return sorted(pid for pid in writers(up.folder) if _writes_to(pid, log))


def _writes_to(pid: int, log: Path) -> bool:
    try:
        return Path(f"/proc/{pid}/fd/1").resolve() == log.resolve()
    except OSError:
        return False


def environment(pid: int) -> str:
    return Path(f"/proc/{pid}/environ").read_text()


def test_a_started_stack_is_ready_to_take_runs(up):
    assert httpx2.get(f"{up.addresses['api']}/readyz", trust_env=False, timeout=10).status_code == 200


def test_flower_shows_a_worker_and_its_queue_for_every_kind_of_work(up):
    found: dict[str, Any] = {}

    def all_there() -> bool:
        found.update(up.get(f"{up.addresses['flower']}/api/workers?refresh=1"))
        return {name.partition("@")[0] for name in found} == CREW and all(
            "active_queues" in each for each in found.values()
        )

    until(all_there, up)
    queues = {queue["name"] for worker in found.values() for queue in worker["active_queues"]}
    assert queues == {"models.sim", "judge", "sandbox", "control"}


@pytest.mark.docker
def test_flower_shows_the_tasks_of_a_run_on_every_queue(up):
    ordered = httpx2.post(f"{up.addresses['api']}/v1/runs", json={"kind": "smoke"}, trust_env=False, timeout=30)
    assert ordered.status_code == 202, ordered.text

    run = f"{up.addresses['api']}{ordered.headers['location']}"
    until(lambda: up.get(run)["status"] == "concluded", up)

    def seen() -> set[str]:
        tasks = up.get(f"{up.addresses['flower']}/api/tasks").values()
        return {task["routing_key"] for task in tasks if task["state"] == "SUCCESS"}

    until(lambda: seen() >= {"models.sim", "judge", "sandbox", "control"}, up)


def test_the_queue_listens_nowhere_but_on_a_private_socket(up):
    assert up.folder.socket.stat().st_mode & 0o777 == 0o700
    assert up.queue().config_get("port") == {"port": "0"}
    assert up.queue().config_get("appendonly") == {"appendonly": "yes"}
    assert up.queue().config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}


def test_no_running_process_knows_what_is_not_its_own(up):
    """The simulated provider takes no key, so nobody gets one: not even the callers of models."""
    holders = {
        (name, variable)
        for name in (*CREW, "api", "beat", "flower", "simulated")
        for pid in processes(up, name)
        for variable in SECRETS
        if f"{variable}=" in environment(pid)
    }

    assert holders == {("sandbox", "DOCKER_HOST")}


def test_a_second_stack_on_the_same_folder_is_refused_and_told_who_holds_it(up):
    second = subprocess.run(**_command(up.folder), timeout=UP_WITHIN_S, capture_output=True)

    assert second.returncode == 3
    assert f"process {up.process.pid}" in second.stderr


def test_a_killed_worker_is_started_again(up):
    [killed] = processes(up, "models")

    os.kill(killed, signal.SIGKILL)

    until(lambda: [pid for pid in processes(up, "models") if pid != killed], up)
    until(lambda: up.folder.heartbeat("models").exists(), up)


def test_a_killed_stack_leaves_no_process_and_the_next_one_has_its_state(start):
    killed = start()
    killed.queue().set("kept", "word")
    everything = writers(killed.folder)
    assert len(processes(killed, "control")) > 1  # the worker's own children are in it

    killed.process.kill()
    until(lambda: not [pid for pid in everything if Path(f"/proc/{pid}").exists()])

    again = start()
    assert again.queue().get("kept") == b"word"
    everything = writers(again.folder)

    again.process.send_signal(signal.SIGINT)
    assert again.process.wait(timeout=WITHIN_S) == 0
    assert not [pid for pid in everything if Path(f"/proc/{pid}").exists()]
    assert not again.addresses
