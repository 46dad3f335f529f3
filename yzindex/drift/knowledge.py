"""How well each model is known by a baseline: whether enough to say anything of it, and how unsure its level is."""

from dataclasses import dataclass
from typing import Self

from yzindex.drift.baseline import Table
from yzindex.drift.history import BoolArray, FloatArray, IntArray
from yzindex.drift.residuals import POINTS
from yzindex.drift.rules import Rules
from yzindex.drift.unchanging import Unchanging


@dataclass(frozen=True, kw_only=True, eq=False)
class Knowledge(Unchanging):
    """What a table says of the models, each by its row."""

    table: Table
    #: Whether enough of a model's answers are known to say anything of it.
    enough: BoolArray
    #: Square points by which a model's level may be off, models × charts: a newcomer's is unsure.
    level_variance: FloatArray

    @classmethod
    def of(cls, table: Table, row: IntArray, weights: FloatArray, rules: Rules) -> Self:
        """`row` gives each model's row in the table, `weights` is charts × dimensions."""
        known = table.known[:, row]
        enough = (
            (known.sum(axis=0) >= rules.least_known)
            & (known.min(axis=0) >= rules.least_known_per_dimension)
            & (table.days[row] >= rules.least_known_days)
        )
        level_variance = (POINTS * table.pool_slope[row]) ** 2 * table.ability_variance[:, row].T
        return cls(table=table, enough=enough, level_variance=level_variance @ (weights**2).T)
