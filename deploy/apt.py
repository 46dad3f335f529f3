"""Install a system package with apt-get. Only as root, only announced, never fatal: what is missing is then missing."""

import os
import shutil
import subprocess
import time

#: Installed with what apt knows; if it knows too little, after an update.
_UPDATE = ("apt-get", "update")


def can_install() -> bool:
    """Whether this user may install packages on this system."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def install(package: str, *, within_s: float) -> str | None:
    """Install a package; return the last words of apt-get if that failed or took too long."""
    deadline = time.monotonic() + within_s
    command = ("apt-get", "install", "--yes", "--no-install-recommends", package)
    if _failure(command, deadline) is None:
        return None
    return _failure(_UPDATE, deadline) or _failure(command, deadline)


def _failure(command: tuple[str, ...], deadline: float) -> str | None:
    try:
        ended = subprocess.run(
            command,
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=max(0.0, deadline - time.monotonic()),
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    said = (ended.stderr or ended.stdout).strip() or f"status {ended.returncode}"
    return said.splitlines()[-1] if ended.returncode else None
