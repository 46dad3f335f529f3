"""Writes what a judged history says: verdicts and expectations day by day, confirmed changes, moves of the board.

All of it is made anew from the rows whenever a day is judged again: writing it twice leaves what writing it once does.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

from sqlalchemy import insert
from sqlmodel import Session, col, delete, select

from yzindex.days import beginning_of, day_of
from yzindex.dimensions import MAIN_WEIGHTS
from yzindex.drift.charts import FALL
from yzindex.drift.judge import MAIN, Day, Decided, Expected, Judge, Suspension
from yzindex.drift.pairing import then_and_now
from yzindex.drift.rules import ANALYSIS_VERSION
from yzindex.drift.verdict import Verdict
from yzindex.drift.words import Word
from yzindex.records.judging import Judged
from yzindex.records.portions import portions
from yzindex.records.runs import has_concluded
from yzindex.records.states import Direction, MoveCause, RunKind
from yzindex.records.tables import (
    Answer,
    BoardMove,
    ConfirmedChange,
    Evaluation,
    Expectation,
    Run,
    StoredVerdict,
)
from yzindex.scoring import from_float

#: Runs whose evaluations get a verdict.
_DAILY = (RunKind.SMOKE, RunKind.FULL)
#: What is kept of a row whose figures are written anew: what became of it is no matter of figures.
_STAYS = {"id", "settled", "settled_on", "settled_because"}


@dataclass(frozen=True, kw_only=True)
class _Daily:
    """A model's evaluation in a daily run."""

    id: int
    run: int
    model: str
    day: date


def write_verdicts(session: Session, zone: ZoneInfo, judged: Judged, *, since: date) -> None:
    """Write what is said of the days from `since` on; the runs that it is said of must have ended."""
    _write_verdicts(session, verdict_rows(session, zone, judged, since=since))
    _write_expectations(session, judged, [day for day in judged.days if day.day >= since])
    for decided in judged.judge.decided:
        if date.fromordinal(decided.confirmed.day) >= since:
            _write_confirmed(session, judged, decided)
    for suspension in judged.judge.suspensions:
        if suspension.ended is None or date.fromordinal(suspension.ended) >= since:
            _write_move(session, judged.judge, suspension)
    session.flush()


def verdict_rows(session: Session, zone: ZoneInfo, judged: Judged, *, since: date) -> list[StoredVerdict]:
    """Make the rows of what is said of the days from `since` on, and write none of them."""
    verdicts = [
        (verdict, spread.get(verdict.model))
        for day, spread in zip(judged.days, judged.spreads, strict=True)
        if day.day >= since
        for verdict in day.verdicts
    ]
    return _rows_of(_evaluations(session, zone, since), verdicts)


def _evaluations(session: Session, zone: ZoneInfo, since: date) -> list[_Daily]:
    rows = session.connection().execute(
        select(col(Evaluation.id), col(Evaluation.run_number), col(Evaluation.model), col(Run.created_at))
        .join(Run, col(Run.number) == col(Evaluation.run_number))
        .where(has_concluded(), col(Run.kind).in_(_DAILY), col(Run.created_at) >= beginning_of(since, zone))
        .order_by(col(Run.number), col(Evaluation.id))
    )
    return [
        _Daily(id=number, run=run, model=model, day=day_of(created_at, zone))
        for number, run, model, created_at in rows
        if number is not None
    ]


def _rows_of(
    evaluations: Sequence[_Daily], verdicts: Iterable[tuple[Verdict, Sequence[int] | None]]
) -> list[StoredVerdict]:
    """Give each evaluation its row: the last of a model's day that has an answer gets the verdict."""
    by_run = {(each.run, each.model): each.id for each in evaluations}
    last_of_day = {(each.day, each.model): each.id for each in evaluations}
    rows = dict[int, StoredVerdict]()
    for verdict, spread in verdicts:
        place = (verdict.day, verdict.model)
        found = last_of_day.get(place) if verdict.run is None else by_run.get((verdict.run, verdict.model))
        if found is not None:
            rows[found] = _row(found, verdict, spread)
    spoken_of = {(each.day, each.model) for each in evaluations if each.id in rows}
    for (day, model), evaluation in last_of_day.items():
        if (day, model) not in spoken_of:
            rows[evaluation] = _nothing_known(evaluation, day)
    return list(rows.values())


def _row(evaluation: int, verdict: Verdict, spread: Sequence[int] | None) -> StoredVerdict:
    terms, change = verdict.terms, verdict.decomposition
    return StoredVerdict(
        evaluation_id=evaluation,
        day=verdict.day,
        word=verdict.word,
        size=verdict.size,
        lo=verdict.lo,
        hi=verdict.hi,
        since=verdict.since,
        chart=verdict.chart,
        evidence=verdict.evidence,
        draws_better=verdict.draws_better,
        possible_draws=None if spread is None or verdict.draws_better is None else list(spread),
        known=verdict.known,
        fall_ratio=verdict.fall_ratio,
        rise_ratio=verdict.rise_ratio,
        expected=None if terms is None else terms.expected,
        common=None if terms is None else terms.common,
        variance=None if terms is None else terms.variance,
        compared_run=verdict.compared_run,
        change=None if change is None else change.change,
        draw=None if change is None else change.draw,
        common_change=None if change is None else change.common,
        rest=None if change is None else change.rest,
        rest_lo=None if change is None else change.rest_lo,
        rest_hi=None if change is None else change.rest_hi,
        log_evidence_fall=verdict.log_evidence_fall,
        log_evidence_rise=verdict.log_evidence_rise,
        analysis_version=ANALYSIS_VERSION,
    )


