"""Known programs in plain processes: the same records as in a sandbox, and never an unknown one."""

from __future__ import annotations

import errno
import os
import select
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest

from sandbox import (
    Call,
    Case,
    Limit,
    Limits,
    Outcome,
    PlainSandbox,
    Program,
    SandboxUnavailable,
    UnknownProgram,
    decode_value,
)
from sandbox.owner import folder_name
from sandbox.plain import known_left

ROOT = Path(__file__).parents[2]
LIMITS = Limits(cpu_s=1, wall_s=5, total_wall_s=20, memory_mib=96, output_kib=64)
DOUBLE = Program(source="print(int(input()) * 2)", cases=(Case(stdin=b"21\n"), Case(stdin=b"x")), limits=LIMITS)


def known(program):
    return PlainSandbox(frozenset({program.digest}))


def ran(source, **case):
    program = Program(source=source, cases=(Case(**case),), limits=LIMITS)
    (record,) = known(program).run(program).cases
    return record


def test_a_known_program_runs_and_the_record_says_that_it_had_no_walls():
    record = known(DOUBLE).run(DOUBLE)

    assert [(case.outcome, case.stdout) for case in record.cases] == [
        (Outcome.COMPLETED, b"42\n"),
        (Outcome.RUNTIME_ERROR, b""),
    ]
    assert (record.engine, record.network) == ("plain subprocess (known answer)", True)
    assert known_left(frozenset({record.container_id})) == 0


@pytest.mark.parametrize(
    "changed",
    [
        {"source": DOUBLE.source + "\n"},
        {"source": DOUBLE.source.replace("2", "3")},
        {"cases": DOUBLE.cases[:1]},
        {"cases": (Case(stdin=b"22\n"), Case(stdin=b"x"))},
        {"limits": replace(LIMITS, cpu_s=2)},
    ],
)
def test_a_program_that_differs_in_a_byte_is_refused_and_no_process_is_started(monkeypatch, changed):
    def start(*_: object, **__: object) -> None:
        raise AssertionError("a process was started")

    monkeypatch.setattr(subprocess, "Popen", start)
    monkeypatch.setattr(os, "fork", start)

    with pytest.raises(UnknownProgram, match="known word for word"):
        known(DOUBLE).run(replace(DOUBLE, **changed))


@pytest.mark.parametrize(("allowed", "name"), [(0, "pipe"), (2, "pipe"), (0, "pidfd_open"), (0, "mkdir")])
def test_where_the_machine_has_no_more_files_it_is_our_trouble_and_nothing_is_left(monkeypatch, allowed, name):
    real, calls = getattr(os, name), iter(range(100))

    def fail_later(*args: object, **named: object) -> object:
        if next(calls) >= allowed:
            raise OSError(errno.EMFILE, "Too many open files")
        return real(*args, **named)

    sandbox = known(DOUBLE)
    before = len([*Path("/proc/self/fd").iterdir()])
    monkeypatch.setattr(os, name, fail_later)

    with pytest.raises(SandboxUnavailable, match=r"plain process: .*Too many open files"):
        sandbox.run(DOUBLE)

    monkeypatch.undo()
    assert len([*Path("/proc/self/fd").iterdir()]) == before


def test_nothing_is_known_to_a_sandbox_of_nothing():
    with pytest.raises(UnknownProgram):
        PlainSandbox(frozenset()).run(DOUBLE)


def test_a_call_returns_its_value_with_exact_types():
    seen = ran("def f(a): return a, [True]", call=Call(entry_point="f", args="({1.5},)"))

    assert seen.outcome is Outcome.COMPLETED
    assert seen.value is not None
    assert decode_value(seen.value) == ({1.5}, [True])


@pytest.mark.parametrize(
    ("source", "outcome", "limit"),
    [
        ("while True: pass", Outcome.TIME_LIMIT, Limit.CPU),
        ("bytearray(1 << 40)", Outcome.MEMORY_LIMIT, Limit.MEMORY),
        ("while True: print('x' * 4096)", Outcome.OUTPUT_LIMIT, Limit.OUTPUT),
        ("open('big', 'wb').write(bytes(1 << 25))", Outcome.RUNTIME_ERROR, None),
        ("raise SystemExit(3)", Outcome.RUNTIME_ERROR, None),
    ],
)
def test_limits_hold(source, outcome, limit):
    seen = ran(source)

    assert (seen.outcome, seen.limit) == (outcome, limit)


