"""When a child is ready: what it does, never how long it has run. Each gives a function that is asked repeatedly."""

import http.client
import socket
from collections.abc import Callable
from pathlib import Path

from deploy.child import Child

_ANSWER_S = 1.0


def listening(child: Child) -> bool:
    """It has written the line that says where it listens."""
    return child.listening() is not None


def beating(child: Child) -> bool:
    """It has touched its heartbeat file since its start."""
    return child.recipe.heartbeat is not None and child.recipe.heartbeat.exists()


def ponging(path: Path) -> Callable[[Child], bool]:
    """A queue answers on the socket and has read its files."""

    def is_ready(_child: Child) -> bool:
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(_ANSWER_S)
                connection.connect(str(path))
                connection.sendall(b"PING\r\n")
                return connection.recv(64).startswith(b"+PONG")
        except OSError:
            return False

    return is_ready


def answering(host: str, port: int, path: str) -> Callable[[Child], bool]:
    """A web server answers 200."""

    def is_ready(_child: Child) -> bool:
        connection = http.client.HTTPConnection(host, port, timeout=_ANSWER_S)
        try:
            connection.request("GET", path)
            return connection.getresponse().status == http.client.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    return is_ready
