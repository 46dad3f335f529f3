"""The runner: process 1 of the container or namespace. Gives every case a fresh process and reports facts about it.

Standard library only, Python 3.11 or later. Its source is sent into the container; nothing here is imported there.
It reads blocks (four bytes of length, then the bytes) from stdin: how to set itself up, which it answers by a greeting;
perhaps much later a header, the source, and for each case its call, its stdin and, only after the case has ended, a
ticket. So a case's process, forked from this one, has neither its own ticket nor any later case in its memory. It
writes for each case the facts, stdout, stderr and value. The facts are hints to a reader outside, who trusts none of
them; the outcome is decided there.

A container is thrown away after one program, so what this file imports is paid for with every answer: modules written
in C where there are any (`_signal` is what `signal` wraps in enumerations).
"""

from __future__ import annotations

import _sitebuiltins
import atexit
import builtins
import ctypes
import gc
import math
import os
import resource
import select
import sys
import time
from _json import encode_basestring_ascii as quoted
from _weakref import CallableProxyType, ProxyType, ReferenceType

TYPE_CHECKING = False
if TYPE_CHECKING:
    import signal
    from typing import Any

    Limits = dict[str, Any]
    Call = dict[str, str] | None
    Facts = dict[str, bool | int | float | str | None]
    #: Facts, stdout, stderr, value.
    Result = tuple[Facts, bytes, bytes, bytes]
else:
    import _signal as signal

#: For the functions below: a program that replaces builtins replaces none of ours.
globals()["__builtins__"] = dict(builtins.__dict__)

PROTOCOL = 3
STDERR_TAIL_BYTES = 16 * 1024
REPORT_VALUE, REPORT_TOO_LARGE, REPORT_MEMORY_ERROR = b"V", b"O", b"M"
#: Same as `sandbox.values.MAX_DEPTH`.
MAX_DEPTH = 100
#: Address space above the memory limit: shared libraries and thread stacks take addresses without taking memory.
ADDRESS_SLACK_BYTES = 64 * 1024 * 1024
PR_SET_DUMPABLE = 4
PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 22, 2
#: Of this container, by version of the cgroups: 2, then 1 (by nanoseconds).
CPU_COUNTERS = (
    "/sys/fs/cgroup/cpu.stat",
    "/sys/fs/cgroup/cpuacct/cpuacct.usage",
    "/sys/fs/cgroup/cpu,cpuacct/cpuacct.usage",
)
OOM_COUNTERS = ("/sys/fs/cgroup/memory.events", "/sys/fs/cgroup/memory/memory.oom_control")
#: Of candidates, the same as that of the whole sandbox, and of the runner, which has to outlive them to tell.
KILLED_FIRST, KILLED_LAST = 1000, 0
WRITABLE_PLACES = ("/tmp", "/dev/shm", "/dev/mqueue")

#: By these a program can change what we ask at its end, or have a part in it that is no object's; see `Ending`.
#: Process 1 forgets that it has imported them.
TELLING = ("gc", "ctypes", "_xxsubinterpreters", "_interpreters")
#: Blocks of memory beyond which ending early is worth nothing; the interpreter itself has 20,000.
MOST_BLOCKS = 300_000
MRO_OF = type.__dict__["__mro__"].__get__
DICT_OF = type.__dict__["__dict__"].__get__
CALLBACK_OF = ReferenceType.__dict__["__callback__"].__get__
#: Modules of the standard library that many programs import, and that take their time to load.
PRELOADED = frozenset(
    b"abc bisect collections copy dataclasses datetime decimal enum fractions functools heapq itertools json math "
    b"operator re statistics string typing".split()
)
#: Of a source, for what it imports.
MOST_SEARCHED_BYTES = 64 * 1024


class TooLarge(Exception):
    """The value does not fit into the output limit."""


# --- what is sent and received ---------------------------------------------------------------------------------------


def read_exactly(size: int) -> bytes:
    """Read from the outside without reading ahead: what is still in the pipe is in no process's memory."""
    parts = []
    while size:
        part = os.read(0, min(size, 1 << 20))
        if not part:
            os._exit(71)  # the outside hung up
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def read_block() -> bytes:
    return read_exactly(int.from_bytes(read_exactly(4), "big"))


def await_program(idle_s: float) -> None:
    """Wait for the first bytes of a program; end where none is wanted, so that nobody's container stays for ever."""
    poll = select.poll()
    poll.register(0, select.POLLIN)
    if not poll.poll(idle_s * 1000):
        os._exit(72)


