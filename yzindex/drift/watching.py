"""Watches: after a fall of more than five points a model is watched for a week, and the watch is settled.

It fell further where the mean of its main scores (before the cap) over the seven days after the fall is more than five
points below the score of the day that opened the watch: a mean, because a single day is no basis for a decision, and of
the days after it, because that day was picked for being low.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from yzindex.drift.outcomes import WatchOutcome
from yzindex.drift.words import Word
from yzindex.scoring import mean

#: A fall of more than so many points opens a watch, and a further one settles it.
FALL_POINTS = Decimal(5)
_WATCHED = timedelta(days=7)
#: Words that speak of the model on its day; under the others a fall is not its own, or is followed up anyway.
_WATCHING = frozenset({Word.LUCK, Word.WITHIN_CHANCE, Word.STEADY})


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A main score, before the cap, of a day."""

    day: date
    core_raw: Decimal


def opens_watch(word: Word, change: Decimal | None) -> bool:
    """Whether a verdict on a change of `core_raw` is followed up for a week."""
    return word in _WATCHING and change is not None and change < -FALL_POINTS


def settles_on(opened_on: date) -> date:
    return opened_on + _WATCHED


def settle_watch(opened_on: date, level: Decimal, seen: Sequence[Seen], today: date) -> WatchOutcome:
    """Settle a watch by the days after it was opened; open until the last of them is over, or has a score."""
    last = settles_on(opened_on)
    inside = [each for each in seen if opened_on < each.day <= min(last, today)]
    if today <= last and all(each.day < last for each in inside):
        return WatchOutcome.OPEN
    found = mean(each.core_raw for each in inside)
    if found is None:
        return WatchOutcome.NOT_KNOWN
    return WatchOutcome.FELL_FURTHER if found < level - FALL_POINTS else WatchOutcome.DID_NOT
