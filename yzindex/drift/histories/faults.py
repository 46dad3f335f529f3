"""What is wrong with a history: the first faults in words, the others counted."""

from collections.abc import Callable

from yzindex.drift.history import IntArray
from yzindex.errors import InvalidHistory

#: More would hide the first.
MOST_TOLD = 10


class Faults:
    """Faults in the order in which they were found; each reads `place: field: reason`."""

    def __init__(self) -> None:
        self._told: list[str] = []
        self._count = 0
        self._ended_at = ""

    def __len__(self) -> int:
        """Count the faults found so far, those included that will not be told in words."""
        return self._count

    @property
    def are_enough(self) -> bool:
        """Whether reading on would tell nothing more."""
        return len(self) >= MOST_TOLD

    def add(self, fault: str) -> None:
        self._count += 1
        if len(self._told) < MOST_TOLD:
            self._told.append(fault)

    def add_rows(self, rows: IntArray, said_of: Callable[[int], str]) -> None:
        """Add a fault for each row, and put into words only those that will be told."""
        for row in rows[: MOST_TOLD - len(self._told)].tolist():
            self._told.append(said_of(row))
        self._count += len(rows)

    def end_reading(self, place: str) -> None:
        """Say that what comes after this place was not looked at."""
        self._ended_at = place

    def raise_if_any(self) -> None:
        """Raise `InvalidHistory` with the faults, a line each, where there are any."""
        if not self:
            return
        lines = list(self._told)
        if more := len(self) - len(self._told):
            lines.append(f"and {more} more faults")
        if self._ended_at:
            lines.append(f"{self._ended_at}: reading ended here; what comes after was not looked at")
        raise InvalidHistory("\n".join(lines))
