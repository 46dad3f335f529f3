"""What a process holds for itself: made when it is first asked for, and left to the parent by a forked child."""

import os
import threading
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar


class Holding(Protocol):
    """Something of a process that a fork does not give its child, though the child has its descriptors."""

    def close(self) -> None:
        """End it."""
        ...

    def disown(self) -> None:
        """Let go of it in a child of its owner's, whose it stays."""
        ...


H = TypeVar("H", bound=Holding)


class PerProcess(Generic[H]):
    """Holds one for this process. May be used from several threads, and after a fork."""

    def __init__(self, make: Callable[[], H]) -> None:
        self._make = make
        self._lock = threading.Lock()
        self._held: H | None = None
        self._process_id = 0

    def get(self) -> H:
        """Give this process's own, made now if there is none."""
        with self._lock:
            if self._held is not None and self._process_id != os.getpid():
                self._held.disown()
                self._held = None
            if self._held is None:
                self._held, self._process_id = self._make(), os.getpid()
            return self._held

    def close(self) -> None:
        """End it, or let go of the parent's. Closing twice is fine, and `get` then makes another."""
        with self._lock:
            held, self._held = self._held, None
        if held is None:
            return
        if self._process_id == os.getpid():
            held.close()
        else:
            held.disown()
