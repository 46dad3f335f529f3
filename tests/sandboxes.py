"""Both implementations of the sandbox, for tests that must hold on each, and a runner that has neither.

YZ_TEST_SANDBOX_RUNTIME=runsc   an OCI runtime that the Docker engine knows, in place of its default
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator

import pytest

from sandbox import BubblewrapSandbox, DockerSandbox, Limits, Sandbox, ensure_image
from sandbox.engine import connect
from worker.choosing import NoSandbox
from worker.sandboxing import SandboxRunner
from yzindex.settings import SandboxChoice, Settings

#: Each is skipped by name where its engine is absent.
BOTH = [pytest.param(name, marks=getattr(pytest.mark, name)) for name in ("docker", "bubblewrap")]
#: Tight, so that what runs into a limit does so at once.
TIGHT = Limits(cpu_s=1, wall_s=4, total_wall_s=20, memory_mib=96, output_kib=256, pids=32, tmp_mib=16)


@contextlib.contextmanager
def opened(name: str, *, pool_size: int = 2) -> Iterator[Sandbox]:
    """A sandbox that is ready to run programs, as a worker has it: containers wait for those with `TIGHT` limits."""
    if name == "docker":
        with contextlib.closing(connect()) as client:
            ensure_image(client)
    runtime = os.environ.get("YZ_TEST_SANDBOX_RUNTIME")
    sandbox = (
        DockerSandbox(runtime=runtime, pool_size=pool_size, pooled=TIGHT)
        if name == "docker"
        else BubblewrapSandbox(pool_size=pool_size, pooled=TIGHT)
    )
    with contextlib.closing(sandbox):
        yield sandbox


def runner_without_sandbox() -> SandboxRunner:
    """A runner that finds no sandbox, whatever this machine has."""

    class Without(SandboxRunner):
        def _open(self) -> Sandbox:
            raise NoSandbox({SandboxChoice.DOCKER: "not in this test", SandboxChoice.BUBBLEWRAP: "nor this"})

    return Without(Settings())
