"""The sandbox on bubblewrap: namespaces of the kernel without an engine, one set, a box, per program."""

import contextlib
import os
import subprocess
import threading
import time
from functools import partial

from sandbox.attempt import Attempt, conversation_s, converse, cut_short_by, run_attempts
from sandbox.bwrap import walls
from sandbox.bwrap.box import Box, Ground, make_ready
from sandbox.bwrap.cgroups import find_places, reap
from sandbox.bwrap.monitor import Launcher
from sandbox.bwrap.pythons import pythons
from sandbox.conversation import Conversation
from sandbox.errors import SandboxUnavailable, system_trouble
from sandbox.outcome import Outcome
from sandbox.per_process import PerProcess
from sandbox.pool import Pool
from sandbox.program import Case, ContainerLimits, Limits, Program
from sandbox.record import Record
from sandbox.stream import End
from sandbox.syscalls import filter_program

_TRIAL_PROCESSES = 8
#: Prints how many processes it could start, of more than it may have.
_TRIAL = f"""
import os, time
started = 0
try:
    for _ in range({2 * _TRIAL_PROCESSES}):
        if not os.fork():
            time.sleep(60)
        started += 1
except OSError:
    pass
print(started)
"""


class _Held:
    """What one process has: its launcher, another if that has gone, and the boxes that wait."""

    def __init__(self, ground: Ground, *, pool_size: int, pooled: ContainerLimits) -> None:
        self.ground = ground
        self.pool = Pool(self._make, self._reap, size=pool_size, limits=pooled)
        self.launcher: Launcher | None = None
        self._lock = threading.Lock()
        self._closed = False

    def close(self) -> None:
        """Remove the boxes that wait and end the launcher, and with it what still runs."""
        try:
            self.pool.close()
        finally:
            with self._lock:
                self._closed = True
                if self.launcher is not None:
                    self.launcher.close()

    def disown(self) -> None:
        """Let go of everything in a child of its owner's, whose it stays."""
        self.pool.disown()
        if self.launcher is not None:
            self.launcher.disown()

    def _make(self, limits: ContainerLimits, lifetime_s: float) -> Box:
        with self._lock:
            if self._closed:
                raise SandboxUnavailable("the sandbox was closed while a program ran")
            launcher = self.launcher
            if launcher is not None and launcher.is_gone:
                launcher.close()
                launcher = self.launcher = None
            if launcher is None:
                launcher = self.launcher = Launcher(self.ground.python.executable)
        return make_ready(self.ground, launcher, limits, lifetime_s)

    def _reap(self) -> None:
        for place in self.ground.places:
            reap(place.folder)


class BubblewrapSandbox:
    """Runs each program in namespaces of its own. May be used from several threads, and after a fork."""

    def __init__(self, *, pool_size: int = 0, pooled: Limits | None = None) -> None:
        """Find what is needed, and run a trial program: raises `SandboxUnavailable` with what the kernel says.

        Removes cgroups that dead processes left.

        `pool_size`: boxes that wait, from the first program on, for programs with the memory, pids and tmp of `pooled`;
        each process has its own.
        """
        bwrap = walls.find_bwrap()
        with system_trouble("trying out bubblewrap"):
            #: Name and version.
            self.engine = _version(bwrap)
            ground = _first_that_works(bwrap)
        #: The interpreter of this machine that programs run on.
        self.python = str(ground.python.executable)
        limits = (pooled or Limits()).of_container
        self._held = PerProcess(lambda: _Held(ground, pool_size=pool_size, pooled=limits))

    def run(self, program: Program) -> Record:
        """Run a program on all its cases; see `Sandbox.run`."""
        return run_attempts(program, partial(_attempt, self._held.get()), engine=self.engine)

    def close(self) -> None:
        """Remove the boxes that wait and end this process's launcher, and with it what still runs."""
        self._held.close()


def _attempt(held: _Held, program: Program, *, fresh: bool, suspected: bool) -> Attempt:  # noqa: ARG001
    """Run a program in a box. Nobody but the launcher could end one: if it alone goes away, a program did it."""
    conversation = Conversation(program)
    with system_trouble("running bubblewrap"), held.pool.container(program, fresh=fresh) as box:
        end = converse(conversation, box.stream, time.monotonic() + conversation_s(program), box.look)
        box.finished = end is End.SATISFIED
        if end is End.CLOSED:
            box.require_launcher()
        return Attempt(
            container_id=box.id,
            image=str(held.ground.python.executable),
            cases=tuple(conversation.cases),
            cut_short_by=cut_short_by(end, oom_killed=box.oom_kills > 0),
        )


def _first_that_works(bwrap: str) -> Ground:
    """Find a Python that the sandbox's user can read; what is not its fault is the same with each."""
    places, refused = find_places(), filter_program()
    refusal: SandboxUnavailable | None = None
    for python in pythons():
        ground = Ground(bwrap=bwrap, places=places, python=python, filter_program=refused)
        try:
            _try_out(ground)
        except SandboxUnavailable as error:
            refusal = refusal or error
        else:
            return ground
    raise refusal or SandboxUnavailable(
        "there is no Python of 3.11 or later for programs to run on: apt-get install python3"
    )


def _try_out(ground: Ground) -> None:
    """Run a program that starts more processes than it may have: the one limit whose absence shows nowhere else."""
    program = Program(source=_TRIAL, cases=(Case(),), limits=Limits(pids=_TRIAL_PROCESSES))
    with contextlib.closing(_Held(ground, pool_size=0, pooled=program.limits.of_container)) as held:
        (case,) = _attempt(held, program, fresh=True, suspected=False).cases or (None,)
    if case is None or case.outcome is not Outcome.COMPLETED:
        said = "" if case is None else case.stderr.decode("utf-8", "replace").strip()
        raise SandboxUnavailable(
            f"a trial program did not run to its end in bubblewrap on {os.uname().release}: {said or 'it went away'}"
        )
    if not 0 < int(case.stdout) < _TRIAL_PROCESSES:
        raise SandboxUnavailable(
            f"the number of a program's processes cannot be limited here (kernel {os.uname().release}, "
            f"{int(case.stdout)} started of {_TRIAL_PROCESSES} allowed); a kernel of 5.14 or later does it, or Docker"
        )


def _version(bwrap: str) -> str:
    said = subprocess.run([bwrap, "--version"], capture_output=True, text=True, timeout=10, check=False)
    if said.returncode or not said.stdout.startswith("bubblewrap "):
        raise SandboxUnavailable(f"{bwrap} does not run here: {said.stderr.strip() or 'it said nothing'}")
    return said.stdout.strip()
