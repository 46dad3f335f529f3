"""The tables. They store; validation happens before a row is made."""

from datetime import date, datetime
from decimal import Decimal
from uuid import uuid4

from sqlalchemy import JSON, Column, Index, MetaData, Text, UniqueConstraint, false
from sqlmodel import Field, SQLModel

from yzindex import clock
from yzindex.dimensions import Dimension
from yzindex.drift.outcomes import Settled, WatchOutcome
from yzindex.drift.words import Word
from yzindex.grading.spec import Needs
from yzindex.records.columns import ExactDecimal, StorableText, UtcDateTime, one_of
from yzindex.records.states import (
    AnswerState,
    ConfirmationStage,
    Direction,
    MoveCause,
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

    # However many machines fire at one moment: one run of a kind for a date.
    __table_args__ = (Index(None, "kind", "scheduled_for", unique=True),)

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
    #: The date whose run it is, in the configured zone; None where somebody ordered it.
    scheduled_for: date | None = None
    #: Times the clock has asked again what was unscored; at its most where a person has ended that.
    resumptions: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    #: When it was last asked again, by the clock or by hand.
    resumed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    #: Counts the claims of processes that end the run, and the times it was resumed.
    attempt: int = 0
    lease_until_s: float | None = None


class StoredSchedule(SQLModel, table=True):
    """The schedule that the workers were told last, and what keeps its run of a date from being ordered."""

    __tablename__ = "schedule"

    kind: RunKind = Field(primary_key=True, sa_type=one_of(RunKind))
    #: Time of day, such as 03:00.
    at: str
    timezone: str
    told_at: datetime = Field(sa_type=UtcDateTime)
    trouble: str | None = Field(default=None, sa_type=StorableText)
    trouble_on: date | None = None


class StoredConfirmation(SQLModel, table=True):
    """Which suspicion a confirmation run belongs to. Two closers of one run cannot file the same round twice."""

    __tablename__ = "confirmation"
    __table_args__ = (UniqueConstraint("model", "suspicion", "stage", "round"),)

    run_number: int = Field(foreign_key="run.number", primary_key=True)
    #: The suspicious model, also where others are asked.
    model: str
    #: The analysis's own name of it.
    suspicion: str
    stage: ConfirmationStage = Field(sa_type=one_of(ConfirmationStage))
    #: Counts the runs of one stage, from 1.
    round: int
    #: Day on which the change that is suspected began.
    since: date | None = None
    #: Ordered by a person, whatever the analysis made of the model.
    by_hand: bool = Field(default=False, sa_column_kwargs={"server_default": false()})


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

    __table_args__ = (
        UniqueConstraint("evaluation_id", "question_digest"),
        # All that it takes to say who passes a question: replies are long, and years of answers are many.
        Index(None, "question_digest", "run_number", "evaluation_id", "score"),
    )

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
    #: Of this call alone: a record that was written, but not acknowledged, is not written again.
    idempotency_key: str | None = Field(default_factory=lambda: uuid4().hex, max_length=32, unique=True, index=True)


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


class Expectation(SQLModel, table=True):
    """What was expected of an answer when it came (scores of 0 to 1): comparing two runs is arithmetic on these."""

    answer_id: int = Field(foreign_key="answer.id", primary_key=True)
    mean: Decimal = Field(sa_type=ExactDecimal)
    #: Of an answer around the mean, what is not known of the question included.
    variance: Decimal = Field(sa_type=ExactDecimal)
    #: The part of it that all models share: the question may be easier or harder than is known.
    shared_variance: Decimal = Field(sa_type=ExactDecimal)


class StoredVerdict(SQLModel, table=True):
    """The last word of its day on a model, on the model's last daily evaluation of that day; see `drift.verdict`."""

    __tablename__ = "verdict"

    evaluation_id: int = Field(foreign_key="evaluation.id", primary_key=True)
    day: date = Field(index=True)
    word: Word = Field(sa_type=one_of(Word))
    #: Points; a fall is negative.
    size: Decimal | None = Field(default=None, sa_type=ExactDecimal)
    lo: Decimal | None = Field(default=None, sa_type=ExactDecimal)
    hi: Decimal | None = Field(default=None, sa_type=ExactDecimal)
    since: date | None = None
    chart: str
    evidence: str = Field(sa_type=Text)
    #: Of 100 possible draws, how many were better than this one.
    draws_better: int | None = None
    #: Of a thousand, how many are in each of equal steps of the main score expected of them, from 0 to 100.
    possible_draws: list[int] | None = Field(default=None, sa_type=JSON(none_as_null=True))
    known: int
    fall_ratio: Decimal = Field(sa_type=ExactDecimal)
    rise_ratio: Decimal = Field(sa_type=ExactDecimal)
    #: This run's terms in points of `core_raw`, under the fit of its day; None without a main score.
    expected: Decimal | None = Field(default=None, sa_type=ExactDecimal)
    common: Decimal | None = Field(default=None, sa_type=ExactDecimal)
    variance: Decimal | None = Field(default=None, sa_type=ExactDecimal)
    #: The run that it is compared with, and what the change is made of: `change = draw + common_change + rest`.
    compared_run: int | None = Field(default=None, foreign_key="run.number")
    change: Decimal | None = Field(default=None, sa_type=ExactDecimal)
    draw: Decimal | None = Field(default=None, sa_type=ExactDecimal)
    common_change: Decimal | None = Field(default=None, sa_type=ExactDecimal)
    rest: Decimal | None = Field(default=None, sa_type=ExactDecimal)
    rest_lo: Decimal | None = Field(default=None, sa_type=ExactDecimal)
    rest_hi: Decimal | None = Field(default=None, sa_type=ExactDecimal)
    #: Logarithms of the evidence process, which is kept beside the verdict and decides nothing.
    log_evidence_fall: Decimal = Field(sa_type=ExactDecimal)
    log_evidence_rise: Decimal = Field(sa_type=ExactDecimal)
    analysis_version: str
    made_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)


