"""The verdict on one model on one day, in the fixed words; the first word that applies is said."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from yzindex.drift.decomposition import Decomposition


class Word(StrEnum):
    """What is said of a model. In this order: the first that applies."""

    #: Too few known answers, no scored answer in a main dimension, or no earlier run to compare with.
    NOT_ENOUGH_EVIDENCE = "not enough evidence"
    #: Everything moved, or stored answers are graded differently: nothing is said of models.
    MOVED = "questions or grader moved"
    #: Confirmed on fresh answers; stands until recovery is confirmed or for 28 days.
    CONFIRMED_DROP = "confirmed drop"
    CONFIRMED_RISE = "confirmed rise"
    #: A confirmed drop was undone by a rise that was confirmed the same way.
    RECOVERED = "recovered"
    #: Past the low bar or the alarm; not decided.
    SUSPECTED = "suspected, asking again"
    #: Changed by at most five points.
    STEADY = "steady"
    #: The draw is of the change's sign and at least half of it.
    LUCK = "luck of the draw"
    #: Neither the draw nor anything that adds up: one answer went another way.
    WITHIN_CHANCE = "within chance"


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What is said of a model on a day, and on what grounds. Sizes are in points; a fall is negative."""

    day: date
    model: str
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
    decomposition: Decomposition | None
    #: Of 100 possible draws, how many were better than today's.
    draws_better: int | None
    #: Known answers of the model that it is compared with.
    known: int
    #: Day of the run that the change is counted from.
    compared_with: date | None
    #: Log-likelihood ratios of a fall and of a rise.
    fall_ratio: Decimal
    rise_ratio: Decimal
