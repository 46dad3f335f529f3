"""Between two cases: remove what the first may have left behind for the second."""

from __future__ import annotations

import time
from _stat import S_ISDIR

from sandbox.runner.kernel import open_first
from sandbox.runner.libc import Function, address

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
else:
    import posix as os

WRITABLE_PLACES = ("/tmp", "/dev/shm", "/dev/mqueue")


class Leftovers:
    """What a case may leave behind for the next: files, message queues and System V memory."""

    def __init__(self) -> None:
        self._places = [place for place in WRITABLE_PLACES if exists(place)]
        self._tables = []
        for kind in ("shm", "msg", "sem"):
            if (table := open_first((f"/proc/sysvipc/{kind}",))) is not None:
                self._tables.append((table, Function(address(f"{kind}ctl"))))

    def remove(self) -> None:
        for place in self._places:
            empty(place)
        for table, remove in self._tables:
            removed = True
            while removed:  # a long table comes in parts; its first line is a heading
                lines = os.pread(table, 1 << 16, 0).splitlines()[1:]
                # IPC_RMID is 0; the last argument is not looked at.
                removed = 0 in [remove(int(line.split()[1]), 0, 0) for line in lines]


def exists(path: str) -> bool:
    try:
        os.stat(path)
    except OSError:
        return False
    return True


def is_folder(path: str) -> bool:
    """Whether there is a folder, and not a link to one."""
    return S_ISDIR(os.lstat(path).st_mode)


def empty(place: str) -> None:
    """Remove all below a directory. Folders are moved up before they are entered, so depth is no defence."""
    try:
        os.chmod(place, 0o1777)  # a case may have locked it
    except OSError:
        pass  # then it is not the candidate's either
    moved = 0
    while names := os.listdir(place):
        for name in names:
            path = f"{place}/{name}"
            if not is_folder(path):
                os.unlink(path)
                continue
            os.chmod(path, 0o700)
            for inner in os.listdir(path):
                below = f"{path}/{inner}"
                if not is_folder(below):
                    os.unlink(below)
                    continue
                os.chmod(below, 0o700)
                moved += 1
                os.rename(below, f"{place}/.moved-{time.monotonic_ns()}-{moved}")
            os.rmdir(path)
