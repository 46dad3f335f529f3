"""What came out of a case, put together for the outside. It needs no container."""

from __future__ import annotations

from sandbox.runner.wire import REPORT_MEMORY_ERROR, REPORT_TOO_LARGE, REPORT_VALUE

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os

    from sandbox.runner.wire import Facts

    #: Facts, stdout, stderr, value.
    Result = tuple[Facts, bytes, bytes, bytes]
else:
    import posix as os

STDERR_TAIL_BYTES = 16 * 1024
#: Of a case before which the total wall seconds were gone.
NOT_STARTED: Facts = {
    "started": False,
    "exit_status": None,
    "cpu_s": 0.0,
    "wall_s": 0.0,
    "wall_exceeded": True,
    "overflow": None,
    "oom_killed": False,
    "memory_error": False,
}


class Gathered:
    """What came out of the candidate's three pipes, bounded."""

    def __init__(self, fds: list[int], limit: int) -> None:
        self.limit = limit
        self.names = dict(zip(fds, ("stdout", "stderr", "value"), strict=True))
        self.bytes = {name: bytearray() for name in self.names.values()}
        self.counts = dict.fromkeys(self.names.values(), 0)
        self.overflow: str | None = None

    def read(self, fd: int) -> bool:
        """Read once; False at the end of the pipe or when there is nothing now."""
        try:
            part = os.read(fd, 65536)
        except BlockingIOError:
            return False
        name = self.names[fd]
        self.bytes[name] += part
        self.counts[name] += len(part)
        if self.counts[name] > self.limit + (name == "value"):  # the report has a letter before the value
            self.overflow = self.overflow or name
        keep = STDERR_TAIL_BYTES if name == "stderr" else self.limit + 1
        if len(self.bytes[name]) > keep:
            self.bytes[name] = self.bytes[name][-keep:] if name == "stderr" else self.bytes[name][:keep]
        return bool(part)

    def drain(self) -> None:
        for fd in self.names:
            while not self.overflow and self.read(fd):
                pass


def result_of(
    gathered: Gathered,
    *,
    exit_status: int | None,
    cpu_s: float,
    wall_s: float,
    wall_exceeded: bool,
    oom_killed: bool,
) -> Result:
    """Put together what is known of a case that has ended."""
    report = bytes(gathered.bytes["value"])
    facts: Facts = {
        "started": True,
        "exit_status": exit_status,
        "cpu_s": cpu_s,
        "wall_s": wall_s,
        "wall_exceeded": wall_exceeded,
        "overflow": "value" if report == REPORT_TOO_LARGE else gathered.overflow,
        "oom_killed": oom_killed,
        "memory_error": report == REPORT_MEMORY_ERROR,
    }
    value = report[1:] if report[:1] == REPORT_VALUE and not gathered.overflow else b""
    return facts, bytes(gathered.bytes["stdout"])[: gathered.limit], bytes(gathered.bytes["stderr"]), value
