"""The table "to reach" as data: which figure, what limit, and when it counts as met."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np

from yzindex.drift.proving.bounds import rate_lower, rate_upper, share_bounds
from yzindex.drift.proving.figures import OURS, Figure, Replicate, Shares, shares_of, values_of

#: One false alarm a model-year.
BUDGET = 1 / 365
#: Worlds in which more goes wrong than anyone measured, with the figures that have a target there all the same: the
#: others are reported.
WORSE_WORLDS: Mapping[str, frozenset[Figure]] = {
    # What is known of questions is out of date when it may be used: the board has to say so, and accuse nobody.
    "fast drift": frozenset({Figure.FALSE_ALARMS}),
    "very heavy tails": frozenset(),
}
#: Worlds that are there for a move of everything, which hits models unequally; nothing else happens in them.
MOVING_WORLDS: Mapping[str, frozenset[Figure]] = dict.fromkeys(
    ("not additive",),
    frozenset({Figure.GRADER_FOUND, Figure.GRADER_BLAMED, Figure.POOL_FOUND, Figure.POOL_BLAMED}),
)
#: The quick proof calls a target missed only where a method that just meets it would do worse once in so many runs.
_REFUTED = 1e-4


class Kind(StrEnum):
    """How a figure is held against its limit."""

    #: Events per model-day: the upper bound, clustered by replicate, is at most the limit.
    RATE = "rate"
    #: The lower bound of a share, clustered by replicate, is at least the limit.
    LOWER_BOUND = "lower bound"
    #: The share itself is at least the limit.
    AT_LEAST = "at least"
    #: The share itself is at most the limit.
    AT_MOST = "at most"
    #: The median is at most the limit, in days.
    MEDIAN = "median"


@dataclass(frozen=True, kw_only=True)
class Target:
    """One line of the table."""

    figure: Figure
    kind: Kind
    #: None: only the worlds below have one.
    limit: float | None
    #: Other limits of single worlds.
    limit_of: Mapping[str, float] = field(default_factory=dict)

    def limit_in(self, world: str) -> float | None:
        """Give the limit in a world; None where the figure is reported without one."""
        if world in self.limit_of:
            return self.limit_of[world]
        bound = {**WORSE_WORLDS, **MOVING_WORLDS}.get(world)
        return self.limit if bound is None or self.figure in bound else None


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What a target came to in one world."""

    world: str
    figure: Figure
    #: The target in words.
    target: str
    #: What was measured, with its bound, in words.
    measured: str
    met: bool
    #: By how much it was missed, in words; empty where it was met.
    missed_by: str


TARGETS = (
    Target(figure=Figure.FALSE_ALARMS, kind=Kind.RATE, limit=BUDGET),
    Target(figure=Figure.POOL_TOLD, kind=Kind.AT_LEAST, limit=None, limit_of={"fast drift": 0.95}),
    Target(figure=Figure.DROP_10, kind=Kind.LOWER_BOUND, limit=0.87, limit_of={"2PL": 0.85}),
    Target(figure=Figure.DAYS_10, kind=Kind.MEDIAN, limit=5),
    Target(figure=Figure.DROP_20, kind=Kind.AT_LEAST, limit=0.99),
    Target(figure=Figure.DAYS_20, kind=Kind.MEDIAN, limit=3),
    Target(figure=Figure.GRADER_FOUND, kind=Kind.AT_LEAST, limit=0.95),
    Target(figure=Figure.GRADER_BLAMED, kind=Kind.AT_MOST, limit=0.03),
    Target(figure=Figure.POOL_FOUND, kind=Kind.AT_LEAST, limit=0.95),
    Target(figure=Figure.POOL_BLAMED, kind=Kind.AT_MOST, limit=0.03),
    Target(figure=Figure.COVERED, kind=Kind.AT_LEAST, limit=0.93),
    Target(figure=Figure.DAYS_FADING, kind=Kind.MEDIAN, limit=60),
    *(
        Target(figure=figure, kind=Kind.RATE, limit=BUDGET)
        for figure in (
            Figure.BYSTANDERS,
            Figure.OUTAGE_OF_ONE,
            Figure.OUTAGE_OF_ALL,
            Figure.MISSING_DAYS,
            Figure.NEW_VERSION,
            Figure.NEW_MODEL,
            Figure.NEW_QUESTIONS,
        )
    ),
)


