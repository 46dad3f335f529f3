"""A process's name for good, by which others on its machine see that it is dead."""

import os
from pathlib import Path

_DEAD_STATES = ("Z", "X")


def name_of_this_process() -> str:
    """Boot, process namespace, number and start: four words, without a comma or a space in any."""
    return f"{_boot_id()} {_pid_namespace()} {os.getpid()} {_started(os.getpid())}"


def is_known_dead(name: str) -> bool:
    """Whether the process of that name has certainly ended.

    Only one of the same boot and process namespace can be seen to be dead: of any other, on another host or in another
    container, and of what is no name at all, nothing is known.
    """
    boot, namespace, pid, started = (name.split() + [""] * 4)[:4]
    is_seen_from_here = boot == _boot_id() and namespace == _pid_namespace() and pid.isdecimal()
    return is_seen_from_here and _started(int(pid)) != started


def _boot_id() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()


def _pid_namespace() -> str:
    return str(Path("/proc/self/ns/pid").readlink())


def _started(pid: int) -> str:
    """When a process started, in ticks since boot; empty if there is none, or one that only waits to be buried."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return ""
    fields = stat.rpartition(")")[2].split()
    return "" if fields[0] in _DEAD_STATES else fields[19]
