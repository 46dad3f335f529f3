"""What is the bubblewrap sandbox's own: its walls, its cgroups and the watcher in their place, and its end."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from sandbox import BubblewrapSandbox, Case, Limit, Limits, Outcome, Program, SandboxUnavailable
from sandbox.bwrap import cgroups, launcher, walls
from sandbox.bwrap.box import Box, boxes_left
from sandbox.owner import folder_name

pytestmark = pytest.mark.bubblewrap

ROOT = Path(__file__).parents[2]
LIMITS = Limits(cpu_s=1, wall_s=5, total_wall_s=20, memory_mib=96)
SPLIT_BOMB = """
import os, time
pids = [os.fork() for _ in range(4)]
if 0 in pids:
    bomb = bytearray(b"x") * (60 << 20)
    time.sleep(1)
    os._exit(0)
for _ in pids: os.wait()
"""


@pytest.fixture(scope="module")
def sandbox() -> Iterator[BubblewrapSandbox]:
    with contextlib.closing(BubblewrapSandbox()) as opened:
        yield opened


@pytest.fixture
def without_cgroups() -> Iterator[BubblewrapSandbox]:
    with contextlib.closing(BubblewrapSandbox()) as opened:
        held = opened._held.get()
        held.ground = replace(held.ground, places=())
        yield opened


def program(source, *cases):
    return Program(source=source, cases=cases or (Case(),), limits=LIMITS)


def printed(sandbox, source):
    (case,) = sandbox.run(program(source)).cases
    assert case.outcome is Outcome.COMPLETED, case.stderr
    return case.stdout.decode()


def test_the_record_names_bubblewrap_and_the_python_of_this_machine(sandbox):
    record = sandbox.run(program("pass"))

    assert record.engine.startswith("bubblewrap 0.")
    assert Path(record.image).is_file()
    assert "python3" in record.image


def test_a_program_sees_no_folder_of_this_machine_but_its_system_and_no_variable_of_ours(sandbox, monkeypatch):
    monkeypatch.setenv("YZ_SECRET_OF_OURS", "hunter2")

    seen = printed(sandbox, "import os; print(sorted(os.listdir('/')), sorted(os.listdir('/etc')), sorted(os.environ))")

    folders, files, variables = (json.loads(part.replace("'", '"') + "]") for part in seen.strip().split("]")[:3])
    assert set(folders) <= {"bin", "dev", "etc", "lib", "lib32", "lib64", "libx32", "proc", "sbin", "sys", "tmp", "usr"}
    assert set(files) <= {"ld.so.cache", "passwd"}
    assert not [name for name in variables if name.startswith(("YZ_", "DOCKER"))]


def test_a_program_is_alone_in_every_namespace(sandbox):
    kinds = ("cgroup", "ipc", "mnt", "net", "pid", "user", "uts")

    seen = printed(sandbox, f"import os\nfor kind in {kinds}: print(os.readlink('/proc/self/ns/' + kind))").split()

    assert not {*seen} & {str(Path(f"/proc/self/ns/{kind}").readlink()) for kind in kinds}


def test_a_program_has_the_limits_of_a_container(sandbox):
    source = """
