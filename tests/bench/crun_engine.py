"""A Docker engine of its own that runs containers by crun, also on machines whose control groups crun 1.8 refuses."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator
from pathlib import Path

import docker

from sandbox import IMAGE, ensure_image
from sandbox.engine import connect
from tests.chaos.servers import docker_folder, dockerd, running

#: Where a machine has both versions of control groups, crun takes it for one that has only the second.
WITHOUT_UNIFIED = ("unshare", "--mount", "sh", "-c", 'umount /sys/fs/cgroup/unified 2>/dev/null; exec "$@"', "sh")


@contextlib.contextmanager
def engine_with_crun() -> Iterator[str]:
    """Start it with the sandbox's image in it; give its address. Needs root, dockerd and crun."""
    hybrid = Path("/sys/fs/cgroup/unified").is_dir()
    with docker_folder() as folder:
        server = dockerd(folder, ["--add-runtime", "crun=/usr/bin/crun"], within=WITHOUT_UNIFIED if hybrid else ())
        with running(server, signal.SIGTERM):
            with contextlib.closing(connect()) as usual, contextlib.closing(docker.APIClient(server.address)) as own:
                ensure_image(usual)
                own.load_image(b"".join(usual.get_image(IMAGE)))
            yield server.address
