"""Programs that stop, signal and time: themselves, their group, and the runner above them."""

from __future__ import annotations

import os

import pytest

from sandbox import Limit, Outcome
from tests.attacks.conftest import IMPATIENT

LIBC = "import ctypes, os, signal\nlibc = ctypes.CDLL(None, use_errno=True)\n"
STOPS = {
    "itself": "os.kill(os.getpid(), signal.SIGSTOP)",
    "its group": "os.killpg(0, signal.SIGSTOP)",
}


@pytest.mark.parametrize("source", STOPS.values(), ids=STOPS.keys())
def test_a_program_that_stops_hits_the_wall_limit(attack, source):
    seen = attack(f"import os, signal\nprint('right', flush=True)\n{source}", limits=IMPATIENT)

    assert (seen.outcome, seen.limit) == (Outcome.TIME_LIMIT, Limit.WALL)


def test_a_child_that_is_stopped_is_killed_with_its_program(attack):
    seen = attack("import os, signal\nif not os.fork(): os.kill(os.getpid(), signal.SIGSTOP)\nprint('done')")

    assert (seen.outcome, seen.stdout) == (Outcome.COMPLETED, b"done\n")
    assert seen.wall_s < 2


def test_a_flood_of_signals_does_not_stop_the_runner_from_seeing_the_end(attack):
    seen = attack("import os, signal\nfor _ in range(100_000): os.kill(1, signal.SIGCHLD)\nprint('sent')")

    assert (seen.outcome, seen.stdout) == (Outcome.COMPLETED, b"sent\n")


def test_a_flood_of_signals_without_end_hits_a_limit_of_time(attack):
    seen = attack(
        "import os, signal\n"
        "for _ in range(3): os.fork()\n"
        "while True:\n"
        "    for number in (signal.SIGCHLD, signal.SIGINT, signal.SIGPIPE, signal.SIGCONT): os.kill(1, number)\n",
        limits=IMPATIENT,
    )

    assert seen.outcome is Outcome.TIME_LIMIT


def test_a_flood_of_ends_of_children_does_not_hide_the_end_of_the_program(attack):
    seen = attack("import os\nfor _ in range(300):\n    if not os.fork(): os._exit(9)\n    os.wait()\nprint('done')")

    assert (seen.outcome, seen.exit_status, seen.stdout) == (Outcome.COMPLETED, 0, b"done\n")


def test_a_clean_end_of_a_grandchild_is_not_taken_for_that_of_the_program(attack):
    seen = attack(
        "import os, time\n"
        "if not os.fork():\n"
        "    for _ in range(50):\n"
        "        if not os.fork(): os._exit(0)\n"
        "    os._exit(0)\n"
        "time.sleep(0.1)\n"
        "os._exit(3)\n"
    )

    assert (seen.outcome, seen.exit_status) == (Outcome.RUNTIME_ERROR, 3)


def test_the_end_of_the_main_thread_alone_is_not_that_of_the_program(attack):
    number = {"x86_64": 60, "aarch64": 93}[os.uname().machine]

    seen = attack(
        f"{LIBC}import threading, time\n"
        "def go_on():\n    time.sleep(0.2)\n    os.write(1, b'late')\n    os._exit(7)\n"
        "threading.Thread(target=go_on).start()\n"
        f"libc.syscall({number}, 0)\n"
    )

    assert (seen.outcome, seen.exit_status, seen.stdout) == (Outcome.RUNTIME_ERROR, 7, b"late")


def test_no_signal_reaches_the_runner_through_a_handle_on_it(attack):
    seen = attack(
        "import os, signal\n"
        "for number in signal.valid_signals(): signal.pidfd_send_signal(os.pidfd_open(1), number)\n"
        "print('still here')\n"
    )

    assert (seen.outcome, seen.stdout) == (Outcome.COMPLETED, b"still here\n")


def test_no_signal_that_the_kernel_sends_for_a_descriptor_reaches_the_runner(attack):
    seen = attack(
        "import fcntl, os, signal\n"
        "reader, writer = os.pipe()\n"
        "for number in (signal.SIGKILL, signal.SIGSTOP, signal.SIGTERM, signal.SIGRTMIN):\n"
        "    fcntl.fcntl(reader, fcntl.F_SETOWN, 1)\n"
        "    fcntl.fcntl(reader, fcntl.F_SETSIG, number)\n"
        "    fcntl.fcntl(reader, fcntl.F_SETFL, os.O_ASYNC)\n"
        "    os.write(writer, b'x')\n"
        "    os.read(reader, 1)\n"
        "print('still here')\n"
    )

    assert (seen.outcome, seen.stdout) == (Outcome.COMPLETED, b"still here\n")


def test_a_flood_of_queued_signals_and_timers_ends_at_its_bound_and_with_its_program(attack):
    seen = attack(
        f"{LIBC}"
        "signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())\n"
        "me, sent, timers = os.getpid(), 0, 0\n"
        "while sent < 100_000 and not libc.sigqueue(me, signal.SIGRTMIN, None): sent += 1\n"
        "timer = ctypes.c_void_p()\n"
        "while timers < 100_000 and not libc.timer_create(0, None, ctypes.byref(timer)): timers += 1\n"
        "print(sent > 0, sent + timers < 200_000)\n"
    )

    assert (seen.outcome, seen.stdout) == (Outcome.COMPLETED, b"True True\n")


def test_a_handler_of_the_limit_of_time_gains_nothing(forgery):
    seen = forgery(
        "import os, signal\n"
        "signal.signal(signal.SIGXCPU, lambda *_: os._exit(0))\n"
        "def answer(x):\n    while True: pass\n"
    )

    # The kernel counts ticks and may send the signal a little before the limit.
    assert (seen.outcome, seen.limit) in ((Outcome.TIME_LIMIT, Limit.CPU), (Outcome.RUNTIME_ERROR, None))
    assert seen.value is None


def test_limits_that_a_program_lifts_hold(attack):
    seen = attack(
        "import resource\n"
        "for limit in (resource.RLIMIT_CPU, resource.RLIMIT_AS, resource.RLIMIT_NOFILE, resource.RLIMIT_FSIZE):\n"
        "    try: resource.setrlimit(limit, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))\n"
        "    except (ValueError, PermissionError) as error: print(type(error).__name__)\n"
        "    else: print('lifted')\n"
        "soft, hard = resource.getrlimit(resource.RLIMIT_CPU)\n"
        "resource.setrlimit(resource.RLIMIT_CPU, (hard, hard))\n"
        "while True: pass\n"
    )

    assert (seen.outcome, seen.limit) == (Outcome.TIME_LIMIT, Limit.CPU)
    assert b"lifted" not in seen.stdout


def test_no_child_is_born_into_a_namespace_of_its_own(attack):
    clone = {"x86_64": 56, "aarch64": 220}[os.uname().machine]

    seen = attack(
        f"{LIBC}"
        "for kind in (0x10000000, 0x20000000, 0x00020000, 0x40000000, 0x08000000):\n"
        "    pids = [\n"
        f"        libc.syscall({clone}, ctypes.c_ulong(kind | signal.SIGCHLD), 0, 0, 0, 0),\n"
        "        libc.syscall(435, (ctypes.c_uint64 * 8)(kind, 0, 0, 0, signal.SIGCHLD, 0, 0, 0), 64),\n"
        "    ]\n"
        "    if 0 in pids: os._exit(0)\n"
        "    print(*pids)\n"
    )

    assert (seen.outcome, seen.stdout) == (Outcome.COMPLETED, b"-1 -1\n" * 5)
