"""A pool of ready containers: made before they are needed, used once, removed afterwards, by threads of its own.

It hides how long the engine, or the kernel, takes; it does not make it take less. So as long as containers wait,
programs have the machine to themselves: what is to be made and to be removed can wait for a quiet moment.
"""

import contextlib
import logging
import math
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from typing import Generic, Protocol, TypeVar

from sandbox.attempt import longest_s
from sandbox.conversation import IDLE_S
from sandbox.errors import SandboxUnavailable
from sandbox.program import ContainerLimits, Program

_log = logging.getLogger(__name__)
#: Abandoned containers, those of other owners included, are looked for this often.
REAP_EVERY_S = 60.0
#: A container is replaced before its runner gives up waiting for a program.
_REPLACED_AFTER_S = 0.8 * IDLE_S
#: After trouble with the engine, until the pool tries again; doubled each time.
_PAUSE_S, _LONGEST_PAUSE_S = 1.0, 60.0
#: Used containers that may wait for their removal, for each place in the pool; then whoever used one removes it.
_MOST_WAITING = 4
#: However the engine is, closing takes no longer than this and a call to it.
_CLOSE_WITHIN_S = 10.0
#: Without a program for so long, the moment is a quiet one: the next of a burst comes sooner.
_QUIET_AFTER_S = 0.05
#: Until a container is removed after its program's time is up, by us or, if we die, by whoever reaps.
_MARGIN_S = 60.0
#: Programs that may take longer get a container made for them: one that waits was given this time when it was made.
_LONGEST_POOLED_S = 400.0


class ReadyContainer(Protocol):
    """A container, or what takes its place: its runner has greeted and waits for a program."""

    #: The runner has told all it had to, and ends by itself.
    finished: bool

    @property
    def waits(self) -> bool:
        """Whether its runner still waits for a program."""
        ...

    def hang_up(self) -> None:
        """Close the stream to its runner, which then ends by itself if it waits."""
        ...

    def remove(self) -> None:
        """Kill whatever runs in it and remove it; may be asked again if that failed."""
        ...

    def disown(self) -> None:
        """Let go of it in a child of its owner's, whose it stays."""
        ...


C = TypeVar("C", bound=ReadyContainer)
Make = Callable[[ContainerLimits, float], C]


