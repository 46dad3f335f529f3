"""What grading stored answers again has shown, day by day, in the form that the analysis takes. Reads, judges nothing.

A repair is all that was graded again on a day on which one was planned. It counts from the day on which the last of it
ended, so that any later reading of the rows gives the same; from then on an answer's score is the one it has now, and
readings of the thermometer are compared with that.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from itertools import chain, groupby
from operator import itemgetter
from typing import NamedTuple, Self
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import String, case, func, select, type_coerce
from sqlmodel import Session, col

from yzindex.days import day_of
from yzindex.dimensions import MAIN_WEIGHTS
from yzindex.drift.history import History
from yzindex.drift.regrades import Regrades
from yzindex.records.history import StoredHistory
from yzindex.records.portions import portions
from yzindex.records.stamped import StampedCache
from yzindex.records.states import REGRADE_OPEN, RegradePurpose, RegradeState
from yzindex.records.tables import Answer, Evaluation, Regrade

_FULL_SCORE = 100.0
#: A repair of which less than this share could be graded is none: it would forget most of what is known.
_LEAST_GRADED = 0.5


class _DayStamp(NamedTuple):
    """Tells one state of a day's rows from any other, as far as they are read here.

    Rows are added and never deleted; one that has ended stays as it is, but for a repair that the thermometer takes
    over.
    """

    rows: int
    last_id: int
    open: int
    ended_at: datetime | None
    repairs: int


class _Row(NamedTuple):
    answer: int
    run: int
    model: str
    digest: str
    #: Ordinal of the day that it was planned for.
    day: int
    made_at: datetime | None
    is_repair: bool
    #: 0 to 1; `now` is None where it has no score.
    before: float
    now: float | None


class _Places(NamedTuple):
    """Where a row's answer is in a history."""

    day_of_run: Mapping[int, int]
    model: Mapping[str, int]
    #: By the digest of its wording.
    question: Mapping[str, int]

    @classmethod
    def of(cls, stored: StoredHistory) -> Self:
        question = {name: place for place, name in enumerate(stored.history.questions)}
        return cls(
            day_of_run=stored.day_of_run,
            model={name: place for place, name in enumerate(stored.history.models)},
            question={digest: question[name] for digest, name in stored.question_of.items()},
        )

    def has(self, row: _Row) -> bool:
        return row.run in self.day_of_run and row.model in self.model and row.digest in self.question


@dataclass(frozen=True, kw_only=True)
class Repair:
    """A planned repair. `counts_from` is None while some of it is open, and for ever where too little was graded."""

    planned: int
    is_open: bool
    counts_from: int | None


@dataclass(frozen=True, kw_only=True, eq=False)
class RegradeHistory:
    """Regrades by the ordinal of the day they count for, and the repairs among them."""

    by_day: Mapping[int, tuple[Regrades, ...]]
    repairs: tuple[Repair, ...]

    def repairs_since(self, day: int) -> bool:
        """Whether what moved on a day is being repaired, or has been."""
        return any(each.planned >= day and (each.is_open or each.counts_from is not None) for each in self.repairs)


#: Rows of days.
RegradeCache = StampedCache[date, tuple[_Row, ...]]


def read_regrades(
    session: Session,
    zone: ZoneInfo,
    stored: StoredHistory,
    *,
    as_of: date | None = None,
    cache: RegradeCache | None = None,
) -> RegradeHistory:
    """Read what was graded again of a history's answers, up to the end of a day, or all.

    What a `cache` has from an earlier reading is not read again unless it may have changed.
    """
    last = None if as_of is None else as_of.toordinal()
    places = _Places.of(stored)
    by_day: defaultdict[int, list[_Row]] = defaultdict(list)
    for row in chain.from_iterable((cache or RegradeCache()).read(_stamps(session), partial(_rows, session)).values()):
        if places.has(row) and (last is None or row.day <= last):
            by_day[row.day].append(row)
    repairs = {
        day: _repair(day, planned, zone, last)
        for day, planned in by_day.items()
        if any(row.is_repair for row in planned)
    }
    walked = _walk(by_day, repairs, places, stored.history)
    return RegradeHistory(by_day=walked, repairs=tuple(repairs[day] for day in sorted(repairs)))


def _stamps(session: Session) -> dict[date, _DayStamp]:
    rows = (
        select(
            col(Regrade.day),
            func.count(),
            func.max(col(Regrade.id)),
            func.sum(case((col(Regrade.state).in_(REGRADE_OPEN), 1), else_=0)),
            func.max(col(Regrade.made_at)),
            func.sum(case((col(Regrade.purpose) == RegradePurpose.REPAIR, 1), else_=0)),
        )
        .group_by(col(Regrade.day))
        .order_by(col(Regrade.day))
    )
    return {day: _DayStamp(*sums) for day, *sums in session.connection().execute(rows)}


