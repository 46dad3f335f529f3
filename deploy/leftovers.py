"""End what a killed stack left behind.

The kernel kills a stack's children with it (see `child`), and Celery asks the same for its own. Should one escape all
the same, it is known by what it writes to: a log of this data folder. Whoever holds the folder's lock may kill it.
"""

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from deploy.state_folder import StateFolder

_PROCESSES = Path("/proc")
_OUTPUTS = ("1", "2")


def end_leftovers(folder: StateFolder) -> list[int]:
    """Kill every process of a former stack; return their ids. Only who holds the folder may do this."""
    found = writers(folder)
    for pid in found:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return found


def writers(folder: StateFolder) -> list[int]:
    """The ids of all other processes whose output goes into this folder's logs."""
    logs = {_identity(log) for log in folder.logs.glob("*.log*")}
    return [pid for pid in _other_processes() if not logs.isdisjoint(_outputs(pid))]


def _other_processes() -> Iterator[int]:
    for entry in _PROCESSES.iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            yield int(entry.name)


def _outputs(pid: int) -> set[tuple[int, int]]:
    found: set[tuple[int, int]] = set()
    for output in _OUTPUTS:
        with suppress(OSError):  # it ended meanwhile, or is another user's
            found.add(_identity(_PROCESSES / str(pid) / "fd" / output))
    return found


def _identity(file: Path) -> tuple[int, int]:
    """Device and inode: a path may read differently from inside a container."""
    found = file.stat()
    return found.st_dev, found.st_ino
