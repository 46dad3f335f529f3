"""The sandbox on a Docker engine: one container per program, a fresh process per case."""

import contextlib
import os
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial

from docker import APIClient

from sandbox.attempt import Attempt, converse, cut_short_by, longest_s, run_attempts
from sandbox.container import Container, ContainerSpec, make_ready
from sandbox.conversation import IDLE_S, Conversation
from sandbox.engine import connect, engine_trouble, reap
from sandbox.errors import SandboxUnavailable
from sandbox.pool import Pool
from sandbox.program import Limits, Program
from sandbox.recipe import IMAGE
from sandbox.record import Record
from sandbox.stream import End

#: Until a container is removed after its program's time is up, by us or, if we die, by whoever reaps.
_MARGIN_S = 60.0
#: Programs that may take longer get a container of their own making: others reap one by the time it was given.
_LONGEST_POOLED_S = 400.0
#: An engine that ends all containers does so within these seconds.
_ENDS_ALL_WITHIN_S = 2.0


@dataclass(frozen=True, kw_only=True)
class _Held:
    """What one process has of the engine."""

    process_id: int
    client: APIClient
    #: Name, version and runtime.
    engine: str
    pool: Pool | None


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
        self._pooled = self._spec(pooled or Limits())
        self._lock = threading.Lock()
        self._held: _Held | None = None
        with self._lock:
            reap(self._hold(pooling=False).client)

    def run(self, program: Program) -> Record:
        """Run a program on all its cases; see `Sandbox.run`."""
        with self._lock:
            held = self._hold(pooling=self._pool_size > 0)
        return run_attempts(program, partial(self._attempt, held), engine=held.engine)

    def require_image(self) -> None:
        """Raise `SandboxUnavailable` unless the engine has the image."""
        with self._lock:
            client = self._hold(pooling=False).client
        with engine_trouble(f"looking for {self._image}"):
            client.inspect_image(self._image)

    def close(self) -> None:
        """Remove the containers that wait and let go of the engine."""
        with self._lock:
            held, self._held = self._held, None
        if held is not None and held.process_id == os.getpid():
            if held.pool is not None:
                held.pool.close()
            held.client.close()

    def _attempt(self, held: _Held, program: Program, *, fresh: bool, suspected: bool) -> Attempt:
        conversation = Conversation(program)
        with (
            self._witness(held, program) if suspected else contextlib.nullcontext() as witness,
            self._container(held, program, fresh=fresh) as container,
        ):
            end = converse(conversation, container.stream, time.monotonic() + longest_s(program))
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
    def _container(self, held: _Held, program: Program, *, fresh: bool) -> Iterator[Container]:
        """A container for a program; what waited since before an engine went away is not trusted a second time."""
        spec = self._spec(program.limits)
        if held.pool is not None and spec == self._pooled and longest_s(program) <= _LONGEST_POOLED_S:
            with held.pool.container(fresh=fresh) as container:
                yield container
            return
        with self._made(held, program) as container:
            yield container

    @contextlib.contextmanager
    def _witness(self, held: _Held, program: Program) -> Iterator[Container | None]:
        """A container in which nothing runs, beside a program whose first one went away.

        Should both go away, it was not the program's doing. None for a program that may outlast an idle container.
        """
        if program.limits.total_wall_s > IDLE_S / 2:
            yield None
            return
        with self._made(held, program) as container:
            yield container

    @contextlib.contextmanager
    def _made(self, held: _Held, program: Program) -> Iterator[Container]:
        container = make_ready(held.client, self._spec(program.limits), longest_s(program) + _MARGIN_S)
        try:
            yield container
        finally:
            container.put_away()

    def _spec(self, limits: Limits) -> ContainerSpec:
        return ContainerSpec.of(limits, image=self._image, runtime=self._runtime)

    def _hold(self, *, pooling: bool) -> _Held:
        """This process's own: what was made before a fork is not shared with the parent. Needs the lock."""
        held = self._held
        if held is None or held.process_id != os.getpid():
            client = connect(self._docker_host)
            with engine_trouble("asking the engine for its version"):
                version, runtime = client.version()["Version"], self._runtime or client.info()["DefaultRuntime"]
            held = _Held(process_id=os.getpid(), client=client, engine=f"docker {version} ({runtime})", pool=None)
        if pooling and held.pool is None:
            held = self._with_pool(held)
        self._held = held
        return held

    def _with_pool(self, held: _Held) -> _Held:
        lifetime_s = IDLE_S + _LONGEST_POOLED_S + _MARGIN_S
        pool = Pool(
            make=lambda: make_ready(held.client, self._pooled, lifetime_s),
            reap=lambda: reap(held.client),
            size=self._pool_size,
        )
        return replace(held, pool=pool)


def _ends(witness: Container) -> bool:
    """Whether the engine ends it as well, now or in a moment."""
    deadline = time.monotonic() + _ENDS_ALL_WITHIN_S
    while witness.stream.is_open:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True
