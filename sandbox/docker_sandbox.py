"""The sandbox on a Docker engine: one container per program, a fresh process per case."""

import os
import threading
import time

from docker import APIClient

from sandbox.attempt import Attempt, converse, cut_short_by, longest_s, run_attempts
from sandbox.container import throwaway
from sandbox.conversation import Conversation
from sandbox.engine import connect, engine_trouble, reap
from sandbox.errors import SandboxUnavailable
from sandbox.program import Program
from sandbox.recipe import IMAGE
from sandbox.record import Record
from sandbox.stream import End

#: Until a container is removed after its program's time is up, by us or, if we die, by whoever reaps.
_MARGIN_S = 60.0


class DockerSandbox:
    """Runs each program in a container of its own. May be used from several threads, and after a fork."""

    def __init__(self, image: str | None = None, runtime: str | None = None, docker_host: str | None = None) -> None:
        """Connect to the engine and remove containers that dead processes left. Raises `SandboxUnavailable`.

        `image`: None is our own (`IMAGE`), which `ensure_image` builds.
        `runtime`: an OCI runtime the engine knows, such as "runsc" for gVisor; None is the engine's default.
        """
        self._image = image or IMAGE
        self._runtime = runtime
        self._docker_host = docker_host
        self._lock = threading.Lock()
        self._connection: tuple[int, APIClient, str] | None = None
        reap(self._connect()[0])

    def run(self, program: Program) -> Record:
        """Run a program on all its cases; see `Sandbox.run`."""
        client, engine = self._connect()
        return run_attempts(program, lambda: self._attempt(client, program), engine=engine)

    def require_image(self) -> None:
        """Raise `SandboxUnavailable` unless the engine has the image."""
        with engine_trouble(f"looking for {self._image}"):
            self._connect()[0].inspect_image(self._image)

    def close(self) -> None:
        """Let go of the engine."""
        with self._lock:
            if self._connection:
                self._connection[1].close()
            self._connection = None

    def _attempt(self, client: APIClient, program: Program) -> Attempt:
        conversation, longest = Conversation(program, refuses_calls=True), longest_s(program)
        with throwaway(client, self._image, program.limits, self._runtime, longest + _MARGIN_S) as container:
            container.start()
            end = converse(conversation, container.stream, time.monotonic() + longest)
            container.hang_up()
            inspected = container.inspect() if end is not End.CLOSED else container.inspect_ended()
            if inspected.network:
                raise SandboxUnavailable("the engine gave the container a network; its record is not used")
            if not conversation.greeted:
                complaint = container.stream.complaint.decode("utf-8", "replace").strip()
                raise SandboxUnavailable(
                    f"the runner did not start in a container of {inspected.image} "
                    f"(status {inspected.exit_status}): {complaint or 'it said nothing'}"
                )
            return Attempt(
                container_id=container.id,
                image=inspected.image,
                cases=tuple(conversation.cases),
                cut_short_by=cut_short_by(end, oom_killed=inspected.oom_killed),
            )

    def _connect(self) -> tuple[APIClient, str]:
        """This process's connection: one made before a fork is not shared with the parent."""
        with self._lock:
            if self._connection is None or self._connection[0] != os.getpid():
                client = connect(self._docker_host)
                with engine_trouble("asking the engine for its version"):
                    version, runtime = client.version()["Version"], self._runtime or client.info()["DefaultRuntime"]
                self._connection = os.getpid(), client, f"docker {version} ({runtime})"
            return self._connection[1:]
