"""The states that rows go through. Each is a closed set; the names are stored."""

from enum import StrEnum


class RunKind(StrEnum):
    """Why a run was made; all kinds share one counter."""

    #: The daily ten questions, the same draw for every model.
    SMOKE = "smoke"
    #: Every question of the bank.
    FULL = "full"
    #: Every question of the bank once, so that the difficulty of each is known from then on.
    CALIBRATION = "calibration"
    #: Questions put again to one model that looks suspicious; filed by the analysis, never ordered by kind.
    CONFIRMATION = "confirmation"


# Which kinds count for what stands here and nowhere else.
#: Their scores rank: board, five-run mean and stability.
RANKED = frozenset({RunKind.SMOKE})
#: Asked whatever a model looked like, as somebody ordered. Only these may enter figures of questions and availability,
#: are compared with the previous run of their kind, are asked again by the clock, and give answers to the thermometer.
#: A confirmation is asked of a model because it looked bad, and what was concluded from it stands.
IMPARTIAL = frozenset({RunKind.SMOKE, RunKind.FULL, RunKind.CALIBRATION})


class ConfirmationStage(StrEnum):
    """What the answers of a confirmation run are for."""

    #: Asked again, into the same chart as the daily answers, until the suspicion falls or hardens.
    AGAIN = "again"
    #: Asked to confirm or to dismiss the suspicion; never in a chart.
    FRESH = "fresh"
    #: Asked of other models before one is convicted: do they fall as well?
    CONTROL = "control"
    #: Asked of every model on the days after the question pool has moved, so that its new level is known.
    LEVEL = "level"


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
#: A worker has the row, or had it and died.
HELD = frozenset({AnswerState.ASKING, AnswerState.GRADING})


class Purpose(StrEnum):
    """What a model was called for."""

    ASK = "ask"
    JUDGE = "judge"
    #: Judging an answer again that was graded before.
    REGRADE = "regrade"


class RegradeState(StrEnum):
    """Where a stored answer that is graded once more stands."""

    PENDING = "pending"
    #: A worker holds the row's lease and grades the stored reply.
    GRADING = "grading"
    GRADED = "graded"
    #: Trouble of ours: no score of that day, with a reason.
    UNSCORED = "unscored"


REGRADE_OPEN = frozenset({RegradeState.PENDING, RegradeState.GRADING})
REGRADE_HELD = frozenset({RegradeState.GRADING})


class RegradePurpose(StrEnum):
    """Why a stored answer is graded once more."""

    #: The daily sample that shows whether a grader has moved.
    THERMOMETER = "thermometer"
    #: The older side of a comparison that confirms or dismisses a suspicion: both sides are graded on one day.
    CONFIRMATION = "confirmation"
    #: The graders moved, or are of another version: what the analysis rests on is graded by them before it goes on.
    REPAIR = "repair"


class Direction(StrEnum):
    """Which way a model changed."""

    FALL = "fall"
    RISE = "rise"


class MoveCause(StrEnum):
    """What moved when it was not the models."""

    #: Stored answers that were graded again came out different.
    GRADER = "grader"
    #: All models moved together.
    QUESTIONS = "questions"
