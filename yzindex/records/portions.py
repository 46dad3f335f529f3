"""Lists that are too long to be named in one statement."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

#: Databases refuse many more.
MOST_AT_ONCE = 2000
_Named = TypeVar("_Named")


def portions(values: Sequence[_Named]) -> Iterator[Sequence[_Named]]:
    """Divide values into as many as one statement may name.

    >>> [len(portion) for portion in portions(range(4500))]
    [2000, 2000, 500]
    """
    for begin in range(0, len(values), MOST_AT_ONCE):
        yield values[begin : begin + MOST_AT_ONCE]
