"""The launcher as its owner sees it, and what it starts for each box: bubblewrap outside of the box, its monitor."""

import contextlib
import errno
import os
import select
import signal
import socket
import subprocess
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sandbox.attempt import STARTUP_S
from sandbox.bwrap import launcher
from sandbox.errors import SandboxUnavailable, system_trouble
from sandbox.stream import MAX_COMPLAINT_BYTES

if TYPE_CHECKING:
    from sandbox.bwrap.launcher import Request

_END_WITHIN_S = 10.0
_MAX_ANSWER_BYTES = 4096


class Monitor:
    """A process that starts process 1 of a box and ends after it. Its parent is the launcher, which reaps it."""

    def __init__(self, *, pid: int, pidfd: int) -> None:
        self.pid = pid
        self._pidfd = pidfd

    def wait(self, timeout_s: float) -> bool:
        """Wait until it has ended; False if it does not in time."""
        poll = select.poll()
        poll.register(self._pidfd, select.POLLIN)
        return bool(poll.poll(timeout_s * 1000))

    def kill(self) -> None:
        """With it goes whatever it has started."""
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)

    def close(self) -> None:
        os.close(self._pidfd)


class Launcher:
    """A launcher of this process, for all its threads. A child that it forks needs one of its own; see `disown`."""

    def __init__(self, python: Path) -> None:
        """Start it on this interpreter; raise `SandboxUnavailable` if there can be no process."""
        self._lock = threading.Lock()
        with system_trouble("starting the launcher of bubblewrap"), contextlib.ExitStack() as unless_started:
            self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            unless_started.enter_context(self._socket)
            with theirs:
                self._process = _started(python, theirs)
            unless_started.pop_all()
        self._socket.settimeout(STARTUP_S)

    @property
    def is_gone(self) -> bool:
        """Whether it has ended; its boxes end after it, so what went with it can be told from what ended before."""
        return self._process.poll() is not None

    def start(self, request: "Request", command: Sequence[str], fds: Sequence[int]) -> Monitor:
        """Start a box by this command; it has these descriptors, numbered from 0, and no others.

        Raises `SandboxUnavailable` or `OSError`. What happens after the fork is said on the box's stderr only.
        """
        message = b"\0".join((ascii(request).encode("ascii"), *map(os.fsencode, command)))
        with self._lock:
            try:
                said, received = self._ask(message, fds)
            except BaseException:
                self._end(0)  # an answer that comes yet would be taken for the next one's
                raise
        if not received:
            raise SandboxUnavailable(f"no process for bubblewrap: {said.decode('utf-8', 'replace')}")
        return Monitor(pid=int(said), pidfd=received[0])

    def close(self) -> None:
        """End it, and with it the boxes that are left. Closing twice is fine."""
        with self._lock:
            with contextlib.suppress(OSError):  # it may be gone
                self._socket.shutdown(socket.SHUT_RDWR)
            self._end(_END_WITHIN_S)
            self._let_go()

    def disown(self) -> None:
        """Let go of it in a child of its owner's, whose it stays."""
        self._process.returncode = 0  # nothing to wait for
        self._let_go()

    def _ask(self, message: bytes, fds: Sequence[int]) -> tuple[bytes, list[int]]:
        try:
            socket.send_fds(self._socket, [message], [*fds])
            said, received = launcher.receive(self._socket, _MAX_ANSWER_BYTES, 1)
        except (BrokenPipeError, ConnectionResetError):
            said, received = b"", []
        if not said:
            self._end(_END_WITHIN_S)
            raise SandboxUnavailable(f"the launcher of bubblewrap went away: {self._last_words()}")
        if said.isdigit() and not received:
            raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))
        return said, received

    def _end(self, timeout_s: float) -> None:
        """See it end by itself within so long, or by our doing."""
        try:
            self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _last_words(self) -> str:
        assert self._process.stderr is not None
        os.set_blocking(self._process.stderr.fileno(), False)
        said = self._process.stderr.read(MAX_COMPLAINT_BYTES) or b""
        return said.decode("utf-8", "replace").strip() or f"it ended with {self._process.returncode}"

    def _let_go(self) -> None:
        assert self._process.stderr is not None
        self._process.stderr.close()
        self._socket.close()


def _started(python: Path, requests: socket.socket) -> subprocess.Popen[bytes]:
    owner = os.pidfd_open(os.getpid())
    try:
        return subprocess.Popen(
            [str(python), "-I", "-S", "-X", "utf8", launcher.__file__, str(owner)],
            stdin=requests.fileno(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            pass_fds=[owner],
            env={},
            cwd="/",
            # A Ctrl-C on a terminal is for us, not for it and its boxes.
            start_new_session=True,
        )
    finally:
        os.close(owner)
