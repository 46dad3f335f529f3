"""The verdict on one model on one day, in the fixed words."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from yzindex.drift.decomposition import Decomposition
from yzindex.drift.words import Word


@dataclass(frozen=True, kw_only=True)
class Terms:
    """A run's part of every comparison with it, in points of `core_raw`, under the fit of its day."""

    expected: Decimal
    #: Movement shared with the other models.
    common: Decimal
    #: Square points: the model's and its answers' own noise.
    variance: Decimal


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What is said of a model on a day, and on what grounds. Sizes are in points; a fall is negative."""

    day: date
    model: str
    #: Number of the run that it speaks of; None where no answer of the day was scored.
    run: int | None
    word: Word
    #: Of a confirmed change, by fresh answers alone; else how far the last two weeks are from what is expected.
    size: Decimal | None
    lo: Decimal | None
    hi: Decimal | None
    #: Day on which a confirmed or suspected change began.
    since: date | None
    #: What the size is of: the main score, or one dimension by its name.
    chart: str
    #: One sentence that says why.
    evidence: str
    terms: Terms | None
    decomposition: Decomposition | None
    #: Of 100 possible draws, how many were better than today's.
    draws_better: int | None
    #: Known answers of the model that it is compared with.
    known: int
    #: Day and number of the run that the change is counted from.
    compared_with: date | None
    compared_run: int | None
    #: Log-likelihood ratios of a fall and of a rise.
    fall_ratio: Decimal
    rise_ratio: Decimal
    #: See `yzindex.drift.evidence_process`.
    log_evidence_fall: Decimal
    log_evidence_rise: Decimal


__all__ = ["Terms", "Verdict", "Word"]
