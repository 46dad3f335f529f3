"""Judges a history that grows by taking up where it was left: a new day costs a day, and never a look at all before it.

What was kept is used only where everything that went into it is still the same, to the last bit; else all is judged
anew. The result is the same either way.
"""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np

from yzindex.drift.history import History
from yzindex.drift.judge import Day, Judge, fold
from yzindex.drift.regrades import Regrades
from yzindex.drift.spreads import Spread, Spreads

_COLUMNS = ("day", "packet", "role", "model", "question", "version", "score")
_NAMES = ("models", "questions", "dimensions", "versions")
_SHAPES = ("weights", "question_dimension", "question_harder")


@dataclass(frozen=True, kw_only=True, eq=False)
class Fold:
    """All days of a history, and the state that the last one left."""

    judge: Judge
    days: tuple[Day, ...]
    #: Of each day, in their order.
    spreads: tuple[Spread, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class _Kept:
    """The state before a day, and a digest of what it was made from."""

    before: int
    digest: bytes
    judge: Judge
    days: tuple[tuple[Day, Spread], ...]


class Folder:
    """Keeps the state before the last day it has seen: that day may yet grow, earlier ones seldom change."""

    def __init__(self) -> None:
        self._kept: _Kept | None = None

    def fold(self, history: History, regrades: Mapping[int, tuple[Regrades, ...]], asks: Mapping[int, bool]) -> Fold:
        """Judge all days. `asks` says of each day with answers whether models could be asked again."""
        spreads = Spreads(history)
        last = max([*history.day[-1:].tolist(), *regrades], default=0)
        kept = self._kept
        if kept is None or kept.before > last or kept.digest != _digest(history, regrades, asks, before=kept.before):
            kept = _Kept(before=0, digest=b"", judge=Judge(history), days=())
        if kept.before < last:
            judge = _copied(kept.judge)
            days = _judged(judge, history, regrades, asks, spreads, first=kept.before, before=last)
            digest = _digest(history, regrades, asks, before=last)
            kept = _Kept(before=last, digest=digest, judge=judge, days=(*kept.days, *days))
            self._kept = kept
        judge = _copied(kept.judge)
        days = (*kept.days, *_judged(judge, history, regrades, asks, spreads, first=last, before=last + 1))
        return Fold(judge=judge, days=tuple(day for day, _ in days), spreads=tuple(spread for _, spread in days))


def _judged(
    judge: Judge,
    history: History,
    regrades: Mapping[int, tuple[Regrades, ...]],
    asks: Mapping[int, bool],
    spreads: Spreads,
    *,
    first: int,
    before: int,
) -> tuple[tuple[Day, Spread], ...]:
    inside = history.where((history.day >= first) & (history.day < before))
    own = {day: given for day, given in regrades.items() if first <= day < before}
    return tuple((day, spreads.of(judge, day)) for day in fold(judge, inside, regrades=own, asks=asks))


def _copied(judge: Judge) -> Judge:
    # The names are never written to, and are by far the largest part.
    return deepcopy(judge, {id(judge.names): judge.names})


def _digest(
    history: History, regrades: Mapping[int, tuple[Regrades, ...]], asks: Mapping[int, bool], *, before: int
) -> bytes:
    """Digest of all that the days before one are judged by, in the order in which it is judged."""
    found = blake2b(digest_size=32)
    for name in _NAMES:
        found.update("\n".join((name, *getattr(history, name))).encode())
    for name in _SHAPES:
        found.update(getattr(history, name).tobytes())
    end = int(np.searchsorted(history.day, before))
    for name in _COLUMNS:
        found.update(getattr(history, name)[:end].tobytes())
    found.update(repr(sorted((day, value) for day, value in asks.items() if day < before)).encode())
    for day in sorted(day for day in regrades if day < before):
        for given in regrades[day]:
            found.update(f"{day} {given.day} {given.repairs}".encode())
            for name in ("answered_day", "number", "model", "question", "before", "now"):
                found.update(getattr(given, name).tobytes())
    return found.digest()
