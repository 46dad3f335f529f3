"""A pool of ready containers: made before they are needed, used once, removed afterwards, by threads of its own.

It hides how long the engine takes; it does not make the engine take less. So as long as containers wait, programs have
the machine to themselves: what the engine has to make and to remove can wait for a quiet moment.
"""

import contextlib
import logging
import math
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator

from sandbox.container import Container
from sandbox.conversation import IDLE_S
from sandbox.errors import SandboxUnavailable

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


class Pool:
    """Ready containers of one specification. May be used from several threads of the process that made it."""

    def __init__(self, make: Callable[[], Container], reap: Callable[[], object], size: int) -> None:
        """Begin to fill it. `reap` removes what dead owners left on the engine."""
        self._make = make
        self._reap = reap
        self._size = size
        #: Containers with the time at which each was ready, the oldest first.
        self._ready: deque[tuple[float, Container]] = deque()
        self._used: deque[Container] = deque()
        #: Used ones that the engine did not remove when asked.
        self._kept: list[Container] = []
        self._being_made = 0
        self._lent = 0
        self._last_given_back = -math.inf
        self._next_reap = time.monotonic() + REAP_EVERY_S
        self._pause_s = 0.0
        self._not_before = 0.0
        self._closed = False
        self._changed = threading.Condition()
        self._threads = [threading.Thread(target=self._tend, name="sandbox pool", daemon=True) for _ in range(size)]
        for thread in self._threads:
            thread.start()

    @contextlib.contextmanager
    def container(self, *, fresh: bool = False) -> Iterator[Container]:
        """Lend a container to one program: a waiting one, or, if there is none or on request, one made just now."""
        with self._changed:
            self._lent += 1
        try:
            container = (None if fresh else self._take_waiting()) or self._make()
            try:
                yield container
            finally:
                try:
                    container.hang_up()
                finally:
                    self._put_away(container)
        finally:
            with self._changed:
                self._lent -= 1
                self._last_given_back = time.monotonic()
                self._changed.notify()

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
                container.put_away()
            else:
                with contextlib.suppress(SandboxUnavailable):
                    container.hang_up()  # its runner then ends by itself

    def _take_waiting(self) -> Container | None:
        """Take one whose runner still waits: an engine that was started again has ended them all."""
        while True:
            with self._changed:
                if not self._ready:
                    return None
                _, container = self._ready.popleft()
                self._changed.notify()
            if container.stream.is_open:
                return container
            container.hang_up()
            self._put_away(container)

    def _put_away(self, container: Container) -> None:
        with self._changed:
            if not self._closed and len(self._used) < _MOST_WAITING * self._size:
                self._used.append(container)
                self._changed.notify()
                return
        container.put_away()

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
        try:
            container.remove()
        except BaseException as trouble:
            with self._changed:
                self._kept.append(container)
            if not isinstance(trouble, SandboxUnavailable):
                raise
            _log.warning("a used container is removed later: %s", str(trouble))

    def _make_one(self) -> None:
        try:
            container = self._make()
        finally:
            with self._changed:
                self._being_made -= 1
        with self._changed:
            self._ready.append((time.monotonic(), container))
            self._changed.notify()
