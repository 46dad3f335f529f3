"""Children that die, hang, do not start or do not want to end: short shell scripts stand in for the real ones."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from deploy import supervisor as supervising
from deploy.child import Child, Recipe
from deploy.faults import ChildFailed
from deploy.leftovers import end_leftovers, writers
from deploy.state_folder import StateFolder
from deploy.supervisor import HEARTBEAT_WITHIN_S, Supervisor

WITHIN_S = 20.0


class Clock:
    """Runs like the real one, and may be moved forward."""

    def __init__(self) -> None:
        self._ahead = 0.0

    def __call__(self) -> float:
        return time.monotonic() + self._ahead

    def move(self, seconds: float) -> None:
        self._ahead += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def supervisor(said: list[str], clock: Clock) -> Iterator[Supervisor]:
    supervisor = Supervisor(said.append, clock)
    yield supervisor
    supervisor.stop()


@pytest.fixture
def folder(tmp_path: Path) -> StateFolder:
    folder = StateFolder(tmp_path)
    folder.make()
    return folder


def standin(folder: StateFolder, script: str, name: str = "standin") -> Recipe:
    """A child that runs a shell script; it is ready when it has written `ready`."""
    return Recipe(
        name=name,
        argv=("/bin/sh", "-c", script),
        environment={"PATH": os.environ["PATH"]},
        folder=folder.root,
        log=folder.log(name),
        is_ready=lambda child: "ready" in child.output(),
        stop_s=WITHIN_S,
    )


def until(what: Callable[[], object], tend: Callable[[], None] = lambda: None) -> None:
    deadline = time.monotonic() + WITHIN_S
    while not what():
        assert time.monotonic() < deadline, "did not happen in time"
        tend()
        time.sleep(0.01)


SERVE = "echo ready; exec sleep 1000"


def test_a_child_that_is_killed_is_started_again_and_one_line_says_so(supervisor, folder, said, clock):
    supervisor.start([standin(folder, SERVE)])
    former = supervisor.child("standin").pid

    os.kill(former, signal.SIGKILL)
    until(lambda: said, supervisor.tend)
    clock.move(1.0)
    until(lambda: supervisor.child("standin").pid != former, supervisor.tend)

    until(supervisor.child("standin").is_ready)
    assert said == [f"standin ended with signal SIGKILL; starting it again in 1 s (see {folder.log('standin')})"]


def test_a_child_that_keeps_dying_ends_the_stack_with_the_end_of_its_log(supervisor, folder, clock):
    supervisor.start([standin(folder, "echo ready; until [ -e die ]; do sleep 0.01; done; echo disk full; exit 7")])
    (folder.root / "die").touch()

    def tend() -> None:
        clock.move(1.0)
        supervisor.tend()

    with pytest.raises(ChildFailed) as failure:
        until(lambda: False, tend)

    assert "standin keeps dying: it ended with status 7" in str(failure.value)
    assert str(failure.value).endswith("    disk full")


def test_a_child_that_hangs_is_killed_and_started_again(supervisor, folder, said, clock):
    heartbeat = folder.heartbeat("standin")
    recipe = replace(standin(folder, f"touch {heartbeat}; {SERVE}"), heartbeat=heartbeat)
    supervisor.start([recipe])
    supervisor.tend()
    hung = supervisor.child("standin").pid

    clock.move(HEARTBEAT_WITHIN_S - 5)
    supervisor.tend()
    assert not said
    clock.move(10)
    supervisor.tend()

    assert "gave no sign of life" in said[0]
    assert not Path(f"/proc/{hung}").exists()


def test_a_child_whose_clock_stood_still_is_not_taken_for_hung(supervisor, folder, said, clock):
    heartbeat = folder.heartbeat("standin")
    recipe = replace(standin(folder, f"touch {heartbeat}; {SERVE}"), heartbeat=heartbeat)
    supervisor.start([recipe])

    os.utime(heartbeat, (0, 0))  # as old as after a suspended night
    supervisor.tend()

    assert not said


def test_a_child_that_does_not_start_ends_the_start_with_the_end_of_its_log(supervisor, folder):
    with pytest.raises(ChildFailed) as failure:
        supervisor.start([standin(folder, "echo no such module; exit 3")])

    assert "standin did not start: it ended with status 3" in str(failure.value)
    assert "    no such module" in str(failure.value)


def test_a_child_that_is_never_ready_ends_the_start(supervisor, folder, monkeypatch):
    monkeypatch.setattr(supervising, "START_WITHIN_S", 0.1)

    with pytest.raises(ChildFailed, match="was not ready within"):
        supervisor.start([standin(folder, "exec sleep 1000")])


def test_stopping_ends_the_last_stage_first(supervisor, folder):
    script = "trap 'echo $0 >> order; exit 0' TERM; echo ready; while :; do sleep 0.01; done"
    for name in ("first", "second", "third"):
        recipe = standin(folder, script, name)
        supervisor.start([replace(recipe, argv=(*recipe.argv, name))])

    supervisor.stop()

    assert (folder.root / "order").read_text().split() == ["third", "second", "first"]


def test_a_child_that_will_not_end_is_killed_with_everything_it_started(supervisor, folder, said):
    script = "trap '' TERM; sleep 1000 & echo ready; while :; do sleep 1000; done"
    supervisor.start([replace(standin(folder, script), stop_s=0.1)])

    supervisor.stop()

    until(lambda: not writers(folder))
    assert "did not end within 0.1 s" in said[0]


def test_what_a_child_leaves_running_when_it_ends_is_killed(supervisor, folder):
    supervisor.start([standin(folder, "sleep 1000 & echo ready; exec sleep 1000")])

    supervisor.stop()

    until(lambda: not writers(folder))


def test_an_interrupt_while_stopping_kills_at_once(supervisor, folder, monkeypatch):
    supervisor.start([standin(folder, "trap '' TERM; echo ready; while :; do sleep 0.01; done")])
    monkeypatch.setattr(time, "sleep", _interrupt)

    with pytest.raises(KeyboardInterrupt):
        supervisor.stop()

    monkeypatch.undo()
    until(lambda: not writers(folder))


def _interrupt(_seconds: float) -> None:
    raise KeyboardInterrupt


def test_nothing_outlives_a_killed_supervisor_but_what_the_next_one_ends(folder):
    """The kernel kills the child; what the child started by itself is found by its output."""
    script = "sleep 1000 & echo ready; exec sleep 1000"
    program = f"""
from tests.unit.deploy.test_stack_supervisor import *
folder = StateFolder(Path({str(folder.root)!r}))
supervisor = Supervisor(print)
supervisor.start([standin(folder, {script!r})])
print(supervisor.child("standin").pid, flush=True)
time.sleep(1000)
"""
    root = Path(__file__).parents[3]
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, cwd=root) as killed:
        assert killed.stdout is not None
        child = int(killed.stdout.readline())
        assert child in writers(folder)
        killed.kill()

    until(lambda: child not in writers(folder))
    [orphan] = end_leftovers(folder)

    until(lambda: not writers(folder))
    assert orphan != child


def test_a_child_has_no_way_into_our_terminal(folder):
    child = Child(standin(folder, "echo ready; cat; exec sleep 1000"))
    until(child.is_ready)

    assert os.getsid(child.pid) == child.pid
    assert Path(f"/proc/{child.pid}/fd/0").resolve() == Path(os.devnull)
    assert child.end() == "signal SIGKILL"
