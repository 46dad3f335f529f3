"""Values that are never changed: what is copied, as a simulated board is for every event, shares them."""

from typing import Self


class Unchanging:
    """A base of frozen dataclasses whose arrays are never written to."""

    def __deepcopy__(self, _memo: dict[int, object]) -> Self:
        return self
