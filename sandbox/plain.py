"""Programs that are known word for word, each case in a plain process without walls. Never anything else.

For machines where no sandbox runs: a demo can show what it would do there by running only what came with it. The lock
is in here: a program whose digest is not among those given at the start is refused before anything is started.
"""

from __future__ import annotations

import json
import os
import secrets
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sandbox import inside, owner
from sandbox.conversation import case_record, runner_call, runner_limits
from sandbox.errors import UnknownProgram, system_trouble
from sandbox.facts import Facts
from sandbox.program import Case, Limits, Program
from sandbox.record import CaseRecord, Record
from sandbox.runner import LOADER, MODULES, compiled, gathered

ENGINE = "plain subprocess (known answer)"
#: Until a folder is removed by others after its program's time is up.
_MARGIN_S = 60.0
_PR_SET_PDEATHSIG = 1
#: Borrows from the runner how a case's own process is made. What the runner does as process 1, killing all others and
#: emptying /tmp, is not called, and must never be: here the others are this machine's.
_BECOME = f"""
import ctypes, json, marshal, resource, sys
ctypes.CDLL(None).prctl({_PR_SET_PDEATHSIG}, {int(signal.SIGKILL)})
resource.setrlimit(resource.RLIMIT_NOFILE, ({inside.MAX_FILES}, {inside.MAX_FILES}))
resource.setrlimit(resource.RLIMIT_FSIZE, ({inside.MAX_FILE_BYTES}, {inside.MAX_FILE_BYTES}))
{LOADER}
read = lambda name: open(name, "rb").read()
modules, source, job = map(read, sys.argv[1:4])
candidate = load(marshal.loads(modules))
job = json.loads(job)
candidate.become_candidate(source, None, job["call"], [0, 1, 2], job["report_fd"], job["limits"])
"""
#: No more of the runner's modules than that.
_CANDIDATE = MODULES[: [name for name, _ in MODULES].index("sandbox.runner.candidate") + 1]


class PlainSandbox:
    """Runs programs of a fixed set, by `Program.digest`, with limits but without walls."""

    def __init__(self, known: frozenset[str]) -> None:
        """Remove folders that dead processes left."""
        self._known = known
        for folder in _folders():
            if owner.is_abandoned_folder(folder.name):
                shutil.rmtree(folder, ignore_errors=True)

    def run(self, program: Program) -> Record:
        """Run a known program on all its cases; raise `UnknownProgram` for any other, without starting anything.

        Raises `SandboxUnavailable` if this machine has no process, file or descriptor left for it.
        """
        if program.digest not in self._known:
            raise UnknownProgram(
                "without a sandbox only programs that are known word for word are run, and this is none of them"
            )
        started = time.monotonic()
        deadline = started + program.limits.total_wall_s
        container_id = secrets.token_hex(16)
        with system_trouble("running a known answer in a plain process"):
            cases = tuple(_run(program, case, container_id, deadline) for case in program.cases)
        return Record(
            cases=cases,
            engine=ENGINE,
            container_id=container_id,
            image=sys.executable,
            network=True,
            wall_s=time.monotonic() - started,
        )

    def close(self) -> None:
        """There is nothing to let go of."""


def _run(program: Program, case: Case, container_id: str, deadline: float) -> CaseRecord:
    if time.monotonic() >= deadline:
        facts, *streams = gathered.NOT_STARTED, b"", b"", b""
    else:
        with _files(program, case, container_id) as folder:
            facts, *streams = _run_in(folder, case, program.limits, deadline)
    stdout, stderr, raw_value = streams
    judged = Facts(**facts, ticket="")  # type: ignore[arg-type]  # made here, not received
    return case_record(judged, case, program.limits, stdout=stdout, stderr=stderr, raw_value=raw_value)