def test_a_sleep_ends_at_the_wall_limit_and_the_cases_after_the_total_never_start():
    limits = replace(LIMITS, wall_s=0.5, total_wall_s=0.5)
    program = Program(source="import time; time.sleep(60)", cases=(Case(), Case()), limits=limits)

    record = known(program).run(program)

    assert [(case.outcome, case.limit) for case in record.cases] == [(Outcome.TIME_LIMIT, Limit.WALL)] * 2


def test_what_a_case_left_running_ends_with_it():
    seen = ran("import os, time\npid = os.fork()\nif not pid: time.sleep(60)\nprint(pid)")

    assert is_gone(int(seen.stdout))


def test_a_case_starts_in_an_empty_folder_of_its_own_without_a_variable_of_ours(monkeypatch):
    monkeypatch.setenv("YZ_SECRET_OF_OURS", "hunter2")

    seen = ran("import os; print(os.getcwd(), os.listdir(), sorted(os.environ))")

    folder, rest = seen.stdout.decode().split(" ", 1)
    assert rest == "[] ['LC_CTYPE', 'PYTHONHASHSEED']\n"
    assert not Path(folder).exists()


def test_no_other_process_is_killed_and_no_other_file_removed():
    """What the runner does between cases as process 1 of a container would do both to this machine."""
    with tempfile.NamedTemporaryFile() as ours:
        bystander = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
        try:
            known(DOUBLE).run(DOUBLE)

            assert Path(ours.name).exists()
            assert bystander.poll() is None
        finally:
            bystander.communicate(b"\n")

    assert bystander.returncode == 0


def test_a_folder_that_is_left_is_counted(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    (tmp_path / f"{folder_name('c0ffee', 60)}-x").mkdir()

    assert known_left(frozenset({"c0ffee", "another"})) == 1


def test_folders_of_the_dead_are_removed_and_those_of_the_living_left_alone(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    (living := tmp_path / f"{folder_name('living', 60)}-x").mkdir()
    monkeypatch.setattr("sandbox.process._started", lambda pid: "12345")
    (dead := tmp_path / f"{folder_name('dead', 60)}-x").mkdir()
    monkeypatch.undo()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    (dead / "program.py").write_text("pass")

    PlainSandbox(frozenset())

    assert (living.exists(), dead.exists()) == (True, False)


def test_a_case_ends_with_the_worker_that_was_killed():
    script = (
        "from sandbox import *; import sandbox.plain as plain; watch = plain._watch\n"
        "def say(gathered, pid, deadline): print(pid, flush=True); return watch(gathered, pid, deadline)\n"
        "plain._watch = say\n"
        "program = Program(source='import time; time.sleep(60)', cases=(Case(),), limits=Limits(wall_s=60))\n"
        "PlainSandbox(frozenset({program.digest})).run(program)\n"
    )
    worker = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE)
    assert worker.stdout is not None
    pid = int(worker.stdout.readline())
    process = os.pidfd_open(pid)
    # It is up once it has become the candidate, which leads a group of its own.
    while os.getpgid(pid) != pid:
        pass

    worker.kill()
    worker.communicate()

    assert select.select([process], [], [], 20)[0]
    os.close(process)
    PlainSandbox(frozenset())


def test_a_case_that_is_interrupted_is_killed(monkeypatch):
    pids = []

    def interrupt(_, pid, __):
        pids.append(pid)
        raise KeyboardInterrupt

    monkeypatch.setattr("sandbox.plain._watch", interrupt)
    with pytest.raises(KeyboardInterrupt):
        ran("import time; time.sleep(60)")

    assert is_gone(pids[0])


def is_gone(pid: int) -> bool:
    """Whether a process ends that was killed a moment ago."""
    try:
        process = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    ended = select.select([process], [], [], 10)[0]
    os.close(process)
    return bool(ended)
