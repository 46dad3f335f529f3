"""What every implementation of the port shares: one try to run a program, and the record that comes of at most two."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from sandbox.alone import alone, together
from sandbox.conversation import Exchange
from sandbox.errors import system_trouble
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


class Attempting(Protocol):
    """Tries to run a program once."""

    def __call__(self, program: Program, *, fresh: bool, suspected: bool) -> Attempt:
        """`fresh`: in a place that is made for it, for it is not its first try.

        `suspected`: the place of the try before went away. Should this one go away too, it is taken for the program's
        doing, so raise `SandboxUnavailable` if it was not.
        """


def conversation_s(program: Program) -> float:
    """Seconds after which what a ready container has not said of a program is not waited for."""
    return program.limits.total_wall_s + GRACE_S


def longest_s(program: Program) -> float:
    """Seconds that a container made for a program is needed, whatever happens."""
    return STARTUP_S + conversation_s(program)


def converse(
    exchange: Exchange, stream: Stream, deadline: float, look: Callable[[], None] | None = None, *, last: bool = True
) -> End:
    """Hold an exchange over a stream; see `Stream.exchange` for `look` and `last`. Raises `SandboxUnavailable`."""

    def receive(data: bytes) -> bool:
        exchange.feed(data)
        return exchange.complete

    with system_trouble("talking to a runner"):
        try:
            return stream.exchange(exchange.request(), receive, deadline, look, last=last)
        except FactsRejected:
            return End.CLOSED  # whoever writes there now, it is not our runner


def cut_short_by(end: End, *, oom_killed: bool) -> tuple[Outcome, Limit] | None:
    """Say why cases may be missing after an exchange that ended so."""
    if end is End.DEADLINE:
        return Outcome.TIME_LIMIT, Limit.WALL
    if end is End.CLOSED and oom_killed:
        return Outcome.MEMORY_LIMIT, Limit.MEMORY
    return None


def run_attempts(program: Program, attempt: Attempting, *, engine: str) -> Record:
    """Run a program beside others, and alone what hit only its wall limit: the host may have been busy."""
    started = time.monotonic()
    with together():
        ran, cases = _tried(program, attempt)
    if any(_may_be_the_host(case) for case in cases):
        with alone():
            cases = _believed(program, cases, attempt)
    return Record(
        cases=cases,
        engine=engine,
        container_id=ran.container_id,
        image=ran.image,
        network=False,
        wall_s=time.monotonic() - started,
    )


def _tried(program: Program, attempt: Attempting, *, first: bool = True) -> tuple[Attempt, tuple[CaseRecord, ...]]:
    """Try; once more if the place a program ran in went away. Twice is the program's doing.

    So it is with a place whose memory ran out before the first case: the host's may have, which begins with runners
    that wait.
    """
    ran = attempt(program, fresh=not first, suspected=False)
    went_away = len(ran.cases) < len(program.cases) and ran.cut_short_by is None
    if went_away or (not ran.cases and ran.cut_short_by == (Outcome.MEMORY_LIMIT, Limit.MEMORY)):
        ran = attempt(program, fresh=True, suspected=True)
    missing = len(program.cases) - len(ran.cases)
    return ran, ran.cases + (_never_ended(*(ran.cut_short_by or (Outcome.RUNTIME_ERROR, None))),) * missing


def _believed(program: Program, cases: tuple[CaseRecord, ...], attempt: Attempting) -> tuple[CaseRecord, ...]:
    """Run again the cases that hit only the wall limit, for twice the wall seconds of one: it holds up all others.

    What does not come to its end in that time is the program's doing, and believed.
    """
    places = [place for place, case in enumerate(cases) if _may_be_the_host(case)]
    limits = replace(program.limits, total_wall_s=min(program.limits.total_wall_s, 2 * program.limits.wall_s))
    again = replace(program, cases=tuple(program.cases[place] for place in places), limits=limits)
    _, found = _tried(again, attempt, first=False)
    believed = list(cases)
    for place, case in zip(places, found, strict=True):
        believed[place] = case
    return tuple(believed)


def _may_be_the_host(case: CaseRecord) -> bool:
    return case.limit is Limit.WALL


def _never_ended(outcome: Outcome, limit: Limit | None) -> CaseRecord:
    return CaseRecord(
        outcome=outcome, limit=limit, exit_status=None, stdout=b"", stderr=b"", value=None, cpu_s=0.0, wall_s=0.0
    )
