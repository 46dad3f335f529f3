"""The answer rows as the outbox of the queue: which of them need a message, and the note that they got one.

The broker is only the transport and may forget anything. A row needs a message when it never had one, when its worker
died or gave it back, when the broker lost its memory (another epoch), when its message is on no queue and with no
worker, or when nothing was heard of it for long.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select, tuple_
from sqlmodel import col, update

from yzindex.grading.spec import Needs
from yzindex.records.answers import died
from yzindex.records.columns import clock_s
from yzindex.records.database import Database
from yzindex.records.states import HELD, OPEN, AnswerState, RunStatus
from yzindex.records.tables import Answer, Evaluation, Run

_Rows = Select[*tuple[Any, ...]]

#: A row whose message may still wait on its queue is published again after this long, then twice as long, and so on.
REPUBLISH_AFTER_S = 300.0
#: The same for a row whose message is on no queue: a worker claims what it takes within moments, or has died with it.
LOST_AFTER_S = 15.0
_DOUBLINGS = range(1, 8)
#: Rows published in one go; PostgreSQL refuses a statement over many more.
MOST_AT_ONCE = 2000
#: Publishing the rows of a run takes less than this.
_PUBLISHING_S = 30.0


@dataclass(frozen=True, kw_only=True)
class Route:
    """What decides which queue a row's message goes to."""

    provider: str
    state: AnswerState
    needs: Needs


@dataclass(frozen=True, kw_only=True)
class DueAnswer:
    """A row that needs a message."""

    id: int
    run_number: int
    evaluation_id: int
    route: Route
    #: The row as it was seen: it is due no more once somebody has claimed or published it since.
    attempt: int
    publish_count: int


def due(database: Database, *, epoch: str, run_number: int | None = None, limit: int = MOST_AT_ONCE) -> list[DueAnswer]:
    """Rows that need a message whatever waits on the queues."""
    rows = _open_rows().where(_is_due(epoch)).order_by(col(Answer.id)).limit(limit)
    if run_number is not None:
        rows = rows.where(col(Answer.run_number) == run_number)
    return _read(database, rows)


def unclaimed(database: Database) -> dict[Route, int]:
    """Count the published rows that no worker has claimed yet, by where their messages went."""
    route = (col(Evaluation.provider), col(Answer.state), col(Answer.needs))
    rows = _joined(select(*route, func.count())).where(_is_unclaimed()).group_by(*route)
    with database.read() as session:
        return {
            Route(provider=provider, state=state, needs=needs): count
            for provider, state, needs, count in session.connection().execute(rows)
        }


def lost(database: Database, routes: Collection[Route], count: int, *, limit: int = MOST_AT_ONCE) -> list[DueAnswer]:
    """Of the `count` unclaimed rows of these routes that were published first, those that have waited long enough.

    A queue is first in, first out: where more rows are unclaimed than messages wait, the first published are missing.
    """
    is_on_route = or_(
        *(
            and_(
                col(Evaluation.provider) == route.provider,
                col(Answer.state) == route.state,
                col(Answer.needs) == route.needs,
            )
            for route in routes
        )
    )
    oldest = (
        _open_rows()
        .add_columns((col(Answer.published_s) + _doubled(LOST_AFTER_S) < clock_s()).label("is_late"))
        .where(_is_unclaimed(), is_on_route)
        .order_by(col(Answer.published_s), col(Answer.id))
        .limit(min(count, limit))
        .subquery()
    )
    return _read(database, select(oldest).where(oldest.c.is_late))


