"""The system calls that programs are refused, as the filter that bubblewrap hands to the kernel (seccomp).

What needs rights that no program has inside, the kernel refuses anyway. This takes away parts of it that serve anybody
and that no program here needs: the keys of whoever started us, other processes' memory, large and young interfaces.
"""

import os
import struct

from sandbox.errors import SandboxUnavailable

#: By machine: the kernel's name of the architecture (AUDIT_ARCH), and its numbers.
_ARCHITECTURES = {
    "x86_64": (
        0xC000003E,
        {
            "ptrace": 101,
            "pivot_root": 155,
            "acct": 163,
            "mount": 165,
            "umount2": 166,
            "quotactl": 179,
            "kexec_load": 246,
            "add_key": 248,
            "request_key": 249,
            "keyctl": 250,
            "migrate_pages": 256,
            "unshare": 272,
            "move_pages": 279,
            "perf_event_open": 298,
            "fanotify_init": 300,
            "name_to_handle_at": 303,
            "open_by_handle_at": 304,
            "setns": 308,
            "process_vm_readv": 310,
            "process_vm_writev": 311,
            "kcmp": 312,
            "bpf": 321,
            "userfaultfd": 323,
        },
    ),
    "aarch64": (
        0xC00000B7,
        {
            "umount2": 39,
            "mount": 40,
            "pivot_root": 41,
            "quotactl": 60,
            "acct": 89,
            "unshare": 97,
            "kexec_load": 104,
            "ptrace": 117,
            "add_key": 217,
            "request_key": 218,
            "keyctl": 219,
            "migrate_pages": 238,
            "move_pages": 239,
            "perf_event_open": 241,
            "fanotify_init": 262,
            "name_to_handle_at": 264,
            "open_by_handle_at": 265,
            "setns": 268,
            "process_vm_readv": 270,
            "process_vm_writev": 271,
            "kcmp": 272,
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
#: A second set of calls on x86_64, with this bit in their numbers.
_X32_BIT = 0x40000000

_LOAD_WORD, _IF_EQUAL, _IF_AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_NUMBER_AT, _ARCHITECTURE_AT = 0, 4
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000 | 1  # the second with EPERM


def filter_program() -> bytes:
    """The filter for this machine; raise `SandboxUnavailable` on one whose numbers we do not know."""
    machine = os.uname().machine
    if machine not in _ARCHITECTURES:
        raise SandboxUnavailable(f"bubblewrap is not used on {machine}: no filter of system calls for it; use Docker")
    architecture, own = _ARCHITECTURES[machine]
    refused = sorted({*own.values(), *_EVERYWHERE.values()})
    # Jumps count the instructions that are skipped; the last two are "allow" and "refuse".
    to_refuse = range(len(refused), 0, -1)
    return b"".join(
        (
            _instruction(_LOAD_WORD, _ARCHITECTURE_AT),
            _instruction(_IF_EQUAL, architecture, if_not=len(refused) + 3),
            _instruction(_LOAD_WORD, _NUMBER_AT),
            _instruction(_IF_AT_LEAST, _X32_BIT, if_so=len(refused) + 1),
            *(_instruction(_IF_EQUAL, number, if_so=skip) for number, skip in zip(refused, to_refuse, strict=True)),
            _instruction(_RETURN, _ALLOW),
            _instruction(_RETURN, _REFUSE),
        )
    )


def _instruction(code: int, operand: int, *, if_so: int = 0, if_not: int = 0) -> bytes:
    """One instruction of the kernel's filter machine (struct sock_filter)."""
    return struct.pack("=HBBI", code, if_so, if_not, operand)
