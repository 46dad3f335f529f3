"""Leases of rows that are one worker's for a while: renewed, looked at and ended alike in every table that has them."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, and_
from sqlmodel import col, select, update

from yzindex.records.columns import clock_s
from yzindex.records.database import Database
from yzindex.records.states import HELD, OPEN, REGRADE_HELD, REGRADE_OPEN
from yzindex.records.tables import Answer, Regrade

Leased = type[Answer] | type[Regrade]
_TABLES: tuple[Leased, ...] = (Answer, Regrade)
#: The states in which a worker has a row, and those in which anybody may hold it.
_WORKED_ON = {Answer: HELD, Regrade: REGRADE_HELD}
_OPEN = {Answer: OPEN, Regrade: REGRADE_OPEN}
_MOMENT_S = 0.001


def renew(database: Database, table: Leased, held: Collection[int], *, owner: str, lease_s: float) -> None:
    """Prolong the leases of all rows of a table that a process holds, in one update."""
    with database.write() as session:
        session.exec(
            update(table)
            .where(col(table.id).in_(held), col(table.owner) == owner, col(table.state).in_(_WORKED_ON[table]))
            .values(lease_until_s=clock_s() + lease_s)
        )


def holders(database: Database) -> set[str]:
    """Whoever holds open rows by a lease that has not ended: workers and publishers."""
    with database.read() as session:
        found = [
            owner for table in _TABLES for owner in session.exec(select(table.owner).where(_is_held(table)).distinct())
        ]
    return {owner for owner in found if owner is not None}


def release(database: Database, owners: Collection[str]) -> int:
    """End the leases of holders that are known to be dead; return how many rows are due for it."""
    with database.write() as session:
        return sum(
            session.exec(
                update(table)
                .where(_is_held(table), col(table.owner).in_(owners))
                # After the publication, if there was one: the row is due, see `yzindex.records.outbox`.
                .values(lease_until_s=clock_s() - _MOMENT_S)
            ).rowcount
            for table in _TABLES
        )


def _is_held(table: Leased) -> ColumnElement[bool]:
    return and_(col(table.state).in_(_OPEN[table]), col(table.lease_until_s) > clock_s())