def take_to_publish(database: Database, rows: Sequence[DueAnswer], *, token: str, epoch: str) -> list[DueAnswer]:
    """Take due rows for publishing and return those that are as they were seen: no two sweepers publish one row.

    The rows keep a short lease until `note_published`: a publisher that dies in between is noticed.
    """
    if not rows:
        return []
    seen = tuple_(col(Answer.id), col(Answer.attempt), col(Answer.publish_count))
    is_free = or_(col(Answer.lease_until_s).is_(None), col(Answer.lease_until_s) < clock_s())
    with database.write() as session:
        still_due = set(
            session.connection().scalars(
                select(col(Answer.id))
                .where(
                    seen.in_([(row.id, row.attempt, row.publish_count) for row in rows]),
                    col(Answer.state).in_(OPEN),
                    is_free,
                )
                .order_by(col(Answer.id))
                .with_for_update()
            )
        )
        session.exec(
            update(Answer)
            .where(col(Answer.id).in_(still_due))
            .values(
                # A row whose worker died is free again, and remembers that death.
                state=_freed(),
                given_back=col(Answer.given_back) + died(),
                owner=token,
                lease_until_s=clock_s() + _PUBLISHING_S,
                publish_count=col(Answer.publish_count) + 1,
                epoch=epoch,
            )
        )
    return [row for row in rows if row.id in still_due]


def note_published(database: Database, *, token: str) -> None:
    """Note that the messages of taken rows are with the broker; rows that a worker has claimed since are its own."""
    with database.write() as session:
        session.exec(update(Answer).where(col(Answer.owner) == token).values(published_s=clock_s(), lease_until_s=None))


def _open_rows() -> _Rows:
    return _joined(
        select(
            col(Answer.id),
            col(Answer.run_number),
            col(Answer.evaluation_id),
            col(Evaluation.provider),
            col(Answer.state),
            col(Answer.needs),
            col(Answer.attempt),
            col(Answer.publish_count),
        )
    )


def _joined(rows: _Rows) -> _Rows:
    return (
        rows.join(Evaluation, col(Evaluation.id) == col(Answer.evaluation_id))
        .join(Run, col(Run.number) == col(Answer.run_number))
        .where(col(Answer.state).in_(OPEN), col(Run.status).in_((RunStatus.PENDING, RunStatus.RUNNING)))
    )


def _read(database: Database, rows: _Rows) -> list[DueAnswer]:
    with database.read() as session:
        return [_due_answer(row) for row in session.connection().execute(rows).mappings()]


def _due_answer(row: Mapping[Any, Any]) -> DueAnswer:
    return DueAnswer(
        id=row["id"],
        run_number=row["run_number"],
        evaluation_id=row["evaluation_id"],
        route=Route(provider=row["provider"], state=row["state"], needs=row["needs"]),
        attempt=row["attempt"],
        publish_count=row["publish_count"],
    )


def _freed() -> ColumnElement[AnswerState]:
    state = col(Answer.state)
    return case(
        (state == AnswerState.ASKING, AnswerState.PENDING),
        (state == AnswerState.GRADING, AnswerState.ANSWERED),
        else_=state,
    )


def _is_unclaimed() -> ColumnElement[bool]:
    return and_(
        col(Answer.state).in_((AnswerState.PENDING, AnswerState.ANSWERED)),
        col(Answer.published_s).is_not(None),
        col(Answer.lease_until_s).is_(None),
        col(Answer.not_before_s) <= clock_s(),
    )


def _is_due(epoch: str) -> ColumnElement[bool]:
    published, lease = col(Answer.published_s), col(Answer.lease_until_s)
    is_late = published + _doubled(REPUBLISH_AFTER_S) < clock_s()
    return and_(
        or_(lease.is_(None), lease < clock_s()),
        col(Answer.not_before_s) <= clock_s(),
        or_(col(Answer.state).in_(HELD), published.is_(None), col(Answer.epoch) != epoch, published < lease, is_late),
    )


def _doubled(first_s: float) -> ColumnElement[float]:
    """The wait of a row: `first_s`, doubled with every time it was published."""
    # Portable SQL has no power, so each number of doublings is spelt out.
    waits_s = ((col(Answer.publish_count) <= count, first_s * 2 ** (count - 1)) for count in _DOUBLINGS)
    return case(*waits_s, else_=first_s * 2 ** len(_DOUBLINGS))
