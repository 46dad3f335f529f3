"""The port that every sandbox implements."""

from typing import Protocol

from sandbox.program import Program
from sandbox.record import Record


class Sandbox(Protocol):
    """Runs untrusted programs, each in a throwaway container or namespace of its own."""

    def run(self, program: Program) -> Record:
        """Run a program on all its cases and say what it did.

        Whatever the program does is in the record. Raises `SandboxUnavailable` if the sandbox itself fails.
        """
        ...

    def close(self) -> None:
        """Let go of the engine. Closing twice is fine."""
        ...
