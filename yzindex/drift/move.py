"""A move of everything, told from all models together: it is the questions or a grader, and no model's."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Move:
    """A move of the question pool or of a grader."""

    day: int
    since: int
    #: A fall or a rise of all scores.
    direction: int
    #: Index of the chart that told it, or None where graded answers were graded again and came out different.
    chart: int | None
    #: Points by which answers are scored differently now, where that is known.
    points: float | None = None
