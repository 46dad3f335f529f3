"""One throwaway box: bubblewrap with our runner as process 1, from its start to the end of all that was in it."""

import contextlib
import json
import os
import secrets
import select
import signal
import socket
import time
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from sandbox.attempt import STARTUP_S, converse
from sandbox.bwrap import cgroups, walls
from sandbox.bwrap.cgroups import Cgroup, Place
from sandbox.bwrap.monitor import Launcher, Monitor
from sandbox.bwrap.walls import Python
from sandbox.bwrap.watcher import MemoryWatcher
from sandbox.conversation import Greeting
from sandbox.errors import SandboxUnavailable, system_trouble
from sandbox.program import ContainerLimits
from sandbox.stream import MAX_COMPLAINT_BYTES, Stream

#: From a kill to the end, on a busy host.
_END_WITHIN_S = 30.0
_MAX_INFO_BYTES = 4096


@dataclass(frozen=True, kw_only=True)
class Ground:
    """What boxes stand on here: found once, used for every program."""

    #: The program's path.
    bwrap: str
    places: tuple[Place, ...]
    python: Python
    #: Refuses system calls; see `syscalls`.
    filter_program: bytes


class Box:
    """A started box whose runner has greeted and waits for a program. See `make_ready`."""

    def __init__(
        self,
        *,
        container_id: str,
        launcher: Launcher,
        monitor: Monitor,
        sock: socket.socket,
        stderr: BinaryIO,
        cgroup: Cgroup,
    ) -> None:
        self.id = container_id
        self.stream = Stream(sock)
        #: The runner has told all it had to, and ends by itself.
        self.finished = False
        self._launcher = launcher
        self._monitor = monitor
        self._stderr = stderr
        self._cgroup = cgroup
        self._pid = 0
        self._pidfd: int | None = None
        self._watcher: MemoryWatcher | None = None

    def confine(self, info_fd: int, limits: ContainerLimits, deadline: float) -> None:
        """Learn from bubblewrap who process 1 is; put it into its cgroups, before it has any child, and look at it."""
        self._pid = self._process_1(info_fd, deadline)
        try:
            self._pidfd = os.pidfd_open(self._pid)
            self._cgroup.join(self._pid)
            networks = [Path(f"/proc/{who}/ns/net").readlink() for who in ("self", self._pid)]
        except OSError as error:
            raise SandboxUnavailable(f"process 1 of a sandbox went away at its start: {self.complaint()}") from error
        if networks[0] == networks[1]:
            raise SandboxUnavailable("bubblewrap gave a program this machine's network; it was not run")
        if self._cgroup.oom_counter is None:
            # As bubblewrap sees it; nobody else does.
            seen = Path(f"/proc/{self._monitor.pid}/root")
            self._watcher = MemoryWatcher(
                pid=self._pid,
                limits=limits,
                folder=seen / (walls.STAGE / self.id).relative_to("/"),
                counter=seen / walls.COUNTER.relative_to("/"),
            )

    def become_ready(self, python: Python, limits: ContainerLimits, deadline: float) -> None:
        """See the runner greet: nothing of a program is there yet."""
        greeting = Greeting(processes=limits.pids)
        converse(greeting, self.stream, deadline, last=False)
        if not greeting.complete:
            self.require_launcher()
            raise SandboxUnavailable(f"the runner did not start on {python.executable}: {self.complaint()}")

    @property
    def waits(self) -> bool:
        """Whether its runner still waits for a program. One whose monitor has ended does not for long.

        The stream alone does not tell: a child that was forked while a box was made holds the runner's end of it too.
        """
        return self.stream.is_open and not self._monitor.wait(0)

    def require_launcher(self) -> None:
        """Raise `SandboxUnavailable` if the launcher has ended: then the box did because of it."""
        if self._launcher.is_gone:
            raise SandboxUnavailable("the launcher of bubblewrap ended, and with it what it had started")

    def look(self) -> None:
        """Watch what no cgroup and no stream tells; call it a few times a second while the program runs."""
        if self._monitor.wait(0):
            self.stream.expect_no_more()
        elif self._watcher is not None:
            try:
                self._watcher.look()
            except (FileNotFoundError, ProcessLookupError):
                return  # it has just ended
            except OSError as error:
                raise SandboxUnavailable(f"the memory of a sandbox cannot be watched: {error}") from error

    @property
    def oom_kills(self) -> int:
        """Processes killed for memory so far."""
        return self._cgroup.oom_kills if self._watcher is None else self._watcher.kills

    def complaint(self) -> str:
        """What bubblewrap or the runner said of itself; waits a moment for it to end."""
        self._monitor.wait(1)
        said = b""
        with contextlib.suppress(BlockingIOError):
            # Once what fits into a pipe: who writes there may never stop.
            said = os.read(self._stderr.fileno(), 1 << 16)[-MAX_COMPLAINT_BYTES:]
        return said.decode("utf-8", "replace").strip() or "it said nothing"

    def hang_up(self) -> None:
        """Close the stream to its runner, which then ends by itself if it waits."""
        self.stream.close()

    def remove(self) -> None:
        """Kill everything in the box and see it end. With process 1 goes its namespace, and then bubblewrap itself."""
        self.hang_up()
        if self._pidfd is None:
            self._monitor.kill()  # --die-with-parent: whatever it has started goes with it
        else:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)
        if not self._monitor.wait(_END_WITHIN_S):
            self._monitor.kill()
            raise SandboxUnavailable(f"a sandbox did not end within {_END_WITHIN_S:g} s of being killed")
        self.disown()
        self._cgroup.remove()

    def disown(self) -> None:
        """Let go of it: it has ended, or stays somebody else's."""
        self.stream.close()
        self._monitor.close()
        self._stderr.close()
        if self._pidfd is not None:
            os.close(self._pidfd)

    def _process_1(self, info_fd: int, deadline: float) -> int:
        info, poll = b"", select.poll()
        poll.register(info_fd, select.POLLIN)
        while (left_s := deadline - time.monotonic()) > 0 and len(info) < _MAX_INFO_BYTES:
            if not poll.poll(left_s * 1000):
                continue
            part = os.read(info_fd, _MAX_INFO_BYTES)
            info += part
            with contextlib.suppress(ValueError):
                return int(json.loads(info)["child-pid"])
            if not part:
                raise SandboxUnavailable(f"bubblewrap does not run here: {self.complaint()}")
        raise SandboxUnavailable(f"bubblewrap did not say in time which process it has started: {self.complaint()}")


