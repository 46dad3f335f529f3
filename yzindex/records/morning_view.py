"""Reads what the morning's answer is made of: a day's verdicts, which are news, and from when on there are any."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, func, select

from yzindex.days import day_of, today
from yzindex.dimensions import MAIN_WEIGHTS, Dimension
from yzindex.drift.rules import Rules
from yzindex.drift.words import Word
from yzindex.records.database import Database
from yzindex.records.runs import has_concluded
from yzindex.records.states import MoveCause, RunKind
from yzindex.records.tables import Answer, BoardMove, ConfirmedChange, Evaluation, Run
from yzindex.records.verdict_view import VerdictView
from yzindex.report.morning import MorningFacts, Move, Moved, Said

_CONFIRMED = frozenset({Word.CONFIRMED_DROP, Word.CONFIRMED_RISE, Word.RECOVERED})
_CAUSES = {MoveCause.GRADER: Moved.GRADER, MoveCause.QUESTIONS: Moved.QUESTIONS}
#: Runs whose answers are known after the lag; those of a calibration are known at once.
_DAILY = (RunKind.SMOKE, RunKind.FULL)
#: Further ahead nothing is foretold.
_MOST_DAYS_AHEAD = 120

#: Scored answers of a model by dimension, on the days they were asked.
_ByDay = dict[date, dict[Dimension, int]]


def read_morning_facts(database: Database, zone: ZoneInfo, verdicts: Sequence[VerdictView]) -> MorningFacts:
    """Read the facts of the day that these verdicts are of, as somebody needs them who reads them today."""
    with database.read() as session:
        return morning_facts(session, zone, verdicts, today(zone))


def morning_facts(session: Session, zone: ZoneInfo, verdicts: Sequence[VerdictView], read_on: date) -> MorningFacts:
    """Read the facts of the day that these verdicts are of, as they stood on that day."""
    day = max((each.day for each in verdicts), default=None)
    if day is None:
        return MorningFacts(read_on=read_on, day=None)
    confirmed = _confirmed_on(session, [each.model for each in verdicts if each.word in _CONFIRMED], day)
    unknown = all(each.word is Word.NOT_ENOUGH_EVIDENCE for each in verdicts)
    return MorningFacts(
        read_on=read_on,
        day=day,
        said=tuple(_said(each, confirmed) for each in verdicts if each.day == day),
        moves=moves_on(session, day),
        verdicts_from=_verdicts_from(session, zone, day) if unknown else None,
    )


def moves_on(session: Session, day: date) -> tuple[Move, ...]:
    """Read what had moved on a day, so that nothing was said of models."""
    rows = select(BoardMove).where(
        col(BoardMove.day) <= day, col(BoardMove.ended_on).is_(None) | (col(BoardMove.ended_on) > day)
    )
    return tuple(
        Move(cause=_CAUSES[move.cause], told_on=move.day) for move in session.exec(rows.order_by(col(BoardMove.day)))
    )


def _said(view: VerdictView, confirmed: dict[str, date]) -> Said:
    return Said(
        model=view.model,
        word=view.word,
        change=None if view.terms is None else view.terms.change,
        since=view.since,
        confirmed_on=confirmed.get(view.model) if view.word in _CONFIRMED else None,
        known=view.known,
        scored=view.core_raw is not None,
    )


def _confirmed_on(session: Session, models: Sequence[str], day: date) -> dict[str, date]:
    """Read when the newest confirmed change of each model was confirmed, as of a day."""
    rows = (
        select(ConfirmedChange.model, func.max(ConfirmedChange.day))
        .where(col(ConfirmedChange.model).in_(models), col(ConfirmedChange.day) <= day)
        .group_by(col(ConfirmedChange.model))
    )
    return dict(session.exec(rows).all()) if models else {}


def _verdicts_from(session: Session, zone: ZoneInfo, day: date) -> date | None:
    """Give the first day on which anything can be said of a model, if it is asked as much every day as last.

    None where that day should have been, or is too far off.
    """
    days = [each for known in _answers(session, zone, day).values() if (each := _enough_on(*known, day)) is not None]
    first = min(days, default=None)
    return first if first is not None and first > day else None


def _answers(session: Session, zone: ZoneInfo, day: date) -> dict[str, tuple[dict[Dimension, int], _ByDay]]:
    """Count each model's scored answers of the main dimensions: those of calibrations, and the others by day."""
    rows = (
        select(col(Evaluation.model), col(Run.created_at), col(Run.kind), col(Answer.dimension))
        .add_columns(func.count())
        .join(Run, col(Run.number) == col(Evaluation.run_number))
        .join(Answer, col(Answer.evaluation_id) == col(Evaluation.id))
        .where(
            has_concluded(),
            col(Run.kind).in_((*_DAILY, RunKind.CALIBRATION)),
            col(Answer.dimension).in_(MAIN_WEIGHTS),
            col(Answer.score).is_not(None),
        )
        .group_by(col(Evaluation.model), col(Run.created_at), col(Run.kind), col(Answer.dimension))
    )
    found: dict[str, tuple[dict[Dimension, int], _ByDay]] = defaultdict(
        lambda: (defaultdict(int), defaultdict(lambda: defaultdict(int)))
    )
    for model, created_at, kind, dimension, count in session.connection().execute(rows):
        if (asked_on := day_of(created_at, zone)) <= day:
            at_once, by_day = found[model]
            (at_once if kind is RunKind.CALIBRATION else by_day[asked_on])[dimension] += count
    return found


def _enough_on(at_once: dict[Dimension, int], by_day: _ByDay, day: date) -> date | None:
    if not by_day:
        return None
    last = max(by_day)
    ahead = {last + timedelta(days=more): by_day[last] for more in range(1, _MOST_DAYS_AHEAD)}
    if _is_enough(at_once.values()):
        return day
    known, days = dict(at_once), Rules().least_known_days if at_once else 0
    for asked_on, counts in sorted({**by_day, **ahead}.items()):
        days += 1
        for dimension, count in counts.items():
            known[dimension] = known.get(dimension, 0) + count
        if days >= Rules().least_known_days and _is_enough(known.values()):
            return asked_on + timedelta(days=Rules().lag_days)
    return None


def _is_enough(known: Iterable[int]) -> bool:
    counts = list(known)
    return (
        len(counts) == len(MAIN_WEIGHTS)
        and sum(counts) >= Rules().least_known
        and min(counts) >= Rules().least_known_per_dimension
    )
