"""The process that starts bubblewrap: what it passes on, whom it outlives, and what becomes of programs without it."""

from __future__ import annotations

import contextlib
import errno
import gc
import os
import re
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sandbox import BubblewrapSandbox, Case, Limits, Outcome, Program, SandboxUnavailable
from sandbox.bwrap import walls
from sandbox.bwrap.box import Box, boxes_left
from sandbox.bwrap.monitor import Launcher

pytestmark = pytest.mark.bubblewrap

ROOT = Path(__file__).parents[2]
LIMITS = Limits(cpu_s=1, wall_s=30, total_wall_s=60, memory_mib=96)
ENDS_WITHIN_S = 20.0
#: Says who it is; the program that it then runs goes on for a minute.
OWNER = """
import os, sys, time
from sandbox import *
from sandbox.bwrap.box import Box
confine, sandbox = Box.confine, BubblewrapSandbox()
def say(self, *args):
    confine(self, *args)
    child = os.fork()  # has all descriptors of its parent's, and outlives it
    if not child: time.sleep(60); os._exit(0)
    print(self.id, sandbox._held.get().launcher._process.pid, self._pid, child, flush=True)
Box.confine = say
sandbox.run(Program(source='import time; time.sleep(60)', cases=(Case(),), limits=Limits(wall_s=60)))
"""
#: Says which launcher it has, and which its child, which then leaves the parent its own.
FORKS = """
import os
from sandbox import *
sandbox = BubblewrapSandbox()
def launcher():
    (case,) = sandbox.run(Program(source='print("fine")', cases=(Case(),))).cases
    assert case.stdout == b"fine\\n"
    return sandbox._held.get().launcher._process.pid
print(launcher(), flush=True)
child = os.fork()
print(launcher(), flush=True)
sandbox.close()
if child: os.waitpid(child, 0)
"""


@pytest.fixture
def sandbox() -> Iterator[BubblewrapSandbox]:
    with contextlib.closing(BubblewrapSandbox()) as opened:
        opened.run(program("pass"))
        yield opened


@pytest.fixture
def launcher(sandbox: BubblewrapSandbox) -> Iterator[Launcher]:
    with contextlib.closing(Launcher(Path(sandbox.python))) as opened:
        yield opened


def program(source: str) -> Program:
    return Program(source=source, cases=(Case(),), limits=LIMITS)


def launcher_of(sandbox: BubblewrapSandbox) -> int:
    launcher = sandbox._held.get().launcher
    assert launcher is not None
    return launcher._process.pid


def ended(pidfd: int) -> bool:
    return bool(select.select([pidfd], [], [], ENDS_WITHIN_S)[0])


def said_by(launcher: Launcher, *command: str, folder: Path = walls.STAGE) -> tuple[str, str]:
    """What a command says on stdout and stderr that is started in bubblewrap's place."""
    request = walls.request(LIMITS.of_container, container_id="of-a-test", uid=walls.uid_for_one_program())
    request["mounts"][0]["folder"] = str(folder)
    pipes = [os.pipe() for _ in range(2)]
    with Path(os.devnull).open("r+b", buffering=0) as null:
        fds = [null.fileno(), pipes[0][1], pipes[1][1], null.fileno(), null.fileno()]
        monitor = launcher.start(request, command, fds)
    for _, writer in pipes:
        os.close(writer)
    with contextlib.closing(monitor):
        assert monitor.wait(ENDS_WITHIN_S)
    with os.fdopen(pipes[0][0]) as stdout, os.fdopen(pipes[1][0]) as stderr:
        return stdout.read(), stderr.read()


