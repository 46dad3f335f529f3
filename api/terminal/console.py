"""The console for people."""

from rich.console import Console

_WIDTH_WITHOUT_TERMINAL = 160


def console() -> Console:
    """A console as wide as the terminal; as wide as our tables need where there is none."""
    terminal = Console(highlight=False, soft_wrap=False)
    return terminal if terminal.is_terminal else Console(highlight=False, width=_WIDTH_WITHOUT_TERMINAL)
