"""How much a model's main score moves from run to run."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction

from yzindex.scoring.formulas import exact, stability

#: Runs that repeatability looks back on.
WINDOW = 7
WARN_BELOW = Decimal(30)


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
    parts = [Fraction(value) for value in values]
    mean = sum(parts, Fraction(0)) / len(parts)
    variance = sum(((part - mean) * (part - mean) for part in parts), Fraction(0)) / (len(parts) - 1)
    with localcontext(prec=50):
        return exact((Decimal(variance.numerator) / Decimal(variance.denominator)).sqrt())


def repeatability(main_scores: Sequence[Decimal]) -> Repeatability | None:
    """Judge the last seven of these scores, oldest first; None of fewer than two."""
    last = main_scores[-WINDOW:]
    deviation = sample_deviation(last)
    if deviation is None:
        return None
    return Repeatability(stability=stability(deviation), standard_deviation=deviation, runs=len(last))
