"""Runs as they are ordered, listed and read."""

from dataclasses import asdict
from decimal import Decimal
from typing import Annotated

from pydantic import ConfigDict, Field, StrictInt, StrictStr, computed_field

from api.shapes.results import ChangeBody, ResultBody, UnscoredBody, change_body, result_body, unscored_body
from api.shapes.values import Body, Exact, Moment
from yzindex.dimensions import Dimension
from yzindex.estimating import ModelEstimate
from yzindex.fleet import LONGEST_NAME, MAX_MODELS
from yzindex.ordering import MAX_SEED, Plan, RunOrder
from yzindex.records.interventions import Resumption
from yzindex.records.run_views import EvaluationView, Progress, RunHead, RunView
from yzindex.records.states import RunKind, RunStatus


class RunRequest(Body):
    """What to run."""

    model_config = ConfigDict(extra="forbid")

    kind: RunKind = Field(
        default=RunKind.SMOKE,
        description="smoke: ten drawn questions; full: the whole bank; calibration: the whole bank once, so that the "
        "difficulty of each question is known. A confirmation is not ordered by its kind.",
    )
    models: list[Annotated[StrictStr, Field(max_length=LONGEST_NAME)]] | None = Field(
        default=None,
        max_length=MAX_MODELS,
        description="Models of the fleet by name; all of them if left out.",
        examples=[["sim/agate"]],
    )
    seed: StrictInt | None = Field(
        default=None,
        ge=0,
        le=MAX_SEED,
        description="Chooses a smoke run's draw; if left out, the one after the last run's.",
    )

    def order(self) -> RunOrder:
        return RunOrder(kind=self.kind, models=None if self.models is None else tuple(self.models), seed=self.seed)


class RunLinks(Body):
    """Where to go on from a run."""

    run: str
    raw: str
    board: str = "/v1/board"


class VersionsBody(Body):
    """What a run was made with. Two runs that differ here may differ in scores for that alone."""

    bank: str
    bank_digest: str
    grader: str
    judge_set: str
    formula: str
    software: str


class HeadBody(Body):
    """A run without its models' results."""

    number: int
    kind: RunKind
    status: RunStatus
    seed: int
    simulated: bool = Field(description="Whether any of its models is simulated; its scores then mean nothing.")
    created_at: Moment
    started_at: Moment | None
    finished_at: Moment | None
    versions: VersionsBody

    @computed_field  # type: ignore[prop-decorator]
    @property
    def links(self) -> RunLinks:
        return links(self.number)


class OrderedRun(Body):
    """A run that was accepted."""

    number: int
    kind: RunKind
    seed: int
    models: list[str]
    questions: list[str] = Field(description="Ids of the drawn questions, in their order.")
    created: bool = Field(description="False where an earlier request with the same Idempotency-Key made this run.")
    dispatched: bool | None = Field(
        description="Whether the message that starts the run was sent. False: the broker is down, and the sweeper "
        "will find the run. Null: nothing was sent, because an earlier request made the run."
    )
    links: RunLinks


class ResumedRun(Body):
    """A run whose unscored questions are tried again."""

    number: int
    reopened: int = Field(description="Questions that are tried again; 0 where none was unscored.")
    dispatched: bool | None = Field(
        description="Whether the message that starts them was sent. False: the broker is down, and the sweeper will "
        "find them. Null: nothing was to be sent."
    )
    links: RunLinks


class RunListItem(HeadBody):
    """A run in a list."""

    models: list[str]


class RunPage(Body):
    """Runs from the newest on."""

    items: list[RunListItem]
    next: str | None = Field(description="Address of the next page; null on the last.")


class ProgressBody(Body):
    """Counts of questions: put, with a reply, with a grade, without one for trouble that is not the model's."""

    asked: int
    answered: int
    graded: int
    unscored: int
    ended: int = Field(description="graded + unscored; the run is over when it reaches `asked`.")


