"""What was seen of a program: per case its outcome and bytes, and where it ran."""

from dataclasses import dataclass

from sandbox.outcome import Limit, Outcome


@dataclass(frozen=True, kw_only=True)
class CaseRecord:
    """What the program did on one case. Everything in `stdout`, `stderr` and `value` is its own claim."""

    outcome: Outcome
    #: The limit that was hit; None for a program that ended by itself.
    limit: Limit | None
    #: 0–255, or minus the signal that killed it; None if the case never ran to an end.
    exit_status: int | None
    stdout: bytes
    #: The last 16 KiB.
    stderr: bytes
    #: What the call returned, for `decode_value`; readable whenever it is not None. Never compare the bytes.
    value: bytes | None
    cpu_s: float
    wall_s: float


@dataclass(frozen=True, kw_only=True)
class Record:
    """What one program did: as many cases as it was given, in their order."""

    cases: tuple[CaseRecord, ...]
    #: Name and version, such as "docker 27.1.0 (runc)" or "bubblewrap 0.8.0".
    engine: str
    #: Names the container, or whatever else the program had for itself.
    container_id: str
    #: Tag and content id of the image, or the interpreter of this machine.
    image: str
    #: Whether the program had a network, as found out. False in every sandbox, which refuses one that has;
    #: True for known programs in plain processes.
    network: bool
    #: From the request for a container, or for what takes its place, to its removal.
    wall_s: float
