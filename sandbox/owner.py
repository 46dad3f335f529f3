"""Who owns a container or a cgroup: marks by which those of dead owners are found and removed."""

import time
from collections.abc import Mapping

from sandbox.process import is_known_alive, is_known_dead, name_of_this_process

LABEL = "yz-sandbox"
_OWNER = f"{LABEL}.owner"
_EXPIRES = f"{LABEL}.expires"
#: No owner's mark and no id holds one.
_BETWEEN = ","


def labels(lifetime_s: float) -> dict[str, str]:
    """Labels for a container that this process will have removed within `lifetime_s` seconds."""
    return {LABEL: "program", _OWNER: name_of_this_process(), _EXPIRES: str(int(time.time() + lifetime_s))}


def folder_name(container_id: str, lifetime_s: float) -> str:
    """The same as a name for a folder."""
    expires = str(int(time.time() + lifetime_s))
    return _BETWEEN.join((LABEL, name_of_this_process().replace(" ", _BETWEEN), expires, container_id))


def is_abandoned(container_labels: Mapping[str, str]) -> bool:
    """Whether nobody is going to remove this container.

    Not every owner can be seen to be dead or alive: of one that cannot, a container is given until its time is up.
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
    if is_known_alive(owner):
        return False  # whatever the clock says, which may have been set
    return is_known_dead(owner) or (expires.isdecimal() and time.time() > int(expires))
