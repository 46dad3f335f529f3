"""The answers of concluded runs in the columns that every analysis of change begins from. Reads, and judges nothing."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import ColumnElement, and_, or_, select
from sqlmodel import Session, col

from yzindex.bank.question import Tier
from yzindex.days import beginning_of, day_of
from yzindex.drift.history import History, IntArray, Role, columned, weights_of
from yzindex.records.run_answers import RunAnswers, Wording, read_run_answers
from yzindex.records.runs import has_concluded
from yzindex.records.stamped import StampedCache
from yzindex.records.states import ConfirmationStage, RunKind, RunStatus
from yzindex.records.tables import Run, StoredConfirmation

#: Characters of a digest that tell a question's wordings apart.
_DIGEST_SHOWN = 8
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


class _RunStamp(NamedTuple):
    """Tells one state of a concluded run's answers from any other: nothing but resuming it opens them again."""

    created_at: datetime
    attempt: int


@dataclass(frozen=True, kw_only=True)
class _Runs:
    """By number: the ordinal of each run's day, its role, and the stamp of its answers.

    There is none where they may change at any time: while unscored ones are asked again, results count all the same.
    """

    days: dict[int, int] = field(default_factory=dict)
    roles: dict[int, int] = field(default_factory=dict)
    stamps: dict[int, _RunStamp | None] = field(default_factory=dict)


#: Answers of runs by their number.
AnswerCache = StampedCache[int, RunAnswers]


def read_history(
    session: Session, zone: ZoneInfo, *, as_of: date | None = None, concluding: int | None = None
) -> History:
    """Read the answers in the main dimensions as `read_stored_history` does, for whoever needs no more."""
    return read_stored_history(session, zone, as_of=as_of, concluding=concluding).history


def read_stored_history(
    session: Session,
    zone: ZoneInfo,
    *,
    as_of: date | None = None,
    concluding: int | None = None,
    cache: AnswerCache | None = None,
) -> StoredHistory:
    """Read the answers in the main dimensions up to the end of a day, or all; a run's day is that of its order.

    A run that the caller is about to conclude is named as `concluding`; others that are open do not count.
    A packet is a run's number, the version of a scored answer is the model as returned. A question is named by its id,
    or by `id@digest` where there are answers to several wordings of it: another wording is another question. Cancelled
    runs do not count. What a `cache` has from an earlier reading is not read again unless it may have changed.
    """
    runs = _runs(session, _counts(zone, as_of, concluding), zone)
    answers = (cache or AnswerCache()).read(runs.stamps, partial(read_run_answers, session))
    parts = answers.values()
    wordings = {wording.digest: wording for each in parts for wording in each.wordings}
    question_of = _question_names(wordings.values())
    named = {question_of[digest]: wording for digest, wording in wordings.items()}
    questions = tuple(sorted(named))
    models = tuple(sorted({model for each in parts for model in each.models}))
    versions = tuple(sorted({version for each in parts for version in each.versions}))
    dimensions = tuple(sorted({wording.dimension for wording in named.values()}))
    sizes = [len(each.score) for each in parts]
    history = columned(
        models=models,
        questions=questions,
        dimensions=dimensions,
        weights=weights_of(dimensions),
        versions=versions,
        question_dimension=np.array([dimensions.index(named[name].dimension) for name in questions], dtype=np.int64),
        question_harder=np.array([named[name].tier == Tier.HARDER for name in questions], dtype=np.int64),
        columns={
            "day": np.repeat(np.array([runs.days[run] for run in answers], dtype=np.int64), sizes),
            "packet": np.repeat(np.array(list(answers), dtype=np.int64), sizes),
            "role": np.repeat(np.array([runs.roles[run] for run in answers], dtype=np.int64), sizes),
            "model": _joined(models, ((each.models, each.model) for each in parts)),
            "question": _joined(
                questions, (([question_of[own.digest] for own in each.wordings], each.wording) for each in parts)
            ),
            "version": _joined(versions, ((each.versions, each.version) for each in parts)),
        },
        score=np.concatenate([np.zeros(0), *(each.score for each in parts)]),
    )
    return StoredHistory(history=history, question_of=question_of, day_of_run=runs.days)


def _counts(zone: ZoneInfo, as_of: date | None, concluding: int | None) -> ColumnElement[bool]:
    counts = has_concluded() if concluding is None else or_(has_concluded(), col(Run.number) == concluding)
    if as_of is None:
        return counts
    return and_(counts, col(Run.created_at) < beginning_of(as_of + timedelta(days=1), zone))


def _runs(session: Session, counts: ColumnElement[bool], zone: ZoneInfo) -> _Runs:
    rows = (
        select(
            col(Run.number),
            col(Run.created_at),
            col(Run.kind),
            col(StoredConfirmation.stage),
            col(StoredConfirmation.by_hand),
            col(Run.status),
            col(Run.attempt),
        )
        .join(StoredConfirmation, col(StoredConfirmation.run_number) == col(Run.number), isouter=True)
        .where(counts)
        .order_by(col(Run.number))
    )
    runs = _Runs()
    for number, created_at, kind, stage, by_hand, status, attempt in session.connection().execute(rows):
        assert number is not None
        runs.days[number] = day_of(created_at, zone).toordinal()
        runs.roles[number] = Role.BY_HAND if by_hand else _ROLES[kind, stage]
        runs.stamps[number] = _RunStamp(created_at, attempt) if status is RunStatus.CONCLUDED else None
    return runs


def _question_names(wordings: Collection[Wording]) -> dict[str, str]:
    count = Counter(wording.question_id for wording in wordings)
    return {
        wording.digest: wording.question_id
        if count[wording.question_id] == 1
        else f"{wording.question_id}@{wording.digest[:_DIGEST_SHOWN]}"
        for wording in wordings
    }


def _joined(names: tuple[str, ...], parts: Iterable[tuple[Sequence[str], IntArray]]) -> IntArray:
    """Join columns that each index their own names into one that indexes all."""
    place = {name: index for index, name in enumerate(names)}
    columns = [np.array([place[name] for name in own], dtype=np.int64)[column] for own, column in parts]
    return np.concatenate([np.zeros(0, dtype=np.int64), *columns])