def held_against(replicates: Sequence[Replicate], *, quick: bool) -> list[Finding]:
    """Hold one world's replicates against all targets; a figure that was not tried is left out."""
    world = replicates[0].world
    return [found for target in TARGETS if (found := _finding(world, target, replicates, quick=quick)) is not None]


def unbound_in(world: str) -> list[Target]:
    """Give the targets that have no limit in a world."""
    return [target for target in TARGETS if target.limit_in(world) is None]


def _finding(world: str, target: Target, replicates: Sequence[Replicate], *, quick: bool) -> Finding | None:
    limit = target.limit_in(world)
    if limit is None:
        return None
    if target.kind is Kind.MEDIAN:
        values = values_of(replicates, target.figure)
        if not values:
            return None
        median = float(np.median(values))
        # The median is above a limit if fewer than half of the values are within it.
        within = [float(value <= limit) for value in values]
        met = not _refuted(within, [1.0] * len(within), 0.5) if quick else bool(median <= limit)
        missed_by = f"{median - limit:g} days"
    else:
        shares = shares_of(replicates, target.figure)
        if shares is None:
            return None
        met = _meets(shares, target.kind, limit, quick=quick)
        missed_by = _missed(_measure(shares, target.kind), limit, target.kind)
    return Finding(
        world=world,
        figure=target.figure,
        target=_WORDINGS[target.kind](limit),
        measured=told_of(replicates, target.figure, target.kind, OURS),
        met=met,
        missed_by="" if met else missed_by,
    )


def told_of(replicates: Sequence[Replicate], figure: Figure, kind: Kind, method: str) -> str:
    """Say what a method came to; a dash where it was not tried."""
    if kind is Kind.MEDIAN:
        values = values_of(replicates, figure, method)
        return told_days(float(np.median(values))) if values else "–"
    shares = shares_of(replicates, figure, method)
    if shares is None:
        return "–"
    hits, trials = sum(shares.hits), sum(shares.trials)
    if kind is Kind.RATE:
        upper = rate_upper(shares.hits, shares.trials)
        return f"{hits:,.0f} in {trials:,.0f} ({told_rate(hits / trials)}, at most {told_rate(upper)})"
    lower, upper = share_bounds(shares.hits, shares.trials)
    return f"{100 * hits / trials:.1f} % [{100 * lower:.1f}, {100 * upper:.1f}]"


def told_days(median: float) -> str:
    """Say a median in days."""
    return "never" if math.isinf(median) else f"{median:g} days"


def told_rate(rate: float) -> str:
    """Say a rate per model-day as one in so many."""
    return f"1 per {1 / rate:,.0f}" if rate else "none"


def _measure(shares: Shares, kind: Kind) -> float:
    if kind is Kind.RATE:
        return rate_upper(shares.hits, shares.trials)
    return share_bounds(shares.hits, shares.trials)[0] if kind is Kind.LOWER_BOUND else shares.share


def _meets(shares: Shares, kind: Kind, limit: float, *, quick: bool) -> bool:
    if not quick:
        measured = _measure(shares, kind)
        return measured <= limit if kind in {Kind.RATE, Kind.AT_MOST} else measured >= limit
    if kind is Kind.RATE:
        return rate_lower(shares.hits, shares.trials, 1 - _REFUTED) <= limit
    if kind is Kind.AT_MOST:
        return share_bounds(shares.hits, shares.trials, 1 - 2 * _REFUTED)[0] <= limit
    return not _refuted(shares.hits, shares.trials, limit)


def _refuted(hits: Sequence[float], trials: Sequence[float], least: float) -> bool:
    return share_bounds(hits, trials, 1 - 2 * _REFUTED)[1] < least


def _missed(measured: float, limit: float, kind: Kind) -> str:
    if kind is Kind.RATE:
        return f"{measured / limit:.2g} times the budget"
    return f"{abs(100 * (measured - limit)):.1f} percentage points"


_WORDINGS: Mapping[Kind, Callable[[float], str]] = {
    Kind.RATE: lambda limit: f"upper bound at most 1 per {1 / limit:.0f} model-days",
    Kind.LOWER_BOUND: lambda limit: f"lower bound at least {100 * limit:.0f} %",
    Kind.AT_LEAST: lambda limit: f"at least {100 * limit:.0f} %",
    Kind.AT_MOST: lambda limit: f"at most {100 * limit:.0f} %",
    Kind.MEDIAN: lambda limit: f"median at most {limit:g} days",
}
