"""Leases of the rows a process works on, renewed together while the work goes on."""

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock, Thread

import structlog
from sqlalchemy.exc import SQLAlchemyError

from yzindex.records.database import Database
from yzindex.records.leases import Leased, renew

log = structlog.get_logger()

#: After trouble with the database.
_AGAIN_S = 1.0


class LeaseKeeper:
    """Renews the leases of held rows of a table every third of their length, in one update per process."""

    def __init__(self, database: Database, table: Leased, *, owner: str, lease_s: float) -> None:
        self._database = database
        self._table = table
        self._owner = owner
        self._lease_s = lease_s
        # Counted: a redelivered copy may work on the same row in another thread of this process.
        self._held: Counter[int] = Counter()
        self._lock = Lock()
        self._thread: Thread | None = None

    @contextmanager
    def hold(self, row_id: int) -> Iterator[None]:
        """Keep a claimed row's lease alive inside the block."""
        with self._lock:
            self._held[row_id] += 1
            self._start()
        try:
            yield
        finally:
            with self._lock:
                self._held -= Counter((row_id,))

    def renew_now(self) -> bool:
        """Renew what is held, or log the trouble and return False; a lost lease is noticed when the row is written."""
        with self._lock:
            held = sorted(self._held)
        if not held:
            return True
        try:
            renew(self._database, self._table, held, owner=self._owner, lease_s=self._lease_s)
        except SQLAlchemyError as error:
            log.warning("leases not renewed", rows=len(held), error=type(error).__name__)
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
