"""Work on many things at once, and give the results in order."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Given = TypeVar("Given")
Result = TypeVar("Result")


def in_order(work: Callable[[Given], Result], given: Iterable[Given], *, at_once: int) -> Iterator[Result]:
    """Give each result as soon as those before it are there; the first error ends it, and what was not begun is left.

    >>> list(in_order(abs, [-1, 2], at_once=2))
    [1, 2]
    """
    pool = ThreadPoolExecutor(max_workers=at_once)
    try:
        yield from pool.map(work, given)
    finally:
        pool.shutdown(cancel_futures=True)
