"""One model's scores in one run, recomputed from its question scores. An unscored question is missing, never zero."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from yzindex.dimensions import MAIN_WEIGHTS, Dimension
from yzindex.scoring.formulas import Label, MainScore, label_of, main_score, mean


@dataclass(frozen=True, kw_only=True)
class ScoredQuestion:
    """A question asked of one model; `score` (0 to 100) is None where it stayed unscored."""

    dimension: Dimension
    score: Decimal | None


@dataclass(frozen=True, kw_only=True)
class DimensionScore:
    """Mean of the scored questions of one dimension, and how many of those asked it rests on."""

    score: Decimal | None
    scored: int
    asked: int


@dataclass(frozen=True, kw_only=True)
class Summary:
    """What a run says of one model. `main` is None when a main dimension has no scored answer: no rank that day."""

    dimensions: Mapping[Dimension, DimensionScore]
    label: Label | None
    main: MainScore | None
    scored: int
    asked: int


def summarise(questions: Iterable[ScoredQuestion]) -> Summary:
    """Aggregate question scores; their order does not matter."""
    asked = list(questions)
    dimensions = {dimension: _dimension_score(asked, dimension) for dimension in Dimension}
    integrity = dimensions[Dimension.INTEGRITY].score
    label = None if integrity is None else label_of(integrity)
    return Summary(
        dimensions=dimensions,
        label=label,
        main=_main(dimensions, label),
        scored=sum(question.score is not None for question in asked),
        asked=len(asked),
    )


def _dimension_score(asked: list[ScoredQuestion], dimension: Dimension) -> DimensionScore:
    own = [question.score for question in asked if question.dimension is dimension]
    scored = [score for score in own if score is not None]
    return DimensionScore(score=mean(scored), scored=len(scored), asked=len(own))


def _main(dimensions: Mapping[Dimension, DimensionScore], label: Label | None) -> MainScore | None:
    execution, grounding = (dimensions[dimension].score for dimension in MAIN_WEIGHTS)
    return None if execution is None or grounding is None else main_score(execution, grounding, label)
