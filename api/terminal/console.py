"""The console for people."""

from rich.console import Console

#: What our widest table needs. A narrower terminal wraps the lines; cut off, a score could not be read at all.
_LEAST_WIDTH = 180


def console(least_width: int = _LEAST_WIDTH) -> Console:
    """A console as wide as the terminal, but wide enough for what is to be shown: by itself, for our widest table."""
    terminal = Console(highlight=False)
    return terminal if terminal.width >= least_width else Console(highlight=False, width=least_width)
