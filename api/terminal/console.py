"""The console for people."""

from rich.console import Console

#: What our widest table needs. A narrower terminal wraps the lines; cut off, a score could not be read at all.
_LEAST_WIDTH = 180


def console() -> Console:
    """A console as wide as the terminal, but wide enough for our tables."""
    terminal = Console(highlight=False)
    return terminal if terminal.width >= _LEAST_WIDTH else Console(highlight=False, width=_LEAST_WIDTH)
