"""What to run: an untrusted source, the cases to run it on, and its limits. Never what is expected of it."""

import ast
import hashlib
import math
from dataclasses import dataclass, field, fields

from sandbox.errors import InvalidProgram

MAX_CASES = 1000
MAX_PROGRAM_BYTES = 32 * 1024 * 1024
#: The largest file that may be written inside; the runner keeps a case's stdin in one.
MAX_STDIN_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Call:
    """Call the function `entry_point` of the source.

    `args` is the source of a Python literal tuple, such as `"([1, 2], 'x')"`; it is parsed here, and no more passes.
    """

    entry_point: str
    args: str

    def __post_init__(self) -> None:
        if not self.entry_point.isidentifier():
            raise InvalidProgram(f"entry point {self.entry_point!r} is not the name of a function")
        try:
            parsed = ast.literal_eval(self.args)
        except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError) as error:
            raise InvalidProgram(f"args of {self.entry_point} are not a Python literal: {error}") from error
        if not isinstance(parsed, tuple):
            raise InvalidProgram(f"args of {self.entry_point} are no tuple; write '(1,)' for the one argument 1")


@dataclass(frozen=True, kw_only=True)
class Case:
    """One run of the source: with a `call`, the source is loaded and then called; without, it runs as `__main__`."""

    stdin: bytes = b""
    call: Call | None = None

    def __post_init__(self) -> None:
        if len(self.stdin) > MAX_STDIN_BYTES:
            raise InvalidProgram(f"stdin has {len(self.stdin)} bytes; at most {MAX_STDIN_BYTES} can be given to a case")


@dataclass(frozen=True, kw_only=True)
class ContainerLimits:
    """The limits that a container has from its start, before there is a program; see `Limits`."""

    memory_mib: int
    pids: int
    tmp_mib: int


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What one program may use. CPU seconds are the limit that counts; wall seconds are generous."""

    #: Per case, with all the processes it starts.
    cpu_s: float = 10.0
    #: Per case.
    wall_s: float = 30.0
    #: All cases together.
    total_wall_s: float = 120.0
    #: The whole container, `/tmp` included.
    memory_mib: int = 256
    #: Each of stdout, stderr and the returned value.
    output_kib: int = 1024
    #: Processes and threads at once, the runner's own one included.
    pids: int = 64
    #: Size of `/tmp`, the only place to write to.
    tmp_mib: int = 64

    def __post_init__(self) -> None:
        for limit in fields(self):
            amount = getattr(self, limit.name)
            if not math.isfinite(amount) or amount <= 0:
                raise InvalidProgram(f"limit {limit.name} is {amount}; it must be a positive number")
        if self.memory_mib < 32:
            raise InvalidProgram(f"limit memory_mib is {self.memory_mib}; Python itself needs 32")
        if self.output_kib > self.memory_mib * 1024 // 8:
            raise InvalidProgram(f"limit output_kib is {self.output_kib}; outputs are held in an eighth of the memory")
        if self.pids < 4:
            raise InvalidProgram(f"limit pids is {self.pids}; the runner and one program need 4")

    @property
    def of_container(self) -> ContainerLimits:
        """Programs for which these are the same can use the same waiting containers."""
        return ContainerLimits(memory_mib=self.memory_mib, pids=self.pids, tmp_mib=self.tmp_mib)


@dataclass(frozen=True, kw_only=True)
class Program:
    """One answer to run: every case gets a fresh process in one throwaway container."""

    source: str
    cases: tuple[Case, ...]
    limits: Limits = field(default_factory=Limits)

    def __post_init__(self) -> None:
        if not 0 < len(self.cases) <= MAX_CASES:
            raise InvalidProgram(f"a program has 1 to {MAX_CASES} cases, not {len(self.cases)}")
        size = len(self.source) + sum(len(case.stdin) + len(case.call.args if case.call else "") for case in self.cases)
        if size > MAX_PROGRAM_BYTES:
            raise InvalidProgram(f"source and inputs are {size} bytes; at most {MAX_PROGRAM_BYTES} can be sent")
        largest = len(self.source) + max(len(case.stdin) for case in self.cases)
        if largest > self.limits.memory_mib * 1024 * 1024 // 4:
            raise InvalidProgram(
                f"source and stdin take {largest} bytes of {self.limits.memory_mib} MiB; raise memory_mib"
            )

    @property
    def digest(self) -> str:
        """SHA-256 in hexadecimal over source, cases and limits: equal for programs that are equal to the last byte."""
        return hashlib.sha256(repr(self).encode("utf-8")).hexdigest()
