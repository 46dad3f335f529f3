"""The one-machine stack as its users have it: a process of its own with everything real below it."""

import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from deploy.leftovers import writers
from tests.stacks import SECRETS, UP_WITHIN_S, WITHIN_S, Up, command, starter, until

pytestmark = [pytest.mark.end_to_end, pytest.mark.timeout(300)]

CREW = {"models", "judge", "sandbox", "control"}


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[[], Up]]:
    with starter(tmp_path) as start:
        yield start


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """A stack that several tests look at."""
    with starter(tmp_path_factory.mktemp("stack")) as start:
        yield start()


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
    second = subprocess.run(**command(up.folder), timeout=UP_WITHIN_S, capture_output=True)

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
