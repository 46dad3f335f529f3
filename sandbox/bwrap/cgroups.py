"""Control groups: one per box and hierarchy, version 1, 2 or both, made where this process may make them.

They lie directly below the highest folder of their hierarchy that we may write to, so that whoever comes later finds
those that a dead owner left.
"""

import os
import secrets
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from sandbox import owner
from sandbox.errors import SandboxUnavailable
from sandbox.program import ContainerLimits, Limits

_REMOVE_WITHIN_S = 5.0
_REMOVE_AGAIN_AFTER_S = 0.001
_PERIOD_US = 100_000
_TRIAL_LIFETIME_S = 60.0
#: Files that a kernel without swap accounting does not have.
_OPTIONAL = frozenset({"memory.swap.max", "memory.memsw.limit_in_bytes"})


class Controller(StrEnum):
    """What cgroups limit or count, by the kernel's names."""

    #: Limits bytes, and counts kills for them.
    MEMORY = "memory"
    #: Limits processes and threads.
    PIDS = "pids"
    #: Limits CPUs at once, to one.
    CPU = "cpu"
    #: Counts CPU time; only version 1 has it apart, in version 2 every cgroup counts.
    CPUACCT = "cpuacct"


@dataclass(frozen=True, kw_only=True)
class Mount:
    """A mounted hierarchy: where, the part of it that is mounted, and its controllers."""

    folder: Path
    root: str
    version: int
    controllers: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class Place:
    """A folder below which cgroups with these controllers can be made."""

    folder: Path
    version: int
    controllers: frozenset[Controller]


@dataclass(frozen=True, kw_only=True)
class Cgroup:
    """The folders of one box, one for each hierarchy."""

    folders: Mapping[Path, Place]

    @property
    def cpu_counter(self) -> Path | None:
        """The file with the CPU time used; None if it is not counted here."""
        for folder, place in self.folders.items():
            if place.version == 2:
                return folder / "cpu.stat"
            if Controller.CPUACCT in place.controllers:
                return folder / "cpuacct.usage"
        return None

    @property
    def oom_counter(self) -> Path | None:
        """The file with the number of processes killed for memory; None if memory is not limited here."""
        for folder, place in self.folders.items():
            if Controller.MEMORY in place.controllers:
                return folder / ("memory.events" if place.version == 2 else "memory.oom_control")
        return None

    @property
    def oom_kills(self) -> int:
        """Processes killed for memory so far."""
        if self.oom_counter is None:
            return 0
        lines = self.oom_counter.read_text("ascii").splitlines()
        return sum(int(line.split()[1]) for line in lines if line.startswith("oom_kill "))

    def join(self, pid: int) -> None:
        """Put a process in; its later children will be in as well."""
        for folder in self.folders:
            _write(folder / "cgroup.procs", str(pid))

    def remove(self) -> None:
        """Remove the folders, after the processes that were in have ended."""
        for folder in self.folders:
            _remove(folder)


def find_places() -> tuple[Place, ...]:
    """Find where cgroups can be made, by making one; empty where nothing can. Removes what dead owners left there."""
    places = []
    wanted = list(Controller)
    # Version 1 first: where both are mounted, it is the one that has the controllers.
    for mount in sorted(_mounts(), key=lambda mount: mount.version):
        for folder in _candidates(mount):
            reap(folder)
            if has := _makes(folder, mount, wanted):
                places.append(Place(folder=folder, version=mount.version, controllers=has))
                wanted = [each for each in wanted if each not in has]
                break
    return tuple(places)


def make(places: tuple[Place, ...], limits: ContainerLimits, *, container_id: str, lifetime_s: float) -> Cgroup:
    """Make the cgroups of one box; raise `SandboxUnavailable` leaving none."""
    name = owner.folder_name(container_id, lifetime_s)
    cgroup = Cgroup(folders={place.folder / name: place for place in places})
    try:
        for folder, place in cgroup.folders.items():
            folder.mkdir()
            for file, amount in _amounts(place, limits):
                _write(folder / file, amount)
    except OSError as error:
        cgroup.remove()
        raise SandboxUnavailable(f"making a cgroup: {error}; what could be made at the start no longer can") from error
    return cgroup


def folders() -> Iterator[Path]:
    """Give the cgroups of programs on this machine, whoever made them."""
    for folder in {each for mount in _mounts() for each in _candidates(mount)}:
        with suppress(OSError):
            yield from (each for each in folder.iterdir() if owner.is_folder_of_ours(each.name))


