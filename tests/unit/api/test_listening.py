"""The socket that the API listens on."""

from __future__ import annotations

import socket

from api.__main__ import listen


def test_a_connection_sends_what_is_written_at_once() -> None:
    with listen("127.0.0.1", 0) as listener, socket.create_connection(listener.getsockname()):
        connection, _ = listener.accept()

        with connection:
            assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0
