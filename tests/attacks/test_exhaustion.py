"""Programs that take more than they may."""

from __future__ import annotations

import pytest

from sandbox import Case, Limit, Outcome, Program
from tests.sandboxes import TIGHT


def test_a_fork_bomb_ends_with_its_program(attack):
    bomb = "import os\nwhile True:\n    try: os.fork()\n    except OSError: pass\n"

    seen = attack(bomb)

    assert seen.outcome is Outcome.TIME_LIMIT


def test_a_thread_bomb_is_an_error_of_the_program(attack):
    seen = attack(
        "import threading, time\nfor _ in range(1000): threading.Thread(target=time.sleep, args=(9,)).start()"
    )

    assert seen.outcome in (Outcome.RUNTIME_ERROR, Outcome.TIME_LIMIT)
    assert b"can't start new thread" in seen.stderr


@pytest.mark.parametrize(
    "source",
    [
        "b = []\nwhile True: b.append(bytearray(1 << 20))",
        "b = bytearray(1 << 40)",
        "x = 'x' * 10\nwhile True: x += x",
    ],
    ids=["slowly", "at once", "doubling"],
)
def test_a_memory_bomb_hits_the_memory_limit(attack, source):
    seen = attack(source)

    assert (seen.outcome, seen.limit) == (Outcome.MEMORY_LIMIT, Limit.MEMORY)


def test_a_memory_bomb_split_over_children_hits_the_memory_limit(attack):
    bomb = (
        "import os, time\n"
        "for _ in range(4):\n"
        "    if not os.fork():\n"
        "        b = bytearray(b'x') * (60 << 20)\n"
        "        time.sleep(0.5)\n"
        "        os._exit(0)\n"
        "for _ in range(4): os.wait()\n"
    )

    seen = attack(bomb)

    assert (seen.outcome, seen.limit) == (Outcome.MEMORY_LIMIT, Limit.MEMORY)


def test_a_child_killed_for_memory_is_not_hidden_by_a_clean_end_of_its_parent(attack):
    hidden = (
        "import os, time\n"
        "pids = [os.fork(), os.fork()]\n"
        "if 0 in pids:\n"
        "    b = bytearray(b'x') * (70 << 20)\n"
        "    time.sleep(0.5)\n"
        "    os._exit(0)\n"
        "for pid in pids: os.waitpid(pid, 0)\n"
        "print('fine')\n"
    )

    seen = attack(hidden)

    assert seen.outcome is Outcome.MEMORY_LIMIT


def test_a_caught_memory_error_is_no_memory_limit(attack):
    seen = attack("try: bytearray(1 << 40)\nexcept MemoryError: print('caught')")

    assert (seen.outcome, seen.stdout) == (Outcome.COMPLETED, b"caught\n")


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_a_flood_hits_the_output_limit_and_is_not_kept(attack, stream):
    seen = attack(f"import sys\nwhile True: sys.{stream}.write('x' * 65536)")

    assert (seen.outcome, seen.limit) == (Outcome.OUTPUT_LIMIT, Limit.OUTPUT)
    assert len(seen.stdout) <= 256 * 1024
    assert len(seen.stderr) <= 16 * 1024


def test_an_exception_text_of_50_mb_hits_the_output_limit(attack):
    seen = attack("raise ValueError('x' * 50_000_000)")

    assert seen.outcome in (Outcome.OUTPUT_LIMIT, Outcome.MEMORY_LIMIT)


def test_a_value_too_large_hits_the_output_limit(forgery):
    seen = forgery("def answer(x): return 'x' * 1_000_000")

    assert (seen.outcome, seen.value) == (Outcome.OUTPUT_LIMIT, None)


def test_a_value_that_contains_itself_twice_hits_the_output_limit(forgery):
    seen = forgery("def answer(x):\n    a = []\n    a += [a, a]\n    return a")

    assert (seen.outcome, seen.value) == (Outcome.OUTPUT_LIMIT, None)


def test_an_endless_loop_hits_the_cpu_limit(attack):
    seen = attack("while True: pass")

    assert (seen.outcome, seen.limit) == (Outcome.TIME_LIMIT, Limit.CPU)
    assert 0.5 <= seen.cpu_s < 1.5


def test_an_endless_sleep_hits_the_wall_limit(attack):
    seen = attack("import time\ntime.sleep(1e6)")

    assert (seen.outcome, seen.limit) == (Outcome.TIME_LIMIT, Limit.WALL)


def test_a_loop_that_ignores_every_signal_hits_the_cpu_limit(attack):
    stubborn = (
        "import signal\n"
        "for number in signal.valid_signals():\n"
        "    try: signal.signal(number, signal.SIG_IGN)\n"
        "    except OSError: pass\n"
        "while True: pass\n"
    )

    seen = attack(stubborn)

    assert (seen.outcome, seen.limit) == (Outcome.TIME_LIMIT, Limit.CPU)


