"""Worlds made of real answers: rows of a matrix of pass rates. A model that changes takes over another model's row."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.random import Generator

from yzindex.drift.history import FloatArray, IntArray
from yzindex.drift.proving.world import World
from yzindex.drift.proving.worlds import harder_half
from yzindex.errors import YzIndexError

_WEIGHTS = (0.55, 0.45)
#: A swap counts as one of so many points if it is no further from it.
_NEAR_POINTS = 1.5


class BadMatrix(YzIndexError):
    """The file is not a matrix of pass rates; see the documented form in docs/method.md."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Matrix:
    """Pass rates of real models on real questions, models × questions, 0 to 1, NaN where not known."""

    rates: FloatArray


def read_matrix(path: Path) -> Matrix:
    """Read `.npz` with one two-dimensional array of pass rates (called `pass1`, if there are several)."""
    try:
        with np.load(path, allow_pickle=False) as arrays:
            tables = {name: arrays[name] for name in arrays.files if arrays[name].ndim == 2}
    except (OSError, ValueError) as error:
        raise BadMatrix(f"{path} cannot be read as .npz: {error}") from error
    chosen = tables.get("pass1") if "pass1" in tables else next(iter(tables.values())) if len(tables) == 1 else None
    if chosen is None:
        raise BadMatrix(f"{path} has {len(tables)} two-dimensional arrays; give one, or call the one meant pass1")
    rates = np.asarray(chosen, dtype=np.float64)
    known = rates[~np.isnan(rates)]
    if rates.shape[0] < 2 or rates.shape[1] < 40 or not len(known) or known.min() < 0 or known.max() > 1:
        raise BadMatrix(f"{path} needs at least 2 models and 40 questions, and rates from 0 to 1")
    return Matrix(rates=rates)


class MatrixWorld:
    """Models are rows; an answer is right with the row's rate. The questions are dealt into the two dimensions."""

    def __init__(self, matrix: Matrix, numbers: Generator, models: int = 11) -> None:
        rows, questions = matrix.rates.shape
        self.models = min(models, rows)
        self._rates = matrix.rates
        self.question_dimension: IntArray = np.zeros(questions, dtype=np.int64)
        self.question_dimension[numbers.permutation(questions)[: questions // 2]] = 1
        self.harder = harder_half(np.nan_to_num(np.nanmean(matrix.rates, axis=0)), self.question_dimension)
        self._row = numbers.permutation(rows)[: self.models]
        self._harder_by = 0.0
        self._cut = 0.0
        self._levels = self._cores()

    def begin(self, day: int, numbers: Generator) -> None:
        pass

    def work(self, model: IntArray, question: IntArray, numbers: Generator) -> FloatArray:
        rate = self._rates[self._row[model], question] * (1 - self._harder_by)
        # A right answer is 1 less a thousandth that tells it from others, a wrong one 0.
        right = (1 - numbers.random(len(rate)) * 1e-3) * (numbers.random(len(rate)) < rate)
        return np.where(np.isnan(rate), np.nan, right)

    def grade(self, model: IntArray, question: IntArray, work: FloatArray) -> FloatArray:
        if not self._cut:
            return work
        chosen = (work * 7919.0 + question * 0.618 + model * 0.377) % 1.0 < self._cut
        return np.where(chosen, 0.0, work)

    def version(self, model: int) -> int:
        return 0

    def fall(self, model: int, points: float, numbers: Generator) -> float | None:
        falls = self._levels[self._row[model]] - self._levels
        near = np.flatnonzero(np.abs(falls - points) <= _NEAR_POINTS)
        if not len(near):
            return None
        chosen = int(numbers.choice(near))
        self._row[model] = chosen
        return float(falls[chosen])

    def move_pool(self, points: float, numbers: Generator) -> None:
        self._harder_by = min(0.9, points / max(float(self._levels[self._row].mean()), 1.0))

    def move_grader(self, points: float, numbers: Generator) -> None:
        self._cut = min(0.9, points / max(float(self._levels[self._row].mean()), 1.0))

    def _cores(self) -> FloatArray:
        return 100 * np.asarray(
            sum(
                weight * np.nanmean(self._rates[:, self.question_dimension == dimension], axis=1)
                for dimension, weight in enumerate(_WEIGHTS)
            )
        )


def matrix_world(matrix: Matrix) -> Callable[[Generator], World]:
    """A maker of worlds from one matrix; each takes other rows and deals the questions anew."""
    return lambda numbers: MatrixWorld(matrix, numbers)
