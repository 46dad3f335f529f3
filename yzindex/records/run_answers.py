"""The answers of single runs in columns, as an analysis of change needs them."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple, Self, TypeVar

import numpy as np
from sqlalchemy import String, select, type_coerce
from sqlmodel import Session, col

from yzindex.dimensions import MAIN_WEIGHTS
from yzindex.drift.history import FloatArray, IntArray
from yzindex.records.portions import portions
from yzindex.records.tables import Answer, Evaluation

_FULL_SCORE = 100.0
_Name = TypeVar("_Name", bound=Hashable)


class Wording(NamedTuple):
    """A question as it was asked."""

    digest: str
    question_id: str
    dimension: str
    tier: str


@dataclass(frozen=True, kw_only=True, eq=False)
class RunAnswers:
    """One run's answers in the main dimensions; the columns are of one length and index the names."""

    models: tuple[str, ...]
    wordings: tuple[Wording, ...]
    #: Models as returned; "" of an unscored answer, whose reply may come after its run has ended.
    versions: tuple[str, ...]
    model: IntArray
    wording: IntArray
    version: IntArray
    #: 0 to 1; NaN where unscored.
    score: FloatArray

    @classmethod
    def of(cls, rows: Sequence[Sequence[Any]]) -> Self:
        """Put rows of (run, model, digest, question id, dimension, tier, returned, score in digits) into columns."""
        models, model = _numbered([row[1] for row in rows])
        wordings, wording = _numbered([Wording(*row[2:6]) for row in rows])
        versions, version = _numbered(["" if row[7] is None else row[6] or "" for row in rows])
        return cls(
            models=models,
            wordings=wordings,
            versions=versions,
            model=model,
            wording=wording,
            version=version,
            score=np.array([np.nan if row[7] is None else float(row[7]) / _FULL_SCORE for row in rows]),
        )


def read_run_answers(session: Session, runs: Sequence[int]) -> dict[int, RunAnswers]:
    """Read the answers of these runs.

    Columns are selected and no objects made. Dimensions and scores come as they are stored: making values of them takes
    longest.
    """
    found = dict.fromkeys(runs, RunAnswers.of([]))
    for portion in portions(runs):
        rows = (
            select(
                col(Answer.run_number),
                col(Evaluation.model),
                col(Answer.question_digest),
                col(Answer.question_id),
                type_coerce(col(Answer.dimension), String),
                col(Answer.tier),
                col(Answer.model_returned),
                type_coerce(col(Answer.score), String),
            )
            .join(Evaluation, col(Evaluation.id) == col(Answer.evaluation_id))
            .where(col(Answer.run_number).in_(portion), col(Answer.dimension).in_(MAIN_WEIGHTS))
            .order_by(col(Answer.run_number))
        )
        for run, own in groupby(session.connection().execute(rows).all(), key=itemgetter(0)):
            found[run] = RunAnswers.of(list(own))
    return found


def _numbered(values: Sequence[_Name]) -> tuple[tuple[_Name, ...], IntArray]:
    """Each value once, and the place of every one among these."""
    names = dict.fromkeys(values)
    place = {name: index for index, name in enumerate(names)}
    return tuple(names), np.array([place[value] for value in values], dtype=np.int64)
