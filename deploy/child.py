"""One process of the stack: start it so that it cannot outlive us, see how it is, end it with all it started."""

import ctypes
import json
import os
import signal
import subprocess
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

_LIBC = ctypes.CDLL(None)
_PR_SET_PDEATHSIG = 1
_TAIL_LINES = 15


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How to run a child. Keys are in its environment, never in its arguments."""

    name: str
    argv: tuple[str, ...]
    environment: Mapping[str, str] = field(repr=False)
    folder: Path
    log: Path
    #: Whether it can do its work now; asked again and again from its start on.
    is_ready: "Callable[[Child], bool]"
    #: A file that it touches while it is well.
    heartbeat: Path | None = None
    #: How long it may take to end by itself.
    stop_s: float = 5.0


class Child:
    """A running process in a session of its own.

    The kernel kills it when the *thread* that started it ends, so start it from the thread that lives longest.
    """

    def __init__(self, recipe: Recipe) -> None:
        self.recipe = recipe
        if recipe.heartbeat is not None:
            recipe.heartbeat.unlink(missing_ok=True)
        self._log_offset = recipe.log.stat().st_size if recipe.log.exists() else 0
        self._process = _spawn(recipe)

    @property
    def pid(self) -> int:
        return self._process.pid

    def is_ready(self) -> bool:
        return not self.has_ended() and self.recipe.is_ready(self)

    def has_ended(self) -> bool:
        """Whether the process has ended. Leaves it unreaped, so that its id cannot pass to a stranger."""
        if self._process.returncode is not None:
            return True
        return os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def ask_to_end(self) -> None:
        """Send SIGTERM to the process; a Celery worker finishes what it has begun."""
        if not self.has_ended():
            os.kill(self.pid, signal.SIGTERM)

    def end(self) -> str:
        """Kill what is left of it and everything in its group; say how it ended."""
        if self._process.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)
            self._process.wait()
        return _ending(self._process.returncode)

    def output(self) -> str:
        """What it has written since its start."""
        with self.recipe.log.open("rb") as log:
            log.seek(self._log_offset)
            return log.read().decode(errors="replace")

    def tail(self) -> str:
        """The last lines it has written, indented."""
        lines = self.output().splitlines()[-_TAIL_LINES:] or ["(it wrote nothing)"]
        return "\n".join(f"    {line}" for line in lines)

    def listening(self) -> str | None:
        """The address from the line `{"listening": address}`, once it has been written."""
        for line in self.output().splitlines():
            with suppress(ValueError, KeyError, TypeError):  # any other line
                return str(json.loads(line)["listening"])
        return None


def _spawn(recipe: Recipe) -> "subprocess.Popen[bytes]":
    parent = os.getpid()

    def die_with_parent() -> None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it died before the line above
            os._exit(1)

    with recipe.log.open("ab") as log:
        return subprocess.Popen(
            recipe.argv,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=recipe.folder,
            env=dict(recipe.environment),
            start_new_session=True,
            preexec_fn=die_with_parent,
        )


def _ending(status: int) -> str:
    return f"status {status}" if status >= 0 else f"signal {signal.Signals(-status).name}"
