"""Who owns a container or a cgroup: marks by which those of dead owners are found and removed."""

import os
import time
from collections.abc import Mapping
from pathlib import Path

LABEL = "yz-sandbox"
_OWNER = f"{LABEL}.owner"
_EXPIRES = f"{LABEL}.expires"
#: No owner's mark and no id holds one.
_BETWEEN = ","


def labels(lifetime_s: float) -> dict[str, str]:
    """Labels for a container that this process will have removed within `lifetime_s` seconds."""
    return {LABEL: "program", _OWNER: _ourselves(), _EXPIRES: str(int(time.time() + lifetime_s))}


def folder_name(container_id: str, lifetime_s: float) -> str:
    """The same as a name for a folder."""
    expires = str(int(time.time() + lifetime_s))
    return _BETWEEN.join((LABEL, _ourselves().replace(" ", _BETWEEN), expires, container_id))


def is_abandoned(container_labels: Mapping[str, str]) -> bool:
    """Whether nobody is going to remove this container.

    Only an owner of the same boot and process namespace can be seen to be dead. The container of any other, on another
    host or in another container, is given until its time is up.
    """
    return _is_abandoned(container_labels.get(_OWNER, ""), container_labels.get(_EXPIRES, ""))


def is_folder_of_ours(name: str) -> bool:
    """Whether `folder_name` gave this name, in whichever process."""
    return name.startswith(f"{LABEL}{_BETWEEN}") and name.count(_BETWEEN) == 6


def is_abandoned_folder(name: str) -> bool:
    """Whether this is the name of a folder of ours that nobody is going to remove."""
    if not is_folder_of_ours(name):
        return False
    _, *owner, expires, _ = name.split(_BETWEEN)
    return _is_abandoned(" ".join(owner), expires)


def _is_abandoned(owner: str, expires: str) -> bool:
    boot, namespace, pid, started = (owner.split() + [""] * 4)[:4]
    if boot == _boot_id() and namespace == _pid_namespace() and pid.isdecimal() and _started(int(pid)) != started:
        return True
    return expires.isdecimal() and time.time() > int(expires)


def _ourselves() -> str:
    return f"{_boot_id()} {_pid_namespace()} {os.getpid()} {_started(os.getpid())}"


def _boot_id() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()


def _pid_namespace() -> str:
    return str(Path("/proc/self/ns/pid").readlink())


def _started(pid: int) -> str:
    """When a process started, in ticks since boot; empty if there is none. With the pid it names a process for good."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return ""
    return stat.rpartition(")")[2].split()[19]
