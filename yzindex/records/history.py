"""The answers of concluded runs in the columns that every analysis of change begins from. Reads, and judges nothing.

Columns are selected and no objects made: years of answers are read at the end of every run.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import ColumnElement, String, and_, or_, select, type_coerce
from sqlmodel import Session, col

from yzindex.bank.question import Tier
from yzindex.days import beginning_of, day_of
from yzindex.dimensions import MAIN_WEIGHTS
from yzindex.drift.history import History, IntArray, Role, columned, weights_of
from yzindex.records.runs import has_concluded
from yzindex.records.states import ConfirmationStage, RunKind
from yzindex.records.tables import Answer, Evaluation, Run, StoredConfirmation

#: Characters of a digest that tell a question's wordings apart.
_DIGEST_SHOWN = 8
_FULL_SCORE = 100.0
_ROLES: Mapping[tuple[RunKind, ConfirmationStage | None], Role] = {
    (RunKind.CALIBRATION, None): Role.CALIBRATION,
    (RunKind.SMOKE, None): Role.DAILY,
    (RunKind.FULL, None): Role.DAILY,
    (RunKind.CONFIRMATION, ConfirmationStage.AGAIN): Role.AGAIN,
    (RunKind.CONFIRMATION, ConfirmationStage.FRESH): Role.FRESH,
    (RunKind.CONFIRMATION, ConfirmationStage.CONTROL): Role.CONTROL,
    (RunKind.CONFIRMATION, ConfirmationStage.LEVEL): Role.LEVEL,
}


@dataclass(frozen=True, kw_only=True, eq=False)
class StoredHistory:
    """A history, and what its names stand for in the tables."""

    history: History
    #: Name of each question by the digest of its wording.
    question_of: Mapping[str, str]
    #: Ordinal of each run's day.
    day_of_run: Mapping[int, int]


class _Answers(NamedTuple):
    """Columns of one length."""

    run: Sequence[int] = ()
    evaluation: Sequence[int] = ()
    digest: Sequence[str] = ()
    question_id: Sequence[str] = ()
    dimension: Sequence[str] = ()
    tier: Sequence[str] = ()
    returned: Sequence[str | None] = ()
    #: 0 to 100, in digits.
    score: Sequence[str | None] = ()


def read_history(
    session: Session, zone: ZoneInfo, *, as_of: date | None = None, concluding: int | None = None
) -> History:
    """Read the answers in the main dimensions as `read_stored_history` does, for whoever needs no more."""
    return read_stored_history(session, zone, as_of=as_of, concluding=concluding).history


def read_stored_history(
    session: Session, zone: ZoneInfo, *, as_of: date | None = None, concluding: int | None = None
) -> StoredHistory:
    """Read the answers in the main dimensions up to the end of a day, or all; a run's day is that of its order.

    A run that the caller is about to conclude is named as `concluding`; others that are open do not count.
    A packet is a run's number, a version is the model as returned. A question is named by its id, or by `id@digest`
    where there are answers to several wordings of it: another wording is another question. Cancelled runs do not count.
    """
    counts = _counts(zone, as_of, concluding)
    days, roles = _runs(session, counts, zone)
    model_of = _models(session, counts)
    answers = _answers(session, counts)
    question_of = _question_names(answers)
    questions = [question_of[digest] for digest in answers.digest]
    dimension_of = dict(zip(questions, answers.dimension, strict=True))
    tier_of = dict(zip(questions, answers.tier, strict=True))
    dimensions = tuple(sorted(set(answers.dimension)))
    names = {
        "model": [model_of[evaluation] for evaluation in answers.evaluation],
        "question": questions,
        "version": [returned or "" for returned in answers.returned],
    }
    distinct = {column: tuple(sorted(set(values))) for column, values in names.items()}
    history = columned(
        models=distinct["model"],
        questions=distinct["question"],
        dimensions=dimensions,
        weights=weights_of(dimensions),
        versions=distinct["version"],
        question_dimension=np.array(
            [dimensions.index(dimension_of[name]) for name in distinct["question"]], dtype=np.int64
        ),
        question_harder=_integers(tier_of[name] == Tier.HARDER for name in distinct["question"]),
        columns={
            "day": _integers(days[run] for run in answers.run),
            "packet": _integers(answers.run),
            "role": _integers(roles[run] for run in answers.run),
        }
        | {column: _places(distinct[column], values) for column, values in names.items()},
        score=np.array(
            [np.nan if score is None else float(score) / _FULL_SCORE for score in answers.score], dtype=np.float64
        ),
    )
    return StoredHistory(history=history, question_of=question_of, day_of_run=days)


def _counts(zone: ZoneInfo, as_of: date | None, concluding: int | None) -> ColumnElement[bool]:
    counts = has_concluded() if concluding is None else or_(has_concluded(), col(Run.number) == concluding)
    if as_of is None:
        return counts
    return and_(counts, col(Run.created_at) < beginning_of(as_of + timedelta(days=1), zone))


def _runs(session: Session, counts: ColumnElement[bool], zone: ZoneInfo) -> tuple[dict[int, int], dict[int, int]]:
    """Read each run's day and role."""
    rows = (
        select(
            col(Run.number),
            col(Run.created_at),
            col(Run.kind),
            col(StoredConfirmation.stage),
            col(StoredConfirmation.by_hand),
        )
        .join(StoredConfirmation, col(StoredConfirmation.run_number) == col(Run.number), isouter=True)
        .where(counts)
    )
    days, roles = dict[int, int](), dict[int, int]()
    for number, created_at, kind, stage, by_hand in session.connection().execute(rows):
        assert number is not None
        days[number] = day_of(created_at, zone).toordinal()
        roles[number] = Role.BY_HAND if by_hand else _ROLES[kind, stage]
    return days, roles


def _models(session: Session, counts: ColumnElement[bool]) -> dict[int, str]:
    rows = (
        select(col(Evaluation.id), col(Evaluation.model))
        .join(Run, col(Run.number) == col(Evaluation.run_number))
        .where(counts)
    )
    return {evaluation: model for evaluation, model in session.connection().execute(rows) if evaluation is not None}


def _answers(session: Session, counts: ColumnElement[bool]) -> _Answers:
    """Read the columns. Dimensions and scores come as they are stored: making values of them takes longest."""
    rows = (
        select(
            col(Answer.run_number),
            col(Answer.evaluation_id),
            col(Answer.question_digest),
            col(Answer.question_id),
            type_coerce(col(Answer.dimension), String),
            col(Answer.tier),
            col(Answer.model_returned),
            type_coerce(col(Answer.score), String),
        )
        .join(Run, col(Run.number) == col(Answer.run_number))
        .where(counts, col(Answer.dimension).in_(MAIN_WEIGHTS))
    )
    # All at once: row by row takes half as long again.
    return _Answers(*zip(*session.connection().execute(rows).all(), strict=True))


def _question_names(answers: _Answers) -> dict[str, str]:
    id_of = dict(zip(answers.digest, answers.question_id, strict=True))
    wordings = Counter(id_of.values())
    return {
        digest: name if wordings[name] == 1 else f"{name}@{digest[:_DIGEST_SHOWN]}" for digest, name in id_of.items()
    }


def _places(distinct: tuple[str, ...], values: Iterable[str]) -> IntArray:
    place = {name: index for index, name in enumerate(distinct)}
    return _integers(place[value] for value in values)


def _integers(values: Iterable[int]) -> IntArray:
    return np.fromiter(values, dtype=np.int64)
