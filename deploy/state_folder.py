"""The data folder of a stack: where each thing lies, and the lock that keeps it to one stack at a time."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from deploy.faults import AlreadyRunning

_KEEP_LOG_MIB = 20


@dataclass(frozen=True)
class StateFolder:
    """Paths below an absolute root. Deleting the folder starts over."""

    root: Path

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def backups(self) -> Path:
        return self.root / "backups"

    @property
    def valkey(self) -> Path:
        return self.root / "valkey"

    @property
    def socket(self) -> Path:
        return self.root / "valkey.sock"

    @property
    def models_file(self) -> Path:
        """The fleet as the stack wrote it for its children."""
        return self.root / "models.toml"

    @property
    def beat_schedule(self) -> Path:
        return self.root / "beat-schedule"

    @property
    def simulated_config(self) -> Path:
        return self.root / "simulated.toml"

    @property
    def simulated_log(self) -> Path:
        return self.root / "simulated.jsonl"

    def log(self, child: str) -> Path:
        return self.logs / f"{child}.log"

    def heartbeat(self, child: str) -> Path:
        return self.root / "heartbeats" / child

    def make(self) -> None:
        """Make the folders, for this user alone: database and queue lie open inside."""
        self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
        for folder in (self.logs, self.backups, self.valkey, self.heartbeat("any").parent):
            folder.mkdir(exist_ok=True, mode=0o700)

    def rotate_logs(self) -> None:
        """Move long logs aside; one former log of each is kept."""
        for log in self.logs.glob("*.log"):
            if log.stat().st_size > _KEEP_LOG_MIB * 1024 * 1024:
                log.replace(log.with_suffix(".log.1"))


class Hold:
    """The held folder. `stack.json` in it says who holds it and where the stack listens; empty: nobody."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file

    def sign(self, **addresses: str) -> None:
        """Write who we are, and where we listen once that is known."""
        since = datetime.now(UTC).isoformat(timespec="seconds")
        self._file.truncate(0)
        json.dump({"pid": os.getpid(), "since": since, **addresses}, self._file)
        self._file.flush()


@contextmanager
def held(folder: StateFolder) -> Iterator[Hold]:
    """Hold the folder; raise `AlreadyRunning` naming the holder if another stack does.

    The lock is the kernel's: it ends with the process, however that ends.
    """
    with (folder.root / "stack.json").open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise AlreadyRunning(
                f"{folder.root} is in use by {_holder(file)}; stop that one, or set YZ_DATA_DIR to another folder"
            ) from error
        hold = Hold(file)
        hold.sign()
        try:
            yield hold
        finally:
            file.truncate(0)


def _holder(file: IO[str]) -> str:
    file.seek(0)
    with suppress(ValueError, KeyError, TypeError):  # its holder may be writing it just now
        signed = json.loads(file.read())
        return f"the stack of process {signed['pid']}, which runs since {signed['since']}"
    return "another stack"
