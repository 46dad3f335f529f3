"""How much a model's main score moves from run to run."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Context, Decimal, Inexact, localcontext

from yzindex.scoring.formulas import exact, stability

#: Runs that repeatability looks back on.
WINDOW = 7
WARN_BELOW = Decimal(30)
#: No sum of squared scores has so many digits; one that had would be an error, and never a rounded sum.
_EXACTLY = Context(prec=200, traps=[Inexact])


@dataclass(frozen=True, kw_only=True)
class Repeatability:
    """Stability of a model's main score over its last runs, from their sample standard deviation in points."""

    stability: Decimal
    standard_deviation: Decimal
    runs: int

    @property
    def is_warning(self) -> bool:
        return self.stability < WARN_BELOW


def sample_deviation(values: Sequence[Decimal]) -> Decimal | None:
    """Give the sample standard deviation in the stored step, or None of fewer than two values.

    >>> sample_deviation([Decimal(70), Decimal(72), Decimal(74)])
    Decimal('2.000000000')
    """
    if len(values) < 2:
        return None
    count = len(values)
    with localcontext(_EXACTLY):
        total, squares = sum(values, Decimal(0)), sum((value * value for value in values), Decimal(0))
        # The squares of the distances from the mean, times the count: no division, and so nothing is rounded yet.
        distances = count * squares - total * total
    with localcontext(prec=50):
        return exact((distances / (count * (count - 1))).sqrt())


def repeatability(main_scores: Sequence[Decimal]) -> Repeatability | None:
    """Judge the last seven of these scores, oldest first; None of fewer than two."""
    last = main_scores[-WINDOW:]
    deviation = sample_deviation(last)
    if deviation is None:
        return None
    return Repeatability(stability=stability(deviation), standard_deviation=deviation, runs=len(last))
