"""The tables. They store; validation happens before a row is made."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import JSON, Column, MetaData, Text, UniqueConstraint, false
from sqlmodel import Field, SQLModel

from yzindex import clock
from yzindex.dimensions import Dimension
from yzindex.grading.spec import Needs
from yzindex.records.columns import ExactDecimal, StorableText, UtcDateTime, one_of
from yzindex.records.states import (
    AnswerState,
    ConfirmationStage,
    Purpose,
    RegradePurpose,
    RegradeState,
    RunKind,
    RunStatus,
)

# Constraints need names that are the same on every database, or a later migration cannot change them.
SQLModel.metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def now() -> datetime:
    """The time shown to people; leases use the database's clock instead."""
    return clock.now()


class Run(SQLModel, table=True):
    """A numbered run record. Its models, draw and scores hang below it."""

    number: int | None = Field(default=None, primary_key=True)
    kind: RunKind = Field(sa_type=one_of(RunKind))
    status: RunStatus = Field(default=RunStatus.PENDING, index=True, sa_type=one_of(RunStatus))
    seed: int
    bank_version: str
    bank_digest: str
    grader_version: str
    judge_set_version: str
    formula_version: str
    software_version: str
    created_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)
    started_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    idempotency_key: str | None = Field(default=None, unique=True)
    #: Digest of the request under that key: the same key with another request is refused.
    request_digest: str = ""
    #: Times the clock has asked again what was unscored; at its most where a person has ended that.
    resumptions: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    #: When it was last asked again, by the clock or by hand.
    resumed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    #: Claim of the process that ends the run.
    attempt: int = 0
    lease_until_s: float | None = None


class StoredConfirmation(SQLModel, table=True):
    """Which suspicion a confirmation run belongs to. Two closers of one run cannot file the same round twice."""

    __tablename__ = "confirmation"
    __table_args__ = (UniqueConstraint("model", "suspicion", "stage", "round"),)

    run_number: int = Field(foreign_key="run.number", primary_key=True)
    model: str
    #: The analysis's own name of it.
    suspicion: str
    stage: ConfirmationStage = Field(sa_type=one_of(ConfirmationStage))
    #: Counts the runs of one stage, from 1.
    round: int


class StoredQuestion(SQLModel, table=True):
    """A question as it was drawn, so that every machine asks and grades the same words whatever bank it has."""

    __tablename__ = "question"

    digest: str = Field(primary_key=True)
    question_id: str = Field(index=True)
    body: str = Field(sa_type=Text)


class Evaluation(SQLModel, table=True):
    """One model in one run."""

    __table_args__ = (UniqueConstraint("run_number", "model"),)

    id: int | None = Field(default=None, primary_key=True)
    run_number: int = Field(foreign_key="run.number")
    model: str = Field(index=True)
    provider: str
    vendor: str
    #: The model as asked of its provider.
    model_asked: str
    simulated: bool = False
    #: Set when every question is graded or unscored; scores are None until then.
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    #: Was closed, and is open for what was unscored: its scores stand until it is closed again.
    reopened: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    label: str | None = None
    recommendation: str | None = None
    core_raw: Decimal | None = Field(default=None, sa_type=ExactDecimal)
    core_display: Decimal | None = Field(default=None, sa_type=ExactDecimal)
    scored: int = 0
    asked: int = 0
    cost_usd: Decimal = Field(default=Decimal(0), sa_type=ExactDecimal)


class StoredScore(SQLModel, table=True):
    """A dimension's score in an evaluation, and how many answers it rests on."""

    __tablename__ = "dimension_score"

    evaluation_id: int = Field(foreign_key="evaluation.id", primary_key=True)
    dimension: Dimension = Field(primary_key=True, sa_type=one_of(Dimension))
    score: Decimal | None = Field(default=None, sa_type=ExactDecimal)
    scored: int
    asked: int


