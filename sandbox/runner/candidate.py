"""The case's own process: what process 1 does in a fresh fork of itself to become the program."""

from __future__ import annotations

import _sitebuiltins
import builtins
import math
import resource
import sys

from sandbox.runner.ending import Ending
from sandbox.runner.wire import REPORT_MEMORY_ERROR, REPORT_TOO_LARGE, REPORT_VALUE, TooLarge, encode_value, write_all

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    import signal
    from types import CodeType

    from sandbox.runner.wire import Call, Limits
else:
    import _signal as signal
    import posix as os

#: Address space above the memory limit: shared libraries and thread stacks take addresses without taking memory.
ADDRESS_SLACK_BYTES = 64 * 1024 * 1024


def stand_alone(fds: list[int], report_fd: int, limits: Limits) -> None:
    """Keep nothing that this freshly forked process has of process 1, and come under the limits."""
    os.setsid()
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number, fd in enumerate(fds):
        os.dup2(fd, number)
    os.closerange(3, report_fd)
    os.closerange(report_fd + 1, resource.getrlimit(resource.RLIMIT_NOFILE)[0])
    set_rlimits(limits)


def become_candidate(
    source: bytes, code: CodeType | None, call: Call, fds: list[int], report_fd: int, limits: Limits
) -> None:
    """Turn this freshly forked process into the candidate's and run it, as the interpreter runs a file.

    It is to end by what this raises, or by returning from all that called this; see `Ending`. `code`: of the source, if
    it has been compiled.
    """
    stand_alone(fds, report_fd, limits)
    sys.argv = ["program.py"]
    builtins.exit = _sitebuiltins.Quitter("exit", "Ctrl-D (i.e. EOF)")
    builtins.quit = _sitebuiltins.Quitter("quit", "Ctrl-D (i.e. EOF)")

    me = os.getpid()
    # Before any code of the candidate runs; that this is a literal was found out outside.
    args = eval(call["args"], {"__builtins__": {}, "set": set}) if call else ()
    ending = Ending()
    module = type(sys)("solution" if call else "__main__")
    module.__dict__["__builtins__"] = builtins
    sys.modules[module.__name__] = module
    try:
        try:
            # In this frame, as one frame of ours is taken off a traceback.
            code = code or compile(source.decode("utf-8", "surrogatepass"), "program.py", "exec", dont_inherit=True)
            exec(code, module.__dict__)
        finally:
            # Of what follows nothing is the program's to trace but its atexit functions.
            tracing = sys.gettrace(), sys.getprofile()
            sys.settrace(None)
            sys.setprofile(None)
            flush_standard_streams()
            if tracing != (None, None):
                ending.give_up()
                sys.settrace(tracing[0])
                sys.setprofile(tracing[1])
        if call:
            value = getattr(module, call["entry_point"])(*args)
            if os.getpid() == me:  # a fork that returns as well reports nothing
                write_report(report_fd, value, limits)
    except SystemExit as end:
        if type(end) is SystemExit and (end.code is None or (type(end.code) is int and 0 <= end.code <= 255)):
            ending.status = end.code or 0
        raise
    except BaseException as error:
        if isinstance(error, MemoryError):
            os.write(report_fd, REPORT_MEMORY_ERROR)
        if error.__traceback__:
            error.__traceback__ = error.__traceback__.tb_next  # without the runner's own frame
        sys.excepthook(type(error), error, error.__traceback__)
        ending.status = 1
        sys.exit(1)
    ending.status = 0


def flush_standard_streams() -> None:
    for name in ("stderr", "stdout"):
        try:
            getattr(sys, name).flush()
        except BaseException:
            pass  # closing down flushes again, and tells


def write_report(report_fd: int, value: object, limits: Limits) -> None:
    try:
        report = REPORT_VALUE + encode_value(value, limits["output_bytes"])
    except TooLarge:
        report = REPORT_TOO_LARGE
    write_all(report_fd, report)


def set_rlimits(limits: Limits) -> None:
    cpu_s = math.ceil(limits["cpu_s"])
    address_bytes = limits["memory_bytes"] + ADDRESS_SLACK_BYTES
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s + 1))  # SIGXCPU can be caught, SIGKILL a second later cannot
    resource.setrlimit(resource.RLIMIT_AS, (address_bytes, address_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