class ConfirmedChange(SQLModel, table=True):
    """A change of a model that fresh answers confirmed, and what became of that word later."""

    __tablename__ = "confirmed_change"
    __table_args__ = (UniqueConstraint("model", "direction", "chart", "since", "day"),)

    id: int | None = Field(default=None, primary_key=True)
    model: str = Field(index=True)
    direction: Direction = Field(sa_type=one_of(Direction))
    chart: str
    #: Day on which it began, and day on which it was confirmed.
    since: date
    day: date
    #: Points, by fresh answers alone, without what other models moved by.
    size: Decimal = Field(sa_type=ExactDecimal)
    lo: Decimal = Field(sa_type=ExactDecimal)
    hi: Decimal = Field(sa_type=ExactDecimal)
    standard_error: Decimal = Field(sa_type=ExactDecimal)
    answers: int
    #: What the other models that were asked moved by, and how many they were; None where there was none to ask.
    common: Decimal | None = Field(default=None, sa_type=ExactDecimal)
    common_models: int | None = None
    #: Fresh answers beside the model's own earlier ones to the same questions.
    worse: int
    better: int
    equal: int
    #: The run whose answers decided.
    run_number: int = Field(foreign_key="run.number")
    analysis_version: str
    settled: Settled = Field(default=Settled.OPEN, sa_type=one_of(Settled))
    settled_on: date | None = None
    settled_because: str | None = Field(default=None, sa_type=Text)


class BoardMove(SQLModel, table=True):
    """A time without verdicts on models, because the questions or the grader moved."""

    __tablename__ = "board_move"
    __table_args__ = (UniqueConstraint("day", "cause"),)

    id: int | None = Field(default=None, primary_key=True)
    #: Day on which it was told, and the one from which on it was so.
    day: date
    since: date
    cause: MoveCause = Field(sa_type=one_of(MoveCause))
    #: The chart that told it; None where graded answers were graded again and came out different.
    chart: str | None = None
    points: Decimal | None = Field(default=None, sa_type=ExactDecimal)
    analysis_version: str
    #: First day on which models are spoken of again.
    ended_on: date | None = None
    settled: Settled = Field(
        default=Settled.OPEN, sa_type=one_of(Settled), sa_column_kwargs={"server_default": Settled.OPEN.value}
    )
    settled_on: date | None = None
    settled_because: str | None = Field(default=None, sa_type=Text)


class Settlement(SQLModel, table=True):
    """What became of a verdict that a movement was no change. Apart from the verdict, whose row its day may rewrite."""

    evaluation_id: int = Field(foreign_key="evaluation.id", primary_key=True)
    outcome: Settled = Field(sa_type=one_of(Settled))
    settled_on: date
    because: str = Field(sa_type=Text)


class Watch(SQLModel, table=True):
    """A model that is watched for a week after a fall: does it fall further?"""

    __table_args__ = (UniqueConstraint("model", "run_number"),)

    id: int | None = Field(default=None, primary_key=True)
    model: str = Field(index=True)
    opened_on: date
    run_number: int = Field(foreign_key="run.number")
    #: Main score before the cap, at the opening.
    level: Decimal = Field(sa_type=ExactDecimal)
    settles_on: date
    outcome: WatchOutcome = Field(default=WatchOutcome.OPEN, sa_type=one_of(WatchOutcome))
    settled_on: date | None = None


class StoredAnalysis(SQLModel, table=True):
    """That a concluded run was analysed, by what version and how often; or why it was not, and when to try again."""

    __tablename__ = "analysis"

    run_number: int = Field(foreign_key="run.number", primary_key=True)
    analysis_version: str
    #: Whether models could be asked again then: another setting of today does not change what was said.
    asks: bool
    #: Counts up whenever what follows from a run is written; two that were made at once cannot both count.
    times: int = 0
    #: None where verdicts were written.
    trouble: str | None = Field(default=None, sa_type=StorableText)
    not_before_s: float = 0.0
    made_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)


class StoredSight(SQLModel, table=True):
    """What the board could see on a day, and how far the worker has come that looks for it, world by world."""

    __tablename__ = "sight"

    #: In the configured zone.
    day: date = Field(primary_key=True)
    #: The last run that counts, whatever is concluded while worlds are played.
    last_run: int = Field(foreign_key="run.number")
    #: Whether models could be asked again.
    asks: bool
    #: Whether any of the models is simulated; the falls always are.
    simulated: bool
    seed: int
    analysis_version: str
    runs: int = 0
    #: Scored answers in the main dimensions.
    answers: int = 0
    #: Models with scores, and questions that each gets a day.
    models: int = 0
    daily_questions: int = 0
    #: Why nothing can be seen, or said.
    reason: str | None = Field(default=None, sa_type=StorableText)

    #: Simulated worlds that are done, and the processor seconds they took.
    worlds: int = 0
    cpu_s: float = 0.0
    #: Counts claims; a worker writes only while the attempt is still its own.
    attempt: int = 0
    #: Times it was begun since anything came of it.
    tries: int = 0
    lease_until_s: float | None = None
    began_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)
    #: None while it is worked out.
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class SightOfFall(SQLModel, table=True):
    """How simulated falls of one size were found on a day."""

    __tablename__ = "sight_of_fall"

    day: date = Field(foreign_key="sight.day", primary_key=True)
    #: Whole points of the main score.
    points: int = Field(primary_key=True)
    replicates: int
    #: Of those found, the days that each took, ascending.
    days: list[int] = Field(sa_type=JSON)
