"""The ledger in the rows: settles what was said once later days have told, and opens watches on falls."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from statistics import fmean

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, func, select

from yzindex.dimensions import Dimension
from yzindex.drift.ledger import (
    ACQUITTALS,
    FALSE_ALARMS_PER_MODEL_YEAR,
    LONG,
    SOON,
    Level,
    ToldChange,
    ToldMove,
    settle_acquittal,
    settle_change,
    settle_move,
)
from yzindex.drift.outcomes import Settled, WatchOutcome
from yzindex.drift.watching import Seen, opens_watch, settle_watch, settles_on
from yzindex.drift.words import Word
from yzindex.records.graded_again import NOT_SEEN, MoveSeen, move_seen
from yzindex.records.states import MoveCause
from yzindex.records.tables import (
    Answer,
    BoardMove,
    ConfirmedChange,
    Evaluation,
    Expectation,
    Settlement,
    StoredVerdict,
    Watch,
)

#: The chart of the main score, by its stored name.
MAIN = "main"
_POINTS = 100.0
_DAYS_PER_YEAR = 365


@dataclass(frozen=True, kw_only=True)
class BoardRecord:
    """How often the board was right so far, beside the false alarms that it allows itself."""

    #: Confirmed changes that were overturned.
    false_alarms: int
    #: Verdicts that said something, of all models and days.
    model_days: int
    held: int
    overturned: int
    open: int
    allowed_per_model_year: int = FALSE_ALARMS_PER_MODEL_YEAR

    @property
    def settled(self) -> int:
        return self.held + self.overturned

    @property
    def model_years(self) -> Decimal:
        return Decimal(self.model_days) / _DAYS_PER_YEAR


def settle(session: Session, day: date) -> None:
    """Settle what the days up to this one have told, then open watches on its falls. Doing it again changes nothing.

    Belongs behind the writing of a day's verdicts, in their transaction. Reads no row of a later day.
    """
    _settle_watches(session, day)
    _settle_changes(session, day)
    _settle_acquittals(session, day)
    _settle_moves(session, day)
    session.flush()
    _open_watches(session, day)


def board_record(session: Session) -> BoardRecord:
    """Count what was settled, and what is open."""
    changes = Counter(session.exec(select(ConfirmedChange.settled)))
    moves = Counter(session.exec(select(BoardMove.settled)))
    settled = select(Settlement.outcome, func.count()).group_by(col(Settlement.outcome))
    acquitted = Counter(dict(session.exec(settled).all()))
    said = _count(session, col(StoredVerdict.word).in_(ACQUITTALS), col(StoredVerdict.change).is_not(None))
    total = changes + moves + acquitted
    return BoardRecord(
        false_alarms=changes[Settled.OVERTURNED],
        model_days=_count(session, col(StoredVerdict.word) != Word.NOT_ENOUGH_EVIDENCE),
        held=total[Settled.HELD],
        overturned=total[Settled.OVERTURNED],
        open=total[Settled.OPEN] + said - acquitted.total(),
    )


def _count(session: Session, *which: ColumnElement[bool]) -> int:
    return session.exec(select(func.count()).select_from(StoredVerdict).where(*which)).one()


def _settle_watches(session: Session, today: date) -> None:
    open_ones = select(Watch).where(Watch.outcome == WatchOutcome.OPEN, col(Watch.settles_on) <= today)
    for watch in session.exec(open_ones).all():
        found = _verdicts(session, watch.opened_on, watch.settles_on, watch.model)
        seen = [
            Seen(day=verdict.day, core_raw=evaluation.core_raw)
            for verdict, evaluation in found
            if evaluation.core_raw is not None
        ]
        watch.outcome = settle_watch(watch.opened_on, watch.level, seen, today)
        watch.settled_on = None if watch.outcome is WatchOutcome.OPEN else today


def _open_watches(session: Session, today: date) -> None:
    """Open a watch on each fall, unless the model is watched already."""
    watched = set(
        session.exec(
            select(Watch.model).where(
                col(Watch.opened_on) <= today,
                # As it stood on that day, also where the day is gone through again.
                col(Watch.settled_on).is_(None) | (col(Watch.settled_on) > today) | (col(Watch.opened_on) == today),
            )
        )
    )
    for verdict, evaluation in _verdicts(session, today, today):
        if evaluation.core_raw is None or evaluation.model in watched or not opens_watch(verdict.word, verdict.change):
            continue
        session.add(
            Watch(
                model=evaluation.model,
                opened_on=today,
                run_number=evaluation.run_number,
                level=evaluation.core_raw,
                settles_on=settles_on(today),
            )
        )


def _settle_changes(session: Session, today: date) -> None:
    told = _changes_by_model(session, today)
    for change in [each for changes in told.values() for each in changes if each.settled is Settled.OPEN]:
        settled = settle_change(
            _told(change),
            [_told(other) for other in told[change.model] if other is not change],
            _levels(session, change, today),
            today,
        )
        if settled.outcome is not Settled.OPEN:
            change.settled, change.settled_on, change.settled_because = settled.outcome, today, settled.because


def _settle_acquittals(session: Session, today: date) -> None:
    open_ones = (
        select(StoredVerdict, Evaluation.model)
        .join(Evaluation, col(Evaluation.id) == col(StoredVerdict.evaluation_id))
        .join(Settlement, col(Settlement.evaluation_id) == col(StoredVerdict.evaluation_id), isouter=True)
        .where(
            col(Settlement.evaluation_id).is_(None),
            col(StoredVerdict.word).in_(ACQUITTALS),
            col(StoredVerdict.change).is_not(None),
            col(StoredVerdict.day) < today,
        )
    )
    told = _changes_by_model(session, today)
    for verdict, model in session.exec(open_ones).all():
        changes = [_told(change) for change in told[model]]
        settled = settle_acquittal(verdict.day, float(verdict.change or 0), changes, today)
        if settled.outcome is not Settled.OPEN:
            session.add(
                Settlement(
                    evaluation_id=verdict.evaluation_id,
                    outcome=settled.outcome,
                    settled_on=today,
                    because=settled.because,
                )
            )


def _settle_moves(session: Session, today: date) -> None:
    moves = session.exec(select(BoardMove).where(col(BoardMove.day) <= today).order_by(col(BoardMove.day))).all()
    for move in [each for each in moves if each.settled is Settled.OPEN]:
        others = [_told_move(other) for other in moves if other is not move]
        levels = _fleet_levels(session, move.since - LONG, min(move.day + SOON, today))
        settled = settle_move(_told_move(move, _seen(session, move, today)), others, levels, today)
        if settled.outcome is not Settled.OPEN:
            move.settled, move.settled_on, move.settled_because = settled.outcome, today, settled.because


def _changes_by_model(session: Session, today: date) -> defaultdict[str, list[ConfirmedChange]]:
    rows = select(ConfirmedChange).where(col(ConfirmedChange.day) <= today).order_by(col(ConfirmedChange.day))
    found: defaultdict[str, list[ConfirmedChange]] = defaultdict(list)
    for change in session.exec(rows).all():
        found[change.model].append(change)
    return found


def _told(change: ConfirmedChange) -> ToldChange:
    return ToldChange(since=change.since, day=change.day, points=float(change.size))


def _seen(session: Session, move: BoardMove, today: date) -> MoveSeen:
    if move.cause is not MoveCause.GRADER or move.ended_on is None or move.ended_on > today:
        return NOT_SEEN
    return move_seen(session, move.day, move.ended_on)


def _told_move(move: BoardMove, seen: MoveSeen = NOT_SEEN) -> ToldMove:
    return ToldMove(
        since=move.since,
        day=move.day,
        of_grader=move.cause is MoveCause.GRADER,
        ended=move.ended_on,
        sample=seen.sample,
        others=seen.others,
    )


def _levels(session: Session, change: ConfirmedChange, today: date) -> list[Level]:
    """Read how far the model was from what was expected of it after a change, on the change's own chart."""
    first, last = change.day + timedelta(days=1), min(change.day + LONG, today)
    verdicts = [pair for pair in _verdicts(session, first, last, change.model) if pair[0].word is not Word.MOVED]
    if change.chart == MAIN:
        return [level for pair in verdicts if (level := _main_level(*pair)) is not None]
    return [
        level
        for verdict, _ in verdicts
        if (level := _dimension_level(session, verdict, Dimension(change.chart))) is not None
    ]


