"""The sandbox as the stack needs it: does one run, can it be made to, and what is said where none does."""

import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

from docker.errors import DockerException

from deploy.apt import can_install, install
from sandbox import IMAGE, BubblewrapSandbox, SandboxUnavailable, ensure_image
from sandbox.engine import connect
from worker.choosing import DOCKER_INSTALL, NoSandbox, allowed
from yzindex.settings import SandboxChoice, Settings

Say = Callable[[str], None]

_SOCKET = Path("/var/run/docker.sock")
#: For all of it: a demo is not to wait for a mirror that does not answer.
_INSTALL_WITHIN_S = 120.0


def prepare_sandbox(settings: Settings, say: Say, what: str = "stack") -> str | None:
    """Have a sandbox, installing or building what it lacks if that can be; say its name, such as "docker 27.3".

    Without one, say why and what becomes of execution questions in the demo or stack, and return None.
    """
    reasons = {}
    for name in allowed(settings):
        try:
            return _PREPARE[name](settings, say)
        except (SandboxUnavailable, DockerException, OSError) as error:
            reasons[name] = _reason(name, error)
    for line in _refusal(NoSandbox(reasons), settings, what):
        say(line)
    return None


def _docker(settings: Settings, say: Say) -> str:
    client = connect()
    if settings.sandbox_image is None and not client.images(name=IMAGE, quiet=True):
        say("  sandbox  building the image that programs run in: once, about 20 s")
        ensure_image(client)
    return f"docker {client.version()['Version']}, throwaway containers"


def _bubblewrap(_: Settings, say: Say) -> str:
    if shutil.which("bwrap") is None and can_install():
        say("  sandbox  installing bubblewrap with apt-get: programs run in it where no Docker answers")
        if trouble := install("bubblewrap", within_s=_INSTALL_WITHIN_S):
            say(f"           that failed: {trouble}")
    sandbox = BubblewrapSandbox()
    sandbox.close()
    return f"{sandbox.engine}, throwaway namespaces"


_PREPARE: Mapping[SandboxChoice, Callable[[Settings, Say], str]] = {
    SandboxChoice.DOCKER: _docker,
    SandboxChoice.BUBBLEWRAP: _bubblewrap,
}


def _refusal(found: NoSandbox, settings: Settings, what: str) -> list[str]:
    if settings.sandbox is SandboxChoice.AUTO:
        goes_on = (
            "only programs that are byte for byte this bank's own reference or wrong answers are run (SHA-256 matched)"
        )
    else:
        goes_on = "execution questions stay unscored, with this reason (not counted as 0)"
    return [
        f"  sandbox  none: {', '.join(f'{name} ({reason})' for name, reason in found.reasons.items())}",
        f"           Programs written by models will not run here. Install Docker:  {DOCKER_INSTALL}",
        f"           The {what} goes on: {goes_on}.",
    ]


def _reason(name: SandboxChoice, error: Exception) -> str:
    """Say it in the words of this machine where they are known, else in the error's own."""
    if name is not SandboxChoice.DOCKER:
        return f"{error}"
    address = os.environ.get("DOCKER_HOST")
    if address is not None:
        return f"DOCKER_HOST={address}: {error}"
    if not _SOCKET.exists():
        return f"no socket at {_SOCKET}"
    if not os.access(_SOCKET, os.R_OK | os.W_OK):
        return f"this user may not use {_SOCKET}; allow it by `usermod -aG docker $USER`, then log in again"
    return f"{error}"
