"""Process 1 of the container or namespace: gives every case a fresh process and reports facts about it.

It reads how to set itself up, which it answers by a greeting; perhaps much later a header, the source, and for each
case its call, its stdin and, only after the case has ended, a ticket. So a case's process, forked from this one, has
neither its own ticket nor any later case in its memory. It writes for each case the facts, stdout, stderr and value.
The facts are hints to a reader outside, who trusts none of them; the outcome is decided there.
"""

from __future__ import annotations

import gc
import resource
import select
import sys
import time

from sandbox.runner.candidate import become_candidate
from sandbox.runner.compiling import AT_MOST_S, FEWEST_CASES, become_compiler, code_of
from sandbox.runner.ending import TELLING
from sandbox.runner.gathered import NOT_STARTED, Gathered, result_of
from sandbox.runner.kernel import Kernel, forbid_reading, refuse_calls
from sandbox.runner.leftovers import Leftovers
from sandbox.runner.wire import PROTOCOL, await_program, encode_facts, read_block, read_literal, write_blocks

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    import signal
    from collections.abc import Callable
    from functools import partial
    from types import CodeType

    from sandbox.runner.gathered import Result
    from sandbox.runner.wire import Limits

    #: What a forked process becomes: given its standard streams, where to report, and its limits.
    Become = Callable[[list[int], int, Limits], None]
else:
    import _signal as signal
    import posix as os
    from _functools import partial

#: Of candidates, the same as that of the whole sandbox, and of the runner, which has to outlive them to tell.
KILLED_FIRST, KILLED_LAST = 1000, 0
#: Modules of the standard library that many programs import, and that take their time to load.
PRELOADED = frozenset(
    b"abc bisect collections copy dataclasses datetime decimal enum fractions functools heapq itertools json math "
    b"operator re statistics string typing".split()
)
#: Of a source, for what it imports.
MOST_SEARCHED_BYTES = 64 * 1024


def main() -> None:
    # The candidate has this process's uid: it may signal what has a handler and trace what is dumpable.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    kernel = Kernel()  # opens what can be opened only as long as it is dumpable
    forbid_reading()
    leftovers = Leftovers()

    setup = read_literal()
    if machines_own := setup["filters"].get(os.uname().machine):
        refuse_calls(bytes.fromhex(machines_own))
    if setup["processes"] is not None:
        resource.setrlimit(resource.RLIMIT_NPROC, (setup["processes"], setup["processes"]))
    write_blocks(encode_facts({"protocol": PROTOCOL}))
    await_program(setup["idle_s"])
    kernel.set_kill_score(KILLED_LAST)

    header = read_literal()
    source = read_block()
    preload(source)
    limits = header["limits"]
    deadline = time.monotonic() + limits["total_wall_s"]
    code = None
    if header["cases"] >= FEWEST_CASES:
        code = compiled_apart(kernel, source, limits, deadline)
    gc.freeze()  # a case that collects garbage need not copy what is ours
    for name in TELLING:
        sys.modules.pop(name, None)
    for _ in range(header["cases"]):
        call = read_literal()
        stdin = read_block()
        if time.monotonic() < deadline:
            result = run_apart(kernel, partial(become_candidate, source, code, call), stdin, limits, deadline)
            if result is None:
                return
            leftovers.remove()
        else:
            result = NOT_STARTED, b"", b"", b""
        facts, *streams = result
        write_blocks(encode_facts({**facts, "ticket": read_block().hex()}), *streams)
    os._exit(0)  # the container goes away as a whole


def preload(source: bytes) -> None:
    """Import what the source seems to import, so that it is there in every case's process; from the text alone."""
    for line in source[:MOST_SEARCHED_BYTES].splitlines():
        if (words := line.replace(b",", b" ").split()) and words[0] in (b"import", b"from"):
            __import__("os")  # as most other modules do
            for name in PRELOADED.intersection(words):
                __import__(name.decode())


