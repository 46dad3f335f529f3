"""The newest ranked runs of models, in one query however many models there are."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import func, select
from sqlmodel import Session, col

from yzindex.drift.words import Word
from yzindex.records.runs import has_concluded
from yzindex.records.states import RANKED
from yzindex.records.tables import Evaluation, Run, StoredVerdict


@dataclass(frozen=True, kw_only=True)
class RecentRun:
    """A model in one concluded run of a kind that ranks; the scores are None where it has no main score."""

    evaluation_id: int
    model: str
    run_number: int
    created_at: datetime
    finished_at: datetime
    simulated: bool
    core_raw: Decimal | None
    core_display: Decimal | None
    label: str | None
    cost_usd: Decimal
    #: Of the verdict on it; None where none is stored.
    day: date | None
    word: Word | None
    #: `core_raw` that was expected of its draw, and square points of its own noise around that.
    expected: Decimal | None
    variance: Decimal | None


def recent_runs(session: Session, models: Collection[str], *, limit: int) -> dict[str, list[RecentRun]]:
    """Read the newest runs of each of these models, the newest first; a model without any has an empty list."""
    place = func.row_number().over(partition_by=col(Evaluation.model), order_by=col(Evaluation.run_number).desc())
    newest = (
        select(col(Evaluation.id).label("id"), place.label("place"))
        .join(Run, col(Run.number) == col(Evaluation.run_number))
        .where(col(Evaluation.model).in_(models), col(Run.kind).in_(RANKED), has_concluded())
        .subquery()
    )
    rows = (
        select(
            col(Evaluation.id),
            col(Evaluation.model),
            col(Evaluation.run_number),
            col(Run.created_at),
            col(Run.finished_at),
            col(Evaluation.simulated),
            col(Evaluation.core_raw),
            col(Evaluation.core_display),
            col(Evaluation.label),
            col(Evaluation.cost_usd),
            col(StoredVerdict.day),
            col(StoredVerdict.word),
            col(StoredVerdict.expected),
            col(StoredVerdict.variance),
        )
        .join(newest, newest.c.id == col(Evaluation.id))
        .join(Run, col(Run.number) == col(Evaluation.run_number))
        .join(StoredVerdict, col(StoredVerdict.evaluation_id) == col(Evaluation.id), isouter=True)
        .where(newest.c.place <= limit)
        .order_by(col(Evaluation.run_number).desc())
    )
    found: dict[str, list[RecentRun]] = {model: [] for model in models}
    names = tuple(RecentRun.__dataclass_fields__)
    for row in session.connection().execute(rows):
        each = RecentRun(**dict(zip(names, row, strict=True)))
        found[each.model].append(each)
    return found


def with_main_score(runs: Iterable[RecentRun]) -> list[RecentRun]:
    return [each for each in runs if each.core_display is not None]