def _nothing_known(evaluation: int, day: date) -> StoredVerdict:
    """Of a run without any question of the main dimensions nothing can be said."""
    return StoredVerdict(
        evaluation_id=evaluation,
        day=day,
        word=Word.NOT_ENOUGH_EVIDENCE,
        chart=MAIN,
        evidence="Nothing was asked in the main dimensions.",
        known=0,
        fall_ratio=Decimal(0),
        rise_ratio=Decimal(0),
        log_evidence_fall=Decimal(0),
        log_evidence_rise=Decimal(0),
        analysis_version=ANALYSIS_VERSION,
    )


def _write_verdicts(session: Session, rows: Sequence[StoredVerdict]) -> None:
    for some in portions([row.evaluation_id for row in rows]):
        session.exec(delete(StoredVerdict).where(col(StoredVerdict.evaluation_id).in_(some)))
    session.add_all(rows)


def _write_expectations(session: Session, judged: Judged, days: Iterable[Day]) -> None:
    expected = [each for day in days for each in day.expected]
    answer_of = _answers_of(session, judged, {each.packet.number for each in expected})
    for some in portions(list(answer_of.values())):
        session.exec(delete(Expectation).where(col(Expectation.answer_id).in_(some)))
    rows = [row for each in expected for row in _expectations(each, answer_of)]
    if rows:
        session.connection().execute(insert(Expectation), rows)


def _answers_of(session: Session, judged: Judged, runs: Collection[int]) -> dict[tuple[int, int, int], int]:
    """Find answers by run, model and question, the latter two as places in the history."""
    history, question_of = judged.stored.history, judged.stored.question_of
    model = {name: place for place, name in enumerate(history.models)}
    question = {name: place for place, name in enumerate(history.questions)}
    found = dict[tuple[int, int, int], int]()
    for some in portions(sorted(runs)):
        rows = session.connection().execute(
            select(col(Answer.id), col(Answer.run_number), col(Evaluation.model), col(Answer.question_digest))
            .join(Evaluation, col(Evaluation.id) == col(Answer.evaluation_id))
            .where(col(Answer.run_number).in_(some), col(Answer.dimension).in_(MAIN_WEIGHTS))
        )
        for answer, run, slug, digest in rows:
            assert answer is not None
            found[run, model[slug], question[question_of[digest]]] = answer
    return found


def _expectations(expected: Expected, answer_of: Mapping[tuple[int, int, int], int]) -> list[dict[str, object]]:
    packet = expected.packet
    columns = (packet.model, packet.question, expected.mean, expected.variance, expected.shared_variance)
    return [
        {
            "answer_id": answer_of[packet.number, model, question],
            "mean": from_float(mean),
            "variance": from_float(variance),
            "shared_variance": from_float(shared),
        }
        for model, question, mean, variance, shared in zip(*(column.tolist() for column in columns), strict=True)
    ]


def _write_confirmed(session: Session, judged: Judged, decided: Decided) -> None:
    """Write a confirmed change, or its figures anew; what became of it stays."""
    confirmed = decided.confirmed
    lo, hi = confirmed.estimate.interval
    paired = then_and_now(judged.stored.history, confirmed)
    made = ConfirmedChange(
        model=judged.stored.history.models[confirmed.model],
        direction=Direction.FALL if confirmed.direction == FALL else Direction.RISE,
        chart=judged.judge.chart_name(confirmed.chart),
        since=date.fromordinal(confirmed.since),
        day=date.fromordinal(confirmed.day),
        size=from_float(confirmed.estimate.points),
        lo=from_float(lo),
        hi=from_float(hi),
        standard_error=from_float(confirmed.estimate.standard_error),
        answers=confirmed.estimate.answers,
        common=None if confirmed.common is None else from_float(confirmed.common.points),
        common_models=None if confirmed.common is None else confirmed.common.answers,
        worse=paired.worse,
        better=paired.better,
        equal=paired.equal,
        run_number=decided.run,
        analysis_version=ANALYSIS_VERSION,
    )
    key = {name: getattr(made, name) for name in ("model", "direction", "chart", "since", "day")}
    written = session.exec(select(ConfirmedChange).filter_by(**key)).first()
    if written is None:
        session.add(made)
    else:
        written.sqlmodel_update(made.model_dump(exclude=_STAYS))


def _write_move(session: Session, judge: Judge, suspension: Suspension) -> None:
    move = suspension.move
    made = BoardMove(
        day=date.fromordinal(move.day),
        since=date.fromordinal(move.since),
        cause=MoveCause.GRADER if move.chart is None else MoveCause.QUESTIONS,
        chart=None if move.chart is None else judge.chart_name(move.chart),
        points=None if move.points is None else from_float(move.points),
        analysis_version=ANALYSIS_VERSION,
        ended_on=None if suspension.ended is None else date.fromordinal(suspension.ended),
    )
    written = session.exec(select(BoardMove).where(BoardMove.day == made.day, BoardMove.cause == made.cause)).first()
    if written is None:
        session.add(made)
    else:
        written.sqlmodel_update(made.model_dump(exclude=_STAYS))
