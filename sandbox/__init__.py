"""Run one untrusted Python program with limits in a throwaway container or namespace, and say what it did.

Code and inputs go in, bytes per case come out; whoever knows what is right compares outside. This package knows
nothing of questions, scores or right answers: what never enters a container cannot be read there.
"""

from sandbox.bubblewrap_sandbox import BubblewrapSandbox
from sandbox.docker_sandbox import DockerSandbox
from sandbox.engine import reap
from sandbox.errors import InvalidProgram, SandboxError, SandboxUnavailable, UnknownProgram, ValueUnreadable
from sandbox.outcome import Limit, Outcome
from sandbox.plain import PlainSandbox
from sandbox.port import Sandbox
from sandbox.program import Call, Case, Limits, Program
from sandbox.recipe import IMAGE, ensure_image
from sandbox.record import CaseRecord, Record
from sandbox.values import Opaque, decode_value

__all__ = [
    "IMAGE",
    "BubblewrapSandbox",
    "Call",
    "Case",
    "CaseRecord",
    "DockerSandbox",
    "InvalidProgram",
    "Limit",
    "Limits",
    "Opaque",
    "Outcome",
    "PlainSandbox",
    "Program",
    "Record",
    "Sandbox",
    "SandboxError",
    "SandboxUnavailable",
    "UnknownProgram",
    "ValueUnreadable",
    "decode_value",
    "ensure_image",
    "reap",
]
