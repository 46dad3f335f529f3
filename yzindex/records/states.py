"""The states that rows go through. Each is a closed set; the names are stored."""

from enum import StrEnum


class RunKind(StrEnum):
    """Why a run was made; all kinds share one counter."""

    #: The daily ten questions, the same draw for every model.
    SMOKE = "smoke"
    #: Every question of the bank.
    FULL = "full"


class RunStatus(StrEnum):
    PENDING = "pending"
    RUNNING = "running"
    #: Every evaluation is closed and one process is ending the run.
    CONCLUDING = "concluding"
    CONCLUDED = "concluded"
    #: Ended by hand before it was concluded: what is graded stands, the rest is unscored.
    CANCELLED = "cancelled"


ENDED = frozenset({RunStatus.CONCLUDED, RunStatus.CANCELLED})


class AnswerState(StrEnum):
    """Where a question put to a model stands."""

    PENDING = "pending"
    #: A worker holds the row's lease and asks the model.
    ASKING = "asking"
    #: The reply is stored; it will never be asked for again.
    ANSWERED = "answered"
    #: A worker holds the row's lease and grades the reply.
    GRADING = "grading"
    GRADED = "graded"
    #: Trouble that is not the model's: no score, with a reason.
    UNSCORED = "unscored"


TERMINAL = frozenset({AnswerState.GRADED, AnswerState.UNSCORED})
OPEN = frozenset(AnswerState) - TERMINAL


class Purpose(StrEnum):
    """What a model was called for."""

    ASK = "ask"
    JUDGE = "judge"
