"""What a simulated world must tell: questions, models, answers and graders. Its truth is never shown to the analysis.

The documented form of `yz prove --external FILE.py`: the file defines `WORLDS`, names with functions that take a
`numpy.random.Generator` and return a `World`.
"""

from collections.abc import Callable
from typing import Protocol

from numpy.random import Generator

from yzindex.drift.history import FloatArray, IntArray


class World(Protocol):
    """Models 0 to `models` - 1 and questions 0 to n - 1 of two dimensions; points are of the main score, 0 to 100."""

    @property
    def models(self) -> int: ...

    @property
    def question_dimension(self) -> IntArray:
        """0 for execution, 1 for grounding, per question."""
        ...

    @property
    def harder(self) -> IntArray:
        """1 for a question of the harder half of its dimension, else 0."""
        ...

    def begin(self, day: int, numbers: Generator) -> None:
        """Begin a day; days are called in order, each once."""
        ...

    def work(self, model: IntArray, question: IntArray, numbers: Generator) -> FloatArray:
        """Put questions to models: what the first day's grader would give, 0 to 1, NaN where no answer came."""
        ...

    def grade(self, model: IntArray, question: IntArray, work: FloatArray) -> FloatArray:
        """Grade stored work by the grader now in force; the same work always gets the same from one grader."""
        ...

    def version(self, model: int) -> int:
        """Number of the version that the provider says it returns."""
        ...

    def fall(self, model: int, points: float, numbers: Generator) -> float | None:
        """Lower a model from now on by about `points` on the whole pool (raise it, if negative).

        Return by how much it was lowered, or None where that cannot be had of this model.
        """
        ...

    def move_pool(self, points: float, numbers: Generator) -> None:
        """Make all models fall by about `points`, in a way that grading stored work again does not show."""
        ...

    def move_grader(self, points: float, numbers: Generator) -> None:
        """Make the grader give about `points` less from now on."""
        ...


#: Makes a world, at random; `yz prove` makes a new one for every replicate.
Maker = Callable[[Generator], World]