class Pool(Generic[C]):
    """Ready containers with the same limits. May be used from several threads of the process that made it."""

    def __init__(self, make: Make[C], reap: Callable[[], object], *, size: int, limits: ContainerLimits) -> None:
        """Nothing waits in it until it is begun, and in one of size 0 never.

        `make` is given the limits and the seconds after which others may remove the container. `reap` removes what
        dead owners left.
        """
        self._make = make
        self._reap = reap
        self._size = size
        self._limits = limits
        #: Containers with the time at which each was ready, the oldest first.
        self._ready: deque[tuple[float, C]] = deque()
        self._used: deque[C] = deque()
        #: Used ones that could not be removed when that was tried.
        self._kept: list[C] = []
        self._being_made = 0
        self._lent = 0
        self._last_given_back = -math.inf
        self._next_reap = time.monotonic() + REAP_EVERY_S
        self._pause_s = 0.0
        self._not_before = 0.0
        self._closed = False
        self._changed = threading.Condition()
        self._threads: list[threading.Thread] = []

    def begin(self) -> None:
        """Begin to fill it; does nothing the second time, unless threads could not be had the first time."""
        with self._changed:
            while not self._closed and len(self._threads) < self._size:
                thread = threading.Thread(target=self._tend, name="sandbox pool", daemon=True)
                try:
                    thread.start()
                except RuntimeError as trouble:
                    _log.warning("fewer containers wait than are wanted: %s", str(trouble))
                    return
                self._threads.append(thread)

    @contextlib.contextmanager
    def container(self, program: Program, *, fresh: bool = False) -> Iterator[C]:
        """Lend a container to a program: a waiting one, or one made just now, on request or if none fits."""
        with self._changed:
            self._lent += 1
        try:
            with self._waited_for(fresh=fresh) if self._may_lend_to(program) else self.made_for(program) as container:
                yield container
        finally:
            with self._changed:
                self._lent -= 1
                self._last_given_back = time.monotonic()
                self._changed.notify()

    @contextlib.contextmanager
    def made_for(self, program: Program) -> Iterator[C]:
        """Make a container with the limits of a program, and remove it afterwards."""
        container = self._make(program.limits.of_container, longest_s(program) + _MARGIN_S)
        try:
            yield container
        finally:
            self._remove(container)

    @property
    def waiting(self) -> int:
        """How many containers wait for a program."""
        with self._changed:
            return len(self._ready)

    def close(self) -> None:
        """Remove all containers but those in use. What is left by an engine in trouble is reaped by others, later."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()
        with self._changed:
            left = [*self._used, *self._kept, *(container for _, container in self._ready)]
            self._used.clear()
            self._kept.clear()
            self._ready.clear()
        deadline = time.monotonic() + _CLOSE_WITHIN_S
        for container in left:
            if time.monotonic() < deadline:
                self._remove(container)
            else:
                container.disown()  # its runner then ends by itself

    def disown(self) -> None:
        """Let go of everything in a child of its owner's. Its threads are not there, and may have held its lock."""
        for container in (*self._used, *self._kept, *(each for _, each in self._ready)):
            container.disown()

    def _may_lend_to(self, program: Program) -> bool:
        fits = program.limits.of_container == self._limits and longest_s(program) <= _LONGEST_POOLED_S
        return self._size > 0 and fits

    @contextlib.contextmanager
    def _waited_for(self, *, fresh: bool) -> Iterator[C]:
        self.begin()
        container = (None if fresh else self._take_waiting()) or self._make_usual()
        try:
            yield container
        finally:
            try:
                container.hang_up()
            finally:
                self._put_away(container)

    def _make_usual(self) -> C:
        return self._make(self._limits, IDLE_S + _LONGEST_POOLED_S + _MARGIN_S)

    def _take_waiting(self) -> C | None:
        """Take one whose runner still waits: an engine that was started again has ended them all."""
        while True:
            with self._changed:
                if not self._ready:
                    return None
                _, container = self._ready.popleft()
                self._changed.notify()
            if container.waits:
                return container
            container.hang_up()
            self._put_away(container)

    def _put_away(self, container: C) -> None:
        with self._changed:
            if not self._closed and len(self._used) < _MOST_WAITING * self._size:
                self._used.append(container)
                self._changed.notify()
                return
        self._remove(container)

    def _remove(self, container: C) -> None:
        """Remove it where what its program did is known and must not be lost: what cannot be removed is kept."""
        try:
            container.remove()
        except BaseException as trouble:
            with self._changed:
                closed = self._closed
                if not closed:
                    self._kept.append(container)
            if closed:
                container.disown()
            if not isinstance(trouble, SandboxUnavailable):
                raise
            _log.warning("a used container could not be removed: %s", str(trouble))

    def _tend(self) -> None:
        while (work := self._next_work()) is not None:
            try:
                work()
            except SandboxUnavailable:
                # Whoever asks for a container meanwhile is told why there is none.
                self._pause()
            except Exception:  # noqa: BLE001  without its threads a pool would fill and empty no more
                _log.exception("the pool of containers goes on after a fault of ours, or of the engine's client")
                self._pause()
            else:
                self._go_on()

    def _go_on(self) -> None:
        with self._changed:
            self._pause_s = 0.0

    def _pause(self) -> None:
        with self._changed:
            if time.monotonic() < self._not_before:
                return  # another thread has met the same trouble
            self._pause_s = min(_LONGEST_PAUSE_S, max(_PAUSE_S, 2 * self._pause_s))
            self._not_before = time.monotonic() + self._pause_s

    def _next_work(self) -> Callable[[], object] | None:
        """Wait for something to do; None when the pool is closed."""
        with self._changed:
            while not self._closed:
                now = time.monotonic()
                if now >= self._not_before and (work := self._work(now)):
                    return work
                self._changed.wait(max(0.0, (self._not_before if now < self._not_before else self._due_at()) - now))
        return None

    def _due_at(self) -> float:
        """When there is something to do that nobody says."""
        quiet = math.inf if self._lent else self._last_given_back + _QUIET_AFTER_S
        wanted = self._used or len(self._ready) + self._being_made < self._size
        return min(self._next_reap, quiet if wanted else math.inf, *(at + _REPLACED_AFTER_S for at, _ in self._ready))

    def _work(self, now: float) -> Callable[[], object] | None:
        """Choose what is most wanted now."""
        while self._ready and now >= self._ready[0][0] + _REPLACED_AFTER_S:
            self._used.append(self._ready.popleft()[1])
        if now >= self._next_reap:
            self._next_reap = now + REAP_EVERY_S
            self._used.extend(self._kept)
            self._kept.clear()
            return self._reap
        quiet = not self._lent and now >= self._last_given_back + _QUIET_AFTER_S
        if len(self._used) > self._size or any(not container.finished for container in self._used):
            return self._remove_one
        if len(self._ready) + self._being_made < self._size and (quiet or not self._ready):
            self._being_made += 1
            return self._make_one
        return self._remove_one if self._used and quiet else None

    def _remove_one(self) -> None:
        with self._changed:
            if not self._used:
                return
            # What may still be running goes first.
            container = min(self._used, key=lambda each: each.finished)
            self._used.remove(container)
        self._remove(container)

    def _make_one(self) -> None:
        container = None
        try:
            container = self._make_usual()
        finally:
            with self._changed:  # in one go: between the two, another would be made in its place
                self._being_made -= 1
                if container is not None:
                    self._ready.append((time.monotonic(), container))
                self._changed.notify()
