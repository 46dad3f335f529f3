"""The system calls that programs are refused, as a filter for the kernel (seccomp).

bubblewrap hands it to the kernel before the runner starts. In a container, where the engine's own filter is a list of
what is allowed, the runner adds it: not every engine refuses a vsock, and its list has queues and scheduling on it.

What needs rights that no program has inside, the kernel refuses anyway. This takes away parts of it that serve anybody
and that no program here needs: the keys of whoever started us, other processes' memory, large and young interfaces,
what one case could leave in the kernel for the next, and what could starve the runner or lower its limits.
"""

import os
import struct
from collections.abc import Sequence

from sandbox.errors import SandboxUnavailable

#: By machine: the kernel's name of the architecture (AUDIT_ARCH), and its numbers.
_ARCHITECTURES = {
    "x86_64": (
        0xC000003E,
        {
            "shmget": 29,
            "socket": 41,
            "socketpair": 53,
            "semget": 64,
            "msgget": 68,
            "ptrace": 101,
            "setpriority": 141,
            "sched_setscheduler": 144,
            "pivot_root": 155,
            "acct": 163,
            "mount": 165,
            "umount2": 166,
            "quotactl": 179,
            "sched_setaffinity": 203,
            "io_setup": 206,
            "mq_open": 240,
            "kexec_load": 246,
            "add_key": 248,
            "request_key": 249,
            "keyctl": 250,
            "migrate_pages": 256,
            "unshare": 272,
            "move_pages": 279,
            "perf_event_open": 298,
            "fanotify_init": 300,
            "prlimit64": 302,
            "name_to_handle_at": 303,
            "open_by_handle_at": 304,
            "setns": 308,
            "process_vm_readv": 310,
            "process_vm_writev": 311,
            "kcmp": 312,
            "sched_setattr": 314,
            "bpf": 321,
            "userfaultfd": 323,
        },
    ),
    "aarch64": (
        0xC00000B7,
        {
            "io_setup": 0,
            "umount2": 39,
            "mount": 40,
            "pivot_root": 41,
            "quotactl": 60,
            "acct": 89,
            "unshare": 97,
            "kexec_load": 104,
            "ptrace": 117,
            "sched_setscheduler": 119,
            "sched_setaffinity": 122,
            "setpriority": 140,
            "mq_open": 180,
            "msgget": 186,
            "semget": 190,
            "shmget": 194,
            "socket": 198,
            "socketpair": 199,
            "add_key": 217,
            "request_key": 218,
            "keyctl": 219,
            "migrate_pages": 238,
            "move_pages": 239,
            "perf_event_open": 241,
            "prlimit64": 261,
            "fanotify_init": 262,
            "name_to_handle_at": 264,
            "open_by_handle_at": 265,
            "setns": 268,
            "process_vm_readv": 270,
            "process_vm_writev": 271,
            "kcmp": 272,
            "sched_setattr": 274,
            "bpf": 280,
            "userfaultfd": 282,
        },
    ),
}
#: Younger calls have the same number everywhere.
_EVERYWHERE = {
    "io_uring_setup": 425,
    "io_uring_enter": 426,
    "io_uring_register": 427,
    "open_tree": 428,
    "move_mount": 429,
    "fsopen": 430,
    "fsconfig": 431,
    "fsmount": 432,
    "fspick": 433,
    "mount_setattr": 442,
    "quotactl_fd": 443,
    "memfd_secret": 447,
}
#: Linux's numbers of the families of sockets that end in the sandbox's own network: unix, inet, inet6 and netlink.
#: A vsock, for one, leads past it to the machine below.
_FAMILIES = (1, 2, 10, 16)
#: Calls that are refused unless their first argument is one of these; 0 is the calling process itself.
_ONLY_WITH = {"socket": _FAMILIES, "socketpair": _FAMILIES, "prlimit64": (0,)}
#: A second set of calls on x86_64, with this bit in their numbers.
_X32_BIT = 0x40000000

_LOAD_WORD, _IF_EQUAL, _IF_AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
#: The kernel reads these first arguments as 32 bits: on both machines, all of them little-endian, the word at 16.
_NUMBER_AT, _ARCHITECTURE_AT, _FIRST_ARGUMENT_AT = 0, 4, 16
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000 | 1  # the second with EPERM


def filter_program() -> bytes:
    """The filter for this machine; raise `SandboxUnavailable` on one whose numbers we do not know."""
    machine = os.uname().machine
    if machine not in _ARCHITECTURES:
        raise SandboxUnavailable(f"bubblewrap is not used on {machine}: no filter of system calls for it; use Docker")
    return _filter_for(machine)


def filter_programs() -> dict[str, bytes]:
    """The filters by machine, for an engine of which we do not know where it runs."""
    return {machine: _filter_for(machine) for machine in _ARCHITECTURES}


def _filter_for(machine: str) -> bytes:
    architecture, own = _ARCHITECTURES[machine]
    bounded = [(own[name], values) for name, values in _ONLY_WITH.items()]
    refused = sorted({*own.values(), *_EVERYWHERE.values()} - {number for number, _ in bounded})
    # Jumps count the instructions that are skipped; the last two are "allow" and "refuse".
    to_refuse = range(len(refused), 0, -1)
    return b"".join(
        (
            _instruction(_LOAD_WORD, _ARCHITECTURE_AT),
            _instruction(_IF_EQUAL, architecture, if_so=1),
            _instruction(_RETURN, _REFUSE),
            _instruction(_LOAD_WORD, _NUMBER_AT),
            _instruction(_IF_AT_LEAST, _X32_BIT, if_not=1),
            _instruction(_RETURN, _REFUSE),
            *(_only_with(number, values) for number, values in bounded),
            *(_instruction(_IF_EQUAL, number, if_so=skip) for number, skip in zip(refused, to_refuse, strict=True)),
            _instruction(_RETURN, _ALLOW),
            _instruction(_RETURN, _REFUSE),
        )
    )


def _only_with(number: int, values: Sequence[int]) -> bytes:
    """Decide about one call by its first argument; any other call goes on behind these instructions."""
    to_allow = range(len(values), 0, -1)
    return b"".join(
        (
            _instruction(_IF_EQUAL, number, if_not=len(values) + 3),
            _instruction(_LOAD_WORD, _FIRST_ARGUMENT_AT),
            *(_instruction(_IF_EQUAL, value, if_so=skip) for value, skip in zip(values, to_allow, strict=True)),
            _instruction(_RETURN, _REFUSE),
            _instruction(_RETURN, _ALLOW),
        )
    )


def _instruction(code: int, operand: int, *, if_so: int = 0, if_not: int = 0) -> bytes:
    """One instruction of the kernel's filter machine (struct sock_filter)."""
    return struct.pack("=HBBI", code, if_so, if_not, operand)