def _main_level(verdict: StoredVerdict, evaluation: Evaluation) -> Level | None:
    if evaluation.core_raw is None or verdict.expected is None:
        return None
    assert verdict.common is not None
    assert verdict.variance is not None
    off = evaluation.core_raw - verdict.expected - verdict.common
    return Level(day=verdict.day, points=float(off), variance=float(verdict.variance))


def _dimension_level(session: Session, verdict: StoredVerdict, dimension: Dimension) -> Level | None:
    rows = (
        select(Answer, Expectation)
        .join(Expectation, col(Expectation.answer_id) == col(Answer.id))
        .where(Answer.evaluation_id == verdict.evaluation_id, Answer.dimension == dimension)
    )
    found = [(float(answer.score), each) for answer, each in session.exec(rows) if answer.score is not None]
    if not found:
        return None
    return Level(
        day=verdict.day,
        points=fmean(score - _POINTS * float(expected.mean) for score, expected in found),
        variance=_POINTS**2 * sum(float(expected.variance) for _, expected in found) / len(found) ** 2,
    )


def _fleet_levels(session: Session, first: date, last: date) -> Iterable[Level]:
    """Read how far all models together were from what was expected, day by day; what they share is left in."""
    by_day: defaultdict[date, list[float]] = defaultdict(list)
    for verdict, evaluation in _verdicts(session, first, last):
        if evaluation.core_raw is not None and verdict.expected is not None:
            by_day[verdict.day].append(float(evaluation.core_raw - verdict.expected))
    return [Level(day=day, points=fmean(offs)) for day, offs in by_day.items()]


def _verdicts(
    session: Session, first: date, last: date, model: str | None = None
) -> list[tuple[StoredVerdict, Evaluation]]:
    """Read the verdicts of these days, of one model or of all, in the order in which they were asked for."""
    rows = (
        select(StoredVerdict, Evaluation)
        .join(Evaluation, col(Evaluation.id) == col(StoredVerdict.evaluation_id))
        .where(col(StoredVerdict.day).between(first, last))
        .order_by(col(StoredVerdict.day), col(Evaluation.id))
    )
    if model is not None:
        rows = rows.where(Evaluation.model == model)
    return list(session.exec(rows))
