"""A case that tries to leave something behind for the next one."""

from __future__ import annotations

from dataclasses import replace

from sandbox import Case, Limit, Outcome, Program
from tests.sandboxes import TIGHT


def run_twice(sandbox, source):
    """Run a source on stdin "0", then "1"."""
    return sandbox.run(Program(source=source, cases=(Case(stdin=b"0"), Case(stdin=b"1")), limits=TIGHT)).cases


def test_no_file_is_left_however_deep_and_locked(sandbox):
    first, second = run_twice(
        sandbox,
        "import os\n"
        "if input() == '0':\n"
        "    os.symlink('/etc', '/tmp/link')\n"
        "    for n in range(1500):\n"
        "        os.mkdir('d'); open('f', 'w').close(); os.chmod('f', 0); os.chdir('d')\n"
        "    os.chdir('..'); os.chmod('d', 0)\n"
        "    os.chdir('/tmp'); os.chmod('d', 0)\n"
        "print(len(os.listdir('/tmp')))\n",
    )

    assert (first.outcome, first.stdout) == (Outcome.COMPLETED, b"3\n")
    assert (second.outcome, second.stdout) == (Outcome.COMPLETED, b"0\n")


def test_a_locked_folder_of_work_is_not_left(sandbox):
    first, second = run_twice(sandbox, "import os\nif input() == '0': os.chmod('/tmp', 0)\nprint(os.listdir('/tmp'))")

    assert first.outcome is Outcome.RUNTIME_ERROR
    assert (second.outcome, second.stdout) == (Outcome.COMPLETED, b"[]\n")


def test_no_setting_of_the_kernel_is_left(sandbox):
    first, second = run_twice(
        sandbox,
        "import os\n"
        "names = ['kernel/pid_max', 'kernel/shmmax', 'kernel/msgmax', 'kernel/sem', 'fs/mqueue/queues_max']\n"
        "if input() == '0':\n"
        "    for name in names:\n"
        "        try: os.write(os.open(f'/proc/sys/{name}', os.O_WRONLY), b'301 301 301 301')\n"
        "        except OSError: pass\n"
        "print([open(f'/proc/sys/{name}').read().split()[:1] for name in names])\n",
    )

    assert (first.outcome, second.outcome) == (Outcome.COMPLETED, Outcome.COMPLETED)
    assert b"301" not in second.stdout


def test_memory_that_has_the_kernel_kill_the_runner_is_the_programs(sandbox):
    fill = "for n in 12 13 14 15 16 17 18 19; do head -c 15728640 /dev/zero >&$n; done"

    first, second = run_twice(
        sandbox,
        "import os\n"
        "if input() == '0':\n"
        "    for n in range(12, 20): os.dup2(os.memfd_create('m'), n)\n"
        f"    os.execv('/bin/bash', ['bash', '-c', 'echo 0 >/proc/self/oom_score_adj; {fill}'])\n"
        "print('fine')\n",
    )

    assert (first.outcome, first.limit) == (Outcome.MEMORY_LIMIT, Limit.MEMORY)
    assert second.outcome in (Outcome.COMPLETED, Outcome.MEMORY_LIMIT)


def test_no_module_is_left_to_be_imported(sandbox):
    first, second = run_twice(
        sandbox,
        "import sys\n"
        "if input() == '0':\n"
        "    for name in ('random', 'fractions', 'sitecustomize', 'usercustomize', 'json', 'planted'):\n"
        "        for place in ('/tmp', '/tmp/.local/lib', '.'):\n"
        "            try: open(f'{place}/{name}.py', 'w').write('print(1 / 0)')\n"
        "            except OSError: pass\n"
        "import random, fractions, json\n"
        "sys.path.insert(0, '/tmp')\n"
        "try: import planted\n"
        "except (ImportError, ZeroDivisionError) as error: print(type(error).__name__)\n",
    )

    assert (first.outcome, first.stdout) == (Outcome.COMPLETED, b"ZeroDivisionError\n")
    assert (second.outcome, second.stdout) == (Outcome.COMPLETED, b"ModuleNotFoundError\n")


def test_no_daemon_is_left(sandbox):
    first, second = run_twice(
        sandbox,
        "import os, signal, time\n"
        "if input() == '0':\n"
        "    if not os.fork():\n"
        "        os.setsid()\n"
        "        if not os.fork():\n"
        "            signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "            time.sleep(1e6)\n"
        "        os._exit(0)\n"
        "    os.wait()\n"
        "print(sum(name.isdigit() for name in os.listdir('/proc')))\n",
    )

    assert int(first.stdout) > 2
    assert second.stdout == b"2\n"


def test_a_daemon_that_holds_stdout_does_not_hold_up_the_case(sandbox):
    first, _ = run_twice(sandbox, "import os, time\nif not os.fork(): time.sleep(1e6)\nprint('parent')")

    assert (first.outcome, first.stdout) == (Outcome.COMPLETED, b"parent\n")
    assert first.wall_s < 2


def test_no_shared_memory_or_queue_is_left(sandbox):
    first, second = run_twice(
        sandbox,
        "import ctypes\n"
        "libc = ctypes.CDLL(None)\n"
        "if input() == '0':\n"
        "    print(min(libc.shmget(0, 4096, 0o1666), libc.msgget(0, 0o1666), libc.semget(0, 1, 0o1666)) >= 0)\n"
        "print([len(open(f'/proc/sysvipc/{kind}').readlines()) for kind in ('shm', 'msg', 'sem')])\n",
    )

    # Made and then removed, or refused from the start.
    assert first.stdout in (b"True\n[2, 2, 2]\n", b"False\n[1, 1, 1]\n")
    assert second.stdout == b"[1, 1, 1]\n"