@contextmanager
def _files(program: Program, case: Case, container_id: str) -> Iterator[Path]:
    """A folder with the program's source and stdin, and in it the empty one that it starts in."""
    prefix = f"{owner.folder_name(container_id, program.limits.total_wall_s + _MARGIN_S)}-"
    with tempfile.TemporaryDirectory(prefix=prefix) as name:
        folder = Path(name)
        (folder / "program.py").write_bytes(program.source.encode("utf-8", "surrogatepass"))
        (folder / "stdin").write_bytes(case.stdin)
        (folder / "work").mkdir()
        yield folder


def _run_in(folder: Path, case: Case, limits: Limits, deadline: float) -> gathered.Result:
    with _pipes() as (readers, writers), (folder / "stdin").open("rb") as stdin:
        started = time.monotonic()
        child = _start(folder, case, limits, [stdin.fileno(), *writers])
        output = gathered.Gathered(readers, limits.output_kib * 1024)
        try:
            wall_exceeded = _watch(output, child.pid, min(deadline, started + limits.wall_s))
        finally:
            wall_s = time.monotonic() - started
            exit_status, cpu_s = _end(child)
        output.drain()
    return gathered.result_of(
        output,
        exit_status=exit_status,
        cpu_s=cpu_s,
        wall_s=wall_s,
        wall_exceeded=wall_exceeded,
        oom_killed=False,
    )


@contextmanager
def _pipes() -> Iterator[tuple[list[int], list[int]]]:
    """Three pipes, as the ends that never block for us and those for the child."""
    readers, writers = [], []
    try:
        for _ in range(3):
            reader, writer = os.pipe()
            readers.append(reader)
            writers.append(writer)
            os.set_blocking(reader, False)
        yield readers, writers
    finally:
        for fd in (*readers, *writers):
            os.close(fd)


def _start(folder: Path, case: Case, limits: Limits, fds: list[int]) -> subprocess.Popen[bytes]:
    stdin, stdout, stderr, report = fds
    job = {"call": runner_call(case), "report_fd": report, "limits": runner_limits(limits)}
    (folder / "job").write_text(json.dumps(job), encoding="ascii")
    (folder / "runner").write_bytes(compiled(_CANDIDATE))
    files = [str(folder / name) for name in ("runner", "program.py", "job")]
    return subprocess.Popen(
        [sys.executable, *inside.OPTIONS, _BECOME, *files],
        stdin=stdin,
        stdout=stdout,
        stderr=stderr,
        pass_fds=[report],
        cwd=folder / "work",
        # Nothing of ours; and sets in the same order every day.
        env={"PYTHONHASHSEED": inside.ENVIRONMENT["PYTHONHASHSEED"]},
    )


def _watch(output: gathered.Gathered, pid: int, deadline: float) -> bool:
    """Gather output until the process ends, a limit of output is passed, or the deadline. True if the last."""
    ended = os.pidfd_open(pid)
    try:
        poll = select.poll()
        for fd in (ended, *output.names):
            poll.register(fd, select.POLLIN)
        while (left_s := deadline - time.monotonic()) > 0:
            ready = [fd for fd, _ in poll.poll(left_s * 1000)]
            for fd in ready:
                if fd != ended and not output.read(fd):
                    poll.unregister(fd)
            if ended in ready or output.overflow:
                return False
        return True
    finally:
        os.close(ended)


def _end(child: subprocess.Popen[bytes]) -> tuple[int, float]:
    """Kill a case's process and those of its group; give its exit status and CPU seconds."""
    os.kill(child.pid, signal.SIGKILL)
    # Not yet waited for, so the number is still its own. It leads no group before it has become the candidate.
    with suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    return child.returncode, usage.ru_utime + usage.ru_stime


def known_left(ids: Iterable[str]) -> int:
    """Count the programs among these ids of which a folder is left; a process of theirs would still hold it."""
    names = [folder.name for folder in _folders()]
    return sum(any(each in name for name in names) for each in ids)


def _folders() -> Iterator[Path]:
    for folder in Path(tempfile.gettempdir()).glob(f"{owner.LABEL}*"):
        if owner.is_folder_of_ours(folder.name):
            yield folder
