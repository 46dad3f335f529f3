"""Ranks as ranges: where the intervals of two models overlap, none of them is ranked before the other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext

from yzindex.scoring.formulas import exact

#: Standard errors of an interval of 95 %.
_95_PERCENT = Decimal("1.959963984540054")


@dataclass(frozen=True, kw_only=True)
class RankRange:
    """The best and the worst rank that a model may have, from 1."""

    best: int
    worst: int


def half_width(variances: Sequence[Decimal]) -> Decimal:
    """Give half the width of the interval of 95 % of a mean, in points, from the variances of its parts.

    >>> half_width([Decimal(400)] * 4)
    Decimal('19.599639845')
    """
    with localcontext(prec=50):
        return exact(_95_PERCENT * sum(variances, Decimal(0)).sqrt() / len(variances))


def rank_ranges(means: Mapping[str, Decimal], half_widths: Mapping[str, Decimal | None]) -> dict[str, RankRange]:
    """Rank means, highest first. A model whose interval is not known may have any rank, and is before or behind nobody.

    >>> ranges = rank_ranges({"a": Decimal(90), "b": Decimal(80), "c": Decimal(50)}, dict.fromkeys("abc", Decimal(6)))
    >>> [(each.best, each.worst) for each in ranges.values()]
    [(1, 2), (1, 2), (3, 3)]
    """
    bounds = {
        model: (mean - half, mean + half) for model, mean in means.items() if (half := half_widths[model]) is not None
    }
    ranges = {}
    for model in means:
        low, high = bounds.get(model, (None, None))
        above = below = 0
        if low is not None and high is not None:
            above = sum(other_low > high for other_low, _ in bounds.values())
            below = sum(other_high < low for _, other_high in bounds.values())
        ranges[model] = RankRange(best=1 + above, worst=len(means) - below)
    return ranges
