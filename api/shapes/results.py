"""What a run says of one model: its scores, its change, and what is missing."""

from pydantic import Field

from api.shapes.values import Body, Coverage, DimensionBody, Dimensions, Exact, Score, score
from yzindex.dimensions import Dimension
from yzindex.records.run_views import Change, Result, UnscoredQuestion
from yzindex.scoring import DimensionScore


class ResultBody(Body):
    """A model's scores in one run; the core scores are null where a main dimension has no scored answer."""

    run: int
    dimensions: Dimensions
    core_raw: Score | None = Field(description="0.55 execution + 0.45 grounding.")
    core_display: Score | None = Field(description="`core_raw`, capped at 74 where the integrity label is fail.")
    capped: bool
    label: str | None = Field(description="Integrity label: pass, warn or fail; null where no probe was scored.")
    recommendation: str | None
    coverage: Coverage
    cost_usd: Exact = Field(description="Cost of asking this model, at list price; judges are not in it.")


class ChangeBody(Body):
    """This result minus the model's previous concluded one of the same kind of run."""

    since_run: int
    core_raw: Score | None
    core_display: Score | None
    dimensions: dict[Dimension, Score | None]
    versions_changed: list[str] = Field(
        description="What else changed in between (bank, grader, judge_set, formula) and can move scores by itself."
    )


class UnscoredBody(Body):
    """A question without a score, for trouble that is not the model's."""

    answer: int
    question: str
    dimension: Dimension
    reason: str


def result_body(result: Result) -> ResultBody:
    return ResultBody(
        run=result.run_number,
        dimensions={
            dimension: _dimension(dimension, result.dimensions[dimension])
            for dimension in Dimension
            if dimension in result.dimensions
        },
        core_raw=score(result.core_raw),
        core_display=score(result.core_display),
        capped=result.capped,
        label=result.label,
        recommendation=result.recommendation,
        coverage=Coverage(scored=result.scored, asked=result.asked),
        cost_usd=result.cost_usd,
    )


def change_body(change: Change) -> ChangeBody:
    return ChangeBody(
        since_run=change.since_run,
        core_raw=score(change.core_raw),
        core_display=score(change.core_display),
        dimensions={dimension: score(value, 1) for dimension, value in change.dimensions.items()},
        versions_changed=list(change.versions_changed),
    )


def unscored_body(question: UnscoredQuestion) -> UnscoredBody:
    return UnscoredBody(
        answer=question.answer_id,
        question=question.question_id,
        dimension=question.dimension,
        reason=question.reason,
    )


def _dimension(dimension: Dimension, found: DimensionScore) -> DimensionBody:
    return DimensionBody(
        shown_as=dimension.shown_as,
        role=dimension.role,
        ai_assisted=dimension.ai_assisted,
        score=score(found.score, 1),
        coverage=Coverage(scored=found.scored, asked=found.asked),
    )
