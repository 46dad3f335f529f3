"""A model's whole course: its scores beside what was expected of them, and what befell it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise

from sqlalchemy import select as sa_select
from sqlmodel import Session, col, select

from yzindex.dimensions import Dimension
from yzindex.drift.advice import Watched
from yzindex.drift.outcomes import Settled
from yzindex.records.database import Database
from yzindex.records.fleets import common_is_estimated
from yzindex.records.recent import RecentRun, recent_runs
from yzindex.records.states import Direction, MoveCause
from yzindex.records.tables import Answer, BoardMove, ConfirmedChange, Evaluation, StoredScore, Watch
from yzindex.records.verdict_view import VerdictView, is_simulated, verdicts_of

#: Runs of the course: a year of days and more.
MOST_RUNS = 400


@dataclass(frozen=True, kw_only=True)
class Change:
    """A change that fresh answers confirmed, in points of its chart, and what became of that word."""

    direction: Direction
    chart: str
    since: date
    day: date
    size: Decimal
    lo: Decimal
    hi: Decimal
    worse: int
    better: int
    equal: int
    run_number: int
    settled: Settled
    settled_because: str


@dataclass(frozen=True, kw_only=True)
class MoveSpan:
    """A time without verdicts on any model; `ended_on` is None while it goes on."""

    cause: MoveCause
    day: date
    ended_on: date | None


@dataclass(frozen=True, kw_only=True)
class VersionChange:
    """The first run whose answers came from other versions than those of the run before, as the provider names them."""

    run_number: int
    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ModelView:
    """One model; the course and what lies beside it are in the order of time."""

    model: str
    simulated: bool
    course: tuple[RecentRun, ...]
    #: Scores of each dimension, place by place as in the course; None where it has none.
    dimensions: Mapping[Dimension, tuple[Decimal | None, ...]]
    verdict: VerdictView | None
    #: Whether the verdict's change has a part that is everyone's; None where it has no parts.
    common_is_estimated: bool | None
    changes: tuple[Change, ...]
    moves: tuple[MoveSpan, ...]
    watches: tuple[Watched, ...]
    versions: tuple[VersionChange, ...]


def model_view(database: Database, model: str) -> ModelView:
    """Read a model's course; raise `UnknownModel`."""
    with database.read() as session:
        simulated = is_simulated(session, model)
        course = tuple(reversed(recent_runs(session, [model], limit=MOST_RUNS)[model]))
        verdict = _verdict(session, course)
        first = next((run.day for run in course if run.day is not None), date.max)
        return ModelView(
            model=model,
            simulated=simulated,
            course=course,
            dimensions=_dimensions(session, course),
            verdict=verdict,
            common_is_estimated=_common_is_estimated(session, verdict),
            changes=_changes(session, model),
            moves=_moves(session, first),
            watches=_watches(session, model),
            versions=_versions(session, course),
        )


def _dimensions(session: Session, course: Sequence[RecentRun]) -> dict[Dimension, tuple[Decimal | None, ...]]:
    of = {run.evaluation_id for run in course}
    rows = sa_select(col(StoredScore.evaluation_id), col(StoredScore.dimension), col(StoredScore.score)).where(
        col(StoredScore.evaluation_id).in_(of)
    )
    found = {(id_, dimension): score for id_, dimension, score in session.connection().execute(rows)}
    return {dimension: tuple(found.get((run.evaluation_id, dimension)) for run in course) for dimension in Dimension}


def _verdict(session: Session, course: Sequence[RecentRun]) -> VerdictView | None:
    """The newest that was said."""
    last = next((run for run in reversed(course) if run.word is not None), None)
    if last is None:
        return None
    evaluation = session.get_one(Evaluation, last.evaluation_id)
    return verdicts_of(session, [evaluation])[last.model, last.run_number]


def _common_is_estimated(session: Session, verdict: VerdictView | None) -> bool | None:
    if verdict is None or verdict.terms is None:
        return None
    return common_is_estimated(session, verdict.terms.common, verdict.terms.compared_run, verdict.run_number)


def _changes(session: Session, model: str) -> tuple[Change, ...]:
    rows = select(ConfirmedChange).where(ConfirmedChange.model == model).order_by(col(ConfirmedChange.day))
    return tuple(
        Change(
            direction=row.direction,
            chart=row.chart,
            since=row.since,
            day=row.day,
            size=row.size,
            lo=row.lo,
            hi=row.hi,
            worse=row.worse,
            better=row.better,
            equal=row.equal,
            run_number=row.run_number,
            settled=row.settled,
            settled_because=row.settled_because or "",
        )
        for row in session.exec(rows)
    )


def _moves(session: Session, first: date) -> tuple[MoveSpan, ...]:
    rows = select(BoardMove).where(col(BoardMove.day) >= first).order_by(col(BoardMove.day))
    return tuple(MoveSpan(cause=row.cause, day=row.day, ended_on=row.ended_on) for row in session.exec(rows))


def _watches(session: Session, model: str) -> tuple[Watched, ...]:
    rows = select(Watch).where(Watch.model == model).order_by(col(Watch.opened_on))
    return tuple(
        Watched(
            opened_on=row.opened_on,
            level=row.level,
            settles_on=row.settles_on,
            outcome=row.outcome,
            settled_on=row.settled_on,
        )
        for row in session.exec(rows)
    )


def _versions(session: Session, course: Sequence[RecentRun]) -> tuple[VersionChange, ...]:
    rows = (
        sa_select(col(Answer.evaluation_id), col(Answer.model_returned))
        .where(
            col(Answer.evaluation_id).in_([run.evaluation_id for run in course]),
            col(Answer.model_returned).is_not(None),
        )
        .distinct()
    )
    returned: dict[int, set[str]] = defaultdict(set)
    for evaluation_id, version in session.connection().execute(rows):
        returned[evaluation_id].add(version or "")
    named = [(run.run_number, tuple(sorted(returned[run.evaluation_id]))) for run in course]
    known = [each for each in named if each[1]]
    return tuple(
        VersionChange(run_number=number, before=before, after=after)
        for (_, before), (number, after) in pairwise(known)
        if before != after
    )
