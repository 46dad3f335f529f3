"""Reads what models usually do, for a report: labels, last main scores, movements of ordinary days, calls."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import ColumnElement, case
from sqlalchemy import select as columns
from sqlmodel import Session, col, func, select

from yzindex.drift.ledger import ACQUITTALS
from yzindex.records.board_view import FEWEST, WINDOW
from yzindex.records.compare_view import STREAK
from yzindex.records.runs import has_concluded
from yzindex.records.states import RANKED, Purpose
from yzindex.records.tables import Answer, Evaluation, Run, StoredCall, StoredVerdict
from yzindex.report.facts import CallFacts, UsualFacts
from yzindex.report.standing import USUAL_DAYS
from yzindex.scoring import mean
from yzindex.scoring.spread import WINDOW as REPEATABILITY_WINDOW
from yzindex.scoring.spread import Repeatability, repeatability

NO_CALLS = CallFacts(calls=0, usable=0, attempts=0)


@dataclass(frozen=True, kw_only=True)
class Spread:
    """A model's last main scores up to a run: the mean that ranks it, and how much they move."""

    rolling_mean: Decimal | None
    repeatability: Repeatability | None


def labels_up_to(session: Session, run_number: int, models: Collection[str]) -> dict[str, tuple[str | None, ...]]:
    """Read each model's last integrity labels, the oldest first."""
    found: dict[str, list[str | None]] = defaultdict(list)
    for evaluation in _last(session, run_number, models, STREAK):
        found[evaluation.model].append(evaluation.label)
    return {model: tuple(labels) for model, labels in found.items()}


def spreads_up_to(session: Session, run_number: int, models: Collection[str]) -> dict[str, Spread]:
    """Read each model's last runs that gave it a main score."""
    found: dict[str, list[Evaluation]] = defaultdict(list)
    for evaluation in _last(session, run_number, models, REPEATABILITY_WINDOW, col(Evaluation.core_raw).is_not(None)):
        found[evaluation.model].append(evaluation)
    return {model: _spread(last) for model, last in found.items()}


def movements(session: Session, day: date) -> dict[str, list[Decimal]]:
    """Read by how much each model's main score moved, without its sign, on days whose verdict was no change."""
    rows = (
        columns(col(Evaluation.model), col(StoredVerdict.change))
        .join(StoredVerdict, col(StoredVerdict.evaluation_id) == col(Evaluation.id))
        .where(
            col(StoredVerdict.day).between(day - timedelta(days=USUAL_DAYS - 1), day),
            col(StoredVerdict.word).in_(ACQUITTALS),
            col(StoredVerdict.change).is_not(None),
        )
    )
    found: dict[str, list[Decimal]] = defaultdict(list)
    for model, change in session.connection().execute(rows):
        found[model].append(abs(change or Decimal(0)))
    return found


def usual_of(moved: Mapping[str, list[Decimal]], model: str) -> tuple[UsualFacts | None, UsualFacts | None]:
    """Give how much a model usually moves, and how much all others do."""
    others = [points for other, own in moved.items() if other != model for points in own]
    return _usual(moved.get(model, [])), _usual(others)


def calls_of(session: Session, evaluations: Collection[int | None]) -> dict[int, CallFacts]:
    """Count the calls of the models themselves; those of judges are not among them."""
    rows = (
        select(
            Answer.evaluation_id,
            func.count(),
            func.sum(case((col(StoredCall.error).is_(None), 1), else_=0)),
            func.sum(StoredCall.attempts),
        )
        .join(StoredCall, col(StoredCall.answer_id) == col(Answer.id))
        .where(col(Answer.evaluation_id).in_(evaluations), StoredCall.purpose == Purpose.ASK)
        .group_by(col(Answer.evaluation_id))
    )
    return {
        evaluation: CallFacts(calls=calls, usable=usable, attempts=attempts)
        for evaluation, calls, usable, attempts in session.exec(rows)
    }


def _last(
    session: Session, run_number: int, models: Collection[str], most: int, *which: ColumnElement[bool]
) -> list[Evaluation]:
    """Read the last evaluations of each model in runs that rank, the oldest first."""
    place = func.row_number().over(partition_by=col(Evaluation.model), order_by=col(Evaluation.run_number).desc())
    placed = (
        select(Evaluation.id, place.label("place"))
        .join(Run, col(Run.number) == col(Evaluation.run_number))
        .where(
            col(Evaluation.model).in_(models),
            col(Evaluation.run_number) <= run_number,
            col(Run.kind).in_(RANKED),
            has_concluded(),
            *which,
        )
        .subquery()
    )
    rows = (
        select(Evaluation)
        .join(placed, placed.c.id == col(Evaluation.id))
        .where(placed.c.place <= most)
        .order_by(col(Evaluation.run_number))
    )
    return list(session.exec(rows))


def _spread(last: list[Evaluation]) -> Spread:
    shown = [each.core_display for each in last if each.core_display is not None][-WINDOW:]
    return Spread(
        rolling_mean=mean(shown) if len(shown) >= FEWEST else None,
        repeatability=repeatability([each.core_raw for each in last if each.core_raw is not None]),
    )


def _usual(moved: list[Decimal]) -> UsualFacts | None:
    average = mean(moved)
    return None if average is None else UsualFacts(points=average, days=len(moved))
