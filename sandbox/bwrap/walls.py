"""The walls, in two stages: what the launcher readies because bubblewrap cannot, and bubblewrap's command line."""

import os
import resource
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sandbox import inside
from sandbox.errors import SandboxUnavailable
from sandbox.program import ContainerLimits

if TYPE_CHECKING:
    from sandbox.bwrap.launcher import Request

INSTALL = "apt-get install bubblewrap (0.8 or later)"
#: A folder that every system has and no program is in. There bubblewrap, and nobody else, sees a memory file system.
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
#: Flags of mount(2), by the kernel's numbers.
_MS_NOSUID, _MS_NODEV, _MS_NOEXEC = 0x2, 0x4, 0x8
#: After stdin, stdout and stderr: where bubblewrap writes who process 1 is, and reads the filter of system calls.
INFO_FD, FILTER_FD = 3, 4


@dataclass(frozen=True, kw_only=True)
class Python:
    """An interpreter of this machine, and the folder with all of it unless that is /usr.

    Inside it has the same path: its libraries may be found by it.
    """

    executable: Path
    prefix: Path | None


def find_bwrap() -> str:
    """Find it on PATH; raise `SandboxUnavailable` naming the package if it is missing."""
    path = os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin:/usr/bin:/sbin:/bin"))
    found = shutil.which("bwrap", path=path)
    if found is None:
        raise SandboxUnavailable(f"bubblewrap is not installed (no bwrap on PATH); {INSTALL}")
    return found


def uid_for_one_program() -> int | None:
    """A uid to become before anything else: one of the program's own if such exist here; None if we are not root."""
    if os.getuid() != 0:
        return None
    uid = secrets.choice(_UIDS)
    mapped = (tuple(map(int, line.split())) for line in _UID_MAP.read_text("ascii").splitlines())
    return uid if any(first <= uid < first + count for first, _, count in mapped) else inside.NOBODY


def request(limits: ContainerLimits, *, container_id: str, uid: int | None) -> "Request":
    """What the launcher is to do before `command`: the user, the limits, and the memory file systems."""
    own = f"size={limits.tmp_mib}m,nr_inodes={inside.MAX_INODES},mode=1777"
    return {
        "uid": uid,
        "oom_score_adj": inside.OOM_SCORE_ADJ,
        "limits": {
            resource.RLIMIT_NOFILE: inside.MAX_FILES,
            resource.RLIMIT_CORE: 0,
            resource.RLIMIT_FSIZE: inside.MAX_FILE_BYTES,
        },
        "mounts": [
            {"folder": str(STAGE), "options": "size=64k,nr_inodes=16,mode=755", "flags": _MS_NOSUID | _MS_NODEV},
            # bubblewrap's own tmpfs can be executed from, and the number of its files has no bound.
            {"folder": str(STAGE / container_id), "options": own, "flags": _MS_NOEXEC | _MS_NOSUID | _MS_NODEV},
        ],
        "files": {
            str(COUNTER): "oom_kill 0\n",
            str(_PASSWD): f"nobody:x:{inside.NOBODY}:{inside.NOBODY}:nobody:{inside.WRITABLE}:/bin/false\n",
        },
    }


def command(
    bwrap: str,
    python: Python,
    *,
    container_id: str,
    oom_counter: Path = COUNTER,
    cpu_counter: Path | None = None,
) -> list[str]:
    """The command that becomes bubblewrap with our runner as process 1; it needs no environment.

    `oom_counter`, `cpu_counter`: the files that count who was killed for memory, and the CPU time used.
    """
    return [
        bwrap,
        *_namespaces(),
        *_environment(),
        *_files(python, STAGE / container_id, oom_counter, cpu_counter),
        *("--seccomp", str(FILTER_FD), "--info-fd", str(INFO_FD), "--"),
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
