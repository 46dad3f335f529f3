"""What a board could see on a day, written by hand as a worker stores it."""

from __future__ import annotations

from datetime import UTC, date, datetime

from yzindex.records.database import Database
from yzindex.records.tables import SightOfFall, StoredSight

#: Of ten falls each: by size in points, the days that those took that were found.
FOUND = {5: [7, 20], 10: [2, 3, 3, 4, 5, 5, 6, 6, 6, 12], 20: [1, 1, 1, 2, 2, 2, 2, 3, 3, 3]}


def see(
    database: Database,
    *,
    on: date,
    last_run: int,
    found: dict[int, list[int]] | None = None,
    reason: str | None = None,
    finished: bool = True,
) -> None:
    """Store a day's sight, worked out unless it is not `finished`."""
    with database.write() as session:
        session.add(
            StoredSight(
                day=on,
                last_run=last_run,
                asks=True,
                simulated=True,
                seed=1,
                analysis_version="5",
                runs=2,
                answers=1234,
                models=2,
                daily_questions=4,
                reason=reason,
                worlds=2,
                finished_at=datetime.now(UTC) if finished else None,
            )
        )
        session.flush()
        for points, days in (FOUND if found is None else found).items():
            session.add(SightOfFall(day=on, points=points, replicates=10, days=days))
