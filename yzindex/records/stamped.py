"""What was read from rows before, each part with a stamp that would have changed with them."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Generic, TypeVar

_Key = TypeVar("_Key", bound=Hashable)
_Value = TypeVar("_Value")


class StampedCache(Generic[_Key, _Value]):
    """Values by key; one counts as long as its stamp is what it was. It is replaced whole, so threads may share it."""

    def __init__(self) -> None:
        self._kept: Mapping[_Key, tuple[Hashable, _Value]] = {}

    def read(
        self, stamps: Mapping[_Key, Hashable | None], read: Callable[[Sequence[_Key]], Mapping[_Key, _Value]]
    ) -> dict[_Key, _Value]:
        """Give the values of these keys, in their order; `read` those that are new or may have changed.

        A value without a stamp is never kept. The stamps must not be younger than what is read.
        """
        found = {key: value for key, (stamp, value) in self._kept.items() if stamps.get(key) == stamp}
        found |= read([key for key in stamps if key not in found])
        self._kept = {key: (stamp, found[key]) for key, stamp in stamps.items() if stamp is not None}
        return {key: found[key] for key in stamps}
