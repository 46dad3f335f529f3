"""Answers in columns in the order of their files, names numbered as they come: what every reader gives."""

from array import array
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from yzindex.drift.history import FloatArray, HistoryRow, IntArray


class Unfit(Exception):
    """A value that does not fit its field; the message reads `field: reason`."""


class Names(dict[str, int]):
    """Number names in the order of their first coming; white space around them is none of theirs.

    >>> names = Names("model")
    >>> [names[name] for name in ("b", "a", " b ")], names.known
    ([0, 1, 0], ['b', 'a'])
    """

    def __init__(self, field: str, *, may_be_empty: bool = False) -> None:
        super().__init__()
        self._field = field
        self._may_be_empty = may_be_empty
        self.known: list[str] = []

    def __missing__(self, written: str) -> int:
        name = written.strip()
        if name != written:
            number = self[name]
        else:
            self._check(name)
            number = len(self.known)
            self.known.append(name)
        self[written] = number
        return number

    def _check(self, name: str) -> None:
        if not (name or self._may_be_empty):
            raise Unfit(f"{self._field}: is empty; give each answer its {self._field}")
        if "\0" in name:
            raise Unfit(f"{self._field}: holds a NUL byte; save the file as plain UTF-8 text")
        if not_utf8 := next((each for each in name if "\ud800" <= each <= "\udfff"), None):
            raise Unfit(f"{self._field}: byte {ord(not_utf8) & 0xFF:#04x} is not UTF-8; save the file as UTF-8")


@dataclass(frozen=True, kw_only=True, eq=False)
class Columns:
    """Answers as they were read: names in any order, scores in any range, NaN where unscored."""

    models: list[str]
    dimensions: list[str]
    questions: list[str]
    versions: list[str]
    #: Proleptic Gregorian ordinal, as of `date.toordinal`.
    day: IntArray
    model: IntArray
    dimension: IntArray
    question: IntArray
    version: IntArray
    score: FloatArray
    #: Says where a row stands: its file, and its line or sample.
    place_of: Callable[[int], str]

    def __len__(self) -> int:
        return len(self.day)


class ColumnsBeingRead:
    """Columns that grow; four bytes a number, since there may be millions of rows."""

    def __init__(self) -> None:
        self.models = Names("model")
        self.dimensions = Names("dimension")
        self.questions = Names("question")
        self.versions = Names("version", may_be_empty=True)
        self.day = array("i")
        self.model = array("i")
        self.dimension = array("i")
        self.question = array("i")
        self.version = array("i")
        self.score = array("d")

    def __len__(self) -> int:
        return len(self.day)

    def extend(
        self,
        *,
        day: Iterable[int],
        model: Iterable[int],
        dimension: Iterable[int],
        question: Iterable[int],
        version: Iterable[int],
        score: Iterable[float],
    ) -> None:
        """Add rows; nothing of them stays where a value is `Unfit`."""
        # Whole before any is added: an iterable may raise at its last value.
        read = [array("i", column) for column in (day, model, dimension, question, version)]
        scores = array("d", score)
        for column, values in zip(
            (self.day, self.model, self.dimension, self.question, self.version), read, strict=True
        ):
            column.extend(values)
        self.score.extend(scores)

    def done(self, place_of: Callable[[int], str]) -> Columns:
        return Columns(
            models=self.models.known,
            dimensions=self.dimensions.known,
            questions=self.questions.known,
            versions=self.versions.known,
            day=_widened(self.day),
            model=_widened(self.model),
            dimension=_widened(self.dimension),
            question=_widened(self.question),
            version=_widened(self.version),
            score=np.array(self.score, dtype=np.float64),
            place_of=place_of,
        )


@dataclass(frozen=True, kw_only=True)
class LoggedAnswer:
    """An answer of a harness's log, and where it stands there."""

    place: str
    row: HistoryRow


def columns_of(answers: Iterable[LoggedAnswer]) -> tuple[Columns, list[str]]:
    """Put logged answers into columns; give the faults of those whose names are none."""
    growing, places, faults = ColumnsBeingRead(), list[str](), list[str]()
    for answer in answers:
        row = answer.row
        try:
            growing.extend(
                day=[row.day.toordinal()],
                model=[growing.models[row.model]],
                dimension=[growing.dimensions[row.dimension]],
                question=[growing.questions[row.question]],
                version=[growing.versions[row.version]],
                score=[float("nan") if row.score is None else row.score],
            )
            places.append(answer.place)
        except Unfit as unfit:
            faults.append(f"{answer.place}: {unfit}")
    return growing.done(places.__getitem__), faults


def _widened(column: "array[int]") -> IntArray:
    return np.array(column, dtype=np.int64)
