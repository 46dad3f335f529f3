"""A file that a worker touches while it is alive: cheaper to look at than to ask the worker."""

from pathlib import Path
from threading import Event, Thread

_EVERY_S = 5.0


def start_heartbeat(file: Path) -> Event:
    """Touch a file now and every few seconds; setting the returned event ends it."""
    stop = Event()
    file.touch()
    Thread(target=_beat, args=(file, stop), name="heartbeat", daemon=True).start()
    return stop


def _beat(file: Path, stop: Event) -> None:
    while not stop.wait(_EVERY_S):
        file.touch()