def when_confined(monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> list[str]:
    """Call something a moment after each box's runner has started; the boxes' ids are noted."""
    ids, confine = [], Box.confine

    def confine_and_act(self: Box, *args: object) -> None:
        confine(self, *args)  # type: ignore[arg-type]
        ids.append(self.id)
        threading.Timer(1.0, act).start()

    monkeypatch.setattr(Box, "confine", confine_and_act)
    return ids


def test_it_ends_with_its_owner_and_its_boxes_with_it_though_a_child_of_the_owner_lives_on():
    owner = subprocess.Popen([sys.executable, "-c", OWNER], cwd=ROOT, stdout=subprocess.PIPE)
    assert owner.stdout is not None
    container_id, *pids = owner.stdout.readline().decode().split()
    launcher, process_1, child = (os.pidfd_open(int(pid)) for pid in pids)

    owner.kill()
    owner.wait()

    gone = ended(launcher), ended(process_1)
    signal.pidfd_send_signal(child, signal.SIGKILL)
    owner.stdout.close()
    for pidfd in (launcher, process_1, child):
        os.close(pidfd)
    with contextlib.closing(BubblewrapSandbox()):  # removes the cgroup, which had nobody else
        assert gone == (True, True)
        assert boxes_left(frozenset({container_id})) == 0


def test_where_it_is_killed_the_program_has_no_record_and_the_next_one_gets_another(sandbox, monkeypatch):
    first = launcher_of(sandbox)
    ids = when_confined(monkeypatch, lambda: os.kill(first, signal.SIGKILL))

    with pytest.raises(SandboxUnavailable, match="launcher of bubblewrap ended, and with it"):
        sandbox.run(program("import time; time.sleep(20)"))

    monkeypatch.undo()
    (case,) = sandbox.run(program("print('fine')")).cases
    assert (case.outcome, case.stdout) == (Outcome.COMPLETED, b"fine\n")
    assert launcher_of(sandbox) != first
    assert len(ids) == 1
    assert boxes_left(frozenset(ids)) == 0


def test_one_that_was_killed_between_two_programs_is_replaced_without_a_word(sandbox):
    first = launcher_of(sandbox)
    os.kill(first, signal.SIGKILL)
    sandbox._held.get().launcher._process.wait()

    (case,) = sandbox.run(program("print('fine')")).cases

    assert case.stdout == b"fine\n"
    assert launcher_of(sandbox) != first


def test_after_a_fork_a_child_has_one_of_its_own_and_leaves_its_parent_the_first():
    said = subprocess.run([sys.executable, "-W", "error", "-c", FORKS], cwd=ROOT, capture_output=True, check=True)

    before, *after = map(int, said.stdout.split())
    assert len(after) == 2
    assert after.count(before) == 1
    assert said.stderr == b""


def test_closing_ends_it_and_what_still_runs_has_no_record(sandbox, monkeypatch):
    pidfd = os.pidfd_open(launcher_of(sandbox))
    ids = when_confined(monkeypatch, sandbox.close)

    with pytest.raises(SandboxUnavailable):
        sandbox.run(program("import time; time.sleep(20)"))

    assert ended(pidfd)
    os.close(pidfd)
    assert boxes_left(frozenset(ids)) == 0


def test_closing_leaves_neither_process_nor_descriptor_and_is_not_for_ever():
    def held() -> tuple[int, set[str]]:
        children = Path("/proc/self/task").glob("*/children")
        return len([*Path("/proc/self/fd").iterdir()]), {pid for each in children for pid in each.read_text().split()}

    sandbox = BubblewrapSandbox()
    gc.collect()  # what other tests have left to be collected is none of this one's
    before = held()

    for _ in range(2):
        sandbox.run(program("pass"))
        sandbox.close()
        sandbox.close()

        assert held() == before


def test_a_box_has_the_descriptors_that_it_was_given_and_no_others(sandbox):
    with Path(os.devnull).open("rb") as ours:
        os.set_inheritable(ours.fileno(), True)
        with contextlib.closing(Launcher(Path(sandbox.python))) as launcher:
            first, second = (said_by(launcher, "/bin/ls", "-v", "/proc/self/fd") for _ in range(2))

    # The last is the one with which it looks.
    assert first == second == ("0\n1\n2\n3\n4\n5\n", "")


def test_bubblewrap_has_one_variable_and_every_signal_as_it_is_by_default(launcher):
    environment, _ = said_by(launcher, "/usr/bin/env")
    status, _ = said_by(launcher, "/bin/cat", "/proc/self/status")

    assert environment == f"PATH={os.defpath}\n"
    ignored = int(status.split("SigIgn:")[1].split()[0], 16)
    assert [
        number for number in signal.valid_signals() if ignored >> (number - 1) & 1
    ] == []  # the C library has its own


def test_a_step_before_bubblewrap_that_fails_is_told_on_the_boxs_own_stderr(launcher, tmp_path):
    _, not_mounted = said_by(launcher, "/bin/true", folder=tmp_path / "no" / "folder")
    _, not_there = said_by(launcher, "/nowhere/bwrap")

    assert re.fullmatch(rf"launcher: .+: '{tmp_path}/no/folder'\n", not_mounted)
    assert not_there == "launcher: [Errno 2] No such file or directory: b'/nowhere/bwrap'\n"


def test_a_program_whose_box_fails_before_bubblewrap_raises_the_launchers_words(sandbox, monkeypatch):
    monkeypatch.setattr(walls, "_PASSWD", walls.STAGE / "no" / "folder")

    with pytest.raises(SandboxUnavailable, match=r"bubblewrap does not run here: launcher: .+"):
        sandbox.run(program("pass"))


def test_one_that_does_not_even_start_is_told_in_its_own_words(tmp_path):
    python = tmp_path / "python3"
    python.write_text("#!/bin/sh\necho no module named ctypes >&2\n")
    python.chmod(0o755)

    refusal = pytest.raises(SandboxUnavailable, match="launcher of bubblewrap went away: no module named ctypes")
    with contextlib.closing(Launcher(python)) as broken, refusal:
        said_by(broken, "/bin/true")


def test_where_no_process_can_be_started_it_is_our_trouble_and_nothing_is_left(sandbox, monkeypatch):
    def fail(*_: object, **__: object) -> None:
        raise OSError(errno.EAGAIN, "Resource temporarily unavailable")

    sandbox.close()
    before = len([*Path("/proc/self/fd").iterdir()])
    monkeypatch.setattr(subprocess, "Popen", fail)

    with pytest.raises(SandboxUnavailable, match=r"starting the launcher of bubblewrap: .*temporarily unavailable"):
        sandbox.run(program("pass"))

    assert len([*Path("/proc/self/fd").iterdir()]) == before
