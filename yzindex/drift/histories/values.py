"""Dates and scores as they are written, each different text read once."""

import math
from datetime import datetime

from yzindex.drift.histories.columns import Unfit
from yzindex.wording import shown

#: More different texts are read again each time, so that a file with a time for every row fills no memory.
_MOST_KEPT = 100_000


class Days(dict[str, int]):
    """Ordinals of ISO dates; of a date with a time, the date as it is written there, whatever its zone.

    >>> Days()["2026-11-23T23:30:00-05:00"] == Days()["2026-11-23"]
    True
    """

    def __missing__(self, written: str) -> int:
        try:
            day = datetime.fromisoformat(written.strip()).toordinal()
        except ValueError as error:
            raise Unfit(f"date: {_told(written)} is no date; write it as 2026-11-23") from error
        if len(self) < _MOST_KEPT:
            self[written] = day
        return day


class Scores(dict[str, float]):
    """Scores as numbers of any range, NaN for an empty text.

    >>> Scores()["0.75"], Scores()[" "]
    (0.75, nan)
    """

    def __missing__(self, written: str) -> float:
        score = _score(written.strip())
        if len(self) < _MOST_KEPT:
            self[written] = score
        return score


def _score(written: str) -> float:
    if not written:
        return math.nan
    try:
        # Python would take 1_0 for 10, and digits of every script.
        score = float(written) if written.isascii() and "_" not in written else None
    except ValueError:
        score = None
    if score is None:
        raise Unfit(f"score: {_told(written)} is no number; write it as 0.75, or nothing where unscored")
    if not math.isfinite(score):
        raise Unfit(f"score: {_told(written)} is no score; write nothing where an answer is unscored")
    return score


def _told(written: str) -> str:
    return f"'{shown(written)}'"
