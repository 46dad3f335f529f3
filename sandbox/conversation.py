"""The exchange with the runner as bytes: what is sent for a program, and what may come back for it.

Both ways go blocks: four bytes of length, then the bytes. First, and before any program is known, the runner, compiled
and as source, and how it is to set itself up are sent, and its greeting comes back. Then a header, the program's
source, and per case the call, stdin and a ticket are sent; per case the facts, stdout, stderr and value come back.
Their sender may have been taken over by a hostile program: each block has a bound and its place.
"""

import secrets
from abc import ABC, abstractmethod
from collections.abc import Generator
from importlib.util import MAGIC_NUMBER

from sandbox.errors import ValueUnreadable
from sandbox.facts import Facts, FactsRejected, judge, parse_facts
from sandbox.program import Case, Limits, Program
from sandbox.record import CaseRecord
from sandbox.runner import LOADER, MODULES, compiled
from sandbox.syscalls import filter_programs
from sandbox.values import decode_value

#: Reads the runner from stdin and becomes it: one image serves every version of the runner. Compiling it would take as
#: long as the interpreter's own start, and is left to another Python than ours.
BOOTSTRAP = f"""
import _frozen_importlib_external, marshal, posix
def take(size):
    taken = b""
    while len(taken) < size:
        part = posix.read(0, size - len(taken))
        if not part:
            posix._exit(70)
        taken += part
    return taken
{LOADER}
magic, codes, sources = (take(int.from_bytes(take(4), "big")) for _ in range(3))
known = magic == _frozen_importlib_external.MAGIC_NUMBER
load(marshal.loads(codes) if known else eval(sources)).main()
"""
PROTOCOL = 4
#: A runner to which no program was sent for so long ends.
IDLE_S = 600.0
MAX_FACTS_BYTES = 4096
MAX_STDERR_BYTES = 16 * 1024


def _block(content: bytes) -> bytes:
    return len(content).to_bytes(4, "big") + content


def _literal(value: object) -> bytes:
    """A block that the runner reads as a Python literal."""
    return _block(ascii(value).encode("ascii"))


def runner_limits(limits: Limits) -> dict[str, float | None]:
    """The limits by the names and in the units that the runner knows."""
    return {
        "cpu_s": limits.cpu_s,
        "wall_s": limits.wall_s,
        "total_wall_s": limits.total_wall_s,
        "memory_bytes": limits.memory_mib * 1024 * 1024,
        "output_bytes": limits.output_kib * 1024,
    }


def runner_call(case: Case) -> dict[str, str] | None:
    """A case's call as the runner reads it."""
    return None if case.call is None else {"entry_point": case.call.entry_point, "args": case.call.args}


class Exchange(ABC):
    """One request and what may come back for it, without any input or output of its own: `feed` what arrives."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._due = self._read()
        self._bound = next(self._due)
        #: All that is due is there and nothing came after.
        self.complete = False

    @abstractmethod
    def request(self) -> bytes:
        """All that is sent into the container."""

    @abstractmethod
    def _read(self) -> Generator[int, bytes, None]:
        """Take block after block, in the one order there is; yields the bound of the next."""

    def feed(self, data: bytes) -> None:
        """Take what the container wrote; raise `FactsRejected` at the first byte that our runner would not write."""
        if self.complete and data:
            raise FactsRejected("bytes after the last that are due")
        self._buffer += data
        while len(self._buffer) >= 4:
            size = int.from_bytes(self._buffer[:4], "big")
            if size > self._bound:
                raise FactsRejected(f"a block of {size} bytes where at most {self._bound} are due")
            if len(self._buffer) < 4 + size:
                return
            content = bytes(self._buffer[4 : 4 + size])
            del self._buffer[: 4 + size]
            try:
                self._bound = self._due.send(content)
            except StopIteration:
                self.complete = True
                if self._buffer:
                    raise FactsRejected("bytes after the last that are due") from None


class Greeting(Exchange):
    """Send the runner and have it say that it is up. Until a `Conversation` follows, no program can have run."""

    def __init__(self, *, processes: int | None = None, refuses_calls: bool = False) -> None:
        """`processes`: the runner is to limit their number itself to this; where uids are shared it cannot.

        `refuses_calls`: the runner is to refuse system calls, because nobody did before it started.
        """
        self._processes = processes
        self._filters = filter_programs() if refuses_calls else {}
        super().__init__()

    def request(self) -> bytes:
        filters = {machine: program.hex() for machine, program in self._filters.items()}
        setup = {"processes": self._processes, "filters": filters, "idle_s": IDLE_S}
        return _block(MAGIC_NUMBER) + _block(compiled(MODULES)) + _literal(MODULES) + _literal(setup)

    def _read(self) -> Generator[int, bytes, None]:
        if (yield MAX_FACTS_BYTES) != f'{{"protocol":{PROTOCOL}}}'.encode():
            raise FactsRejected("not the runner's greeting")


class Conversation(Exchange):
    """Send one program and take what it did."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._tickets = [secrets.token_bytes(16) for _ in program.cases]
        self.cases: list[CaseRecord] = []
        super().__init__()

    def request(self) -> bytes:
        header = {"cases": len(self._program.cases), "limits": runner_limits(self._program.limits)}
        blocks = [_literal(header), _block(self._program.source.encode("utf-8", "surrogatepass"))]
        for case, ticket in zip(self._program.cases, self._tickets, strict=True):
            blocks += [_literal(runner_call(case)), _block(case.stdin), _block(ticket)]
        return b"".join(blocks)

    def _read(self) -> Generator[int, bytes, None]:
        output_bytes = self._program.limits.output_kib * 1024
        for case, ticket in zip(self._program.cases, self._tickets, strict=True):
            facts = parse_facts((yield MAX_FACTS_BYTES), ticket=ticket)
            stdout = yield output_bytes
            stderr = yield MAX_STDERR_BYTES
            raw_value = yield output_bytes
            self.cases.append(
                case_record(facts, case, self._program.limits, stdout=stdout, stderr=stderr, raw_value=raw_value)
            )


def case_record(
    facts: Facts, case: Case, limits: Limits, *, stdout: bytes, stderr: bytes, raw_value: bytes
) -> CaseRecord:
    """Judge what was reported of a case and came out of it."""
    value = _readable(raw_value, case)
    outcome, limit = judge(facts, limits=limits, value_missing=case.call is not None and value is None)
    return CaseRecord(
        outcome=outcome,
        limit=limit,
        exit_status=facts.exit_status,
        stdout=stdout,
        stderr=stderr,
        value=value,
        cpu_s=facts.cpu_s,
        wall_s=facts.wall_s,
    )


def _readable(raw: bytes, case: Case) -> bytes | None:
    """The value if there may be one and it can be decoded: a record never holds one that cannot."""
    if case.call is None or not raw:
        return None
    try:
        decode_value(raw)
    except ValueUnreadable:
        return None
    return raw