class QuestionBody(Body):
    """A drawn question by name; neither its text nor its answer."""

    id: str
    digest: str
    dimension: Dimension
    tier: str


class ModelBody(Body):
    """One model in the run; `result` is null until its last question has ended for the first time."""

    model: str
    simulated: bool
    provider: str
    vendor: str
    model_asked: str
    models_returned: list[str]
    progress: ProgressBody
    result: ResultBody | None
    change: ChangeBody | None
    unscored: list[UnscoredBody]


class RunBody(HeadBody):
    """A run with its progress and, per model, its result."""

    questions: list[QuestionBody]
    progress: ProgressBody
    models: list[ModelBody]


class ModelEstimateBody(Body):
    """Cost of one model's questions at list price, judging included."""

    model: str
    simulated: bool
    questions: int
    about_usd: Exact = Field(description="With replies of usual length.")
    at_most_usd: Exact = Field(description="With every reply as long as its question allows, each asked once.")
    unpriced: list[str] = Field(description="Models and judges in it without a list price; they count as free here.")


class EstimateBody(Body):
    """What a run would ask and cost now; nothing was written."""

    kind: RunKind
    seed: int
    questions: list[str]
    models: list[ModelEstimateBody]
    about_usd: Exact
    at_most_usd: Exact
    unpriced: list[str]


def links(number: int) -> RunLinks:
    return RunLinks(run=f"/v1/runs/{number}", raw=f"/v1/runs/{number}/raw")


def ordered_body(view: RunView, *, created: bool, dispatched: bool | None) -> OrderedRun:
    return OrderedRun(
        number=view.head.number,
        kind=view.head.kind,
        seed=view.head.seed,
        models=list(view.head.models),
        questions=[question.question_id for question in view.questions],
        created=created,
        dispatched=dispatched,
        links=links(view.head.number),
    )


def resumed_body(resumption: Resumption, *, dispatched: bool | None) -> ResumedRun:
    number = resumption.run_number
    return ResumedRun(number=number, reopened=resumption.reopened, dispatched=dispatched, links=links(number))


def page_body(heads: list[RunHead], *, limit: int) -> RunPage:
    is_last = len(heads) < limit
    return RunPage(
        items=[RunListItem.model_validate(asdict(head)) for head in heads],
        next=None if is_last else f"/v1/runs?cursor={heads[-1].number}&limit={limit}",
    )


def run_body(view: RunView) -> RunBody:
    questions = [
        QuestionBody(id=each.question_id, digest=each.digest, dimension=each.dimension, tier=each.tier)
        for each in view.questions
    ]
    below = {
        "questions": questions,
        "progress": progress_body(view.progress),
        "models": [_model(evaluation) for evaluation in view.evaluations],
    }
    return RunBody.model_validate(asdict(view.head) | below)


def estimate_body(plan: Plan, estimates: tuple[ModelEstimate, ...]) -> EstimateBody:
    unpriced = dict.fromkeys(name for each in estimates for name in each.unpriced)
    return EstimateBody(
        kind=plan.kind,
        seed=plan.seed,
        questions=[question.id for question in plan.questions],
        models=[ModelEstimateBody.model_validate(asdict(each)) for each in estimates],
        about_usd=sum((each.about_usd for each in estimates), Decimal(0)),
        at_most_usd=sum((each.at_most_usd for each in estimates), Decimal(0)),
        unpriced=list(unpriced),
    )


def _model(view: EvaluationView) -> ModelBody:
    return ModelBody(
        model=view.model,
        simulated=view.simulated,
        provider=view.provider,
        vendor=view.vendor,
        model_asked=view.model_asked,
        models_returned=list(view.models_returned),
        progress=progress_body(view.progress),
        result=None if view.result is None else result_body(view.result),
        change=None if view.change is None else change_body(view.change),
        unscored=[unscored_body(question) for question in view.unscored],
    )


def progress_body(progress: Progress) -> ProgressBody:
    return ProgressBody(**asdict(progress), ended=progress.ended)
