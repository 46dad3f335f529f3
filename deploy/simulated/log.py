"""The provider's own record of what it did, one JSON line per request, and the counts that its chance depends on.

Never prompts or replies. The counts are read back from the file, so a restart repeats no draw.
"""

import os
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from deploy.simulated.answering import Outcome
from deploy.simulated.config import Fault

#: What stands in place of a question's id in an entry.
JUDGE = "judge"
UNKNOWN = "unknown"


class InvalidLog(Exception):
    """A log that cannot be continued: file, line and what to do."""


class Entry(BaseModel):
    """One request that reached a model."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    simulated: Literal[True] = True
    #: When the response was begun, in ISO 8601.
    time: str
    request_id: str
    model: str
    #: A question's id, `judge` or `unknown`.
    question: str
    #: SHA-256 of the prompt.
    prompt: str
    #: How many replies to this question the model had given that day before; none when this one was not given either.
    k: int | None = None
    #: Day of a story.
    day: int = 0
    outcome: Outcome | None = None
    #: The chance the model had of being right.
    chance: float | None = None
    fault: Fault | None = None
    #: The client was gone before the reply was due.
    abandoned: bool = False
    latency_s: float = 0.0


class RequestLog:
    """Entries appended to a file and counted; without a file only counted. One process per file."""

    def __init__(self, file: Path | None = None) -> None:
        self.outcomes: defaultdict[str, Counter[tuple[str, Outcome]]] = defaultdict(Counter)
        self.expected_right: defaultdict[str, float] = defaultdict(float)
        self.faults: defaultdict[str, Counter[Fault]] = defaultdict(Counter)
        self.judged: Counter[str] = Counter()
        self._requests: Counter[tuple[str, str]] = Counter()
        self._given: Counter[tuple[str, str, int]] = Counter()
        self._file: BinaryIO | None = None
        if file is not None:
            self._open(file)

    def next_request(self, model: str, prompt: str) -> int:
        """Count a request with this prompt (its digest) and give how many there were before it."""
        before = self._requests[model, prompt]
        self._requests[model, prompt] += 1
        return before

    def replies(self, model: str, question: str, day: int = 0) -> int:
        """How many replies the model has given to this question on that day of a story."""
        return self._given[model, question, day]

    def append(self, entry: Entry) -> None:
        """Write an entry and count it. It is with the operating system when this returns."""
        if self._file is not None:
            self._file.write(entry.model_dump_json(exclude_none=True).encode() + b"\n")
        self._count(entry)

    def close(self) -> None:
        if self._file is not None:
            self._file.close()

    def _open(self, file: Path) -> None:
        for entry in _entries(file):
            self._requests[entry.model, entry.prompt] += 1
            self._count(entry)
        self._file = file.open("ab", buffering=0)

    def _count(self, entry: Entry) -> None:
        if entry.fault is not None:
            self.faults[entry.model][entry.fault] += 1
        elif entry.outcome is not None:
            self.outcomes[entry.model][entry.question, entry.outcome] += 1
            self._given[entry.model, entry.question, entry.day] += 1
            self.expected_right[entry.model] += entry.chance or 0.0
        elif entry.question == JUDGE and not entry.abandoned:
            self.judged[entry.model] += 1


def _entries(file: Path) -> Iterator[Entry]:
    if not file.exists():
        return
    _drop_half_line(file)
    with file.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            try:
                yield Entry.model_validate_json(line)
            except ValidationError as error:
                reason = error.errors()[0]["msg"]
                raise InvalidLog(f"{file}:{number}: {reason}; move the file away to start a new log") from error


def _drop_half_line(file: Path) -> None:
    """Remove what a process that was killed while writing has left at the end."""
    with file.open("rb+") as log:
        whole = log.read().rfind(b"\n") + 1
        log.seek(0, os.SEEK_END)
        if log.tell() != whole:
            log.truncate(whole)
