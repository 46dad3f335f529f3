"""The sandbox on a Docker engine: one container per program, a fresh process per case."""

import os
import threading
import time
from dataclasses import dataclass

from docker import APIClient

from sandbox.container import GRACE_S, STARTUP_S, Inspected, throwaway
from sandbox.conversation import Conversation
from sandbox.engine import connect, engine_trouble, reap
from sandbox.errors import SandboxUnavailable
from sandbox.facts import FactsRejected
from sandbox.outcome import Limit, Outcome
from sandbox.program import Program
from sandbox.recipe import IMAGE
from sandbox.record import CaseRecord, Record
from sandbox.stream import End


@dataclass(frozen=True, kw_only=True)
class _Ran:
    """One try to run a program."""

    container_id: str
    inspected: Inspected
    cases: tuple[CaseRecord, ...]
    #: What to say of the cases that are missing; None if none is, or if the container just went away.
    cut_short_by: tuple[Outcome, Limit] | None


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
        started = time.monotonic()
        client, engine = self._connect()
        ran = self._try(client, program)
        if len(ran.cases) < len(program.cases) and ran.cut_short_by is None:
            # The container went away, by a stop of the engine or by the program. Twice is no accident of the engine.
            ran = self._try(client, program)
        outcome, limit = ran.cut_short_by or (Outcome.RUNTIME_ERROR, None)
        missing = len(program.cases) - len(ran.cases)
        return Record(
            cases=ran.cases + (_never_ended(outcome, limit),) * missing,
            engine=engine,
            container_id=ran.container_id,
            image=ran.inspected.image,
            network=ran.inspected.network,
            wall_s=time.monotonic() - started,
        )

    def close(self) -> None:
        """Let go of the engine."""
        with self._lock:
            if self._connection:
                self._connection[1].close()
            self._connection = None

    def _try(self, client: APIClient, program: Program) -> _Ran:
        conversation = Conversation(program)

        def receive(data: bytes) -> bool:
            conversation.feed(data)
            return conversation.complete

        with throwaway(client, self._image, program.limits, self._runtime) as container:
            container.start()
            deadline = time.monotonic() + STARTUP_S + program.limits.total_wall_s + GRACE_S
            try:
                end = container.stream.exchange(conversation.request(), receive, deadline)
            except FactsRejected:
                end = End.CLOSED  # whoever writes there now, it is not our runner
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
            return _Ran(
                container_id=container.id,
                inspected=inspected,
                cases=tuple(conversation.cases),
                cut_short_by=_cut_short_by(end, inspected),
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


def _cut_short_by(end: End, inspected: Inspected) -> tuple[Outcome, Limit] | None:
    if end is End.DEADLINE:
        return Outcome.TIME_LIMIT, Limit.WALL
    if end is End.CLOSED and inspected.oom_killed:
        return Outcome.MEMORY_LIMIT, Limit.MEMORY
    return None


def _never_ended(outcome: Outcome, limit: Limit | None) -> CaseRecord:
    return CaseRecord(
        outcome=outcome, limit=limit, exit_status=None, stdout=b"", stderr=b"", value=None, cpu_s=0.0, wall_s=0.0
    )