import resource
print([resource.getrlimit(getattr(resource, 'RLIMIT_' + name)) for name in ('NOFILE', 'CORE', 'FSIZE', 'NPROC')])
print(open('/proc/self/oom_score_adj').read(), open('/proc/self/status').read().split('NoNewPrivs:')[1].split()[0])
"""

    assert printed(sandbox, source) == "[(256, 256), (0, 0), (16777216, 16777216), (64, 64)]\n1000\n 1\n"


@pytest.mark.parametrize("place", ["/dev", "/dev/shm", "/", "/etc", "/sys/fs/cgroup"])
def test_no_second_place_can_be_written_to(sandbox, place):
    seen = printed(sandbox, f"try: open('{place}/new', 'w')\nexcept OSError as error: print(error.strerror)")

    assert seen in ("Read-only file system\n", "Permission denied\n", "No such file or directory\n")


@pytest.mark.parametrize("number", [425, 447, 0x40000000 + 39], ids=["io_uring_setup", "memfd_secret", "x32 getpid"])
def test_young_and_double_system_calls_are_refused(sandbox, number):
    source = "import ctypes, os\nlibc = ctypes.CDLL(None, use_errno=True)\n"

    seen = printed(sandbox, f"{source}print(libc.syscall({number}, 0, 0), os.strerror(ctypes.get_errno()))")

    assert seen == "-1 Operation not permitted\n"


def test_as_root_no_two_programs_share_a_user_of_this_machine_and_else_they_are_ours(sandbox, monkeypatch):
    uids: list[set[int]] = []
    confine = Box.confine

    def look(self, *args):
        confine(self, *args)
        status = Path(f"/proc/{self._pid}/status").read_text()
        uids.append({int(uid) for uid in status.split("Uid:")[1].split("\n")[0].split()})

    monkeypatch.setattr(Box, "confine", look)
    for _ in range(2):
        sandbox.run(program("pass"))

    first, second = uids
    if os.getuid() == 0:
        assert len(first) == len(second) == 1
        assert not (first & second or 0 in first | second)
    else:
        assert first == second == {os.getuid()}


def test_memory_and_processes_are_limited_by_cgroups_where_they_can_be_made_and_watched_elsewhere(sandbox, monkeypatch):
    limits: dict[str, str] = {}
    confine, is_watched = Box.confine, []

    def look(self, *args):
        confine(self, *args)
        is_watched.append(self._watcher is not None)
        for folder in self._cgroup.folders:
            for file in ("pids.max", "memory.max", "memory.limit_in_bytes", "cgroup.procs"):
                if (folder / file).exists():
                    limits.setdefault(file, (folder / file).read_text().strip())

    monkeypatch.setattr(Box, "confine", look)
    sandbox.run(program("pass"))

    if sandbox._held.get().ground.places:
        assert limits["cgroup.procs"].isdecimal()
        assert limits["pids.max"] == "64"
        assert limits.get("memory.max", limits.get("memory.limit_in_bytes")) == str(96 * 1024 * 1024)
    else:
        assert is_watched == [True]


def test_without_cgroups_memory_is_watched_and_a_bomb_split_over_children_hits_its_limit(without_cgroups):
    source = f"if input():\n    exec({SPLIT_BOMB!r})\nprint('fine')"

    bomb, after = without_cgroups.run(program(source, Case(stdin=b"x\n"), Case(stdin=b"\n"))).cases

    assert (bomb.outcome, bomb.limit) == (Outcome.MEMORY_LIMIT, Limit.MEMORY)
    assert (after.outcome, after.stdout) == (Outcome.COMPLETED, b"fine\n")


def test_without_cgroups_shared_pages_are_counted_once(without_cgroups):
    source = """
