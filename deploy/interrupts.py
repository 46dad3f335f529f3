"""Let every polite way of ending a process end it in the same way: by KeyboardInterrupt, so that the stack stops."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager

#: Ctrl-C, `kill` and a closed terminal.
_POLITE = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """Raise KeyboardInterrupt in the main thread on each of them; in the background too, where Ctrl-C is ignored."""
    former = {number: signal.signal(number, signal.default_int_handler) for number in _POLITE}
    try:
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)
