"""An OCI bundle that crun runs without an engine: what a third implementation of the sandbox would be.

An experiment for a measurement, and no sandbox to use: it has the walls of the Docker one, except that the runner alone
refuses system calls and sees no counters of the kernel's, and none of its care for what goes wrong.
"""

from __future__ import annotations

import contextlib
import json
import secrets
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from sandbox import IMAGE, Limits, Outcome, Program, inside
from sandbox.attempt import converse
from sandbox.conversation import Conversation, Greeting
from sandbox.engine import connect
from sandbox.stream import Stream
from tests.bench.crun_engine import CRUN

_WITHIN_S = 60.0


@contextlib.contextmanager
def oci_bundle(program: Program) -> Iterator[Callable[[], None]]:
    """Take the root file system out of the engine's image; give what runs the program in a container of crun's."""
    with tempfile.TemporaryDirectory(prefix="yz-bundle-") as name:
        root = Path(name) / "rootfs"
        root.mkdir()
        with contextlib.closing(connect()) as client:
            container = client.create_container(IMAGE, "true")["Id"]
            with subprocess.Popen(["tar", "-x", "-C", str(root)], stdin=subprocess.PIPE) as unpacking:
                assert unpacking.stdin
                for part in client.export(container):
                    unpacking.stdin.write(part)
            client.remove_container(container)
        yield lambda: _run(program, Path(name), root)


def _run(program: Program, folder: Path, root: Path) -> None:
    container_id = f"yz-{secrets.token_hex(8)}"
    bundle = folder / container_id
    bundle.mkdir()
    (bundle / "config.json").write_text(json.dumps(_config(program.limits, root, container_id)))
    ours, theirs = socket.socketpair()
    command = [CRUN, "--cgroup-manager=cgroupfs", "run", "--bundle", str(bundle), container_id]
    with theirs:
        crun = subprocess.Popen(command, stdin=theirs.fileno(), stdout=theirs.fileno(), stderr=subprocess.PIPE)
    stream, deadline = Stream(ours), time.monotonic() + _WITHIN_S
    greeting, conversation = Greeting(refuses_calls=True), Conversation(program)
    converse(greeting, stream, deadline, last=False)
    converse(conversation, stream, deadline)
    stream.close()
    _, said = crun.communicate(timeout=_WITHIN_S)
    assert [case.outcome for case in conversation.cases] == [Outcome.COMPLETED] * len(program.cases), said
    (bundle / "config.json").unlink()
    bundle.rmdir()


def _config(limits: Limits, root: Path, container_id: str) -> dict[str, object]:
    memory_bytes = limits.memory_mib * 1024 * 1024
    writable = ["noexec", "nosuid", "nodev", f"size={limits.tmp_mib}m", f"nr_inodes={inside.MAX_INODES}", "mode=1777"]
    files = {"RLIMIT_NOFILE": inside.MAX_FILES, "RLIMIT_CORE": 0, "RLIMIT_FSIZE": inside.MAX_FILE_BYTES}
    return {
        "ociVersion": "1.0.0",
        "hostname": inside.HOSTNAME,
        "root": {"path": str(root), "readonly": True},
        "process": {
            "terminal": False,
            "user": {"uid": inside.NOBODY, "gid": inside.NOBODY},
            "args": inside.runner_command("/usr/bin/python3"),
            "env": [f"{name}={value}" for name, value in inside.ENVIRONMENT.items()],
            "cwd": inside.WRITABLE,
            "capabilities": {},
            "noNewPrivileges": True,
            "oomScoreAdj": inside.OOM_SCORE_ADJ,
            "rlimits": [{"type": name, "hard": most, "soft": most} for name, most in files.items()],
        },
        "mounts": [
            {"destination": "/proc", "type": "proc", "source": "proc"},
            {"destination": "/dev", "type": "tmpfs", "source": "dev", "options": ["nosuid", "mode=755", "size=64k"]},
            {"destination": inside.WRITABLE, "type": "tmpfs", "source": "inside", "options": writable},
        ],
        "linux": {
            "namespaces": [{"type": each} for each in ("pid", "network", "ipc", "uts", "mount")],
            "cgroupsPath": f"/{container_id}",
            "resources": {
                "memory": {"limit": memory_bytes, "swap": memory_bytes},
                "pids": {"limit": limits.pids},
                "cpu": {"quota": 100_000, "period": 100_000},
            },
            "maskedPaths": ["/proc/kcore", "/proc/keys", "/proc/timer_list", "/sys/firmware"],
            "readonlyPaths": ["/proc/sys", "/proc/bus", "/proc/irq"],
        },
    }
