"""Watches the memory of a sandbox from outside where no cgroup does: adds it up and, past the limit, kills.

It spares process 1, which reads in the counter that somebody was killed and reports the case, as it does where the
kernel kills. It is the weaker of the two: between two looks a program can take more, and what the kernel keeps for a
program without mapping it (memory files, sockets, pipes) is not seen.
"""

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from sandbox.program import ContainerLimits

_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
#: What the kernel keeps for a file or folder of a memory file system.
_INODE_BYTES = 1024


class MemoryWatcher:
    """Looks at process 1, its descendants, and their folder; all paths are those of the launcher's stage."""

    def __init__(self, *, pid: int, limits: ContainerLimits, folder: Path, counter: Path) -> None:
        self._pid = pid
        self._limit_bytes = limits.memory_mib * 1024 * 1024
        self._folder = folder
        self._counter = counter
        self.kills = 0

    def look(self) -> None:
        """Add up, and kill if it is too much."""
        pids = list(_tree(self._pid))
        files = self._file_bytes()
        # Shared pages count once only in the second, which is many times dearer to ask for.
        if files + sum(map(_resident_bytes, pids)) <= self._limit_bytes:
            return
        if files + sum(map(_proportional_bytes, pids)) <= self._limit_bytes:
            return
        self.kills += 1
        # In one go and without emptying it first: the runner may be reading.
        with self._counter.open("r+b", buffering=0) as file:
            file.write(f"oom_kill {self.kills}\n".encode("ascii"))
        for pid in pids:
            if pid != self._pid:
                self._kill(pid)

    def _file_bytes(self) -> int:
        used = os.statvfs(self._folder)
        return (used.f_blocks - used.f_bfree) * used.f_frsize + (used.f_files - used.f_ffree) * _INODE_BYTES

    def _kill(self, pid: int) -> None:
        """Kill a process if it is still one of the sandbox: its number may be another's by now."""
        with suppress(OSError):
            handle = os.pidfd_open(pid)
            try:
                if Path(f"/proc/{pid}/ns/pid").readlink() == Path(f"/proc/{self._pid}/ns/pid").readlink():
                    signal.pidfd_send_signal(handle, signal.SIGKILL)
            finally:
                os.close(handle)


def _tree(pid: int) -> Iterator[int]:
    """A process and its descendants, as far as they can be seen while they come and go."""
    yield pid
    with suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            with suppress(OSError):
                for child in (task / "children").read_text("ascii").split():
                    yield from _tree(int(child))


def _resident_bytes(pid: int) -> int:
    with suppress(OSError):
        return int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1]) * _PAGE_BYTES
    return 0


def _proportional_bytes(pid: int) -> int:
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0
