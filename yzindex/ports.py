"""What the index needs from outside, as protocols. The workers bring the implementations."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

#: Of a job's source and inputs together; a sandbox that took more would need more memory than jobs get.
MOST_JOB_BYTES = 32 * 1024 * 1024
#: Of the standard input of one case.
MOST_STDIN_BYTES = 16 * 1024 * 1024


class Ending(StrEnum):
    """How a program's case ended, by what the program did."""

    #: Ran to its end within its limits; what it gave is still to be compared.
    COMPLETED = "completed"
    TIME_LIMIT = "time_limit"
    MEMORY_LIMIT = "memory_limit"
    OUTPUT_LIMIT = "output_limit"
    RUNTIME_ERROR = "runtime_error"


class Limit(StrEnum):
    """The limit that a program's case ran into."""

    #: CPU seconds.
    CPU = "cpu"
    #: Wall seconds, of which there are by far more.
    WALL = "wall"
    MEMORY = "memory"
    OUTPUT = "output"


@dataclass(frozen=True, kw_only=True)
class CodeCase:
    """One execution: a script with this standard input, or, with `entry_point`, a call of it.

    `args` is the source of a Python literal tuple.
    """

    stdin: bytes = b""
    entry_point: str | None = None
    args: str = "()"


@dataclass(frozen=True, kw_only=True)
class CodeJob:
    """A program and its cases; each case runs in a process of its own with these limits."""

    source: str
    cases: tuple[CodeCase, ...]
    cpu_s: float = 10.0
    memory_mib: int = 256


@dataclass(frozen=True, kw_only=True)
class CaseResult:
    """What one case did. `value` is what the called function returned, rebuilt from exact types; only data."""

    ending: Ending
    limit: Limit | None = None
    stdout: bytes = b""
    stderr: bytes = b""
    value: object = None
    cpu_s: float = 0.0


@dataclass(frozen=True, kw_only=True)
class CodeResult:
    """One result per case, in order; `where` names the throwaway container they ran in."""

    cases: tuple[CaseResult, ...]
    engine: str
    where: str


class CodeRunner(Protocol):
    """Runs untrusted programs. Raises `CodeRunnerUnavailable` for trouble that is not the program's.

    `InvalidJob`, which is one of these, says that no sandbox could ever run the job.
    """

    def run(self, job: CodeJob) -> CodeResult: ...


class FinishReason(StrEnum):
    """Why a model stopped writing."""

    STOP = "stop"
    #: Still writing at the stated limit: truncated by the model.
    LENGTH = "length"
    #: The provider's filter: counts as a refusal.
    CONTENT_FILTER = "content_filter"


@dataclass(frozen=True, kw_only=True)
class Message:
    """One message of a conversation; `role` is `system`, `user` or `assistant`."""

    role: str
    content: str


@dataclass(frozen=True, kw_only=True)
class ModelCall:
    """A question to one model of one provider."""

    provider: str
    model: str
    messages: tuple[Message, ...]
    max_tokens: int


@dataclass(frozen=True, kw_only=True)
class ModelReply:
    """A usable response; a wrong, empty, refused or truncated text is the model's and usable."""

    text: str
    finish_reason: FinishReason
    model_returned: str
    prompt_tokens: int
    completion_tokens: int
    cost_usd: Decimal
    latency_s: float
    #: Calls made until this response, the last one included.
    attempts: int
    #: Class of each failed attempt, in order, such as "rate_limited".
    errors: tuple[str, ...] = ()
    request_id: str = ""


class ModelGateway(Protocol):
    """Asks models over the network. Raises `ModelUnavailable` when no usable response could be had."""

    def ask(self, call: ModelCall) -> ModelReply: ...