def compiled_apart(kernel: Kernel, source: bytes, limits: Limits, deadline: float) -> CodeType | None:
    """Compile for all cases; None where each is to do it itself."""
    deadline = min(deadline, time.monotonic() + AT_MOST_S)
    result = run_apart(kernel, partial(become_compiler, source), b"", limits, deadline)
    return code_of(result) if result else None


def run_apart(kernel: Kernel, become: Become, stdin: bytes, limits: Limits, deadline: float) -> Result | None:
    """Run a process of its own and all it starts; None in that of a case, whose program has then come to its end."""
    oom_kills, counted_s = kernel.count_oom_kills(), kernel.count_cpu_s()
    stdin_fd = os.memfd_create("stdin")
    for start in range(0, len(stdin), 1 << 20):
        os.write(stdin_fd, stdin[start : start + (1 << 20)])
    os.lseek(stdin_fd, 0, 0)
    pipes = [os.pipe() for _ in range(3)]
    readers = [reader for reader, _ in pipes]
    writers = [writer for _, writer in pipes]
    for reader in readers:
        os.set_blocking(reader, False)
    started = time.monotonic()
    deadline = min(deadline, started + limits["wall_s"])
    # Inherited, for the candidate cannot set it itself: of a process that is not dumpable no file in /proc is its own.
    kernel.set_kill_score(KILLED_FIRST)
    pid = os.fork()
    if pid == 0:
        become([stdin_fd, *writers[:2]], writers[2], limits)
        return None
    kernel.set_kill_score(KILLED_LAST)
    for fd in (stdin_fd, *writers):
        os.close(fd)
    gathered, reaped = Gathered(readers, limits["output_bytes"]), Reaped(pid)
    wall_exceeded = watch(gathered, reaped, kernel.wake_fd, deadline)
    wall_s = time.monotonic() - started
    reaped.end_all()
    gathered.drain()
    for fd in readers:
        os.close(fd)
    return result_of(
        gathered,
        exit_status=reaped.status,
        cpu_s=max(reaped.cpu_s, kernel.count_cpu_s() - counted_s),
        wall_s=wall_s,
        wall_exceeded=wall_exceeded,
        oom_killed=kernel.count_oom_kills() > oom_kills,
    )


def watch(gathered: Gathered, reaped: Reaped, wake_fd: int, deadline: float) -> bool:
    """Gather output until the main process ends, a limit of output is passed, or the deadline. True if the last."""
    poll = select.poll()
    for fd in (wake_fd, *gathered.names):
        poll.register(fd, select.POLLIN)
    while True:
        left_s = deadline - time.monotonic()
        if left_s <= 0:
            return True
        for fd, _ in poll.poll(left_s * 1000):
            if fd == wake_fd:
                os.read(wake_fd, 4096)
                while reaped.reap(os.WNOHANG):
                    pass
            elif not gathered.read(fd):
                poll.unregister(fd)
        if reaped.status is not None or gathered.overflow:
            return False


class Reaped:
    """The ends of the candidate's processes: the exit of the main one, the CPU seconds of all that were waited for."""

    def __init__(self, main: int) -> None:
        self.main = main
        self.status: int | None = None
        self.cpu_s = 0.0

    def reap(self, options: int) -> bool:
        """Reap what has ended; False when no process is left (or, with WNOHANG, none has ended)."""
        try:
            pid, status, usage = os.wait4(-1, options)
        except ChildProcessError:
            return False
        if pid == self.main and self.status is None:
            self.status = os.waitstatus_to_exitcode(status)
        self.cpu_s += usage.ru_utime + usage.ru_stime
        return pid != 0

    def end_all(self) -> None:
        """Kill every other process of the container, daemons included, and wait until all are gone."""
        while True:
            try:
                os.kill(-1, signal.SIGKILL)
            except ProcessLookupError:
                pass  # only zombies are left
            if not self.reap(0):
                return
