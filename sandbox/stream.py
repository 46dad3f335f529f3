"""The stream to a runner: send all, read within a deadline, never block."""

import contextlib
import math
import select
import selectors
import socket
import ssl
import time
from collections.abc import Callable
from enum import Enum, auto

#: How much of the runner's own stderr is kept, to say why it did not start.
MAX_COMPLAINT_BYTES = 4096
#: Between two looks at a running program.
LOOK_EVERY_S = 0.05
_NOT_NOW = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)
_STDOUT, _STDERR = 1, 2


class End(Enum):
    """Why an exchange ended."""

    #: The receiver has all it wants.
    SATISFIED = auto()
    #: The other side closed the stream, or it broke.
    CLOSED = auto()
    DEADLINE = auto()


class Stream:
    """A non-blocking duplex over a socket whose other end is the runner's stdin and stdout."""

    def __init__(self, sock: socket.socket) -> None:
        self._socket = sock
        self._socket.setblocking(False)

    def close(self) -> None:
        self._socket.close()

    def expect_no_more(self) -> None:
        """Have what has arrived be the last: the other side has ended, though others may hold its end of this open."""
        with contextlib.suppress(OSError):  # it has noticed itself
            self._socket.shutdown(socket.SHUT_RD)

    @property
    def is_open(self) -> bool:
        """Whether the other side is still there, while it has nothing to say."""
        poll = select.poll()
        poll.register(self._socket, select.POLLIN)
        return not poll.poll(0)

    def exchange(
        self,
        request: bytes,
        receive: Callable[[bytes], bool],
        deadline: float,
        look: Callable[[], None] | None = None,
        *,
        last: bool = True,
    ) -> End:
        """Send `request`, handing stdout to `receive` until it returns True. `deadline` is monotonic.

        `look` is called every `LOOK_EVERY_S` seconds meanwhile. After the `last` request the stream is half-closed.
        """
        unsent = memoryview(request)
        next_look = time.monotonic() if look else math.inf
        with selectors.DefaultSelector() as selector:
            selector.register(self._socket, selectors.EVENT_READ | selectors.EVENT_WRITE)
            while (now := time.monotonic()) < deadline:
                if look and now >= next_look:
                    look()
                    next_look = now + LOOK_EVERY_S
                for _, ready in selector.select(min(deadline, next_look) - now):
                    try:
                        if ready & selectors.EVENT_WRITE:
                            unsent = self._send(unsent, last=last)
                            if not unsent:
                                selector.modify(self._socket, selectors.EVENT_READ)
                        if ready & selectors.EVENT_READ and (end := self._receive(receive)):
                            return end
                    except OSError:
                        return End.CLOSED  # the runner ended or the engine did: inspection tells which
        return End.DEADLINE

    def _send(self, unsent: memoryview, *, last: bool) -> memoryview:
        try:
            unsent = unsent[self._socket.send(unsent) :]
        except _NOT_NOW:
            return unsent
        if last and not unsent and not isinstance(self._socket, ssl.SSLSocket):  # TLS cannot half-close
            self._socket.shutdown(socket.SHUT_WR)
        return unsent

    def _receive(self, receive: Callable[[bytes], bool]) -> End | None:
        while True:
            try:
                data = self._socket.recv(1 << 16)
            except _NOT_NOW:
                return None
            if not data:
                return End.CLOSED
            for part in self._parts(data):
                if receive(part):
                    return End.SATISFIED
            if not (isinstance(self._socket, ssl.SSLSocket) and self._socket.pending()):
                return None  # a TLS socket may hold bytes that no selector sees

    def _parts(self, data: bytes) -> list[bytes]:
        """What of the bytes that arrived is the runner's stdout."""
        return [data]


class AttachedStream(Stream):
    """The attach socket of an engine, which multiplexes stdout and stderr."""

    def __init__(self, sock: socket.socket) -> None:
        super().__init__(sock)
        self._buffer = bytearray()
        #: The last bytes of the container's stderr.
        self.complaint = b""

    def _parts(self, data: bytes) -> list[bytes]:
        """Cut the engine's frames: a byte naming the stream, three zeros, four bytes of length, then the bytes."""
        self._buffer += data
        parts = []
        while len(self._buffer) >= 8:
            end = 8 + int.from_bytes(self._buffer[4:8], "big")
            if len(self._buffer) < end:
                break
            stream, part = self._buffer[0], bytes(self._buffer[8:end])
            del self._buffer[:end]
            if stream == _STDOUT:
                parts.append(part)
            elif stream == _STDERR:
                self.complaint = (self.complaint + part)[-MAX_COMPLAINT_BYTES:]
        return parts
