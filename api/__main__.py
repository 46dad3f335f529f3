"""Serve the API: python -m api

Prints one line of JSON, {"listening": "http://..."}, when it is ready; its log goes to standard error.
"""

import json
import logging
import socket
import sys
from contextlib import suppress
from threading import Event

import structlog
import uvicorn

from api.app import create_app
from api.protocol import Protocol
from yzindex import simulation
from yzindex.errors import YzIndexError
from yzindex.settings import load_settings, prepare_data_dir


class _Server(uvicorn.Server):
    """Says where it listens, which with port 0 nobody knows before, and ends what would never end by itself."""

    def __init__(self, config: uvicorn.Config, stopping: Event) -> None:
        super().__init__(config)
        self._stopping = stopping

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        for server in self.servers[:1]:
            host, port, *_ = server.sockets[0].getsockname()
            address = f"[{host}]" if ":" in host else host
            print(json.dumps({"listening": f"http://{address}:{port}"}), flush=True)  # noqa: T201

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._stopping.set()
        await super().shutdown(sockets)


def main() -> int:
    """Serve until interrupted: 0 stopped, 2 the settings are wrong, 3 the address cannot be used."""
    logging.basicConfig(level=logging.INFO, stream=sys.stderr)
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    try:
        settings = load_settings()
        if settings.uses_data_dir:
            prepare_data_dir(settings)
        simulation.enter(settings)
        app = create_app(settings)
    except YzIndexError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 2
    try:
        listener = listen(settings.api_host, settings.api_port)
    except OSError as error:
        print(  # noqa: T201
            f"cannot listen on {settings.api_host}:{settings.api_port} ({error.strerror}); "
            "free the port, or name others in YZ_API_HOST and YZ_API_PORT",
            file=sys.stderr,
        )
        return 3
    server = _Server(uvicorn.Config(app, http=Protocol, ws="none", log_config=None), app.state.services.stopping)
    with suppress(KeyboardInterrupt):  # raised again by uvicorn once it has shut down
        server.run([listener])
    return 0


def listen(host: str, port: int) -> socket.socket:
    """Listen on an address; raise `OSError` where that cannot be."""
    family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    listener = socket.create_server(address, family=family)
    # Its connections inherit this. asyncio does not see to it, for such a socket does not say that it speaks TCP; and a
    # head and a body that are written apart would reach a client 40 ms apart.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


if __name__ == "__main__":
    sys.exit(main())
