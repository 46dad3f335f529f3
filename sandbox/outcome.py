"""The closed lists: what a program did, and which limit stopped it."""

from enum import StrEnum


class Outcome(StrEnum):
    """What the program did. Trouble of ours is never an outcome: see `SandboxUnavailable`."""

    #: Ran to a clean end within its limits and, if it was called, returned a value. Right or wrong is not said.
    COMPLETED = "completed"
    #: Raised, exited with a status other than 0, died by a signal, or ended a call without returning a value.
    RUNTIME_ERROR = "runtime_error"
    #: Wrote or returned more bytes than it may.
    OUTPUT_LIMIT = "output_limit"
    #: Asked for more memory than it may have, whether it was refused (MemoryError) or killed.
    MEMORY_LIMIT = "memory_limit"
    #: Used up its CPU seconds, or its (more generous) wall seconds; the record's `limit` says which.
    TIME_LIMIT = "time_limit"


class Limit(StrEnum):
    """The limit that was hit. A hit of `WALL` alone may be a busy host: run it again, alone, before believing it."""

    #: CPU seconds of the case and everything it started.
    CPU = "cpu"
    #: Wall seconds of the case or of the whole program.
    WALL = "wall"
    #: The container's memory.
    MEMORY = "memory"
    #: Bytes on stdout, on stderr or in the returned value.
    OUTPUT = "output"
