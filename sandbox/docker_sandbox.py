"""The sandbox on a Docker engine: one container per program, a fresh process per case."""

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from docker import APIClient

from sandbox.attempt import Attempt, conversation_s, converse, cut_short_by, run_attempts
from sandbox.container import Container, ContainerSpec, make_ready
from sandbox.conversation import IDLE_S, Conversation
from sandbox.engine import connect, engine_trouble, reap
from sandbox.errors import SandboxUnavailable
from sandbox.per_process import PerProcess
from sandbox.pool import Pool
from sandbox.program import ContainerLimits, Limits, Program
from sandbox.recipe import IMAGE
from sandbox.record import Record
from sandbox.stream import End

#: An engine that ends all containers does so within these seconds.
_ENDS_ALL_WITHIN_S = 2.0


@dataclass(frozen=True, kw_only=True)
class _Held:
    """What one process has of the engine."""

    client: APIClient
    #: Name, version and runtime.
    engine: str
    pool: Pool[Container]

    def close(self) -> None:
        """Remove the containers that wait and let go of the engine."""
        try:
            self.pool.close()
        finally:
            self.client.close()

    def disown(self) -> None:
        """Let go of everything in a child of its owner's, whose it stays."""
        self.pool.disown()
        self.client.close()


class DockerSandbox:
    """Runs each program in a container of its own. May be used from several threads, and after a fork."""

    def __init__(
        self,
        image: str | None = None,
        runtime: str | None = None,
        docker_host: str | None = None,
        *,
        pool_size: int = 0,
        pooled: Limits | None = None,
    ) -> None:
        """Connect to the engine and remove containers that dead processes left. Raises `SandboxUnavailable`.

        `image`: None is our own (`IMAGE`), which `ensure_image` builds.
        `runtime`: an OCI runtime the engine knows, such as "runsc" for gVisor; None is the engine's default.
        `pool_size`: containers that wait, from the first program on, for programs with the memory, pids and tmp of
        `pooled`; each process has its own.
        """
        self._image = image or IMAGE
        self._runtime = runtime
        self._docker_host = docker_host
        self._pool_size = pool_size
        self._pooled = (pooled or Limits()).of_container
        self._held = PerProcess(self._connected)
        reap(self._held.get().client)

    def run(self, program: Program) -> Record:
        """Run a program on all its cases; see `Sandbox.run`."""
        held = self._held.get()
        return run_attempts(program, partial(_attempt, held), engine=held.engine)

    def require_image(self) -> None:
        """Raise `SandboxUnavailable` unless the engine has the image."""
        with engine_trouble(f"looking for {self._image}"):
            self._held.get().client.inspect_image(self._image)

    def close(self) -> None:
        """Remove the containers that wait and let go of the engine."""
        self._held.close()

    def _connected(self) -> _Held:
        client = connect(self._docker_host)
        with engine_trouble("asking the engine for its version"):
            version, runtime = client.version()["Version"], self._runtime or client.info()["DefaultRuntime"]

        def make(limits: ContainerLimits, lifetime_s: float) -> Container:
            spec = ContainerSpec(image=self._image, runtime=self._runtime, limits=limits)
            return make_ready(client, spec, lifetime_s)

        return _Held(
            client=client,
            engine=f"docker {version} ({runtime})",
            pool=Pool(make, partial(reap, client), size=self._pool_size, limits=self._pooled),
        )


def _attempt(held: _Held, program: Program, *, fresh: bool, suspected: bool) -> Attempt:
    """Run a program in a container; what waited since before an engine went away is not trusted a second time."""
    conversation = Conversation(program)
    with (
        _witness(held, program) if suspected else contextlib.nullcontext() as witness,
        held.pool.container(program, fresh=fresh) as container,
    ):
        end = converse(conversation, container.stream, time.monotonic() + conversation_s(program))
        container.finished = end is End.SATISFIED
        container.hang_up()
        if end is End.DEADLINE:
            container.require_running()
        oom_killed = end is End.CLOSED and container.was_killed_for_memory()
        if end is End.CLOSED and not oom_killed and witness is not None and _ends(witness):
            raise SandboxUnavailable("the engine ended a container that ran nothing; is it being started anew?")
        return Attempt(
            container_id=container.id,
            image=container.image,
            cases=tuple(conversation.cases),
            cut_short_by=cut_short_by(end, oom_killed=oom_killed),
        )


@contextlib.contextmanager
def _witness(held: _Held, program: Program) -> Iterator[Container | None]:
    """A container in which nothing runs, beside a program whose first one went away.

    Should both go away, it was not the program's doing. None for a program that may outlast an idle container.
    """
    if program.limits.total_wall_s > IDLE_S / 2:
        yield None
        return
    with held.pool.made_for(program) as container:
        yield container


def _ends(witness: Container) -> bool:
    """Whether the engine ends it as well, now or in a moment."""
    deadline = time.monotonic() + _ENDS_ALL_WITHIN_S
    while witness.stream.is_open:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True
