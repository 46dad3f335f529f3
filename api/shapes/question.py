"""One question with each of its wordings: figures, models, runs, and what of it may be shown."""

from urllib.parse import quote

from pydantic import Field

from api.shapes.items import ItemBody, item_body
from api.shapes.raw import MessageBody
from api.shapes.values import Body, Exact, Moment, Score, score
from yzindex.bank.disclosure import Disclosure
from yzindex.bank.question import Kind, Tier
from yzindex.dimensions import Dimension
from yzindex.grading.grade import FULL_SCORE
from yzindex.grading.rubric import RubricItem
from yzindex.records.question_answers import QuestionAnswer
from yzindex.records.question_view import (
    AskedInRun,
    Difficulty,
    ModelAnswers,
    QuestionView,
    Spent,
    WordingView,
)
from yzindex.records.states import AnswerState, Purpose, RunKind


class DisclosureBody(Body):
    """A wording as a model is sent it."""

    prompt: list[MessageBody]
    rubric: list[RubricItem] = Field(description="What judges look for; empty where none judge.")
    source: str
    licence: str


class ReasonBody(Body):
    """Why answers stayed unscored."""

    reason: str
    answers: int


class DifficultyBody(Body):
    """What was expected of answers when they came, by the fit of each day."""

    answers: int = Field(description="Scored answers of which something was expected.")
    expected: Score = Field(description="The mean of that.")
    scored: Score = Field(description="The mean that these answers got.")
    last_run: int
    last_expected: Score = Field(description="Expected in the last run, in the mean of its models.")
    last_unknown: Score = Field(description="Standard deviation: so much easier or harder it may as well be.")


class SpentBody(Body):
    """What the calls of one purpose took together, at list price."""

    purpose: Purpose
    calls: int
    prompt_tokens: int
    completion_tokens: int
    cost_usd: Exact


class QuestionAnswerBody(Body):
    """A model's answer in a run."""

    answer: int = Field(description="GET /v1/runs/{number}/raw?answer= shows it.")
    run: int
    model: str
    simulated: bool
    state: AnswerState
    score: Score | None = Field(description="Null where it stayed unscored, or is being asked again.")


class ModelAnswersBody(Body):
    """One model's answers."""

    model: str
    simulated: bool
    asked: int
    scored: int
    mean: Score | None
    passed: Score | None = Field(description="Percentage of its scored answers with a full score.")
    last: QuestionAnswerBody


class AskedInRunBody(Body):
    """A run that asked the question."""

    run: int
    kind: RunKind
    created_at: Moment
    mean: Score | None
    answers: list[QuestionAnswerBody]


class WordingBody(Body):
    """One wording; answers to two wordings are never counted together."""

    digest: str
    in_bank: bool = Field(description="Whether it is the one that is asked today.")
    dimension: Dimension
    kind: Kind
    tier: Tier
    strict: bool = Field(description="Whether it is scored 0 or 100, and nothing between.")
    disclosed: DisclosureBody | None = Field(description="Null while it is hidden.")
    figures: ItemBody | None = Field(description="Null where it was never asked.")
    reasons: list[ReasonBody] = Field(description="Of unscored answers, the most frequent first.")
    difficulty: DifficultyBody | None = Field(description="Null where nothing was expected of any scored answer.")
    spent: list[SpentBody]
    models: list[ModelAnswersBody]
    runs: list[AskedInRunBody] = Field(description="The newest first.")


class QuestionBody(Body):
    """A question; the wording of the bank comes first, then the one that was asked last, and so on."""

    question: str
    retired: bool = Field(description="Whether it stands in the bank no more.")
    simulated: bool = Field(description="Whether any model that answered is simulated.")
    wordings: list[WordingBody]
    next: str | None = Field(description="Address of the runs before these; null where there are none.")


def question_body(view: QuestionView, *, before: int | None, limit: int) -> QuestionBody:
    """Show the newest `limit` runs, of those before one."""
    shown = view.page_of_runs(before=before, limit=limit)
    last = shown.next_before
    return QuestionBody(
        question=view.question_id,
        retired=view.retired,
        simulated=view.simulated,
        wordings=[_wording(wording, shown.of(wording)) for wording in view.wordings],
        next=None if last is None else f"/v1/questions/{quote(view.question_id)}?cursor={last}&limit={limit}",
    )


def _wording(wording: WordingView, runs: tuple[AskedInRun, ...]) -> WordingBody:
    return WordingBody(
        digest=wording.digest,
        in_bank=wording.in_bank,
        dimension=wording.dimension,
        kind=wording.kind,
        tier=wording.tier,
        strict=wording.strict,
        disclosed=None if wording.disclosed is None else _disclosed(wording.disclosed),
        figures=None if wording.figures is None else item_body(wording.figures),
        reasons=[ReasonBody(reason=each.told, answers=each.answers) for each in wording.reasons],
        difficulty=None if wording.difficulty is None else _difficulty(wording.difficulty),
        spent=[_spent(each) for each in wording.spent],
        models=[_model(each) for each in wording.models],
        runs=[_run(each) for each in runs],
    )


def _disclosed(found: Disclosure) -> DisclosureBody:
    return DisclosureBody(
        prompt=[MessageBody(role=message.role, content=message.content) for message in found.prompt],
        rubric=list(found.rubric),
        source=found.source,
        licence=found.licence,
    )


def _difficulty(found: Difficulty) -> DifficultyBody:
    return DifficultyBody(
        answers=found.answers,
        expected=score(found.expected, 1),
        scored=score(found.scored, 1),
        last_run=found.last_run,
        last_expected=score(found.last_expected, 1),
        last_unknown=score(found.last_unknown, 1),
    )


def _spent(spent: Spent) -> SpentBody:
    return SpentBody(
        purpose=spent.purpose,
        calls=spent.calls,
        prompt_tokens=spent.prompt_tokens,
        completion_tokens=spent.completion_tokens,
        cost_usd=spent.cost_usd,
    )


def _model(own: ModelAnswers) -> ModelAnswersBody:
    return ModelAnswersBody(
        model=own.model,
        simulated=own.simulated,
        asked=own.asked,
        scored=own.scored,
        mean=score(own.mean, 1),
        passed=score(None if own.passed is None else FULL_SCORE * own.passed, 1),
        last=_answer(own.last),
    )


def _run(run: AskedInRun) -> AskedInRunBody:
    return AskedInRunBody(
        run=run.run_number,
        kind=run.kind,
        created_at=run.created_at,
        mean=score(run.mean, 1),
        answers=[_answer(answer) for answer in run.answers.values()],
    )


def _answer(answer: QuestionAnswer) -> QuestionAnswerBody:
    return QuestionAnswerBody(
        answer=answer.answer_id,
        run=answer.run_number,
        model=answer.model,
        simulated=answer.simulated,
        state=answer.state,
        score=score(answer.score),
    )
