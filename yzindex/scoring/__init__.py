"""The arithmetic of the index on exact decimals: from question scores to a model's main score."""

from yzindex.scoring.formulas import (
    FORMULA_VERSION,
    INTEGRITY_CAP,
    Label,
    MainScore,
    Recommendation,
    exact,
    from_float,
    label_of,
    main_score,
    mean,
    recommendation_of,
    rounded,
    signed,
    stability,
)
from yzindex.scoring.summary import DimensionScore, ScoredQuestion, Summary, summarise

__all__ = [
    "FORMULA_VERSION",
    "INTEGRITY_CAP",
    "DimensionScore",
    "Label",
    "MainScore",
    "Recommendation",
    "ScoredQuestion",
    "Summary",
    "exact",
    "from_float",
    "label_of",
    "main_score",
    "mean",
    "recommendation_of",
    "rounded",
    "signed",
    "stability",
    "summarise",
]
