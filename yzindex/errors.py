"""What can go wrong in the index itself.

YzIndexError
├── InvalidFile          a file is wrong: file, line, field, reason
│   ├── InvalidBank      so is a question file, or the folder it lies in
│   └── InvalidHistory   so is a history of answers, or a harness's log
├── InvalidDraw          the bank cannot give the draw that was asked for
├── TaskRefused          a benchmark's task cannot become a question
└── Unavailable          trouble of ours or a provider's; never a score
    ├── CodeRunnerUnavailable
    │   └── InvalidJob   no sandbox could ever run this job
    └── ModelUnavailable
"""


class YzIndexError(Exception):
    """Any error of the index; the message says what to do."""


class InvalidFile(YzIndexError):
    """A file that cannot be used; a line of the message for every fault, with file, line, field and reason."""


class InvalidBank(InvalidFile):
    """A question file that cannot be used, with file, line, field and reason."""


class InvalidHistory(InvalidFile):
    """A history of answers that cannot be used, with file, line or sample, field and reason."""


class InvalidDraw(YzIndexError):
    """A draw that the bank cannot give."""


class TaskRefused(YzIndexError):
    """A task that cannot be graded fairly by comparing values outside the sandbox; the message says why."""


class Unavailable(YzIndexError):
    """Infrastructure trouble: the question may be tried again, and is never scored for it."""

    def __init__(self, reason: str, *, retry_after_s: float | None = None, final: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        #: Seconds after which another try may help; None where nobody said.
        self.retry_after_s = retry_after_s
        #: Whether trying again soon cannot help, or was done often enough.
        self.final = final


class CodeRunnerUnavailable(Unavailable):
    """No sandbox could run the program."""


class InvalidJob(CodeRunnerUnavailable):
    """A job that is beyond what any sandbox takes, as by its size: whoever made it must make another."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason, final=True)


class ModelUnavailable(Unavailable):
    """A model gave no usable response within the policy's attempts and deadline."""

    def __init__(
        self,
        reason: str,
        *,
        retry_after_s: float | None = None,
        final: bool = False,
        attempts: int = 0,
        errors: tuple[str, ...] = (),
    ) -> None:
        super().__init__(reason, retry_after_s=retry_after_s, final=final)
        self.attempts = attempts
        #: Class of each failed attempt, in order.
        self.errors = errors
