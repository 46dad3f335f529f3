"""Everything `sandbox` raises.

SandboxError
├── SandboxUnavailable   ours: the engine, the image or the container failed; may be tried again
├── UnknownProgram       ours: no sandbox, and the program is none of those that may run without one
├── InvalidProgram       the caller's: this program cannot be run as asked; trying again is pointless
└── ValueUnreadable      nobody is at fault yet: these bytes are not an encoded value

What an untrusted program does is never an exception: it is an `Outcome`.
"""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager


class SandboxError(Exception):
    """The sandbox cannot do what was asked."""


class SandboxUnavailable(SandboxError):
    """The sandbox itself failed, so nothing is known about the program. Mend what the message names, then try again."""


class UnknownProgram(SandboxError):
    """Without a sandbox, only programs that are known word for word are run. Install Docker or bubblewrap."""


class InvalidProgram(SandboxError):
    """The program, its cases or its limits are not something the sandbox can run. Change the request."""


class ValueUnreadable(SandboxError):
    """The bytes are not a value in the runner's encoding. A program wrote them itself; count it as no value."""


@contextmanager
def system_trouble(doing: str) -> Iterator[None]:
    """Turn what the operating system refuses us, such as one more file, into `SandboxUnavailable`."""
    try:
        yield
    except (OSError, subprocess.SubprocessError) as error:
        raise SandboxUnavailable(f"{doing}: {error}") from error
