"""The container engine as the stack needs it: does one answer, has it our image, is any container left?"""

import os
from collections.abc import Callable, Iterable
from pathlib import Path

from docker.errors import DockerException

from sandbox import IMAGE, SandboxUnavailable, ensure_image
from sandbox.engine import connect
from sandbox.owner import LABEL
from yzindex.settings import Settings

_INSTALL = "https://docs.docker.com/engine/install/"
_SOCKET = Path("/var/run/docker.sock")


def prepare_sandbox(settings: Settings, say: Callable[[str], None]) -> str | None:
    """Have the image that programs run in, building it if need be; return the engine's name, such as "docker 27.3".

    Without an engine, or without the image, say why and what becomes of execution questions, and return None.
    """
    try:
        client = connect()
        if settings.sandbox_image is None and not client.images(name=IMAGE, quiet=True):
            say("  sandbox  building the image that programs run in: once, about 20 s")
            ensure_image(client)
        return f"docker {client.version()['Version']}"
    except (SandboxUnavailable, DockerException, OSError) as error:
        say(f"  sandbox  none: docker ({_reason(error)})")
        say(f"           Programs written by models will not run here. Install Docker:  {_INSTALL}")
        say("           All else goes on: execution questions stay unscored, with this reason (not counted as 0).")
        return None


def containers_left(of: Iterable[str]) -> int:
    """Count the containers among these ids that still exist."""
    ids = set(of)
    if not ids:
        return 0
    found = connect().containers(all=True, filters={"label": LABEL})
    return sum(container["Id"] in ids for container in found)


def _reason(error: Exception) -> str:
    """Say it in the words of this machine where they are known, else in the error's own."""
    address = os.environ.get("DOCKER_HOST")
    if address is not None:
        return f"DOCKER_HOST={address}: {error}"
    if not _SOCKET.exists():
        return f"no socket at {_SOCKET}"
    if not os.access(_SOCKET, os.R_OK | os.W_OK):
        return f"this user may not use {_SOCKET}; allow it by `usermod -aG docker $USER`, then log in again"
    return f"{error}"
