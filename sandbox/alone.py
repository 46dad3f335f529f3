"""Programs of this user on this machine, together or alone: a busy host must not turn a pass into a time limit.

Two files are locked (flock). Whoever runs a program holds one of them with the others; whoever wants to be alone holds
it by itself, and meanwhile the other, the gate, through which every newcomer has to pass.
"""

import contextlib
import fcntl
import os
import stat
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from sandbox.errors import SandboxUnavailable, system_trouble

#: Nobody waits longer for the others: who waits holds up a task, and a task that takes too long is lost.
MOST_WAITED_S = 60.0
#: Between two looks at a lock; doubled each time, from the first to the last.
_LOOK_AFTER_S, _LOOK_EVERY_S = 0.0005, 0.02


@contextlib.contextmanager
def together() -> Iterator[None]:
    """Run a program beside others, as soon as nobody is, or waits to be, alone; at last after `MOST_WAITED_S`."""
    deadline = time.monotonic() + MOST_WAITED_S
    with _opened("running") as running:
        with _opened("gate") as gate:
            _lock(gate, fcntl.LOCK_EX, deadline)
            _lock(running, fcntl.LOCK_SH, deadline)
        yield


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """Run programs while no other runs; waits for those that do, but no longer than `MOST_WAITED_S`.

    Not within `together`, which would wait for itself.
    """
    deadline = time.monotonic() + MOST_WAITED_S
    with _opened("gate") as gate, _opened("running") as running:
        _lock(gate, fcntl.LOCK_EX, deadline)
        _lock(running, fcntl.LOCK_EX, deadline)
        yield


@contextlib.contextmanager
def _opened(name: str) -> Iterator[int]:
    """A file of our own folder; closing it unlocks it."""
    with system_trouble("opening the lock of the programs that run here"):
        file = os.open(_folder() / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        yield file
    finally:
        os.close(file)


def _lock(file: int, how: int, deadline: float) -> None:
    pause_s = _LOOK_AFTER_S
    with system_trouble("locking the programs that run here"):
        while True:
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(file, how | fcntl.LOCK_NB)
                return
            if time.monotonic() >= deadline:
                return
            time.sleep(pause_s)
            pause_s = min(_LOOK_EVERY_S, 2 * pause_s)


def _folder() -> Path:
    folder = Path(tempfile.gettempdir()) / f"yz-sandbox-locks-{os.getuid()}"
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        raise SandboxUnavailable(f"{folder} belongs to another user; remove it, or set TMPDIR to a folder of your own")
    return folder
