"""What process 1 asks of the kernel: to count for it, to wake it, to kill it last, and to refuse calls to programs."""

from __future__ import annotations

import _ctypes
import time

from sandbox.runner.libc import Function, address

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    import signal
    from typing import Any

    Value = _ctypes._SimpleCData[Any]
else:
    import _signal as signal
    import posix as os

    Value = _ctypes._SimpleCData

PRCTL = Function(address("prctl"))
PR_SET_DUMPABLE = 4
PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 22, 2
#: Of this container, by version of the cgroups: 2, then 1 (by nanoseconds).
CPU_COUNTERS = (
    "/sys/fs/cgroup/cpu.stat",
    "/sys/fs/cgroup/cpuacct/cpuacct.usage",
    "/sys/fs/cgroup/cpu,cpuacct/cpuacct.usage",
)
OOM_COUNTERS = ("/sys/fs/cgroup/memory.events", "/sys/fs/cgroup/memory/memory.oom_control")


class Kernel:
    """What process 1 keeps open of its container: counters of the kernel's, and the pipe by which it is woken."""

    def __init__(self) -> None:
        if os.getpid() != 1:
            raise RuntimeError("only as process 1 of a container: it kills all others and empties /tmp")
        self.wake_fd, writer = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        self._score_fd = os.open("/proc/self/oom_score_adj", os.O_WRONLY | os.O_CLOEXEC)
        self._oom_fd = open_first(OOM_COUNTERS)
        self._cpu_fd = open_first(CPU_COUNTERS)

    def set_kill_score(self, score: int) -> None:
        """Say how soon the kernel is to kill this process when memory is short."""
        try:
            os.pwrite(self._score_fd, str(score).encode(), 0)
        except PermissionError:
            pass  # whoever started us has forbidden a lower one

    def count_oom_kills(self) -> int:
        """Processes of this container that the kernel killed for memory; 0 where it does not say."""
        if self._oom_fd is None:
            return 0
        words = os.pread(self._oom_fd, 4096, 0).split()
        return int(words[words.index(b"oom_kill") + 1]) if b"oom_kill" in words else 0

    def count_cpu_s(self) -> float:
        """CPU seconds of all processes of this container but this one, as its cgroup counts them; else 0.

        It has those that nobody waits for as well: a parent that ignores SIGCHLD throws away its children's seconds.
        """
        if self._cpu_fd is None:
            return 0.0
        own_s = time.process_time()  # asked first: this brings the cgroup's counter up to date
        words = os.pread(self._cpu_fd, 4096, 0).split()
        used_s = int(words[0]) / 1e9 if len(words) == 1 else int(words[words.index(b"usage_usec") + 1]) / 1e6
        return used_s - own_s


def open_first(paths: tuple[str, ...]) -> int | None:
    for path in paths:
        try:
            return os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            continue
    return None


def forbid_reading() -> None:
    """Have the kernel forbid other processes to read this one and to trace it."""
    if PRCTL(PR_SET_DUMPABLE, 0, 0, 0, 0):
        raise OSError(_ctypes.get_errno(), "cannot forbid other processes to read this one")


class Short(Value):
    """An unsigned short."""

    _type_ = "H"


class Pointer(Value):
    """Where bytes are."""

    _type_ = "z"


def refuse_calls(program: bytes) -> None:
    """Have the kernel refuse system calls to this process and all to come, by a filter of `sandbox.syscalls`."""

    class Filter(_ctypes.Structure):
        _fields_ = (("instructions", Short), ("program", Pointer))

    handed = Filter(len(program) // 8, program)
    if PRCTL(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, _ctypes.byref(handed), 0, 0):
        raise OSError(_ctypes.get_errno(), "the kernel takes no filter of system calls (CONFIG_SECCOMP_FILTER)")
