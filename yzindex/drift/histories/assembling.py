"""Columns as they were read into a `History`: only when every row is right, and stands there once."""

from datetime import date

import numpy as np

from yzindex.drift.histories.columns import Columns
from yzindex.drift.histories.faults import Faults
from yzindex.drift.histories.forms import Repeats
from yzindex.drift.history import FloatArray, History, IntArray, Role, all_weights_of, columned
from yzindex.wording import shown

#: Keys stay below this, so that another column can be folded in.
_LARGEST_KEY = 2**62
#: Where no score is higher they may be of any range: marks up to 2, 5 or 10.
_LEAST_OF_HUNDRED = 10


def assembled(read: Columns, faults: Faults, *, repeats: Repeats) -> History:
    """Check what no line shows alone, and give the history; raise `InvalidHistory` of every fault, those given too."""
    _check_scores(read, faults)
    dimension_of = _check_dimensions(read, faults)
    order, starts = _runs(read)
    if repeats is Repeats.REFUSE:
        _check_repeats(read, order, starts, faults)
    faults.raise_if_any()
    first = order[starts]
    return _history(read, first, _means(read.score[order], starts), dimension_of)


def _check_scores(read: Columns, faults: Faults) -> None:
    score = read.score
    outside = np.flatnonzero((score < 0) | (score > 1))
    if not len(outside):
        return
    is_fraction = (score > 0) & (score < 1)
    if not np.any(is_fraction) and score[outside].min() >= 0 and _LEAST_OF_HUNDRED < score[outside].max() <= 100:
        row = int(outside[0])
        faults.add(f"{read.place_of(row)}: score: {score[row]:g} looks like 0–100, as all scores do; divide by 100")
    else:
        faults.add_rows(outside, lambda row: f"{read.place_of(row)}: score: {score[row]:g} is outside 0–1")


def _check_dimensions(read: Columns, faults: Faults) -> IntArray:
    """Give each question the dimension of its first row."""
    dimension_of = np.zeros(len(read.questions), dtype=np.int64)
    first_row = np.zeros(len(read.questions), dtype=np.int64)
    rows = np.arange(len(read))
    # Backwards, so that the first row of a question is the one that stays.
    dimension_of[read.question[::-1]] = read.dimension[::-1]
    first_row[read.question[::-1]] = rows[::-1]

    def said_of(row: int) -> str:
        question = read.question[row]
        return (
            f"{read.place_of(row)}: dimension: {shown(read.questions[question])} is of "
            f"{shown(read.dimensions[dimension_of[question]])} at {read.place_of(int(first_row[question]))}, here of "
            f"{shown(read.dimensions[read.dimension[row]])}; a question has one, so give one of them another name"
        )

    faults.add_rows(np.flatnonzero(dimension_of[read.question] != read.dimension), said_of)
    return dimension_of


def _runs(read: Columns) -> tuple[IntArray, IntArray]:
    """Sort the rows so that repeats lie together, each run in the order of reading; give order and starts of runs."""
    key = read.day - read.day.min(initial=0)
    span = int(key.max(initial=0)) + 1
    for column, names in ((read.model, read.models), (read.question, read.questions), (read.version, read.versions)):
        if span * len(names) >= _LARGEST_KEY:
            found, key = np.unique(key, return_inverse=True)
            span = len(found)
        key = key * len(names) + column
        span *= len(names)
    order = np.argsort(key, kind="stable")
    key = key[order]
    is_start = np.ones(len(key), dtype=np.bool_)
    is_start[1:] = key[1:] != key[:-1]
    return order, np.flatnonzero(is_start)


def _check_repeats(read: Columns, order: IntArray, starts: IntArray, faults: Faults) -> None:
    if len(starts) == len(order):
        return
    is_repeat = np.ones(len(order), dtype=np.bool_)
    is_repeat[starts] = False
    repeated = np.flatnonzero(is_repeat)
    in_reading_order = repeated[np.argsort(order[repeated])]

    def said_of(place: int) -> str:
        # The row before in this order has the same key and was read earlier.
        earlier, row = int(order[place - 1]), int(order[place])
        scores = " and ".join("none" if np.isnan(each) else f"{each:g}" for each in read.score[[earlier, row]])
        return (
            f"{read.place_of(row)}: row: {date.fromordinal(int(read.day[row]))}, "
            f"{shown(read.models[read.model[row]])}, {shown(read.questions[read.question[row]])} stands at "
            f"{read.place_of(earlier)} too (scores {scores}); keep one, or take the mean of attempts with "
            f"--repeats {Repeats.MEAN}"
        )

    faults.add_rows(in_reading_order, said_of)


def _means(score: FloatArray, starts: IntArray) -> FloatArray:
    """Take the mean of each run's scores; NaN where all are."""
    if len(starts) == len(score):
        return score
    is_scored = ~np.isnan(score)
    count = np.add.reduceat(is_scored.astype(np.int64), starts)
    total = np.add.reduceat(np.where(is_scored, score, 0.0), starts)
    with np.errstate(invalid="ignore"):
        means: FloatArray = total / count
    return means


def _history(read: Columns, rows: IntArray, score: FloatArray, dimension_of: IntArray) -> History:
    models, model, _ = _sorted_names(read.models, read.model[rows])
    questions, question, kept_questions = _sorted_names(read.questions, read.question[rows])
    versions, version, _ = _sorted_names(read.versions, read.version[rows])
    dimensions, question_dimension, _ = _sorted_names(read.dimensions, dimension_of[kept_questions])
    return columned(
        models=models,
        questions=questions,
        dimensions=dimensions,
        weights=all_weights_of(dimensions),
        versions=versions,
        question_dimension=question_dimension,
        columns={
            "day": read.day[rows],
            "packet": np.zeros(len(rows), dtype=np.int64),
            "role": np.full(len(rows), Role.DAILY, dtype=np.int64),
            "model": model,
            "question": question,
            "version": version,
        },
        score=score,
    )


def _sorted_names(names: list[str], column: IntArray) -> tuple[tuple[str, ...], IntArray, IntArray]:
    """Sort those names that the column has; give them, the column by their new numbers, and their old numbers."""
    used = np.array(sorted(np.unique(column).tolist(), key=names.__getitem__), dtype=np.int64)
    number = np.zeros(len(names), dtype=np.int64)
    number[used] = np.arange(len(used))
    return tuple(names[each] for each in used.tolist()), number[column], used