def _rows(session: Session, days: Sequence[date]) -> dict[date, tuple[_Row, ...]]:
    """Read days; one may have none in the main dimensions."""
    found: dict[date, tuple[_Row, ...]] = dict.fromkeys(days, ())
    for portion in portions(days):
        rows = (
            select(
                col(Regrade.answer_id),
                col(Answer.run_number),
                col(Evaluation.model),
                col(Answer.question_digest),
                col(Regrade.day),
                col(Regrade.purpose),
                col(Regrade.state),
                type_coerce(col(Regrade.score_before), String),
                type_coerce(col(Regrade.score_now), String),
                col(Regrade.made_at),
            )
            .join(Answer, col(Answer.id) == col(Regrade.answer_id))
            .join(Evaluation, col(Evaluation.id) == col(Answer.evaluation_id))
            .where(col(Answer.dimension).in_(MAIN_WEIGHTS), col(Regrade.day).in_(portion))
            .order_by(col(Regrade.day), col(Regrade.answer_id), col(Regrade.id))
        )
        for day, own in groupby(session.connection().execute(rows).all(), key=itemgetter(4)):
            found[day] = tuple(
                _Row(
                    answer=answer,
                    run=run,
                    model=model,
                    digest=digest,
                    day=day.toordinal(),
                    made_at=made_at,
                    is_repair=purpose is RegradePurpose.REPAIR,
                    before=float(before) / _FULL_SCORE,
                    now=float(now) / _FULL_SCORE if state is RegradeState.GRADED else None,
                )
                for answer, run, model, digest, _, purpose, state, before, now, made_at in own
            )
    return found


def _repair(day: int, rows: list[_Row], zone: ZoneInfo, last: int | None) -> Repair:
    ended = [day_of(row.made_at, zone).toordinal() for row in rows if row.made_at is not None]
    ended = [each for each in ended if last is None or each <= last]
    is_open = len(ended) < len(rows)
    graded = sum(row.now is not None for row in rows)
    counts = not is_open and graded >= _LEAST_GRADED * len(rows)
    return Repair(planned=day, is_open=is_open, counts_from=max(ended) if counts else None)


def _walk(
    by_day: Mapping[int, list[_Row]], repairs: Mapping[int, Repair], places: _Places, history: History
) -> dict[int, tuple[Regrades, ...]]:
    """Go through the days with, for each answer, the score that the analysis holds."""
    held = dict[int, float]()
    latest = dict[int, tuple[int, float]]()
    repaired_on: int | None = None
    walked = dict[int, tuple[Regrades, ...]]()
    due = {repair.counts_from: repair for repair in repairs.values() if repair.counts_from is not None}
    for day in sorted({*by_day, *due}):
        regrades = []
        readings = [row for row in by_day.get(day, ()) if row.now is not None and not row.is_repair]
        compared = []
        for row in readings:
            assert row.now is not None
            if row.answer not in held and repaired_on is not None and places.day_of_run[row.run] < repaired_on:
                # It was in no repair: what it scores now is the first that is known of it.
                held[row.answer] = row.now
            compared.append((row, held.get(row.answer, row.before)))
            latest[row.answer] = (day, row.now)
        if compared:
            regrades.append(_columns(day, compared, places, repairs=False))
        if repair := due.get(day):
            graded = [row for row in by_day[repair.planned] if row.now is not None]
            compared = [(row, held.get(row.answer, row.before)) for row in graded]
            regrades.append(
                _with_answers_since(
                    _columns(day, compared, places, repairs=True), history, first=repair.planned, before=day
                )
            )
            held = {answer: now for answer, (seen, now) in latest.items() if seen >= repair.planned}
            held |= {row.answer: row.now for row in graded if row.now is not None}
            repaired_on = day
        if regrades:
            walked[day] = tuple(regrades)
    return walked


def _with_answers_since(repair: Regrades, history: History, *, first: int, before: int) -> Regrades:
    """Add what was answered while a repair was made: graded by then, it is right as it is."""
    own = (history.day >= first) & (history.day < before) & ~np.isnan(history.score)
    # Of an answer that is in both, the later entry counts: the repair's own.
    return replace(
        repair,
        answered_day=np.concatenate([history.day[own], repair.answered_day]),
        number=np.concatenate([history.packet[own], repair.number]),
        model=np.concatenate([history.model[own], repair.model]),
        question=np.concatenate([history.question[own], repair.question]),
        before=np.concatenate([history.score[own], repair.before]),
        now=np.concatenate([history.score[own], repair.now]),
    )


def _columns(day: int, rows: Sequence[tuple[_Row, float]], places: _Places, *, repairs: bool) -> Regrades:
    return Regrades(
        day=day,
        answered_day=np.array([places.day_of_run[row.run] for row, _ in rows], dtype=np.int64),
        number=np.array([row.run for row, _ in rows], dtype=np.int64),
        model=np.array([places.model[row.model] for row, _ in rows], dtype=np.int64),
        question=np.array([places.question[row.digest] for row, _ in rows], dtype=np.int64),
        before=np.array([before for _, before in rows], dtype=np.float64),
        now=np.array([row.now for row, _ in rows], dtype=np.float64),
        repairs=repairs,
    )
