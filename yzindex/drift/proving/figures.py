"""What a trial counts: figures, and a tally of them that replicates fill and that can be added up."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

#: The method of this project, among those beside it.
OURS = "yz-index"


class Figure(StrEnum):
    """A figure of the table; of each, a replicate has hits out of trials, or values."""

    #: Confirmed changes, rises included, out of model-days on which models were judged.
    FALSE_ALARMS = "false alarms"
    #: Days flagged by a method of today as it is used, out of model-days.
    FLAGGED_AS_USED = "days flagged as used today"
    DROP_10 = "10-point drop found in 14 days"
    DROP_20 = "20-point drop found in 14 days"
    DAYS_10 = "days to find a 10-point drop"
    DAYS_20 = "days to find a 20-point drop"
    #: Others that were convicted while one fell, out of model-days.
    BYSTANDERS = "others convicted while one fell"
    GRADER_FOUND = "grader moved: told as such in 14 days"
    GRADER_BLAMED = "grader moved: models blamed"
    POOL_FOUND = "pool moved: found in 14 days"
    POOL_BLAMED = "pool moved: models blamed"
    #: Years in which the questions were told to have moved, out of years.
    POOL_TOLD = "years in which the pool is told to have moved"
    COVERED = "interval covers the true size"
    #: Whole width of the interval, in points.
    WIDTH = "width of the interval"
    #: Drops that a dimension's chart told, out of those found.
    BY_DIMENSION = "drops told by a dimension's chart"
    DAYS_FADING = "days to find a loss of 1 point a week"
    #: Convictions of any model out of model-days.
    OUTAGE_OF_ONE = "outage of one model for a day"
    OUTAGE_OF_ALL = "outage of all models for a day"
    MISSING_DAYS = "no answers for five days"
    NEW_VERSION = "new version, as able"
    NEW_MODEL = "new model joins"
    NEW_QUESTIONS = "new, harder questions join"
    #: Convictions of the model that it befell, out of times that it did.
    ITSELF = "convicted of an outage or a new version"
    BAD_DAY = "half lost for one day only: convicted"
    FEW_FALSE_ALARMS = "four models: false alarms"
    FEW_FOUND = "four models: 10-point drop found in 14 days"
    UNCALIBRATED_FALSE_ALARMS = "no calibration: false alarms"
    UNCALIBRATED_FOUND = "no calibration: 10-point drop found in 14 days"
    YOUNG_FOUND = "5 days of history: 10-point drop found in 14 days"
    #: Model-days on which verdicts were suspended, out of all.
    SUSPENDED = "days without verdicts"
    #: Calls beside the day's draw, out of model-days.
    CALLS_AGAIN = "calls per model-day: asked again"
    CALLS_FRESH = "calls per model-day: fresh"
    CALLS_CONTROL = "calls per model-day: control"


Key = tuple[str, Figure]


@dataclass(frozen=True, kw_only=True)
class Replicate:
    """What one replicate gave, by method and figure."""

    world: str
    #: Hits and trials.
    shares: dict[Key, tuple[float, float]] = field(default_factory=dict)
    values: dict[Key, list[float]] = field(default_factory=dict)

    def count(self, figure: Figure, hits: float, trials: float = 1.0, method: str = OURS) -> None:
        """Add hits out of trials."""
        before = self.shares.get((method, figure), (0.0, 0.0))
        self.shares[method, figure] = (before[0] + float(hits), before[1] + float(trials))

    def note(self, figure: Figure, value: float, method: str = OURS) -> None:
        """Add one value."""
        self.values.setdefault((method, figure), []).append(float(value))


@dataclass(frozen=True, kw_only=True)
class Shares:
    """Hits and trials of one figure, an entry per replicate that had any."""

    hits: tuple[float, ...]
    trials: tuple[float, ...]

    @property
    def share(self) -> float:
        return sum(self.hits) / sum(self.trials)


def shares_of(replicates: Iterable[Replicate], figure: Figure, method: str = OURS) -> Shares | None:
    """Gather one figure; None where nothing was tried."""
    found = [each.shares[method, figure] for each in replicates if each.shares.get((method, figure), (0, 0))[1]]
    if not found:
        return None
    return Shares(hits=tuple(hits for hits, _ in found), trials=tuple(trials for _, trials in found))


def values_of(replicates: Iterable[Replicate], figure: Figure, method: str = OURS) -> Sequence[float]:
    """Gather the values of one figure."""
    return [value for each in replicates for value in each.values.get((method, figure), ())]