def test_a_loop_spread_over_children_hits_the_cpu_limit(attack):
    spread = (
        "import os, time\n"
        "for _ in range(8):\n"
        "    if not os.fork():\n"
        "        end = time.process_time() + 0.3\n"
        "        while time.process_time() < end: pass\n"
        "        os._exit(0)\n"
        "    os.wait()\n"
        "print('fine')\n"
    )

    seen = attack(spread)

    assert (seen.outcome, seen.limit) == (Outcome.TIME_LIMIT, Limit.CPU)


def test_children_that_nobody_waits_for_are_counted_to_the_cpu_limit(attack):
    dodging = (
        "import os, signal, time\n"
        "signal.signal(signal.SIGCHLD, signal.SIG_IGN)\n"
        "for _ in range(8):\n"
        "    if not os.fork():\n"
        "        end = time.process_time() + 0.3\n"
        "        while time.process_time() < end: pass\n"
        "        os._exit(0)\n"
        "    try: os.wait()\n"
        "    except ChildProcessError: pass\n"
        "print('fine')\n"
    )

    seen = attack(dodging)

    assert (seen.outcome, seen.limit) == (Outcome.TIME_LIMIT, Limit.CPU)


def test_the_seconds_of_one_case_are_not_those_of_the_next(sandbox):
    source = "import time\nend = float(input())\nwhile time.process_time() < end: pass\n"
    cases = (Case(stdin=b"0.7\n"), Case(stdin=b"0\n"))

    first, second = sandbox.run(Program(source=source, cases=cases, limits=TIGHT)).cases

    assert (first.outcome, second.outcome) == (Outcome.COMPLETED, Outcome.COMPLETED)
    assert first.cpu_s >= 0.7 > 0.5 > second.cpu_s


def test_a_program_that_starves_the_runner_does_not_outlive_its_limits(forgery):
    starving = (
        "import os, signal, time\n"
        "def answer(x):\n"
        "    try:\n"
        "        os.sched_setscheduler(1, os.SCHED_IDLE, os.sched_param(0))\n"
        "        for pid in (0, 1): os.sched_setaffinity(pid, {0})\n"
        "    except PermissionError: pass\n"
        "    signal.signal(signal.SIGCHLD, signal.SIG_IGN)\n"
        "    end = time.monotonic() + 6\n"
        "    for _ in range(12):\n"
        "        if not os.fork():\n"
        "            while time.monotonic() < end: pass\n"
        "            os._exit(0)\n"
        "    try: os.wait()\n"
        "    except ChildProcessError: pass\n"
        "    return 42\n"
    )

    seen = forgery(starving)

    assert (seen.outcome, seen.value) == (Outcome.TIME_LIMIT, None)


@pytest.mark.parametrize(
    "source",
    [
        "import threading, time\nprint('right')\nthreading.Thread(target=time.sleep, args=(1e6,)).start()",
        "import atexit, time\nprint('right')\natexit.register(time.sleep, 1e6)",
    ],
    ids=["thread", "atexit"],
)
def test_the_right_output_and_then_a_hang_at_exit_is_a_time_limit(attack, source):
    seen = attack(source)

    assert (seen.outcome, seen.limit) == (Outcome.TIME_LIMIT, Limit.WALL)


def test_filling_the_disk_ends_at_the_size_of_tmp(attack):
    fill = (
        "import os\n"
        "n = 0\n"
        "try:\n"
        "    while True:\n"
        "        with open(f'/tmp/{n}', 'wb') as file: file.write(bytes(1 << 20))\n"
        "        n += 1\n"
        "except OSError as error: print(n, error.strerror)\n"
    )

    seen = attack(fill)

    written, _, why = seen.stdout.decode().partition(" ")
    assert int(written) <= 16
    assert why == "No space left on device\n"


def test_filling_the_file_table_ends_at_its_bound(attack):
    seen = attack(
        "n = 0\n"
        "try:\n"
        "    while True:\n"
        "        open(f'/tmp/{n}', 'w').close()\n"
        "        n += 1\n"
        "except OSError: print(n)\n"
    )

    assert int(seen.stdout) < 5000


def test_a_recursion_without_end_is_an_error_of_the_program(attack):
    seen = attack("def f(): f()\nf()")

    assert seen.outcome is Outcome.RUNTIME_ERROR
    assert b"RecursionError" in seen.stderr


def test_a_source_nested_too_deep_for_the_compiler_is_an_error_of_the_program(attack):
    seen = attack("(" * 100_000)

    assert seen.outcome in (Outcome.RUNTIME_ERROR, Outcome.MEMORY_LIMIT)
