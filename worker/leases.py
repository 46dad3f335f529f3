"""Leases of what a process works on, renewed together while the work goes on."""

import time
from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from threading import Lock, Thread
from typing import Generic, TypeVar

import structlog
from sqlalchemy.exc import SQLAlchemyError

log = structlog.get_logger()

#: After trouble with the database.
_AGAIN_S = 1.0

Claim = TypeVar("Claim", bound=Hashable)


class LeaseKeeper(Generic[Claim]):
    """Renews the leases of what is held every third of their length, all by one call of `renew`."""

    def __init__(self, renew: Callable[[Sequence[Claim]], object], *, lease_s: float) -> None:
        self._renew = renew
        self._lease_s = lease_s
        # Counted: a redelivered copy may work on the same row in another thread of this process.
        self._held: Counter[Claim] = Counter()
        self._lock = Lock()
        self._thread: Thread | None = None

    @contextmanager
    def hold(self, claim: Claim) -> Iterator[None]:
        """Keep a claim's lease alive inside the block."""
        with self._lock:
            self._held[claim] += 1
            self._start()
        try:
            yield
        finally:
            with self._lock:
                self._held -= Counter((claim,))

    def renew_now(self) -> bool:
        """Renew what is held, or log the trouble and return False; a lost lease is noticed when the row is written."""
        with self._lock:
            held = tuple(self._held)
        if not held:
            return True
        try:
            self._renew(held)
        except SQLAlchemyError as error:
            log.warning("leases not renewed", held=len(held), error=type(error).__name__)
            return False
        return True

    def _start(self) -> None:
        if self._thread is None:
            self._thread = Thread(target=self._run, name="lease-keeper", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        wait_s = self._lease_s / 3
        while True:
            time.sleep(wait_s)
            # When the database is back, the leases must be renewed before a sweep finds them run out.
            wait_s = self._lease_s / 3 if self.renew_now() else min(_AGAIN_S, self._lease_s / 3)