class Answer(SQLModel, table=True):
    """A question put to a model: the outbox of the queue, then the reply, then its grade."""

    __table_args__ = (UniqueConstraint("evaluation_id", "question_digest"),)

    id: int | None = Field(default=None, primary_key=True)
    run_number: int = Field(foreign_key="run.number", index=True)
    evaluation_id: int = Field(foreign_key="evaluation.id", index=True)
    question_digest: str = Field(foreign_key="question.digest")
    question_id: str
    dimension: Dimension = Field(sa_type=one_of(Dimension))
    tier: str
    #: What grading the reply takes, and so which queue does it.
    needs: Needs = Field(sa_type=one_of(Needs))
    #: Place in the draw, from 0.
    position: int

    state: AnswerState = Field(default=AnswerState.PENDING, index=True, sa_type=one_of(AnswerState))
    #: Counts claims; a worker writes only while the attempt is still its own.
    attempt: int = 0
    owner: str | None = Field(default=None, index=True)
    lease_until_s: float | None = None
    not_before_s: float = 0.0
    #: How often each stage was given back for trouble that is not the model's.
    given_back: int = 0
    published_s: float | None = None
    publish_count: int = 0
    #: The broker's epoch under which the row was published last.
    epoch: str | None = None

    reply: str | None = Field(default=None, sa_type=StorableText)
    finish_reason: str | None = Field(default=None, sa_type=StorableText)
    model_returned: str | None = Field(default=None, sa_type=StorableText)
    answered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)

    score: Decimal | None = Field(default=None, sa_type=ExactDecimal)
    verdict: str | None = None
    reason: str | None = Field(default=None, sa_type=StorableText)
    #: One object per case: name, passed, verdict, detail.
    cases: list[dict[str, str | bool]] | None = Field(default=None, sa_column=Column(JSON))
    #: Engine and container that ran the reply's code.
    ran_in: str | None = None
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class StoredCall(SQLModel, table=True):
    """A call of a model, its retries included; `error` is set where no usable response came."""

    __tablename__ = "model_call"

    id: int | None = Field(default=None, primary_key=True)
    answer_id: int = Field(foreign_key="answer.id", index=True)
    purpose: Purpose = Field(sa_type=one_of(Purpose))
    provider: str
    model_asked: str
    model_returned: str | None = Field(default=None, sa_type=StorableText)
    finish_reason: str | None = Field(default=None, sa_type=StorableText)
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost_usd: Decimal = Field(default=Decimal(0), sa_type=ExactDecimal)
    latency_s: float = 0.0
    attempts: int = 0
    #: Attempts that met an error, by its class, such as {"rate_limited": 2}.
    errors: dict[str, int] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    error: str | None = Field(default=None, sa_type=StorableText)
    request_id: str = Field(default="", sa_type=StorableText)
    #: What a judge wrote; a model's reply is on its answer.
    text: str | None = Field(default=None, sa_type=StorableText)
    made_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)


class Regrade(SQLModel, table=True):
    """A stored answer to be graded once more, on one day by one version of the graders: its own outbox, then the score.

    The answer itself keeps the score it had.
    """

    __table_args__ = (UniqueConstraint("answer_id", "day", "grader_version"),)

    id: int | None = Field(default=None, primary_key=True)
    answer_id: int = Field(foreign_key="answer.id")
    purpose: RegradePurpose = Field(sa_type=one_of(RegradePurpose))
    #: In the configured zone.
    day: date = Field(index=True)
    grader_version: str
    judge_set_version: str
    needs: Needs = Field(sa_type=one_of(Needs))
    planned_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)

    state: RegradeState = Field(default=RegradeState.PENDING, index=True, sa_type=one_of(RegradeState))
    #: As of an answer's row.
    attempt: int = 0
    owner: str | None = None
    lease_until_s: float | None = None
    not_before_s: float = 0.0
    given_back: int = 0

    score_before: Decimal = Field(sa_type=ExactDecimal)
    #: None while it is open, and where `reason` says why it could not be graded on its day.
    score_now: Decimal | None = Field(default=None, sa_type=ExactDecimal)
    reason: str | None = Field(default=None, sa_type=StorableText)
    made_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
