"""Answers that came together: one run's, in the order in which the analysis takes them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self

import numpy as np

from yzindex.drift.history import BoolArray, FloatArray, History, IntArray, Role
from yzindex.drift.unchanging import Unchanging


@dataclass(frozen=True, kw_only=True, eq=False)
class Packet(Unchanging):
    """Scored answers of one run; the columns are of one length and sorted by model and question."""

    day: int
    role: Role
    model: IntArray
    question: IntArray
    #: 0 to 1, never NaN.
    score: FloatArray
    version: IntArray
    #: Tells runs of one day apart.
    number: int = 0

    @cached_property
    def models(self) -> IntArray:
        """Those that answered, each once, in their order."""
        return np.flatnonzero(np.bincount(self.model))

    def of(self, model: int) -> Self:
        """The answers of one model."""
        return self.where(self.model == model)

    def where(self, kept: BoolArray) -> Self:
        """Keep the answers marked true."""
        columns = ("model", "question", "score", "version")
        return replace(self, **{name: getattr(self, name)[kept] for name in columns})


def packets_of(history: History) -> Iterator[Packet]:
    """Walk through a history's scored answers run by run."""
    scored = history.where(~np.isnan(history.score))
    keys = np.stack([scored.day, scored.packet, scored.role])
    ends = np.flatnonzero((keys[:, 1:] != keys[:, :-1]).any(axis=0)) + 1
    for part in np.split(np.arange(len(scored)), ends):
        if len(part):
            yield Packet(
                day=int(scored.day[part[0]]),
                role=Role(int(scored.role[part[0]])),
                number=int(scored.packet[part[0]]),
                model=scored.model[part],
                question=scored.question[part],
                score=scored.score[part],
                version=scored.version[part],
            )
