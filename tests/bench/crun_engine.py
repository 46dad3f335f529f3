"""crun: a Docker engine of its own that runs containers by it, and a place where crun 1.8 takes the control groups."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import docker

from sandbox import IMAGE, ensure_image
from sandbox.engine import connect
from tests.chaos.servers import docker_folder, dockerd, running

CRUN = "/usr/bin/crun"
_UNIFIED = Path("/sys/fs/cgroup/unified")
_WITHOUT_UNIFIED = ("unshare", "--mount", "sh", "-c", f'umount {_UNIFIED}; exec "$@"', "sh")


def go_where_crun_runs() -> None:
    """Begin this program anew in mounts of its own, if need be: where a machine has both versions of control groups,
    crun takes it for one that has only the second, and refuses.
    """
    if _UNIFIED.is_mount():
        os.execvp(_WITHOUT_UNIFIED[0], [*_WITHOUT_UNIFIED, *sys.orig_argv])


@contextlib.contextmanager
def engine_with_crun() -> Iterator[str]:
    """Start it with the sandbox's image in it; give its address. Needs root, dockerd and crun."""
    with docker_folder() as folder:
        server = dockerd(folder, ["--add-runtime", f"crun={CRUN}"])
        with running(server, signal.SIGTERM):
            with contextlib.closing(connect()) as usual, contextlib.closing(docker.APIClient(server.address)) as own:
                ensure_image(usual)
                own.load_image(b"".join(usual.get_image(IMAGE)))
            yield server.address
