"""What a board can see, in words: falls of known sizes, how many of them were found, and how soon.

How they are looked for is in `yzindex.drift.power`; this knows neither numbers of models nor scipy.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil, sqrt
from statistics import NormalDist

from yzindex.drift.rules import Rules

#: Falls that are looked for, in points of the main score.
FALLS = (5.0, 10.0, 20.0)
#: Days after a fall in which it is looked for, and those in which it should have been found.
HORIZON_DAYS = 28
SOON_DAYS = 14
#: "Nine times in ten".
WANTED_SHARE = 0.9

_DEVIATIONS = NormalDist().inv_cdf(0.975)


@dataclass(frozen=True, kw_only=True)
class Finds:
    """How falls of one size were found: of `replicates`, those in `days`, each with the days it took, ascending."""

    points: float
    replicates: int
    days: tuple[int, ...]

    def found_within(self, days: int) -> int:
        """How many falls were found within so many days."""
        return sum(each <= days for each in self.days)

    def share_within(self, days: int) -> tuple[float, float, float]:
        """Share found within so many days, and its interval of 95 % (Wilson 1927)."""
        found, tried, z = self.found_within(days), self.replicates, _DEVIATIONS
        share = found / tried
        centre = (share + z**2 / (2 * tried)) / (1 + z**2 / tried)
        half = z * sqrt(share * (1 - share) / tried + (z / (2 * tried)) ** 2) / (1 + z**2 / tried)
        return share, max(centre - half, 0.0), min(centre + half, 1.0)

    @property
    def wanted_within(self) -> int | None:
        """Days within which nine of ten falls were found; None where they were not within those looked at."""
        needed = ceil(WANTED_SHARE * self.replicates)
        return self.days[needed - 1] if len(self.days) >= needed else None


@dataclass(frozen=True, kw_only=True)
class Looked:
    """What came of looking in some worlds: by size in points, the days that each fall took, None if not found."""

    found: Mapping[float, list[int | None]] = field(default_factory=dict)
    worlds: int = 0
    #: What the worlds were made from: runs, their scored answers, models with scores, questions that each gets a day.
    runs: int
    answers: int
    models: int = 0
    daily_questions: int = 0
    #: Why nothing can be seen.
    reason: str | None = None


def told_finds(finds: Sequence[Finds]) -> str:
    """Say how soon falls are found nine times in ten, those that are found before those that are not.

    >>> told_finds([Finds(points=5, replicates=2, days=(9,)), Finds(points=10, replicates=2, days=(1, 6))])
    'a 10-point drop within 6 days (9 times in 10); a 5-point drop: not within 28 days'
    """
    seen = [each for each in sorted(finds, key=lambda each: each.points) if each.wanted_within is not None]
    missed = [each for each in sorted(finds, key=lambda each: each.points) if each.wanted_within is None]
    parts = [", ".join(_seen(seen))] * bool(seen)
    often = "" if seen else " (9 times in 10)"
    parts += [f"a {each.points:g}-point drop: not within {HORIZON_DAYS} days{often}" for each in missed]
    return "; ".join(parts)


def told_shares(finds: Sequence[Finds]) -> str:
    """Say of each size how many were found soon, with the interval of their share.

    >>> told_shares([Finds(points=10, replicates=100, days=(3,) * 94)])
    '94 of 100 falls of 10 points [88 %, 97 %]'
    """
    return ", ".join(_share(each) for each in sorted(finds, key=lambda each: each.points))


def told_unknown(rules: Rules) -> str:
    """Say why nothing can be said of a board of whose models too little is known."""
    return (
        f"not enough evidence: no model has {rules.least_known} scored answers from {rules.least_known_days} days "
        f"(or a calibration), {rules.least_known_per_dimension} of them in each dimension"
    )


def _seen(finds: Sequence[Finds]) -> Iterator[str]:
    for place, each in enumerate(finds):
        unit = "" if place else f" day{'s' * (each.wanted_within != 1)} (9 times in 10)"
        yield f"a {each.points:g}-point drop within {each.wanted_within}{unit}"


def _share(finds: Finds) -> str:
    _, low, high = finds.share_within(SOON_DAYS)
    found = finds.found_within(SOON_DAYS)
    return f"{found} of {finds.replicates} falls of {finds.points:g} points [{100 * low:.0f} %, {100 * high:.0f} %]"
