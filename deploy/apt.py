"""Install a system package with apt-get. Only as root, only announced, never fatal: what is missing is then missing."""

import os
import shutil
import signal
import subprocess
import time
from contextlib import suppress

_UPDATE = ("apt-get", "update")
#: From being interrupted to its end: it may not be killed while it unpacks.
_GIVES_UP_WITHIN_S = 20.0


def can_install() -> bool:
    """Whether this user may install packages on this system."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def install(package: str, *, within_s: float) -> str | None:
    """Install a package, after an update if need be; return apt-get's last words if that failed or took too long."""
    deadline = time.monotonic() + within_s
    command = ("apt-get", "install", "--yes", "--no-install-recommends", package)
    failure = _failure(command, deadline)
    if failure is None or time.monotonic() >= deadline:
        return failure
    return _failure(_UPDATE, deadline) or _failure(command, deadline)


def _failure(command: tuple[str, ...], deadline: float) -> str | None:
    try:
        running = subprocess.Popen(
            command,
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
    except OSError as error:
        return str(error)
    with running:
        try:
            said, _ = running.communicate(timeout=max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            _interrupt(running)
            return f"{' '.join(command[:2])} took too long"
    lines = said.strip().splitlines() or [f"status {running.returncode}"]
    return lines[-1] if running.returncode else None


def _interrupt(running: subprocess.Popen[str]) -> None:
    running.send_signal(signal.SIGINT)
    with suppress(subprocess.TimeoutExpired):
        running.communicate(timeout=_GIVES_UP_WITHIN_S)
        return
    running.kill()
