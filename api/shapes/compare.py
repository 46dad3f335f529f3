"""The comparison of two runs of a model."""

from datetime import date
from decimal import Decimal

from pydantic import Field

from api.shapes.results import ResultBody, result_body
from api.shapes.values import Body, Exact, Score, score
from api.shapes.verdicts import PartsBody, parts_of
from yzindex.dimensions import Dimension, Role
from yzindex.drift.words import Word
from yzindex.records.compare_view import Between, Comparison, QuestionPoints, Side
from yzindex.records.states import RunKind


class QuestionPointsBody(Body):
    """A question of the main score, and the points that it took."""

    answer: int = Field(description="GET /v1/runs/{number}/raw?answer= shows it.")
    question: str
    dimension: Dimension
    tier: str
    score: Score | None = Field(description="Null where it stayed unscored.")
    expected: Score | None = Field(description="The score that was expected of this model.")
    cost: Score | None = Field(description="Points of `core_raw` that are missing to a full score.")
    verdict: str | None
    cases_passed: int
    cases: int
    passed_by: Score | None = Field(description="Percentage of models that give it a full score, up to this run.")
    models: int = Field(description="How many models that rests on.")


class PossibleDrawsBody(Body):
    """All draws that were possible on a day, by the main score expected of them; and where the one drawn is."""

    step: Exact = Field(description="Points from the beginning of one step to that of the next; the first begins at 0.")
    counts: list[int] = Field(description="How many of a thousand possible draws are in each step.")
    drawn: Score = Field(description="What was expected of the draw of this run.")


class SideBody(Body):
    """One of the two runs."""

    run: int
    kind: RunKind
    day: date
    verdict: Word
    result: ResultBody
    draws_better: int | None = Field(description="Of 100 possible draws, how many were better than this one.")
    possible_draws: PossibleDrawsBody | None = Field(description="Null for days judged before it was kept.")
    labels: list[str | None] = Field(description="The last five integrity labels up to this run, the oldest first.")
    questions: list[QuestionPointsBody] = Field(description="Those of the main score, the most costly first.")


class DimensionChangeBody(Body):
    """A dimension in both runs."""

    shown_as: str
    role: Role
    ai_assisted: bool
    was: Score | None
    now: Score | None
    change: Score | None


class BetweenBody(Body):
    """A change of the model that was confirmed between the two runs: it counts to the rest, not to the draw."""

    since: date
    day: date
    size: Score
    chart: str


class ComparisonBody(PartsBody):
    """A change of `core_display`: change = draw + common + rest + cap, exactly, in points."""

    model: str
    simulated: bool
    before: SideBody
    after: SideBody
    change: Score
    cap: Score = Field(description="What the integrity cap adds to the change of `core_raw`.")
    common_is_estimated: bool = Field(
        description="Whether at least one of the runs had models enough for what everyone moved by; else it is 0."
    )
    one_fit: bool = Field(
        description="Whether both runs' expectations are by one fit; else each is by that of its own day."
    )
    confirmed_between: list[BetweenBody]
    dimensions: dict[Dimension, DimensionChangeBody]


def comparison_body(view: Comparison) -> ComparisonBody:
    return ComparisonBody(
        model=view.model,
        simulated=view.simulated,
        before=_side(view.before),
        after=_side(view.after),
        change=score(view.change),
        cap=score(view.cap),
        common_is_estimated=view.common_is_estimated,
        one_fit=view.one_fit,
        confirmed_between=[_between(change) for change in view.confirmed_between],
        dimensions={dimension: _dimension(dimension, view) for dimension in Dimension},
        **parts_of(view),
    )


def _side(side: Side) -> SideBody:
    return SideBody(
        run=side.run_number,
        kind=side.kind,
        day=side.day,
        verdict=side.word,
        result=result_body(side.result),
        draws_better=side.draws_better,
        possible_draws=_possible_draws(side),
        labels=list(side.labels),
        questions=[_question(question) for question in side.questions],
    )


def _possible_draws(side: Side) -> PossibleDrawsBody | None:
    if side.possible_draws is None or side.drawn is None:
        return None
    counts = list(side.possible_draws)
    return PossibleDrawsBody(step=Decimal(100) / len(counts), counts=counts, drawn=score(side.drawn))


def _question(question: QuestionPoints) -> QuestionPointsBody:
    return QuestionPointsBody(
        answer=question.answer_id,
        question=question.question_id,
        dimension=question.dimension,
        tier=question.tier,
        score=score(question.score),
        expected=score(question.expected, 1),
        cost=score(question.cost),
        verdict=question.verdict,
        cases_passed=question.cases_passed,
        cases=question.cases,
        passed_by=None if question.passed_by is None else score(100 * question.passed_by, 0),
        models=question.models,
    )


def _dimension(dimension: Dimension, view: Comparison) -> DimensionChangeBody:
    was, now = (_score(side, dimension) for side in (view.before, view.after))
    return DimensionChangeBody(
        shown_as=dimension.shown_as,
        role=dimension.role,
        ai_assisted=dimension.ai_assisted,
        was=score(was, 1),
        now=score(now, 1),
        change=None if was is None or now is None else score(now - was, 1),
    )


def _score(side: Side, dimension: Dimension) -> Decimal | None:
    found = side.result.dimensions.get(dimension)
    return None if found is None else found.score


def _between(change: Between) -> BetweenBody:
    return BetweenBody(since=change.since, day=change.day, size=score(change.size), chart=change.chart)
