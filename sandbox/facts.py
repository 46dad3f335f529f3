"""What the runner reports of a case, checked field by field, and the outcome that follows from it."""

import json
import math
import signal
from dataclasses import dataclass

from sandbox.outcome import Limit, Outcome
from sandbox.program import Limits

#: The kernel counts ticks when it enforces a CPU limit and nanoseconds when it reports: on a busy host it has been seen
#: to kill at three quarters. Such an end is no crash of the program's.
_NEARLY = 0.5


class FactsRejected(ValueError):
    """The bytes are not what our runner writes at this place of the stream."""


@dataclass(frozen=True, kw_only=True)
class Facts:
    """How a case's processes ended, as process 1 of the container saw it."""

    #: Which case this is about: sent to the runner only after the case had ended.
    ticket: str
    #: False if the program's total wall seconds were gone before this case.
    started: bool
    #: 0–255, or minus a signal; None if it had to be killed before it was seen to end.
    exit_status: int | None
    cpu_s: float
    wall_s: float
    wall_exceeded: bool
    #: The first stream beyond its bounds: "stdout", "stderr" or "value".
    overflow: str | None
    #: The kernel killed at least one of its processes for memory.
    oom_killed: bool
    #: Its last exception was a MemoryError, or it says so.
    memory_error: bool


def parse_facts(raw: bytes, *, ticket: bytes) -> Facts:
    """Read one case's facts; raise `FactsRejected` unless every field is there, of its exact type and in its range."""
    try:
        fields = json.loads(raw.decode("ascii"))
    except (ValueError, RecursionError) as error:
        raise FactsRejected("not JSON") from error
    if not isinstance(fields, dict) or set(fields) != set(Facts.__dataclass_fields__):
        raise FactsRejected("fields missing or unknown")
    if fields["ticket"] != ticket.hex():
        raise FactsRejected("wrong ticket: forged, repeated or out of order")
    for name in ("started", "wall_exceeded", "oom_killed", "memory_error"):
        if type(fields[name]) is not bool:
            raise FactsRejected(f"{name} is not a truth value")
    for name in ("cpu_s", "wall_s"):
        if type(fields[name]) is not float or not math.isfinite(fields[name]) or fields[name] < 0:
            raise FactsRejected(f"{name} is not a number of seconds")
    status = fields["exit_status"]
    if status is not None and (type(status) is not int or not -64 <= status <= 255):
        raise FactsRejected("exit_status is out of range")
    if fields["overflow"] not in (None, "stdout", "stderr", "value"):
        raise FactsRejected("overflow names no stream")
    return Facts(**fields)


def judge(facts: Facts, *, limits: Limits, value_missing: bool) -> tuple[Outcome, Limit | None]:
    """Say what the program did: time before memory before output before runtime error.

    Wall seconds count as exceeded whether or not the runner was awake to end them: a program can keep it waiting.
    `value_missing`: the program was called and no readable value came back.
    """
    stopped = facts.exit_status in (-signal.SIGXCPU, -signal.SIGKILL)
    if facts.cpu_s >= limits.cpu_s * (_NEARLY if stopped else 1):
        return Outcome.TIME_LIMIT, Limit.CPU
    if facts.wall_exceeded or facts.wall_s > limits.wall_s or not facts.started:
        return Outcome.TIME_LIMIT, Limit.WALL
    if facts.oom_killed or facts.memory_error:
        return Outcome.MEMORY_LIMIT, Limit.MEMORY
    if facts.overflow is not None:
        return Outcome.OUTPUT_LIMIT, Limit.OUTPUT
    if facts.exit_status != 0 or value_missing:
        return Outcome.RUNTIME_ERROR, None
    return Outcome.COMPLETED, None
