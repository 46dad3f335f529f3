"""What every implementation of the port shares: one try to run a program, and the record that comes of at most two."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from sandbox.conversation import Conversation
from sandbox.facts import FactsRejected
from sandbox.outcome import Limit, Outcome
from sandbox.program import Program
from sandbox.record import CaseRecord, Record
from sandbox.stream import End, Stream

#: From the request for a throwaway place to the runner's greeting, on a busy host.
STARTUP_S = 60.0
#: After the program's total wall seconds, for the runner to end the last case and say so.
GRACE_S = 15.0


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One try to run a program."""

    container_id: str
    image: str
    cases: tuple[CaseRecord, ...]
    #: What to say of the cases that are missing; None if none is, or if the place they ran in just went away.
    cut_short_by: tuple[Outcome, Limit] | None


def longest_s(program: Program) -> float:
    """Seconds after which an attempt is over, whatever happens."""
    return STARTUP_S + program.limits.total_wall_s + GRACE_S


def converse(
    conversation: Conversation, stream: Stream, deadline: float, look: Callable[[], None] | None = None
) -> End:
    """Hold the whole conversation over a stream; see `Stream.exchange` for `look`."""

    def receive(data: bytes) -> bool:
        conversation.feed(data)
        return conversation.complete

    try:
        return stream.exchange(conversation.request(), receive, deadline, look)
    except FactsRejected:
        return End.CLOSED  # whoever writes there now, it is not our runner


def cut_short_by(end: End, *, oom_killed: bool) -> tuple[Outcome, Limit] | None:
    """Say why cases may be missing after an exchange that ended so."""
    if end is End.DEADLINE:
        return Outcome.TIME_LIMIT, Limit.WALL
    if end is End.CLOSED and oom_killed:
        return Outcome.MEMORY_LIMIT, Limit.MEMORY
    return None


def run_attempts(program: Program, attempt: Callable[[], Attempt], *, engine: str) -> Record:
    """Try; once more if the place a program ran in went away. Twice is no accident of the engine."""
    started = time.monotonic()
    ran = attempt()
    if len(ran.cases) < len(program.cases) and ran.cut_short_by is None:
        ran = attempt()
    missing = len(program.cases) - len(ran.cases)
    return Record(
        cases=ran.cases + (_never_ended(*(ran.cut_short_by or (Outcome.RUNTIME_ERROR, None))),) * missing,
        engine=engine,
        container_id=ran.container_id,
        image=ran.image,
        network=False,
        wall_s=time.monotonic() - started,
    )


def _never_ended(outcome: Outcome, limit: Limit | None) -> CaseRecord:
    return CaseRecord(
        outcome=outcome, limit=limit, exit_status=None, stdout=b"", stderr=b"", value=None, cpu_s=0.0, wall_s=0.0
    )
