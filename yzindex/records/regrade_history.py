"""What grading stored answers again has shown, day by day, in the form that the analysis takes. Reads, judges nothing.

A repair is all that was graded again on a day on which one was planned. It counts from the day on which the last of it
ended, so that any later reading of the rows gives the same; from then on an answer's score is the one it has now, and
readings of the thermometer are compared with that.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import String, select, type_coerce
from sqlmodel import Session, col

from yzindex.days import day_of
from yzindex.dimensions import MAIN_WEIGHTS
from yzindex.drift.history import History
from yzindex.drift.regrades import Regrades
from yzindex.records.history import StoredHistory
from yzindex.records.states import RegradePurpose, RegradeState
from yzindex.records.tables import Answer, Evaluation, Regrade

_FULL_SCORE = 100.0
#: A repair of which less than this share could be graded is none: it would forget most of what is known.
_LEAST_GRADED = 0.5


class _Row(NamedTuple):
    answer: int
    run: int
    model: str
    digest: str
    #: Ordinal of the day that it was planned for, and of the one on which it ended.
    day: int
    ended: int | None
    is_repair: bool
    #: 0 to 1; `now` is None where it has no score.
    before: float
    now: float | None


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


def read_regrades(
    session: Session, zone: ZoneInfo, stored: StoredHistory, *, as_of: date | None = None
) -> RegradeHistory:
    """Read what was graded again of a history's answers, up to the end of a day, or all."""
    last = None if as_of is None else as_of.toordinal()
    rows = [row for row in _rows(session, zone, stored) if last is None or row.day <= last]
    by_day: defaultdict[int, list[_Row]] = defaultdict(list)
    for row in rows:
        by_day[row.day].append(row)
    repairs = {
        day: _repair(day, planned, last) for day, planned in by_day.items() if any(row.is_repair for row in planned)
    }
    return RegradeHistory(by_day=_walk(by_day, repairs, stored), repairs=tuple(repairs[day] for day in sorted(repairs)))


def _rows(session: Session, zone: ZoneInfo, stored: StoredHistory) -> Iterator[_Row]:
    models, questions = set(stored.history.models), stored.question_of
    found = session.connection().execute(
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
        .where(col(Answer.dimension).in_(MAIN_WEIGHTS))
        .order_by(col(Regrade.day), col(Regrade.answer_id), col(Regrade.id))
    )
    for answer, run, model, digest, day, purpose, state, before, now, made_at in found.all():
        if run in stored.day_of_run and model in models and digest in questions:
            yield _Row(
                answer=answer,
                run=run,
                model=model,
                digest=digest,
                day=day.toordinal(),
                ended=None if made_at is None else day_of(made_at, zone).toordinal(),
                is_repair=purpose is RegradePurpose.REPAIR,
                before=float(before) / _FULL_SCORE,
                now=float(now) / _FULL_SCORE if state is RegradeState.GRADED else None,
            )


def _repair(day: int, rows: list[_Row], last: int | None) -> Repair:
    ended = [row.ended for row in rows if row.ended is not None and (last is None or row.ended <= last)]
    is_open = len(ended) < len(rows)
    graded = sum(row.now is not None for row in rows)
    counts = not is_open and graded >= _LEAST_GRADED * len(rows)
    return Repair(planned=day, is_open=is_open, counts_from=max(ended) if counts else None)


def _walk(
    by_day: Mapping[int, list[_Row]], repairs: Mapping[int, Repair], stored: StoredHistory
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
            if row.answer not in held and repaired_on is not None and stored.day_of_run[row.run] < repaired_on:
                # It was in no repair: what it scores now is the first that is known of it.
                held[row.answer] = row.now
            compared.append((row, held.get(row.answer, row.before)))
            latest[row.answer] = (day, row.now)
        if compared:
            regrades.append(_columns(day, compared, stored, repairs=False))
        if repair := due.get(day):
            graded = [row for row in by_day[repair.planned] if row.now is not None]
            compared = [(row, held.get(row.answer, row.before)) for row in graded]
            regrades.append(
                _with_answers_since(
                    _columns(day, compared, stored, repairs=True), stored.history, first=repair.planned, before=day
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


def _columns(day: int, rows: Iterable[tuple[_Row, float]], stored: StoredHistory, *, repairs: bool) -> Regrades:
    model = {name: place for place, name in enumerate(stored.history.models)}
    question = {name: place for place, name in enumerate(stored.history.questions)}
    kept = list(rows)
    return Regrades(
        day=day,
        answered_day=np.array([stored.day_of_run[row.run] for row, _ in kept], dtype=np.int64),
        number=np.array([row.run for row, _ in kept], dtype=np.int64),
        model=np.array([model[row.model] for row, _ in kept], dtype=np.int64),
        question=np.array([question[stored.question_of[row.digest]] for row, _ in kept], dtype=np.int64),
        before=np.array([before for _, before in kept], dtype=np.float64),
        now=np.array([row.now for row, _ in kept], dtype=np.float64),
        repairs=repairs,
    )
