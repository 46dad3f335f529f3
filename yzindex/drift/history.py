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
#: A day that does not come.
_NEVER = np.iinfo(np.int64).max // 2

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


def all_weights_of(dimensions: tuple[str, ...]) -> Mapping[str, float]:
    """Weigh every one of these dimensions, by nothing where it does not count beside the others."""
    return {**dict.fromkeys(dimensions, 0.0), **weights_of(dimensions)}


def history_of(rows: Iterable[HistoryRow]) -> History:
    """Put rows into columns; a question has one dimension, which may be without weight."""
    kept = list(rows)
    dimensions = tuple(sorted({row.dimension for row in kept}))
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
        weights=all_weights_of(dimensions),
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


@dataclass(frozen=True, kw_only=True)
class Spell:
    """A time in which the same dimensions count, each by itself or all as one."""

    #: Its first day, and the one after its last.
    begin: int
    end: int
    #: Dimensions whose answers count.
    counting: tuple[str, ...]
    #: What they are analysed as.
    dimensions: tuple[str, ...]


def spells(history: History, *, lag_days: int) -> list[Spell]:
    """Tell by which dimensions each day is to be judged; what comes later says nothing of it.

    A dimension with scores on the first day of any counts from then on, one that joins later when its first score has
    passed the lag: before, nothing is known of it. All are made one as long as some have too few scored questions to
    learn their difficulty from; the index's own, whose weights are part of its formula, never are, and others do not
    count beside them.
    """
    scored = ~np.isnan(history.score)
    # Rows are sorted by day.
    questions, places = np.unique(history.question[scored], return_index=True)
    found: list[tuple[int, tuple[str, ...], tuple[str, ...]]] = []
    first, dimension = history.day[scored][places], history.question_dimension[questions]
    begins = np.full(len(history.dimensions), _NEVER)
    np.minimum.at(begins, dimension, first)
    begins += lag_days * (begins > first.min(initial=_NEVER))
    days = np.unique(np.concatenate([first, begins]))
    last = int(history.day.max(initial=0))
    for day in days[days <= last].tolist():
        sizes = np.bincount(dimension[first <= day], minlength=len(begins)) * (begins <= day)
        counting = tuple(weights_of(tuple(name for name, size in zip(history.dimensions, sizes, strict=True) if size)))
        too_small = len(counting) > 1 and sizes[sizes > 0].min() < _LEAST_QUESTIONS
        grouped = counting, (WHOLE,) if too_small and not set(counting) & set(MAIN_WEIGHTS) else counting
        if not found or found[-1][1:] != grouped:
            found.append((day, *grouped))
    begin = int(history.day[0]) if len(history) else 0
    if not found or found[0][0] > begin:
        # Nothing is scored yet, in whatever dimension.
        found.insert(0, (begin, (), (WHOLE,)))
    starts = [*(day for day, *_ in found), last + 1]
    return [
        Spell(begin=begin, end=end, counting=counting, dimensions=grouped)
        for begin, end, (_, counting, grouped) in zip(starts[:-1], starts[1:], found, strict=True)
    ]


def known_in(history: History, spell: Spell) -> History:
    """Give all rows up to a spell's end as it has them.

    What was asked in a dimension that does not count yet is unscored; one that never will beside the others is left
    out.
    """
    end = int(np.searchsorted(history.day, spell.end))
    columns = ("day", "packet", "role", "model", "question", "version", "score")
    given = replace(history, **{name: getattr(history, name)[:end] for name in columns})
    weights = weights_of(spell.dimensions)
    counts = np.isin(history.dimensions, spell.counting)
    dimension = np.array(
        [spell.dimensions.index(name) if name in spell.dimensions else 0 for name in history.dimensions], dtype=np.int64
    )
    own = history.question_dimension[given.question]
    if not counts.all():
        given = replace(given, score=np.where(counts[own], given.score, np.nan))
    if set(spell.counting) & set(MAIN_WEIGHTS):
        never = np.array([name not in MAIN_WEIGHTS for name in history.dimensions])
        given = given.where(~never[own]) if never.any() else given
    return replace(
        given,
        dimensions=spell.dimensions,
        weights=np.array([weights[name] for name in spell.dimensions]),
        question_dimension=dimension[history.question_dimension],
    )


def _indices(names: tuple[str, ...], values: Iterable[str]) -> list[int]:
    place = {name: index for index, name in enumerate(names)}
    return [place[value] for value in values]
