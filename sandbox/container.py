"""One throwaway container: its walls, and the sequence of its short life."""

import contextlib
import socket
import time
from dataclasses import dataclass
from typing import Any

from docker import APIClient
from docker.types import LogConfig, Ulimit

from sandbox import inside, owner
from sandbox.attempt import STARTUP_S, converse
from sandbox.conversation import Greeting
from sandbox.engine import engine_trouble, remove
from sandbox.errors import SandboxUnavailable
from sandbox.program import ContainerLimits
from sandbox.stream import AttachedStream

_MIB = 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class ContainerSpec:
    """What the engine is asked for."""

    image: str
    #: An OCI runtime that the engine knows; None is its default.
    runtime: str | None
    limits: ContainerLimits


class Container:
    """A started container whose runner has greeted and waits for a program. See `make_ready`."""

    def __init__(self, client: APIClient, container_id: str, sock: Any) -> None:
        self._client = client
        self._attached = sock
        self.id = container_id
        self.stream = AttachedStream(_plain_socket(sock))
        #: Tag and content id; known once it is ready.
        self.image = ""
        #: The runner has told all it had to, and ends by itself.
        self.finished = False

    def become_ready(self) -> None:
        """Start it, see the runner greet, and refuse it if it has a network: nothing of a program is there yet."""
        with engine_trouble("starting a container"):
            self._client.start(self.id)
        greeting = Greeting(refuses_calls=True)
        converse(greeting, self.stream, time.monotonic() + STARTUP_S, last=False)
        found = self._inspect()
        self.image = f"{found['Config']['Image']}@{found['Image']}"
        if not greeting.complete:
            complaint = self.stream.complaint.decode("utf-8", "replace").strip()
            raise SandboxUnavailable(
                f"the runner did not start in a container of {self.image} "
                f"(status {found['State']['ExitCode']}): {complaint or 'it said nothing'}"
            )
        networks = found["NetworkSettings"]["Networks"] or {}
        if found["HostConfig"]["NetworkMode"] != "none" or not set(networks) <= {"none"}:
            raise SandboxUnavailable("the engine gave the container a network; no program was run in it")

    @property
    def waits(self) -> bool:
        """Whether its runner still waits for a program: an engine that was started again has ended it."""
        return self.stream.is_open

    def hang_up(self) -> None:
        """Stop reading. Before any kill: the engine waits for a reader that has stopped but not gone."""
        with engine_trouble("closing a stream"):
            # Both: the one holds the other open.
            self._attached.close()
            self.stream.close()

    def require_running(self) -> None:
        """Raise `SandboxUnavailable` unless the engine says that it runs: of a silent one, a time limit is no news."""
        if not self._inspect()["State"]["Running"]:
            raise SandboxUnavailable("a container ended and the engine did not tell; its record is not used")

    def was_killed_for_memory(self) -> bool:
        """Say of a container that closed its stream why: waits until it has ended, at most a few seconds."""
        # A time-out of the wait is an OSError, and so is an engine that went away: the inspection tells which.
        with engine_trouble("waiting for a container"), contextlib.suppress(OSError):
            self._client.wait(self.id, timeout=5)
        return bool(self._inspect()["State"]["OOMKilled"])

    def remove(self) -> None:
        """Kill whatever runs in it and remove it."""
        self.hang_up()
        remove(self._client, self.id)

    def disown(self) -> None:
        """Let go of it in a child of its owner's, whose it stays."""
        self.hang_up()

    def _inspect(self) -> dict[str, Any]:
        with engine_trouble("inspecting a container"):
            found: dict[str, Any] = self._client.inspect_container(self.id)
        return found


def make_ready(client: APIClient, spec: ContainerSpec, lifetime_s: float) -> Container:
    """Make a container that waits for a program; the caller has to remove it, or others will after `lifetime_s`.

    Raises `SandboxUnavailable`, leaving none.
    """
    container_id = _create(client, spec, lifetime_s)
    try:
        with engine_trouble("attaching to a container"):
            attach = {"stdin": 1, "stdout": 1, "stderr": 1, "stream": 1}
            container = Container(client, container_id, client.attach_socket(container_id, params=attach))
        try:
            container.become_ready()
        except BaseException:
            container.hang_up()
            raise
    except BaseException:
        remove(client, container_id)
        raise
    return container


def _create(client: APIClient, spec: ContainerSpec, lifetime_s: float) -> str:
    tmp_mib = spec.limits.tmp_mib
    with engine_trouble(f"creating a container of {spec.image}"):
        host_config = client.create_host_config(
            network_mode="none",
            read_only=True,
            cap_drop=["ALL"],
            security_opt=["no-new-privileges"],
            pids_limit=spec.limits.pids,
            mem_limit=spec.limits.memory_mib * _MIB,
            memswap_limit=spec.limits.memory_mib * _MIB,
            nano_cpus=1_000_000_000,
            oom_score_adj=inside.OOM_SCORE_ADJ,
            ipc_mode="none",
            tmpfs={inside.WRITABLE: f"rw,noexec,nosuid,nodev,size={tmp_mib}m,nr_inodes={inside.MAX_INODES}"},
            ulimits=[
                Ulimit(name="nofile", soft=inside.MAX_FILES, hard=inside.MAX_FILES),
                Ulimit(name="core", soft=0, hard=0),
                Ulimit(name="fsize", soft=inside.MAX_FILE_BYTES, hard=inside.MAX_FILE_BYTES),
            ],
            # The default driver would write a flood to the host's disk.
            log_config=LogConfig(type="none"),
            runtime=spec.runtime,
        )
        created = client.create_container(
            image=spec.image,
            command=inside.runner_command("/usr/bin/python3"),
            entrypoint=[],
            user=f"{inside.NOBODY}:{inside.NOBODY}",
            working_dir=inside.WRITABLE,
            hostname=inside.HOSTNAME,
            environment=inside.ENVIRONMENT,
            network_disabled=True,
            # Not detached, so the engine closes the runner's stdin when we are gone, and then it ends by itself.
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
