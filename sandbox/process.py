"""A process's name for good, by which others on its machine see that it is dead."""

import os
from pathlib import Path

_DEAD_STATES = ("Z", "X")
#: In place of a start that cannot be read.
_UNSEEN = "?"


def name_of_this_process() -> str:
    """Boot, process namespace, number and start: four words, without a comma or a space in any."""
    return f"{_boot_id()} {_pid_namespace()} {os.getpid()} {_started(os.getpid())}"


def is_known_dead(name: str) -> bool:
    """Whether the process of that name has certainly ended."""
    return _lives(name) is False


def is_known_alive(name: str) -> bool:
    """Whether the process of that name certainly runs."""
    return _lives(name) is True


def _lives(name: str) -> bool | None:
    """Whether the process of that name runs; None if nothing is known.

    Only one of the same boot and process namespace can be seen: of any other, on another host or in another container,
    and of what is no name at all, nothing is known.
    """
    boot, namespace, pid, started = (name.split() + [""] * 4)[:4]
    if boot != _boot_id() or namespace != _pid_namespace() or not pid.isdecimal():
        return None
    if not _exists(int(pid)):
        return False
    found = _started(int(pid))
    return None if _UNSEEN in (found, started) else found == started


def _exists(pid: int) -> bool:
    """Whether there is a process of this number: /proc may hide those of other users, a signal to them is refused."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _boot_id() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()


def _pid_namespace() -> str:
    return str(Path("/proc/self/ns/pid").readlink())


def _started(pid: int) -> str:
    """When a process started, in ticks since boot; empty if it only waits to be buried."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return _UNSEEN
    fields = stat.rpartition(")")[2].split()
    return "" if fields[0] in _DEAD_STATES else fields[19]
