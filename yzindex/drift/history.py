"""Answers of many models over many days, in columns: what every analysis of change begins from. Knows no files."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from yzindex.dimensions import MAIN_WEIGHTS

#: What a history's only dimension is called where its own were too small.
WHOLE = "all"
#: A dimension with fewer questions is not analysed by itself.
_LEAST_QUESTIONS = 20

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]


class Role(IntEnum):
    """Why an answer was asked for. Within a day the roles come in this order."""

    #: Every question asked once so that difficulty is known; exempt from the lag.
    CALIBRATION = 0
    #: The day's draw, the same for all models.
    DAILY = 1
    #: Asked again of a model that looks suspicious; goes into the same chart.
    AGAIN = 2
    #: Asked to confirm or to dismiss a suspicion; never goes into a chart.
    FRESH = 3
    #: Asked of other models before one is convicted: do they fall as well?
    CONTROL = 4
    #: Fresh answers that a person asked for, whatever the charts say; never in a chart either.
    BY_HAND = 5
    #: Asked of every model while verdicts are suspended for the pool's move: its new level. Never in a chart.
    LEVEL = 6


@dataclass(frozen=True, kw_only=True)
class HistoryRow:
    """One answer. `score` is 0 to 1, None where it stayed unscored."""

    day: date
    model: str
    dimension: str
    question: str
    score: float | None
    role: Role = Role.DAILY
    #: Tells apart what was asked at different times of one day; rows of one packet were asked together.
    packet: int = 0
    #: The model as its provider named it in the reply.
    version: str = ""


@dataclass(frozen=True, kw_only=True, eq=False)
class History:
    """Rows in columns of one length, sorted by day, packet, role, model and question: their order as given is lost.

    `model`, `question` and `version` index the tuples of names, which are sorted; `score` is NaN where unscored.
    """

    models: tuple[str, ...]
    questions: tuple[str, ...]
    dimensions: tuple[str, ...]
    #: Weight of each dimension in the main score; they sum to one.
    weights: FloatArray
    versions: tuple[str, ...]
    #: Dimension of each question.
    question_dimension: IntArray
    #: 1 for a question of the harder half of its dimension, else 0; draws take from each half alike.
    question_harder: IntArray
    #: Proleptic Gregorian ordinal, as of `date.toordinal`.
    day: IntArray
    packet: IntArray
    role: IntArray
    model: IntArray
    question: IntArray
    version: IntArray
    score: FloatArray

    def __len__(self) -> int:
        return len(self.day)

    def until(self, day: date) -> "History":
        """Keep the rows of that day and before; names stay, so that indices do."""
        return self.where(self.day <= day.toordinal())

    def where(self, kept: BoolArray) -> "History":
        """Keep the rows marked true."""
        columns = ("day", "packet", "role", "model", "question", "version", "score")
        names = (
            "models", "questions", "dimensions", "weights", "versions", "question_dimension", "question_harder",
        )  # fmt: skip
        return History(
            **{name: getattr(self, name) for name in names}, **{name: getattr(self, name)[kept] for name in columns}
        )


def weights_of(dimensions: tuple[str, ...]) -> Mapping[str, float]:
    """Weigh dimensions: by the index's formula where its main ones are among them (only they count), else alike.

    >>> weights_of(("execution", "grounding", "judgment"))
    {'execution': 0.55, 'grounding': 0.45}
    >>> weights_of(("algebra", "logic"))
    {'algebra': 0.5, 'logic': 0.5}
    """
    main = {str(dimension): float(weight) for dimension, weight in MAIN_WEIGHTS.items() if dimension in dimensions}
    if main:
        return {name: weight / sum(main.values()) for name, weight in main.items()}
    return {name: 1 / len(dimensions) for name in dimensions}


def history_of(rows: Iterable[HistoryRow]) -> History:
    """Put rows into columns. Rows of dimensions without weight are left out; a question has one dimension."""
    given = list(rows)
    weights = weights_of(tuple(sorted({row.dimension for row in given})))
    kept = [row for row in given if row.dimension in weights]
    dimensions = tuple(sorted(weights))
    models = tuple(sorted({row.model for row in kept}))
    questions = tuple(sorted({row.question for row in kept}))
    versions = tuple(sorted({row.version for row in kept}))
    dimension_of = {row.question: row.dimension for row in kept}
    columns = {
        "day": [row.day.toordinal() for row in kept],
        "packet": [row.packet for row in kept],
        "role": [int(row.role) for row in kept],
        "model": _indices(models, [row.model for row in kept]),
        "question": _indices(questions, [row.question for row in kept]),
        "version": _indices(versions, [row.version for row in kept]),
    }
    return columned(
        models=models,
        questions=questions,
        dimensions=dimensions,
        weights=weights,
        versions=versions,
        question_dimension=np.array([dimensions.index(dimension_of[name]) for name in questions], dtype=np.int64),
        columns={name: np.array(column, dtype=np.int64) for name, column in columns.items()},
        score=np.array([np.nan if row.score is None else row.score for row in kept], dtype=np.float64),
    )


def columned(
    *,
    models: tuple[str, ...],
    questions: tuple[str, ...],
    dimensions: tuple[str, ...],
    weights: Mapping[str, float],
    versions: tuple[str, ...],
    question_dimension: IntArray,
    columns: Mapping[str, IntArray],
    score: FloatArray,
    question_harder: IntArray | None = None,
) -> History:
    """Sort columns that are at hand. `columns` has `day`, `packet`, `role`, `model`, `question` and `version`.

    Without `question_harder` nothing is known of halves, and all questions count as of one.
    """
    keys = ("score", "version", "question", "model", "role", "packet", "day")
    order = np.lexsort([score if key == "score" else columns[key] for key in keys])
    return History(
        models=models,
        questions=questions,
        dimensions=dimensions,
        weights=np.array([weights[name] for name in dimensions]),
        versions=versions,
        question_dimension=question_dimension,
        question_harder=np.zeros(len(questions), dtype=np.int64) if question_harder is None else question_harder,
        score=score[order],
        **{name: column[order] for name, column in columns.items()},
    )


def spells(history: History) -> list[tuple[int, History]]:
    """A history as it was known at each time: the day on which a spell begins, and all rows up to the spell's end.

    Dimensions count from the day of their first score on, and weigh accordingly. All are made one as long as some have
    too few scored questions to learn their difficulty from; the index's own, whose weights are part of its formula,
    never are. What comes later says nothing of this, so that it changes no earlier verdict.
    """
    scored = ~np.isnan(history.score)
    # Rows are sorted by day.
    seen, places = np.unique(history.question[scored], return_index=True)
    first_days, day = np.unique(history.day[scored][places], return_inverse=True)
    sizes = np.zeros((len(first_days), len(history.dimensions)), dtype=np.int64)
    np.add.at(sizes, (day, history.question_dimension[seen]), 1)
    found: list[tuple[int, tuple[str, ...]]] = []
    for first, size in zip(first_days.tolist(), np.cumsum(sizes, axis=0), strict=True):
        dimensions = _kept_apart(history, size)
        if not found or found[-1][1] != dimensions:
            found.append((first, dimensions))
    if not found:
        return [(int(history.day.min(initial=0)), history)]
    ends = [*(first for first, _ in found[1:]), int(history.day[-1]) + 1]
    # Days before the first score belong to the first spell.
    begins = [int(history.day[0]), *ends[:-1]]
    return [
        (begin, _regrouped(history if end > history.day[-1] else history.where(history.day < end), dimensions))
        for begin, end, (_, dimensions) in zip(begins, ends, found, strict=True)
    ]


def _kept_apart(history: History, sizes: IntArray) -> tuple[str, ...]:
    """Dimensions to be analysed one by one where so many questions of each have been scored."""
    seen = tuple(name for name, size in zip(history.dimensions, sizes.tolist(), strict=True) if size)
    if len(seen) < 2 or sizes[sizes > 0].min() >= _LEAST_QUESTIONS or set(seen) & set(MAIN_WEIGHTS):
        return seen
    return (WHOLE,)


def _regrouped(history: History, dimensions: tuple[str, ...]) -> History:
    """The same rows under these dimensions alone; questions of others, which have no scored rows, go to the first."""
    weights = weights_of(dimensions)
    place = [dimensions.index(name) if name in dimensions else 0 for name in history.dimensions]
    return replace(
        history,
        dimensions=dimensions,
        weights=np.array([weights[name] for name in dimensions]),
        question_dimension=np.array(place, dtype=np.int64)[history.question_dimension],
    )


def _indices(names: tuple[str, ...], values: Iterable[str]) -> list[int]:
    place = {name: index for index, name in enumerate(names)}
    return [place[value] for value in values]