def write_blocks(*contents: bytes) -> None:
    """Write blocks in one go: whoever passes them on outside is woken once."""
    write_all(1, b"".join([len(content).to_bytes(4, "big") + content for content in contents]))


def write_all(fd: int, content: bytes) -> None:
    left = memoryview(content)
    while left:
        left = left[os.write(fd, left) :]


def read_literal() -> Any:
    """Read a block that the outside wrote as a Python literal, as it wrote the source of this file."""
    return eval(read_block(), {"__builtins__": {}})


def encode_facts(facts: Facts) -> bytes:
    """Encode facts as JSON; their numbers are finite."""

    def encode(value: float | str | None) -> str:
        if isinstance(value, str):
            return quoted(value)
        return {"None": "null", "True": "true", "False": "false"}.get(repr(value), repr(value))

    return f"{{{','.join([f'{quoted(name)}:{encode(value)}' for name, value in facts.items()])}}}".encode("ascii")


def encode_value(value: object, room_bytes: int) -> bytes:
    """Encode a value with its exact type, as JSON in `room_bytes` bytes or raise TooLarge. See `sandbox.values`."""
    room = [room_bytes]

    def take(amount: int) -> None:
        room[0] -= amount
        if room[0] < 0:
            raise TooLarge

    def encode(item: Any, depth: int) -> str:
        take(4)
        kind = type(item)
        if item is None:
            return "null"
        if kind is bool:
            return "true" if item else "false"
        if depth < 0:
            return '["other","nested too deep"]'
        if kind is int:
            take(item.bit_length() // 4)
            return f'["int","{item:#x}"]'
        if kind is float:
            return f'["float","{item.hex()}"]'
        if kind is complex:
            return f'["complex",[["float","{item.real.hex()}"],["float","{item.imag.hex()}"]]]'
        if kind is str:
            take(len(item))
            try:
                item.encode("utf-8")
            except UnicodeEncodeError:
                return f'["wtf8","{item.encode("utf-8", "surrogatepass").hex()}"]'
            return f'["str",{quoted(item)}]'
        if kind is bytes:
            take(2 * len(item))
            return f'["bytes","{item.hex()}"]'
        if kind is dict:
            pairs = [f"[{encode(key, depth - 1)},{encode(member, depth - 1)}]" for key, member in item.items()]
            return f'["dict",[{",".join(pairs)}]]'
        if kind is list or kind is tuple or kind is set or kind is frozenset:
            return f'["{kind.__name__}",[{",".join([encode(member, depth - 1) for member in item])}]]'
        return f'["other",{quoted(kind.__name__[:100])}]'

    encoded = encode(value, MAX_DEPTH).encode("ascii")
    if len(encoded) > room_bytes:
        raise TooLarge
    return encoded


# --- the case's own process ------------------------------------------------------------------------------------------


class Ending:
    """Ends the process where all that is left for the interpreter is to free memory.

    Freeing takes longer than all else in a small case, as it touches everything that was shared with process 1. What a
    program can have a part in is left to the interpreter: it joins threads and runs atexit functions, of which ours is
    the last. If nothing of the program's does anything when it is freed, what remains is flushing stdout and exiting;
    wherever something is not as usual the interpreter goes on.
    """

    def __init__(self) -> None:
        #: What the process ends with; None as long as that is the interpreter's to find out.
        self.status: int | None = None
        self._streams = {"stdout": sys.stdout, "stderr": sys.stderr}
        atexit.register(self._leave)

    def give_up(self) -> None:
        """Leave the end to the interpreter."""
        atexit.unregister(self._leave)
        gc.unfreeze()

    def _leave(self) -> None:
        if self.status is not None and self._is_usual() and self._flush():
            ctypes.pythonapi.exit(self.status)  # and not os._exit: what a C library buffers is flushed too
        gc.unfreeze()  # what is ours may lead to what is the program's

    def _is_usual(self) -> bool:
        for name, own in self._streams.items():
            if getattr(sys, name, None) is not own:
                return False
        return not is_freed_with_effect()

    def _flush(self) -> bool:
        """Flush the standard streams; False if that failed: the interpreter does it again and says so."""
        try:
            for stream in self._streams.values():
                if not stream.closed:
                    stream.flush()
        except (OSError, ValueError):
            return False
        return True


def is_freed_with_effect() -> bool:
    """Whether anything made since the garbage collector was told to freeze may do something when it is freed.

    That is what has a `__del__`, as files and suspended generators have, any class that has one, whose instances may
    not be known to the collector, and a weak reference that calls somebody. No code of the program's is asked.
    """
    if sys.getallocatedblocks() > MOST_BLOCKS:
        return True  # only to list what there is takes memory
    for name in TELLING:
        if name in sys.modules:
            return True
    made = gc.get_objects()
    types = {id(kind): kind for kind in map(type, made)}
    for each in made:
        kind = type(each)
        if issubclass(kind, type):
            types[id(each)] = each
        elif issubclass(kind, ReferenceType) and CALLBACK_OF(each) is not None:
            return True
    for kind in types.values():
        for base in MRO_OF(kind):
            if base is ProxyType or base is CallableProxyType or "__del__" in DICT_OF(base):
                return True
    return False


def become_candidate(source: bytes, call: Call, fds: list[int], report_fd: int, limits: Limits) -> None:
    """Turn this freshly forked process into the candidate's and run it, as the interpreter runs a file.

    It is to end by what this raises, or by returning from all that called this; see `Ending`.
    """
    os.setsid()
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number, fd in enumerate(fds):
        os.dup2(fd, number)
    os.closerange(3, report_fd)
    os.closerange(report_fd + 1, resource.getrlimit(resource.RLIMIT_NOFILE)[0])
    set_rlimits(limits)
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
            exec(compile(source.decode("utf-8", "surrogatepass"), "program.py", "exec"), module.__dict__)
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


# --- watching it from process 1 --------------------------------------------------------------------------------------


class Gathered:
    """What came out of the candidate's three pipes, bounded."""

    def __init__(self, fds: list[int], limit: int) -> None:
        self.limit = limit
        self.names = dict(zip(fds, ("stdout", "stderr", "value"), strict=True))
        self.bytes = {name: bytearray() for name in self.names.values()}
        self.counts = dict.fromkeys(self.names.values(), 0)
        self.overflow: str | None = None

    def read(self, fd: int) -> bool:
        """Read once; False at the end of the pipe or when there is nothing now."""
        try:
            part = os.read(fd, 65536)
        except BlockingIOError:
            return False
        name = self.names[fd]
        self.bytes[name] += part
        self.counts[name] += len(part)
        if self.counts[name] > self.limit + (name == "value"):  # the report has a letter before the value
            self.overflow = self.overflow or name
        keep = STDERR_TAIL_BYTES if name == "stderr" else self.limit + 1
        if len(self.bytes[name]) > keep:
            self.bytes[name] = self.bytes[name][-keep:] if name == "stderr" else self.bytes[name][:keep]
        return bool(part)

    def drain(self) -> None:
        for fd in self.names:
            while not self.overflow and self.read(fd):
                pass


class Reaped:
    """The ends of the candidate's processes: the exit of the main one, the CPU seconds of all that were waited for."""

    def __init__(self, main: int) -> None:
        self.main = main
        self.status: int | None = None
        self.cpu_s = 0.0

    def reap(self, options: int) -> bool:
        """Reap what has ended; False when no process is left (or, with WNOHANG, none has ended)."""
        try:
            pid, status, usage = os.wait4(-1, options)
        except ChildProcessError:
            return False
        if pid == self.main and self.status is None:
            self.status = os.waitstatus_to_exitcode(status)
        self.cpu_s += usage.ru_utime + usage.ru_stime
        return pid != 0

    def end_all(self) -> None:
        """Kill every other process of the container, daemons included, and wait until all are gone."""
        while True:
            try:
                os.kill(-1, signal.SIGKILL)
            except ProcessLookupError:
                pass  # only zombies are left
            if not self.reap(0):
                return


class Process1:
    """What this process keeps open of its container: counters of the kernel's, and the pipe by which it is woken."""

    def __init__(self) -> None:
        if os.getpid() != 1:
            raise RuntimeError("only as process 1 of a container: it kills all others and empties /tmp")
        self.wake_fd, writer = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        self._score_fd = os.open("/proc/self/oom_score_adj", os.O_WRONLY | os.O_CLOEXEC)
        self._oom_fd = open_first(OOM_COUNTERS)
        self._cpu_fd = open_first(CPU_COUNTERS)

    def set_kill_score(self, score: int) -> None:
        """Say how soon the kernel is to kill this process when memory is short."""
        try:
            os.pwrite(self._score_fd, str(score).encode(), 0)
        except PermissionError:
            pass  # whoever started us has forbidden a lower one

    def count_oom_kills(self) -> int:
        """Processes of this container that the kernel killed for memory; 0 where it does not say."""
        if self._oom_fd is None:
            return 0
        words = os.pread(self._oom_fd, 4096, 0).split()
        return int(words[words.index(b"oom_kill") + 1]) if b"oom_kill" in words else 0

    def count_cpu_s(self) -> float:
        """CPU seconds of all processes of this container but this one, as its cgroup counts them; else 0.

        It has those that nobody waits for as well: a parent that ignores SIGCHLD throws away its children's seconds.
        """
        if self._cpu_fd is None:
            return 0.0
        own_s = time.process_time()  # asked first: this brings the cgroup's counter up to date
        words = os.pread(self._cpu_fd, 4096, 0).split()
        used_s = int(words[0]) / 1e9 if len(words) == 1 else int(words[words.index(b"usage_usec") + 1]) / 1e6
        return used_s - own_s


def open_first(paths: tuple[str, ...]) -> int | None:
    for path in paths:
        try:
            return os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            continue
    return None


def run_case(
    process: Process1, source: bytes, call: Call, stdin: bytes, limits: Limits, deadline: float
) -> Result | None:
    """Run one case; None in the case's own process, whose program has then come to its end."""
    oom_kills, counted_s = process.count_oom_kills(), process.count_cpu_s()
    stdin_fd = os.memfd_create("stdin")
    for start in range(0, len(stdin), 1 << 20):
        os.write(stdin_fd, stdin[start : start + (1 << 20)])
    os.lseek(stdin_fd, 0, os.SEEK_SET)
    pipes = [os.pipe() for _ in range(3)]
    readers = [reader for reader, _ in pipes]
    writers = [writer for _, writer in pipes]
    for reader in readers:
        os.set_blocking(reader, False)
    started = time.monotonic()
    deadline = min(deadline, started + limits["wall_s"])
    # Inherited, for the candidate cannot set it itself: of a process that is not dumpable no file in /proc is its own.
    process.set_kill_score(KILLED_FIRST)
    pid = os.fork()
    if pid == 0:
        become_candidate(source, call, [stdin_fd, *writers[:2]], writers[2], limits)
        return None
    process.set_kill_score(KILLED_LAST)
    for fd in (stdin_fd, *writers):
        os.close(fd)
    gathered, reaped = Gathered(readers, limits["output_bytes"]), Reaped(pid)
    wall_exceeded = watch(gathered, reaped, process.wake_fd, deadline)
    wall_s = time.monotonic() - started
    reaped.end_all()
    gathered.drain()
    for fd in readers:
        os.close(fd)
    return result_of(
        gathered,
        exit_status=reaped.status,
        cpu_s=max(reaped.cpu_s, process.count_cpu_s() - counted_s),
        wall_s=wall_s,
        wall_exceeded=wall_exceeded,
        oom_killed=process.count_oom_kills() > oom_kills,
    )


def result_of(
    gathered: Gathered,
    *,
    exit_status: int | None,
    cpu_s: float,
    wall_s: float,
    wall_exceeded: bool,
    oom_killed: bool,
) -> Result:
    """Put together what is known of a case that has ended."""
    report = bytes(gathered.bytes["value"])
    facts: Facts = {
        "started": True,
        "exit_status": exit_status,
        "cpu_s": cpu_s,
        "wall_s": wall_s,
        "wall_exceeded": wall_exceeded,
        "overflow": "value" if report == REPORT_TOO_LARGE else gathered.overflow,
        "oom_killed": oom_killed,
        "memory_error": report == REPORT_MEMORY_ERROR,
    }
    value = report[1:] if report[:1] == REPORT_VALUE and not gathered.overflow else b""
    return facts, bytes(gathered.bytes["stdout"])[: gathered.limit], bytes(gathered.bytes["stderr"]), value


def watch(gathered: Gathered, reaped: Reaped, wake_fd: int, deadline: float) -> bool:
    """Gather output until the main process ends, a limit of output is passed, or the deadline. True if the last."""
    poll = select.poll()
    for fd in (wake_fd, *gathered.names):
        poll.register(fd, select.POLLIN)
    while True:
        left_s = deadline - time.monotonic()
        if left_s <= 0:
            return True
        for fd, _ in poll.poll(left_s * 1000):
            if fd == wake_fd:
                os.read(wake_fd, 4096)
                while reaped.reap(os.WNOHANG):
                    pass
            elif not gathered.read(fd):
                poll.unregister(fd)
        if reaped.status is not None or gathered.overflow:
            return False


NOT_STARTED: Facts = {
    "started": False,
    "exit_status": None,
    "cpu_s": 0.0,
    "wall_s": 0.0,
    "wall_exceeded": True,
    "overflow": None,
    "oom_killed": False,
    "memory_error": False,
}


# --- between cases ---------------------------------------------------------------------------------------------------


def preload(source: bytes) -> None:
    """Import what the source seems to import, so that it is there in every case's process; from the text alone."""
    for line in source[:MOST_SEARCHED_BYTES].splitlines():
        if (words := line.replace(b",", b" ").split()) and words[0] in (b"import", b"from"):
            for name in PRELOADED.intersection(words):
                __import__(name.decode())


class Leftovers:
    """What a case may leave behind for the next: files, message queues and System V memory."""

    def __init__(self, libc: ctypes.CDLL) -> None:
        self._places = [place for place in WRITABLE_PLACES if os.path.isdir(place)]
        self._tables = []
        for kind, remove in (("shm", libc.shmctl), ("msg", libc.msgctl), ("sem", libc.semctl)):
            if (table := open_first((f"/proc/sysvipc/{kind}",))) is not None:
                self._tables.append((table, remove))

    def remove(self) -> None:
        for place in self._places:
            empty(place)
        for table, remove in self._tables:
            removed = True
            while removed:  # a long table comes in parts; its first line is a heading
                lines = os.pread(table, 1 << 16, 0).splitlines()[1:]
                # IPC_RMID is 0; the last argument is not looked at.
                removed = 0 in [remove(int(line.split()[1]), 0, 0) for line in lines]


def empty(place: str) -> None:
    """Remove all below a directory. Folders are moved up before they are entered, so depth is no defence."""
    try:
        os.chmod(place, 0o1777)  # a case may have locked it
    except OSError:
        pass  # then it is not the candidate's either
    moved = 0
    while names := os.listdir(place):
        for name in names:
            path = os.path.join(place, name)
            if os.path.islink(path) or not os.path.isdir(path):
                os.unlink(path)
                continue
            os.chmod(path, 0o700)
            for inner in os.listdir(path):
                below = os.path.join(path, inner)
                if os.path.islink(below) or not os.path.isdir(below):
                    os.unlink(below)
                    continue
                os.chmod(below, 0o700)
                moved += 1
                os.rename(below, os.path.join(place, f".moved-{time.monotonic_ns()}-{moved}"))
            os.rmdir(path)


def refuse_calls(libc: ctypes.CDLL, program: bytes) -> None:
    """Have the kernel refuse system calls to this process and all to come, by a filter of `sandbox.syscalls`."""

    class Filter(ctypes.Structure):
        _fields_ = (("instructions", ctypes.c_ushort), ("program", ctypes.c_char_p))

    handed = Filter(len(program) // 8, program)
    if libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(handed), 0, 0):
        raise OSError(ctypes.get_errno(), "the kernel takes no filter of system calls (CONFIG_SECCOMP_FILTER)")


def main() -> None:
    # The candidate has this process's uid: it may signal what has a handler and trace what is dumpable.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    process = Process1()  # opens what can be opened only as long as it is dumpable
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "cannot forbid other processes to read this one")
    leftovers = Leftovers(libc)

    setup = read_literal()
    if machines_own := setup["filters"].get(os.uname().machine):
        refuse_calls(libc, bytes.fromhex(machines_own))
    if setup["processes"] is not None:
        resource.setrlimit(resource.RLIMIT_NPROC, (setup["processes"], setup["processes"]))
    write_blocks(encode_facts({"protocol": PROTOCOL}))
    await_program(setup["idle_s"])

    header = read_literal()
    source = read_block()
    preload(source)
    limits = header["limits"]
    deadline = time.monotonic() + limits["total_wall_s"]
    gc.freeze()  # a case that collects garbage need not copy what is ours
    for name in TELLING:
        sys.modules.pop(name, None)
    for _ in range(header["cases"]):
        call = read_literal()
        stdin = read_block()
        if time.monotonic() < deadline:
            result = run_case(process, source, call, stdin, limits, deadline)
            if result is None:
                return
            leftovers.remove()
        else:
            result = NOT_STARTED, b"", b"", b""
        facts, *streams = result
        write_blocks(encode_facts({**facts, "ticket": read_block().hex()}), *streams)
    os._exit(0)  # the container goes away as a whole


if __name__ == "__main__":
    main()
