"""What time it is for whatever is recorded. Leases and waits go by other clocks.

A process may live on another day than its machine: the record of a simulated month is made in seconds. Only simulated
models are asked on such days; see `simulation`.
"""

from datetime import UTC, datetime, timedelta

_ahead = timedelta()


def now() -> datetime:
    return datetime.now(UTC) + _ahead


def live_ahead(by: timedelta) -> None:
    """Let this process live so much later than its machine, or earlier if it is negative, from now on."""
    global _ahead
    _ahead = by
