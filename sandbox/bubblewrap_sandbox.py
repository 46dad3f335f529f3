"""The sandbox on bubblewrap: namespaces of the kernel without an engine, one set per program."""

import contextlib
import os
import subprocess
import threading
import time

from sandbox.attempt import Attempt, converse, cut_short_by, longest_s, run_attempts
from sandbox.bwrap import walls
from sandbox.bwrap.box import Ground, throwaway
from sandbox.bwrap.cgroups import find_places
from sandbox.bwrap.monitor import Launcher
from sandbox.bwrap.pythons import pythons
from sandbox.conversation import Conversation, Greeting
from sandbox.errors import SandboxUnavailable, system_trouble
from sandbox.outcome import Outcome
from sandbox.program import Case, Limits, Program
from sandbox.record import Record
from sandbox.stream import End
from sandbox.syscalls import filter_program

#: Until a cgroup is removed by others after its program's time is up.
_MARGIN_S = 60.0
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


class BubblewrapSandbox:
    """Runs each program in namespaces of its own. May be used from several threads, and after a fork."""

    def __init__(self) -> None:
        """Find what is needed, and run a trial program: raises `SandboxUnavailable` with what the kernel says.

        Removes cgroups that dead processes left.
        """
        bwrap = walls.find_bwrap()
        with system_trouble("trying out bubblewrap"):
            #: Name and version.
            self.engine = _version(bwrap)
            self._ground = _first_that_works(bwrap)
        self._lock = threading.Lock()
        self._launcher: Launcher | None = None

    @property
    def python(self) -> str:
        """The interpreter of this machine that programs run on."""
        return str(self._ground.python.executable)

    def run(self, program: Program) -> Record:
        """Run a program on all its cases; see `Sandbox.run`."""
        return run_attempts(program, self._attempt, engine=self.engine)

    def _attempt(self, program: Program, **_: bool) -> Attempt:
        """Every place is a fresh one here, and there is no engine to end it: if it goes away, a program did it."""
        return _attempt(self._ground, self._hold(), program)

    def close(self) -> None:
        """End this process's launcher, and with it what still runs."""
        with self._lock:
            held, self._launcher = self._of_this_process(), None
        if held is not None:
            held.close()

    def _hold(self) -> Launcher:
        """This process's own launcher, another if it has gone."""
        with self._lock:
            held = self._of_this_process()
            if held is not None and held.is_gone:
                held.close()
                held = None
            self._launcher = held or Launcher(self._ground.python.executable)
            return self._launcher

    def _of_this_process(self) -> Launcher | None:
        """The launcher, unless it was made before a fork. Needs the lock."""
        if self._launcher is not None and self._launcher.owner != os.getpid():
            self._launcher.disown()
            self._launcher = None
        return self._launcher


def _attempt(ground: Ground, launcher: Launcher, program: Program) -> Attempt:
    greeting, conversation, longest = Greeting(processes=program.limits.pids), Conversation(program), longest_s(program)
    deadline = time.monotonic() + longest
    box_of_one = throwaway(ground, launcher, program.limits, lifetime_s=longest + _MARGIN_S)
    with system_trouble("running bubblewrap"), box_of_one as box:
        converse(greeting, box.stream, deadline, box.look, last=False)
        if not greeting.complete:
            raise SandboxUnavailable(f"the runner did not start on {ground.python.executable}: {box.complaint()}")
        end = converse(conversation, box.stream, deadline, box.look)
        if end is End.CLOSED and launcher.is_gone:
            raise SandboxUnavailable("the launcher of bubblewrap ended while a program ran")
        return Attempt(
            container_id=box.id,
            image=str(ground.python.executable),
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
    with contextlib.closing(Launcher(ground.python.executable)) as launcher:
        (case,) = _attempt(ground, launcher, program).cases or (None,)
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
