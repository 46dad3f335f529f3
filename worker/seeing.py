"""Works out what the board can see: once a day, in portions of seconds, while nothing is asked or graded.

    sweep: claim ─► portion ─► portion ─► … ─► done for the day
                │ a run is open: let go, until a sweep finds none

Each portion is a message of its own at the end of the queue, so that nothing waits for more than one of them.
"""

import time
from collections.abc import Callable

import structlog

from worker.runtime import Runtime
from yzindex.drift.sight import Looked
from yzindex.records.database import OUTAGES
from yzindex.records.sights import (
    Begun,
    SightClaim,
    begin_portion,
    claim_sight,
    must_wait,
    release_sight,
    store_portion,
)

log = structlog.get_logger()

#: Five falls of each size in each.
WORLDS = 20
#: A day's work ends with fewer worlds once it has taken so many processor seconds, but not with fewer than these.
LEAST_WORLDS = 4
LONGEST_S = 300.0
#: After so long no further world is begun in a portion.
PORTION_S = 2.0


def claim_today(runtime: Runtime) -> SightClaim | None:
    """Claim what the board can see today, if that is due and nobody works it out."""
    settings = runtime.settings
    return claim_sight(runtime.database, settings.zone, asks=settings.ask_again, lease_s=settings.lease_s)


def look(
    runtime: Runtime, claim: SightClaim, *, portion_s: float = PORTION_S, clock: Callable[[], float] = time.monotonic
) -> SightClaim | None:
    """Play some worlds and store what was found in them; return the claim if it is to be gone on with at once.

    While a run is open the claim is let go instead. Trouble with the analysis is logged, and tried again by a later
    sweep, a few times.
    """
    if must_wait(runtime.database):
        release_sight(runtime.database, claim)
        return None
    begun = begin_portion(runtime.database, claim, lease_s=runtime.settings.lease_s)
    if begun is None:
        return None
    try:
        with runtime.sight_leases.hold(claim):
            looked, cpu_s = _look(runtime, begun, until=clock() + portion_s, clock=clock)
    except OUTAGES:
        raise
    except Exception:
        log.exception("looking failed", day=claim.day.isoformat())
        release_sight(runtime.database, claim)
        return None
    return _kept(runtime, begun, looked, cpu_s)


def _kept(runtime: Runtime, begun: Begun, looked: Looked, cpu_s: float) -> SightClaim | None:
    """Store what was seen, and return the claim if there is more to see."""
    worlds, total_s = begun.worlds + looked.worlds, begun.cpu_s + cpu_s
    ends = looked.reason is not None or _is_enough(worlds, total_s)
    if not store_portion(runtime.database, begun, looked, cpu_s=cpu_s, ends=ends):
        return None
    if ends:
        log.info("sight worked out", day=begun.claim.day.isoformat(), worlds=worlds, cpu_s=round(total_s, 1))
    return None if ends else begun.claim


def _look(runtime: Runtime, begun: Begun, *, until: float, clock: Callable[[], float]) -> tuple[Looked, float]:
    """Look outside of any transaction; return the processor seconds too."""
    # Its import takes seconds, which no other kind of worker should pay.
    from yzindex.drift import looking
    from yzindex.records.history import read_history

    began_s = time.thread_time()
    with runtime.database.read() as session:
        history = read_history(session, runtime.settings.zone)

    def goes_on(worlds: int) -> bool:
        return clock() < until and not _is_enough(worlds, begun.cpu_s + time.thread_time() - began_s)

    kept = history.where(history.packet <= begun.last_run)
    looked = looking.look(kept, asks=begun.asks, seed=begun.seed, first=begun.worlds, goes_on=goes_on)
    return looked, time.thread_time() - began_s


def _is_enough(worlds: int, cpu_s: float) -> bool:
    return worlds >= WORLDS or (worlds >= LEAST_WORLDS and cpu_s >= LONGEST_S)