def test_no_posix_message_is_left(sandbox):
    first, second = run_twice(
        sandbox,
        "import ctypes, os\n"
        "libc = ctypes.CDLL(None)\n"
        "attributes = (ctypes.c_long * 8)(0, 8, 64)\n"
        "queue = libc.mq_open(b'/note', os.O_RDWR | os.O_CREAT | os.O_NONBLOCK, 0o600, attributes)\n"
        "note = ctypes.create_string_buffer(64)\n"
        "print(libc.mq_receive(queue, note, 64, None))\n"
        "libc.mq_send(queue, b'x', 1, 0)\n",
    )

    assert (first.outcome, first.stdout) == (Outcome.COMPLETED, b"-1\n")
    assert (second.outcome, second.stdout) == (Outcome.COMPLETED, b"-1\n")


def test_no_queue_is_left_that_was_made_as_a_file(sandbox):
    first, second = run_twice(
        sandbox,
        "import os\n"
        "try: print(os.listdir('/dev/mqueue')); open('/dev/mqueue/note', 'x').close(); print('made')\n"
        "except OSError as error: print(error.strerror)\n",
    )

    assert first.stdout == second.stdout
    assert (first.outcome, second.outcome) == (Outcome.COMPLETED, Outcome.COMPLETED)


def test_no_server_is_left_to_talk_to(sandbox):
    first, second = run_twice(
        sandbox,
        "import os, socket, time\n"
        "if input() == '0':\n"
        "    one, other = socket.create_server(('127.0.0.1', 7777)), socket.socket(socket.AF_UNIX)\n"
        "    other.bind('\\0note'); other.listen()\n"
        "    if not os.fork(): os.setsid(); time.sleep(1e6)\n"
        "for family, address in ((socket.AF_INET, ('127.0.0.1', 7777)), (socket.AF_UNIX, '\\0note')):\n"
        "    try: socket.socket(family).connect(address); print('somebody')\n"
        "    except OSError: print('nobody')\n",
    )

    assert first.stdout == b"somebody\nsomebody\n"
    assert second.stdout == b"nobody\nnobody\n"


def test_the_limits_that_one_case_hits_are_not_those_of_the_next(sandbox):
    source = (
        "import sys, os, time\n"
        "what = input()\n"
        "if what == 'memory': x = [bytearray(1 << 20) for _ in range(1000)]\n"
        "if what == 'output': print('x' * 1_000_000)\n"
        "if what == 'cpu':\n    while True: pass\n"
        "if what == 'files':\n    for n in range(3000): open(f'/tmp/{n}', 'w').close()\n"
        "print('fine')\n"
    )
    kinds = ("memory", "output", "cpu", "files")
    cases = tuple(Case(stdin=kind) for hostile in kinds for kind in (hostile.encode(), b"nothing"))

    record = sandbox.run(Program(source=source, cases=cases, limits=TIGHT))

    assert [case.outcome for case in record.cases[1::2]] == [Outcome.COMPLETED] * 4
    assert [case.outcome for case in record.cases[::2]] == [
        Outcome.MEMORY_LIMIT,
        Outcome.OUTPUT_LIMIT,
        Outcome.TIME_LIMIT,
        Outcome.COMPLETED,
    ]


def test_the_inputs_of_other_cases_are_not_in_memory(sandbox):
    source = (
        "import ctypes, re\n"
        "mark = b'SECRET' + b'-'\n"
        "found = set()\n"
        "for line in open('/proc/self/maps'):\n"
        "    low, high = (int(part, 16) for part in line.split()[0].split('-'))\n"
        "    if 'rw' in line.split()[1] and 'vvar' not in line:\n"
        "        found |= set(re.findall(mark + rb'(\\d)', ctypes.string_at(low, high - low)))\n"
        "print(sorted(found), input())\n"
    )
    cases = tuple(Case(stdin=b"SECRET-%d" % number) for number in range(3))

    first, *_ = sandbox.run(Program(source=source, cases=cases, limits=TIGHT)).cases

    assert first.outcome is Outcome.COMPLETED
    assert b"b'1'" not in first.stdout
    assert b"b'2'" not in first.stdout


def test_a_case_that_takes_the_container_with_it_is_blamed_and_not_the_engine(sandbox):
    first, second = run_twice(
        sandbox,
        "import resource\nprint('x')\nif input() == '0': resource.prlimit(1, resource.RLIMIT_AS, (4096, 4096))\n",
    )

    if b"PermissionError" in first.stderr:  # refused from the start
        assert (first.outcome, second.outcome) == (Outcome.RUNTIME_ERROR, Outcome.COMPLETED)
    else:
        assert first.outcome in (Outcome.COMPLETED, Outcome.RUNTIME_ERROR, Outcome.MEMORY_LIMIT)
        assert second.outcome in (Outcome.RUNTIME_ERROR, Outcome.MEMORY_LIMIT)


def test_a_case_after_the_total_wall_seconds_is_a_time_limit(sandbox):
    limits = replace(TIGHT, total_wall_s=1.0)
    cases = (Case(), Case())

    record = sandbox.run(Program(source="import time; time.sleep(9)", cases=cases, limits=limits))

    assert [case.outcome for case in record.cases] == [Outcome.TIME_LIMIT] * 2
    assert max(case.wall_s for case in record.cases) < 9
