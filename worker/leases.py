"""Leases of the rows a process works on, renewed together while the work goes on."""

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock, Thread

import structlog
from sqlalchemy.exc import SQLAlchemyError

from yzindex.records.answers import renew
from yzindex.records.database import Database

log = structlog.get_logger()


class LeaseKeeper:
    """Renews the leases of held rows every third of their length, in one update per process."""

    def __init__(self, database: Database, *, owner: str, lease_s: float) -> None:
        self._database = database
        self._owner = owner
        self._lease_s = lease_s
        # Counted: a redelivered copy may work on the same row in another thread of this process.
        self._held: Counter[int] = Counter()
        self._lock = Lock()
        self._thread: Thread | None = None

    @contextmanager
    def hold(self, answer_id: int) -> Iterator[None]:
        """Keep a claimed row's lease alive inside the block."""
        with self._lock:
            self._held[answer_id] += 1
            self._start()
        try:
            yield
        finally:
            with self._lock:
                self._held -= Counter((answer_id,))

    def renew_now(self) -> None:
        """Renew what is held; trouble is logged, and a lost lease is noticed when the row is written."""
        with self._lock:
            held = sorted(self._held)
        if not held:
            return
        try:
            renew(self._database, held, owner=self._owner, lease_s=self._lease_s)
        except SQLAlchemyError as error:
            log.warning("leases not renewed", rows=len(held), error=type(error).__name__)

    def _start(self) -> None:
        if self._thread is None:
            self._thread = Thread(target=self._run, name="lease-keeper", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        while True:
            time.sleep(self._lease_s / 3)
            self.renew_now()
