"""The walls as command lines. Two stages: `_LAUNCH` readies what bubblewrap cannot, then bubblewrap builds the rest."""

import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from sandbox import inside
from sandbox.errors import SandboxUnavailable
from sandbox.program import Limits

INSTALL = "apt-get install bubblewrap (0.8 or later)"
#: A folder that every system has and no program is in. The launcher, and it alone, sees a memory file system there.
STAGE = next(place for place in map(Path, ("/boot", "/media", "/srv", "/mnt", "/tmp")) if place.is_dir())  # noqa: S108
#: In there: how many processes were killed for memory, in the form of the kernel's own counters.
COUNTER = STAGE / "oom"
#: Where the runner reads that counter, and the one of CPU time, whatever their names outside.
_OOM_COUNTER_INSIDE = "/sys/fs/cgroup/memory.events"
_CPU_COUNTER_INSIDE = "/sys/fs/cgroup/cpu.stat"
_PASSWD = STAGE / "passwd"
#: Above all ranges that systemd, containers and directories give out, below those that old interfaces mistake.
_UIDS = range(1_900_000_000, 2_100_000_000)
_UID_MAP = Path("/proc/self/uid_map")
_TOOLS = ("bwrap", "sh", "unshare", "mount", "setpriv")
#: Where each of them is.
Tools = Mapping[str, str]

# Runs as root of a user namespace that maps nobody but itself. bubblewrap's own tmpfs can be executed from, and the
# number of its files has no bound: the program gets this one. $1 is its folder, $2 its size; the rest is started.
_LAUNCH = f"""
set -e
echo {inside.OOM_SCORE_ADJ} >/proc/self/oom_score_adj
ulimit -n {inside.MAX_FILES}
ulimit -c 0
ulimit -f {inside.MAX_FILE_BYTES // 512}
mount -n -t tmpfs -o size=64k,nr_inodes=16,mode=755,nosuid,nodev stage {STAGE}
mkdir "$1"
mount -n -t tmpfs -o "size=$2,nr_inodes={inside.MAX_INODES},mode=1777,noexec,nosuid,nodev" inside "$1"
echo 'oom_kill 0' >{COUNTER}
echo 'nobody:x:{inside.NOBODY}:{inside.NOBODY}:nobody:{inside.WRITABLE}:/bin/false' >{_PASSWD}
cd /
shift 2
exec "$@"
"""


@dataclass(frozen=True, kw_only=True)
class Python:
    """An interpreter of this machine, and the folder with all of it unless that is /usr.

    Inside it has the same path: its libraries may be found by it.
    """

    executable: Path
    prefix: Path | None


def find_tools() -> Tools:
    """Find them on PATH; raise `SandboxUnavailable` naming the package of one that is missing."""
    path = os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin:/usr/bin:/sbin:/bin"))
    found = {name: shutil.which(name, path=path) for name in _TOOLS}
    if found["bwrap"] is None:
        raise SandboxUnavailable(f"bubblewrap is not installed (no bwrap on PATH); {INSTALL}")
    if missing := [name for name, place in found.items() if place is None]:
        raise SandboxUnavailable(f"bubblewrap needs {', '.join(missing)} on PATH: apt-get install util-linux mount")
    return {name: place for name, place in found.items() if place is not None}


def uid_for_one_program() -> int | None:
    """A uid to become before anything else: one of the program's own if such exist here; None if we are not root."""
    if os.getuid() != 0:
        return None
    uid = secrets.choice(_UIDS)
    mapped = (tuple(map(int, line.split())) for line in _UID_MAP.read_text("ascii").splitlines())
    return uid if any(first <= uid < first + count for first, _, count in mapped) else inside.NOBODY


def command(
    tools: Tools,
    python: Python,
    limits: Limits,
    *,
    container_id: str,
    uid: int | None,
    info_fd: int,
    filter_fd: int,
    oom_counter: Path = COUNTER,
    cpu_counter: Path | None = None,
) -> list[str]:
    """The command that becomes bubblewrap with our runner as process 1; it needs no environment.

    `info_fd`: where bubblewrap writes who process 1 is. `filter_fd`: where it reads the filter of system calls.
    `oom_counter`, `cpu_counter`: the files that count who was killed for memory, and the CPU time used.
    """
    folder = STAGE / container_id
    become = [] if uid is None else [tools["setpriv"], f"--reuid={uid}", f"--regid={uid}", "--clear-groups", "--"]
    launch = [tools["unshare"], "--user", "--map-root-user", "--mount", "--", tools["sh"], "-c", _LAUNCH, "launch"]
    return [
        *become,
        *launch,
        str(folder),
        f"{limits.tmp_mib}m",
        tools["bwrap"],
        *_namespaces(),
        *_environment(),
        *_files(python, folder, oom_counter, cpu_counter),
        *("--seccomp", str(filter_fd), "--info-fd", str(info_fd), "--"),
        *inside.runner_command(str(python.executable)),
    ]


def _namespaces() -> list[str]:
    nobody = str(inside.NOBODY)
    return [
        *("--unshare-user", "--unshare-all", "--disable-userns", "--die-with-parent", "--new-session", "--as-pid-1"),
        *("--cap-drop", "ALL", "--uid", nobody, "--gid", nobody, "--hostname", inside.HOSTNAME),
    ]


def _environment() -> list[str]:
    return ["--clearenv", *(word for item in inside.ENVIRONMENT.items() for word in ("--setenv", *item))]


def _files(python: Python, folder: Path, oom_counter: Path, cpu_counter: Path | None) -> list[str]:
    # An old kernel has no such file in a cgroup that limits no CPUs.
    counted = () if cpu_counter is None else ("--ro-bind-try", str(cpu_counter), _CPU_COUNTER_INSIDE)
    own = () if python.prefix is None else ("--ro-bind", str(python.prefix), str(python.prefix))
    return [
        *("--ro-bind", "/usr", "/usr", *own, *_system_folders()),
        # Without it the loader does not find the libraries of every distribution.
        *("--ro-bind-try", "/etc/ld.so.cache", "/etc/ld.so.cache"),
        *("--ro-bind", str(_PASSWD), "/etc/passwd", "--ro-bind", str(oom_counter), _OOM_COUNTER_INSIDE),
        *counted,
        # A writable /dev would be a second memory file system, without a bound.
        *("--proc", "/proc", "--ro-bind", "/proc/sys", "/proc/sys", "--dev", "/dev", "--remount-ro", "/dev"),
        *("--bind", str(folder), inside.WRITABLE, "--chdir", inside.WRITABLE, "--remount-ro", "/"),
    ]


def _system_folders() -> Iterator[str]:
    """/bin, /lib and their like as they are here: links into /usr, or folders of their own on older systems."""
    for place in map(Path, ("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")):
        if place.is_symlink():
            yield from ("--symlink", str(place.readlink()), str(place))
        elif place.is_dir():
            yield from ("--ro-bind", str(place), str(place))
