"""Boxes of bubblewrap that wait: each serves once; what ends them, their launcher or their owner costs no program."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox import BubblewrapSandbox, Case, Limits, Outcome, Program
from sandbox.attempt import converse
from sandbox.bwrap.box import Box, boxes_left, make_ready
from sandbox.bwrap.monitor import Launcher
from sandbox.conversation import Conversation
from sandbox.stream import End

pytestmark = pytest.mark.bubblewrap

ROOT = Path(__file__).parents[2]
LIMITS = Limits(cpu_s=1, wall_s=5, total_wall_s=20, memory_mib=96)


def program(source: str, *cases: Case) -> Program:
    return Program(source=source, cases=cases or (Case(),), limits=LIMITS)


@pytest.fixture
def sandbox() -> Iterator[BubblewrapSandbox]:
    """One in which none waits."""
    with contextlib.closing(BubblewrapSandbox()) as opened:
        yield opened


@pytest.fixture
def pooled(boxes) -> Iterator[BubblewrapSandbox]:
    with contextlib.closing(BubblewrapSandbox(pool_size=2, pooled=LIMITS)) as sandbox:
        sandbox.run(program("pass"))
        yield sandbox


def ready(sandbox: BubblewrapSandbox) -> dict[str, Box]:
    """Wait until two boxes of its pool wait for programs; give them by their ids."""
    pool, deadline = sandbox._held.get().pool, time.monotonic() + 60
    while pool.waiting < 2:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return {box.id: box for _, box in pool._ready}


def complaints_of(script: str) -> tuple[int, bytes]:
    """Run a script that complains of everything that it loses; give its status and its stderr."""
    said = subprocess.run([sys.executable, "-W", "error", "-c", script], cwd=ROOT, capture_output=True, check=False)
    return said.returncode, said.stderr


def test_every_program_has_a_box_of_its_own_that_waited_for_it(pooled):
    waited = ready(pooled)

    records = [pooled.run(program("print(input())", Case(stdin=b"x\n"))) for _ in range(6)]

    assert {record.container_id for record in records[:2]} == {*waited}
    assert len({record.container_id for record in records}) == 6
    assert {record.cases[0].stdout for record in records} == {b"x\n"}


def test_a_program_with_other_limits_does_not_get_a_box_that_waits(pooled):
    source = "bytearray(b'x') * (150 << 20)"
    ready(pooled)

    (more,) = pooled.run(Program(source=source, cases=(Case(),), limits=Limits(memory_mib=256))).cases
    (usual,) = pooled.run(program(source)).cases

    assert (more.outcome, usual.outcome) == (Outcome.COMPLETED, Outcome.MEMORY_LIMIT)


def test_boxes_that_were_killed_while_they_waited_cost_no_program_anything(pooled):
    waited = ready(pooled)
    for box in waited.values():
        os.kill(box._pid, signal.SIGKILL)

    record = pooled.run(program("print('done')"))

    assert record.cases[0].stdout == b"done\n"
    assert record.container_id not in waited


def test_boxes_whose_launcher_was_killed_while_they_waited_cost_no_program_anything(pooled):
    waited = ready(pooled)
    launcher = pooled._held.get().launcher
    launcher._process.kill()
    launcher._process.wait()
    for box in waited.values():
        assert box._monitor.wait(20)

    record = pooled.run(program("print('done')"))

    assert record.cases[0].stdout == b"done\n"
    assert record.container_id not in waited
    assert not {*ready(pooled)} & {*waited}


def test_a_closed_pool_leaves_neither_box_nor_descriptor(boxes):
    before = len([*Path("/proc/self/fd").iterdir()])
    with contextlib.closing(BubblewrapSandbox(pool_size=2, pooled=LIMITS)) as sandbox:
        sandbox.run(program("pass"))
        ready(sandbox)
        sandbox.run(program("pass"))

    assert len([*Path("/proc/self/fd").iterdir()]) == before


def test_a_box_that_nobody_sends_a_program_ends_by_itself(sandbox, boxes, monkeypatch):
    monkeypatch.setattr("sandbox.conversation.IDLE_S", 0.3)
    sandbox.run(program("pass"))
    with sandbox._held.get().pool.made_for(program("pass")) as box:
        assert box._monitor.wait(20)


def test_what_waits_ends_with_a_process_that_was_killed():
    script = (
        "import time; from sandbox import *\n"
        "sandbox = BubblewrapSandbox(pool_size=2)\n"
        "sandbox.run(Program(source='pass', cases=(Case(),)))\n"
        "pool = sandbox._held.get().pool\n"
        "while pool.waiting < 2: time.sleep(0.02)\n"
        "print(*(f'{box.id} {box._pid}' for _, box in pool._ready), flush=True)\n"
        "time.sleep(600)\n"
    )
    worker = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE)
    assert worker.stdout is not None
    words = worker.stdout.readline().decode().split()
    processes = [os.pidfd_open(int(pid)) for pid in words[1::2]]

    worker.kill()
    worker.communicate()

    for each in processes:
        assert select.select([each], [], [], 20)[0]
        os.close(each)
    with contextlib.closing(BubblewrapSandbox()):  # removes their cgroups
        assert boxes_left(frozenset(words[0::2])) == 0


def test_a_child_leaves_its_parent_the_boxes_that_wait_and_fills_a_pool_of_its_own():
    script = (
        "import os, time; from sandbox import *\n"
        "sandbox = BubblewrapSandbox(pool_size=2)\n"
        "run = lambda: sandbox.run(Program(source='print(1)', cases=(Case(),)))\n"
        "def ready():\n"
        "    while sandbox._held.get().pool.waiting < 2: time.sleep(0.02)\n"
        "    return {box.id for _, box in sandbox._held.get().pool._ready}\n"
        "run(); waited = ready()\n"
        "child = os.fork()\n"
        "if child == 0:\n"
        "    assert run().cases[0].stdout == b'1\\n'\n"
        "    assert not ready() & waited\n"
        "else:\n"
        "    assert os.waitpid(child, 0)[1] == 0\n"
        "    assert run().container_id in waited\n"
        "sandbox.close()\n"
    )

    assert complaints_of(script) == (0, b"")


def test_a_box_that_ends_while_a_child_holds_its_end_of_the_stream_is_seen_to_end(sandbox, boxes, monkeypatch):
    children: list[int] = []
    start = Launcher.start

    def fork_and_start(self, *args):
        if not children:
            children.append(os.fork())
            if children[0] == 0:
                time.sleep(600)
                os._exit(0)
        return start(self, *args)

    monkeypatch.setattr(Launcher, "start", fork_and_start)
    try:
        with sandbox._held.get().pool.made_for(program("pass")) as box:
            os.kill(box._pid, signal.SIGKILL)
            assert box._monitor.wait(20)
            assert box.stream.is_open
            assert not box.waits

            assert converse(Conversation(program("pass")), box.stream, time.monotonic() + 600, box.look) is End.CLOSED
    finally:
        os.kill(children[0], signal.SIGKILL)
        os.waitpid(children[0], 0)


@pytest.mark.parametrize("pool_size", [0, 2])
def test_a_child_that_only_closes_keeps_nothing_of_its_parents(pool_size):
    script = (
        "import gc, os, sys, time; from sandbox import *\n"
        "count = lambda: len(os.listdir('/proc/self/fd'))\n"
        f"sandbox = BubblewrapSandbox(pool_size={pool_size}); before = count()\n"
        "sandbox.run(Program(source='pass', cases=(Case(),)))\n"
        f"while sandbox._held.get().pool.waiting < {pool_size}: time.sleep(0.02)\n"
        "child = os.fork()\n"
        "sandbox.close(); gc.collect()\n"
        "assert count() == before\n"
        "if child: sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))\n"
    )

    assert complaints_of(script) == (0, b"")


def test_a_waiting_runner_that_the_kernel_killed_for_memory_costs_no_program_anything(sandbox, boxes, monkeypatch):
    def make_and_kill_the_first(*args):
        box = make_ready(*args)
        if box.id == boxes[0]:
            os.kill(box._pid, signal.SIGKILL)
            assert box._monitor.wait(20)
        return box

    monkeypatch.setattr("sandbox.bubblewrap_sandbox.make_ready", make_and_kill_the_first)
    monkeypatch.setattr(Box, "oom_kills", property(lambda box: int(box.id == boxes[0])))

    (case,) = sandbox.run(program("print('fine')")).cases

    assert (case.outcome, case.stdout) == (Outcome.COMPLETED, b"fine\n")
    assert len(boxes) == 2
