"""Reads what models usually do, for a report: labels, last main scores, movements of ordinary days, calls."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import case
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

#: Runs that are read first.
_NEWEST = 30
NO_CALLS = CallFacts(calls=0, usable=0, attempts=0)


@dataclass(frozen=True, kw_only=True)
class Lately:
    """A model's last runs that rank, up to one: labels, the mean that ranks it, and how much its main scores move."""

    #: The oldest first.
    labels: tuple[str | None, ...]
    rolling_mean: Decimal | None
    repeatability: Repeatability | None


def lately(session: Session, run_number: int, models: Collection[str]) -> dict[str, Lately]:
    """Read each model's last runs that rank, up to one."""
    found: dict[str, list[_Last]] = defaultdict(list)
    for each in _last(session, run_number, models):
        found[each.model].append(each)
    return {model: _lately(last) for model, last in found.items()}


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


class _Last(NamedTuple):
    """An evaluation; `place` is 1 for the model's last."""

    model: str
    label: str | None
    core_raw: Decimal | None
    core_display: Decimal | None
    place: int


def _last(session: Session, run_number: int, models: Collection[str]) -> list[_Last]:
    """Read each model's last runs for their labels, and its last with a main score, the oldest first.

    Of a model that is asked daily the newest runs have all of them; of any other all its runs are read.
    """
    newest = (
        select(Run.number)
        .where(col(Run.number) <= run_number, col(Run.kind).in_(RANKED), has_concluded())
        .order_by(col(Run.number).desc())
    )
    since = session.exec(newest.offset(_NEWEST).limit(1)).first()
    if since is None:
        return _last_since(session, 0, run_number, models)
    found = _last_since(session, since, run_number, models)
    scored = Counter(each.model for each in found if each.core_raw is not None)
    others = {model for model in models if scored[model] < REPEATABILITY_WINDOW}
    kept = [each for each in found if each.model not in others]
    return [*kept, *_last_since(session, 0, run_number, others)] if others else kept


def _last_since(session: Session, since: int, run_number: int, models: Collection[str]) -> list[_Last]:
    of, newest_first = col(Evaluation.model), col(Evaluation.run_number).desc()
    placed = (
        columns(
            col(Evaluation.id).label("id"),
            func.row_number().over(partition_by=of, order_by=newest_first).label("place"),
            func.count(col(Evaluation.core_raw)).over(partition_by=of, order_by=newest_first).label("scored"),
        )
        .join(Run, col(Run.number) == col(Evaluation.run_number))
        .where(
            of.in_(models),
            col(Evaluation.run_number).between(since, run_number),
            col(Run.kind).in_(RANKED),
            has_concluded(),
        )
        .subquery()
    )
    told = (of, col(Evaluation.label), col(Evaluation.core_raw), col(Evaluation.core_display), placed.c.place)
    has_score = col(Evaluation.core_raw).is_not(None)
    rows = (
        columns(*told)
        .join(placed, placed.c.id == col(Evaluation.id))
        .where((placed.c.place <= STREAK) | (has_score & (placed.c.scored <= REPEATABILITY_WINDOW)))
        .order_by(col(Evaluation.run_number))
    )
    return [_Last(*row) for row in session.connection().execute(rows)]


def _lately(last: list[_Last]) -> Lately:
    shown = [each.core_display for each in last if each.core_display is not None][-WINDOW:]
    return Lately(
        labels=tuple(each.label for each in last if each.place <= STREAK),
        rolling_mean=mean(shown) if len(shown) >= FEWEST else None,
        repeatability=repeatability([each.core_raw for each in last if each.core_raw is not None]),
    )


def _usual(moved: list[Decimal]) -> UsualFacts | None:
    average = mean(moved)
    return None if average is None else UsualFacts(points=average, days=len(moved))