def _amounts(place: Place, limits: ContainerLimits) -> Iterator[tuple[str, str]]:
    """File and content of every limit, in the order in which the kernel takes them."""
    memory_bytes = str(limits.memory_mib * 1024 * 1024)
    if Controller.PIDS in place.controllers:
        yield "pids.max", str(limits.pids)
    if place.version == 2:
        if Controller.MEMORY in place.controllers:
            yield "memory.max", memory_bytes
            yield "memory.swap.max", "0"
        if Controller.CPU in place.controllers:
            yield "cpu.max", f"{_PERIOD_US} {_PERIOD_US}"
        return
    if Controller.MEMORY in place.controllers:
        yield "memory.limit_in_bytes", memory_bytes
        yield "memory.memsw.limit_in_bytes", memory_bytes
    if Controller.CPU in place.controllers:
        yield "cpu.cfs_period_us", str(_PERIOD_US)
        yield "cpu.cfs_quota_us", str(_PERIOD_US)


def _write(file: Path, content: str) -> None:
    try:
        # Not created: a folder that is no cgroup any more must not get a file of that name.
        fd = os.open(file, os.O_WRONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        if file.name in _OPTIONAL:
            return
        raise
    with os.fdopen(fd, "w", encoding="ascii") as opened:
        opened.write(content)


def _mounts() -> Iterator[Mount]:
    """Read the mounted hierarchies. A line: id, parent, device, root, mount point, ..., "-", type, source, options."""
    for line in Path("/proc/self/mountinfo").read_text("utf-8", "surrogateescape").splitlines():
        left, _, right = line.partition(" - ")
        kind, _, options = right.split(" ", 2)
        root, folder = left.split()[3:5]
        if kind == "cgroup":
            yield Mount(folder=Path(folder), root=root, version=1, controllers=frozenset(options.split(",")))
        elif kind == "cgroup2":
            with suppress(OSError):
                named = frozenset((Path(folder) / "cgroup.controllers").read_text("ascii").split())
                yield Mount(folder=Path(folder), root=root, version=2, controllers=named)


def _candidates(mount: Mount) -> Iterator[Path]:
    """Folders to try, the highest first: the mount itself, then those on the way down to the one we are in."""
    yield mount.folder
    for line in Path("/proc/self/cgroup").read_text("utf-8").splitlines():
        number, named, own = line.split(":", 2)
        is_this = number == "0" if mount.version == 2 else bool(mount.controllers & {*named.split(",")} - {""})
        if is_this and Path(own).is_relative_to(mount.root):
            folder = mount.folder
            for part in Path(own).relative_to(mount.root).parts:
                folder /= part
                yield folder


def _makes(folder: Path, mount: Mount, wanted: list[Controller]) -> frozenset[Controller]:
    """The controllers that a cgroup made below this folder has and lets us set."""
    has = frozenset(each for each in wanted if each in mount.controllers)
    if not has or not os.access(folder, os.W_OK):
        return frozenset()
    if mount.version == 2:
        for each in has - {Controller.CPU}:  # nice to have, and not worth a change of the whole machine
            with suppress(OSError):
                _write(folder / "cgroup.subtree_control", f"+{each}")
    trial = folder / owner.folder_name(f"trial{secrets.token_hex(4)}", _TRIAL_LIFETIME_S)
    try:
        trial.mkdir()
    except OSError:
        return frozenset()
    try:
        takes = frozenset(each for each in has if _takes_limits(trial, mount.version, each))
        return takes if takes and _takes_a_process(trial) else frozenset()
    finally:
        _remove(trial)


def _takes_limits(folder: Path, version: int, controller: Controller) -> bool:
    place = Place(folder=folder, version=version, controllers=frozenset({controller}))
    try:
        for file, amount in _amounts(place, Limits().of_container):
            _write(folder / file, amount)
    except OSError:
        return False
    return True


def _takes_a_process(folder: Path) -> bool:
    """Whether we may move a child of ours here: making the folder is not enough where it was delegated to us."""
    with subprocess.Popen(["sh", "-c", "read _"], stdin=subprocess.PIPE) as child:
        try:
            _write(folder / "cgroup.procs", str(child.pid))
        except OSError:
            return False
    return True


def reap(folder: Path) -> None:
    """Remove what dead owners left below a folder, processes included. Safe to do at any time, by anyone."""
    with suppress(OSError):
        for each in folder.iterdir():
            if owner.is_abandoned_folder(each.name):
                _kill_all(each)
                _remove(each)


def _kill_all(folder: Path) -> None:
    with suppress(OSError):
        for pid in map(int, (folder / "cgroup.procs").read_text("ascii").split()):
            if pid > 0:  # 0 is one of another process namespace; killing it would kill us
                os.kill(pid, signal.SIGKILL)


def _remove(folder: Path) -> None:
    """Remove a cgroup as soon as the kernel has let go of its processes; one that stays busy is left to be reaped."""
    deadline = time.monotonic() + _REMOVE_WITHIN_S
    while True:
        try:
            folder.rmdir()
        except FileNotFoundError:
            return
        except OSError:
            if time.monotonic() > deadline:
                return
            time.sleep(_REMOVE_AGAIN_AFTER_S)