import os, time
shared = bytearray(b"x") * (50 << 20)
pids = [os.fork() for _ in range(3)]
if 0 not in pids: time.sleep(0.4)
else: time.sleep(0.3); os._exit(0)
print("fine")
"""

    assert printed(without_cgroups, source) == "fine\n"


@pytest.mark.parametrize(
    "source",
    ["pass", "while True: print('x' * 4096)", "import os\nwhile True: os.fork()", "import time; time.sleep(99)"],
    ids=["gentle", "flood", "forks", "sleep"],
)
def test_nothing_is_left_of_a_program(sandbox, boxes, source):
    sandbox.run(program(source))

    mounted = [Path(line.split()[1]) for line in Path("/proc/mounts").read_text().splitlines()]
    assert not [place for place in mounted if place.is_relative_to(walls.STAGE)]


def test_what_is_left_is_counted_as_long_as_it_is_there(sandbox, monkeypatch):
    left = []
    confine = Box.confine

    def look(self, *args):
        confine(self, *args)
        left.append(boxes_left(frozenset({self.id, "another"})))

    monkeypatch.setattr(Box, "confine", look)
    sandbox.run(program("pass"))

    assert left == [1]


def test_nothing_is_left_after_an_exception(sandbox, boxes, monkeypatch):
    def fail(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("sandbox.stream.Stream.exchange", fail)

    with pytest.raises(KeyboardInterrupt):
        sandbox.run(program("pass"))


def test_no_descriptor_is_left(sandbox):
    sandbox.run(program("pass"))
    before = len([*Path("/proc/self/fd").iterdir()])

    sandbox.run(program("pass"))

    assert len([*Path("/proc/self/fd").iterdir()]) == before


@pytest.mark.parametrize(
    ("place", "name"),
    [
        (os, "pipe"),
        (os, "memfd_create"),
        (os, "pidfd_open"),
        (socket, "socketpair"),
        (socket, "send_fds"),
        (launcher, "receive"),
        (walls, "uid_for_one_program"),
    ],
)
def test_where_the_machine_has_no_more_files_it_is_our_trouble_and_nothing_is_left(sandbox, monkeypatch, place, name):
    def left() -> tuple[int, list[Path]]:
        own = [folder for folder in cgroups.folders() if f",{os.getpid()}," in folder.name]
        return len([*Path("/proc/self/fd").iterdir()]), own

    def fail(*_: object, **__: object) -> None:
        raise OSError(errno.EMFILE, "Too many open files")

    sandbox.run(program("pass"))
    before = left()
    monkeypatch.setattr(place, name, fail)

    with pytest.raises(SandboxUnavailable):
        sandbox.run(program("pass"))

    monkeypatch.undo()
    assert left() == before


def test_a_machine_without_files_for_a_trial_is_our_trouble(monkeypatch):
    def fail(*_: object, **__: object) -> None:
        raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr(cgroups, "_takes_a_process", fail)

    with pytest.raises(SandboxUnavailable, match=r"trying out bubblewrap: .*Too many open files"):
        BubblewrapSandbox()


def test_a_program_ends_with_the_worker_that_was_killed_and_the_next_sandbox_removes_its_cgroup():
    script = (
        "import sys; from sandbox import *; from sandbox.bwrap.box import Box; confine = Box.confine\n"
        "def say(self, *args): confine(self, *args); print(self.id, self._pid, flush=True)\n"
        "sandbox = BubblewrapSandbox(); Box.confine = say\n"
        "sandbox.run(Program(source='import time; time.sleep(60)', cases=(Case(),), limits=Limits(wall_s=60)))\n"
    )
    worker = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE)
    assert worker.stdout is not None
    container_id, pid = worker.stdout.readline().decode().split()
    process_1 = os.pidfd_open(int(pid))

    worker.kill()
    worker.communicate()

    # The kernel tells when it has ended, and there is nobody else to end it.
    ended = select.select([process_1], [], [], 20)[0]
    os.close(process_1)
    BubblewrapSandbox()

    assert ended
    assert boxes_left(frozenset({container_id})) == 0


def test_a_process_1_killed_once_is_started_again(sandbox, monkeypatch):
    started = []
    confine = Box.confine

    def confine_and_kill_the_first(self, *args):
        confine(self, *args)
        started.append(self.id)
        if len(started) == 1:
            threading.Timer(1.0, os.kill, (self._pid, signal.SIGKILL)).start()

    monkeypatch.setattr(Box, "confine", confine_and_kill_the_first)
    (case,) = sandbox.run(program("import time\ntime.sleep(2)\nprint('done')")).cases

    assert len(started) == 2
    assert (case.outcome, case.stdout) == (Outcome.COMPLETED, b"done\n")


def test_a_network_that_is_ours_is_refused_and_nothing_is_run(sandbox, monkeypatch):
    shared = tuple(word.replace("--unshare-all", "--share-net") for word in walls._namespaces())
    monkeypatch.setattr(walls, "_namespaces", lambda: ["--unshare-all", *shared])

    with pytest.raises(SandboxUnavailable, match="gave a program this machine's network; it was not run"):
        sandbox.run(program("pass"))


def test_a_python_that_the_program_may_not_read_is_our_trouble(sandbox, tmp_path):
    python = walls.Python(executable=tmp_path / "python3", prefix=tmp_path / "none")
    with contextlib.closing(BubblewrapSandbox()) as broken:
        broken.run(program("pass"))
        held = broken._held.get()
        held.ground = replace(held.ground, python=python)

        with pytest.raises(SandboxUnavailable, match="Can't find source path"):
            broken.run(program("pass"))


def test_cgroups_of_the_dead_are_removed_and_those_of_the_living_left_alone(tmp_path, monkeypatch):
    monkeypatch.setattr("sandbox.process._started", lambda pid: "12345")
    dead = tmp_path / folder_name("dead", 3600)
    monkeypatch.undo()
    living, of_others = tmp_path / folder_name("living", 3600), tmp_path / "docker"
    for folder in (dead, living, of_others):
        folder.mkdir()

    cgroups.reap(tmp_path)

    assert {*tmp_path.iterdir()} == {living, of_others}


def test_processes_of_the_dead_are_killed_and_those_that_have_no_number_here_are_not_taken_for_us(tmp_path):
    left = subprocess.Popen(["sleep", "60"])
    (tmp_path / "cgroup.procs").write_text(f"0\n{left.pid}\n")

    cgroups._kill_all(tmp_path)

    assert left.wait(10) == -signal.SIGKILL


def test_an_ordinary_user_is_as_confined():
    script = """
import encodings.ascii, json, os, sys
from sandbox import BubblewrapSandbox, Case, Limits, Program
if os.getuid() == 0: os.setgroups([]); os.setgid(54321); os.setuid(54321)
sandbox, found = BubblewrapSandbox(), []
for source in json.load(sys.stdin):
    record = sandbox.run(Program(source=source, cases=(Case(),), limits=Limits(cpu_s=1, wall_s=5, memory_mib=96)))
    found.append([record.cases[0].outcome, record.cases[0].stdout.decode()])
print(json.dumps(found))
"""
    sources = [
        "import os; print(os.getuid(), os.getgroups())",
        SPLIT_BOMB,
        "import os\nn = 0\ntry:\n    while os.fork(): n += 1\n    import time; time.sleep(9)\nexcept OSError: print(n)",
        "import socket; socket.create_connection(('1.1.1.1', 53))",
    ]

    said = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, input=json.dumps(sources), capture_output=True, text=True, check=True
    )

    who, bomb, forks, network = json.loads(said.stdout)
    assert who == [Outcome.COMPLETED, "65534 []\n"]
    assert bomb[0] == Outcome.MEMORY_LIMIT
    assert (forks[0], 0 < int(forks[1]) < 64) == (Outcome.COMPLETED, True)
    assert network[0] == Outcome.RUNTIME_ERROR
