"""One throwaway container: its walls, and the sequence of its short life."""

import contextlib
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from docker import APIClient
from docker.types import LogConfig, Ulimit

from sandbox import inside, owner
from sandbox.engine import engine_trouble, remove
from sandbox.errors import SandboxUnavailable
from sandbox.program import Limits
from sandbox.stream import AttachedStream


@dataclass(frozen=True, kw_only=True)
class Inspected:
    """What the engine says of a container."""

    image: str
    network: bool
    oom_killed: bool
    exit_status: int


class Container:
    """A created container, attached but not started. Use it within `throwaway`."""

    def __init__(self, client: APIClient, container_id: str, sock: Any) -> None:
        self._client = client
        self._attached = sock
        self.id = container_id
        self.stream = AttachedStream(_plain_socket(sock))

    def start(self) -> None:
        with engine_trouble("starting a container"):
            self._client.start(self.id)

    def hang_up(self) -> None:
        """Stop reading. Before any kill: the engine waits for a reader that has stopped but not gone."""
        with engine_trouble("closing a stream"):
            # Both: the one holds the other open.
            self._attached.close()
            self.stream.close()

    def inspect(self) -> Inspected:
        with engine_trouble("inspecting a container"):
            found = self._client.inspect_container(self.id)
        state, networks = found["State"], found["NetworkSettings"]["Networks"] or {}
        isolated = found["HostConfig"]["NetworkMode"] == "none" and set(networks) <= {"none"}
        return Inspected(
            image=f"{found['Config']['Image']}@{found['Image']}",
            network=not isolated,
            oom_killed=state["OOMKilled"],
            exit_status=state["ExitCode"],
        )

    def inspect_ended(self) -> Inspected:
        """Inspect once it has ended, or after a few seconds if it has closed its stream and runs on."""
        # A time-out of the wait is an OSError, and so is an engine that went away: the inspection tells which.
        with engine_trouble("waiting for a container"), contextlib.suppress(OSError):
            self._client.wait(self.id, timeout=5)
        return self.inspect()


@contextlib.contextmanager
def throwaway(
    client: APIClient, image: str, limits: Limits, runtime: str | None, lifetime_s: float
) -> Iterator[Container]:
    """A container for one program, removed at the end whatever happens; by others once `lifetime_s` is over."""
    container_id = _create(client, image, limits, runtime, lifetime_s)
    try:
        with engine_trouble("attaching to a container"):
            attach = {"stdin": 1, "stdout": 1, "stderr": 1, "stream": 1}
            sock = client.attach_socket(container_id, params=attach)
        container = Container(client, container_id, sock)
        try:
            yield container
        finally:
            container.hang_up()
    finally:
        remove(client, container_id)


def _create(client: APIClient, image: str, limits: Limits, runtime: str | None, lifetime_s: float) -> str:
    mib = 1024 * 1024
    with engine_trouble(f"creating a container of {image}"):
        host_config = client.create_host_config(
            network_mode="none",
            read_only=True,
            cap_drop=["ALL"],
            security_opt=["no-new-privileges"],
            pids_limit=limits.pids,
            mem_limit=limits.memory_mib * mib,
            memswap_limit=limits.memory_mib * mib,
            nano_cpus=1_000_000_000,
            oom_score_adj=inside.OOM_SCORE_ADJ,
            ipc_mode="none",
            tmpfs={inside.WRITABLE: f"rw,noexec,nosuid,nodev,size={limits.tmp_mib}m,nr_inodes={inside.MAX_INODES}"},
            ulimits=[
                Ulimit(name="nofile", soft=inside.MAX_FILES, hard=inside.MAX_FILES),
                Ulimit(name="core", soft=0, hard=0),
                Ulimit(name="fsize", soft=inside.MAX_FILE_BYTES, hard=inside.MAX_FILE_BYTES),
            ],
            # The default driver would write a flood to the host's disk.
            log_config=LogConfig(type="none"),
            runtime=runtime,
        )
        created = client.create_container(
            image=image,
            command=inside.runner_command("/usr/bin/python3"),
            entrypoint=[],
            user=f"{inside.NOBODY}:{inside.NOBODY}",
            working_dir=inside.WRITABLE,
            hostname=inside.HOSTNAME,
            environment=inside.ENVIRONMENT,
            network_disabled=True,
            stdin_open=True,
            labels=owner.labels(lifetime_s),
            host_config=host_config,
        )
    return str(created["Id"])


def _plain_socket(attached: Any) -> socket.socket:
    """The socket below what the client library returns, which differs by the way to the engine."""
    sock = getattr(attached, "_sock", attached)
    if not isinstance(sock, socket.socket):
        raise SandboxUnavailable("the engine must be reached over a unix socket or TCP, with or without TLS; not ssh")
    return sock
