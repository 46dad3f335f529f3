"""A mix of the nastiest programs, run by a process of its own that then lets go of its sandbox and ends."""

from __future__ import annotations

import os
import tempfile
import threading
from dataclasses import dataclass, replace
from pathlib import Path

from sandbox import Case, Outcome, Program
from sandbox.process import name_of_this_process
from tests import sandboxes
from tests.sandboxes import TIGHT

PROGRAMS = {
    "fork bomb": "import os\nwhile True:\n    try: os.fork()\n    except OSError: pass",
    "memory bomb over children": (
        "import os, time\nfor _ in range(4):\n    if not os.fork():\n"
        "        b = bytearray(b'x') * (60 << 20)\n        time.sleep(0.5)\n        os._exit(0)\n"
        "for _ in range(4): os.wait()"
    ),
    "flood": "while True: print('x' * 65536)",
    "stopped": "import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)",
    "daemons": (
        "import os, signal, time\nfor _ in range(9):\n    if not os.fork():\n        os.setsid()\n"
        "        for n in (1, 2, 15, 20): signal.signal(n, signal.SIG_IGN)\n        time.sleep(1e6)\nprint('gone')"
    ),
    "full disk": (
        "import os\nos.symlink('/', 'root')\nfor n in range(9999):\n    os.mkdir('d'); os.chdir('d')\n"
        "    open('f', 'wb').write(bytes(1 << 16))"
    ),
    "own folder locked": "import os\nos.chmod('/tmp', 0)\nos.kill(-1, 9)",
    "kernel's buffers": (
        "import os, socket\nkept = []\nwhile True:\n    kept.append(socket.socketpair())\n"
        "    kept[-1][0].setblocking(False)\n    try: kept[-1][0].send(bytes(1 << 20))\n    except OSError: pass"
    ),
    "queues and shared memory": (
        "import ctypes\nlibc = ctypes.CDLL(None)\n"
        "for n in range(99): libc.shmget(0, 4096, 0o1666); libc.msgget(0, 0o1666)\n"
        "try: open('/dev/mqueue/x', 'x')\nexcept OSError: pass"
    ),
    "crash": "import ctypes\nctypes.string_at(0)",
}


@dataclass(frozen=True, kw_only=True)
class Ran:
    """What a process says of itself after it has run them all and closed its sandbox."""

    #: By which it marks all that is its own.
    owner: str
    container_ids: frozenset[str]
    outcomes: dict[str, Outcome]
    #: Of what it had: before it opened the sandbox and after it closed it.
    descriptors: tuple[int, int]
    threads: tuple[int, int]
    children: tuple[int, int]
    files: frozenset[str]


def run_all(name: str, folder: str) -> Ran:
    """Run them on the sandbox of this name, with `folder` as the folder for temporary files."""
    tempfile.tempdir = folder
    warm_up(name)
    had = _held()
    outcomes, ids = {}, set()
    with sandboxes.opened(name) as sandbox:
        for title, source in PROGRAMS.items():
            record = sandbox.run(Program(source=source, cases=(Case(),), limits=replace(TIGHT, wall_s=1)))
            outcomes[title] = record.cases[0].outcome
            ids.add(record.container_id)
    has = _held()
    return Ran(
        owner=name_of_this_process(),
        container_ids=frozenset(ids),
        outcomes=outcomes,
        descriptors=(had[0], has[0]),
        threads=(had[1], has[1]),
        children=(had[2], has[2]),
        files=frozenset(os.listdir(folder)),  # noqa: PTH208
    )


def warm_up(name: str) -> None:
    """Have everything imported and every cache filled that stays for good."""
    with sandboxes.opened(name) as sandbox:
        sandbox.run(Program(source="pass", cases=(Case(),)))


def _held() -> tuple[int, int, int]:
    """Count this process's descriptors, threads and children."""
    children = [task.joinpath("children").read_text("ascii").split() for task in Path("/proc/self/task").iterdir()]
    return len(list(Path("/proc/self/fd").iterdir())), threading.active_count(), sum(map(len, children))