def make_ready(ground: Ground, launcher: Launcher, limits: ContainerLimits, lifetime_s: float) -> Box:
    """Make a box that waits for a program; the caller has to remove it, or others its cgroup after `lifetime_s`.

    Raises `SandboxUnavailable`, leaving none.
    """
    deadline = time.monotonic() + STARTUP_S
    with system_trouble("starting bubblewrap"):
        info_fd, info_writer = os.pipe()
        with os.fdopen(info_fd, "rb"):
            # Ours is closed once bubblewrap has its own: its end is the end of what we read.
            with os.fdopen(info_writer, "wb"):
                box = _start(ground, launcher, limits, lifetime_s=lifetime_s, info_writer=info_writer)
            try:
                box.confine(info_fd, limits, deadline)
                box.become_ready(ground.python, limits, deadline)
            except BaseException:
                try:
                    box.remove()
                except SandboxUnavailable:
                    box.disown()
                raise
    return box


def _start(ground: Ground, launcher: Launcher, limits: ContainerLimits, *, lifetime_s: float, info_writer: int) -> Box:
    container_id = secrets.token_hex(16)
    with contextlib.ExitStack() as unless_started:
        cgroup = cgroups.make(ground.places, limits, container_id=container_id, lifetime_s=lifetime_s)
        unless_started.callback(cgroup.remove)
        ours, theirs = socket.socketpair()
        unless_started.enter_context(ours)
        with theirs, os.fdopen(os.memfd_create("filter"), "w+b") as filter_file:
            filter_file.write(ground.filter_program)
            filter_file.seek(0)
            stderr_fd, stderr_writer = os.pipe()
            stderr = unless_started.enter_context(os.fdopen(stderr_fd, "rb"))
            with os.fdopen(stderr_writer, "wb"):
                request = walls.request(limits, container_id=container_id, uid=walls.uid_for_one_program())
                command = walls.command(
                    ground.bwrap,
                    ground.python,
                    container_id=container_id,
                    oom_counter=cgroup.oom_counter or walls.COUNTER,
                    cpu_counter=cgroup.cpu_counter,
                )
                # By their order: see `walls.INFO_FD`.
                fds = [theirs.fileno(), theirs.fileno(), stderr_writer, info_writer, filter_file.fileno()]
                monitor = launcher.start(request, command, fds)
        unless_started.pop_all()
    os.set_blocking(stderr_fd, False)
    return Box(container_id=container_id, launcher=launcher, monitor=monitor, sock=ours, stderr=stderr, cgroup=cgroup)


def boxes_left(ids: frozenset[str]) -> int:
    """Count the boxes among these ids of which a process or a cgroup of this machine is left."""
    left: set[str] = set()
    for process in Path("/proc").iterdir():
        if process.name.isdecimal():
            with contextlib.suppress(OSError):
                words = (process / "cmdline").read_bytes().decode("utf-8", "replace")
                left |= {each for each in ids if f"/{each}\0" in words}
    for folder in cgroups.folders():
        left |= {each for each in ids if folder.name.endswith(each)}
    return len(left)
