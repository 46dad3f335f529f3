"""How long to wait before a dead child is started again, and when to give up."""

from collections import deque

FIRST_WAIT_S = 1.0
LONGEST_WAIT_S = 30.0
DEATHS = 5
DEATHS_WITHIN_S = 120.0
#: Whoever lived this long has no record.
FORGIVEN_AFTER_S = 300.0


class Patience:
    """Remembers one child's deaths.

    >>> patience = Patience()
    >>> [patience.after_death(lived_s=1, now=now) for now in range(5)]
    [1.0, 2.0, 4.0, 8.0, None]
    """

    def __init__(self) -> None:
        self._recent: deque[float] = deque(maxlen=DEATHS)
        self._in_a_row = 0

    def after_death(self, *, lived_s: float, now: float) -> float | None:
        """Return the seconds to wait, doubling with every death in a row; None: five deaths in two minutes."""
        if lived_s >= FORGIVEN_AFTER_S:
            self._in_a_row = 0
        self._recent.append(now)
        if len(self._recent) == DEATHS and now - self._recent[0] <= DEATHS_WITHIN_S:
            return None
        wait_s = FIRST_WAIT_S * 2.0 ** min(self._in_a_row, 10)
        self._in_a_row += 1
        return min(wait_s, LONGEST_WAIT_S)
